"""However a conversation arrives, each of its turns is stored once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lib.data.records import Interaction, Stages, ToolCall
from lib.formats.conversation import Conversation, Turn
from lib.sources import otlp
from lib.sources.history import arrange
from lib.sources.mapped import NO_DEFAULTS
from tests.sources.otlp_spans import answers, assistant, calls, chat, span, traces, user


def conversation(*spans: dict[str, Any]) -> Conversation:
    payload = json.dumps(traces(*spans)).encode()
    (found,) = otlp.map_delivery(
        payload, "application/json", "/v1/traces", NO_DEFAULTS
    ).conversations
    return found


class Store:
    """A session that deliveries are added to."""

    def __init__(self) -> None:
        self.turns: list[Interaction] = []
        self._started_at: Any = None

    def add(self, delivery: Conversation) -> int:
        """Store what is new, and return how much that is."""
        if self._started_at is None:
            self._started_at = delivery.session.started_at
        fresh = arrange(delivery.transcript.turns, self.turns, self._started_at)
        self.turns += [_stored(turn) for turn in fresh]
        return len(fresh)

    def said(self) -> list[tuple[str, str]]:
        return [(turn.speaker, turn.text) for turn in self.turns]


def _stored(turn: Turn) -> Interaction:
    fields: dict[str, Any] = {**turn.content}
    if fields.get("tool"):
        fields["tool"] = ToolCall(**fields["tool"])
    if fields.get("stages"):
        fields["stages"] = Stages(**fields["stages"])
    now = datetime(2025, 12, 1, tzinfo=UTC)
    return Interaction(**fields, session_id="s", user_id="u", id="i", created_at=now)


def exchange(number: int, sent: Sequence[Any], came_back: Sequence[Any]) -> dict[str, Any]:
    return span(number, chat(sent, came_back), at=10 * number)


WORDS = ["yes", "no", "Sure?", "yes", "Sure?", "yes", "Sure?", "done"]
MESSAGES = [(user if index % 2 == 0 else assistant)(word) for index, word in enumerate(WORDS)]
EXCHANGES = [
    exchange(number, MESSAGES[: 2 * number - 1], MESSAGES[2 * number - 1 : 2 * number])
    for number in range(1, len(MESSAGES) // 2 + 1)
]
EVERYTHING = [("assistant" if index % 2 else "user", word) for index, word in enumerate(WORDS)]


@given(st.lists(st.integers(1, len(EXCHANGES)), max_size=4))
def test_a_conversation_in_pieces_is_the_whole_one_wherever_it_is_cut(cuts: list[int]) -> None:
    store, places = Store(), [0, *sorted(cuts), len(EXCHANGES)]
    for start, end in pairwise(places):
        if start < end:
            store.add(conversation(*EXCHANGES[start:end]))
    assert store.said() == EVERYTHING


@given(st.permutations(EXCHANGES), st.integers(0, 3))
def test_deliveries_in_any_order_and_twice_store_each_turn_once(
    order: list[dict[str, Any]], again: int
) -> None:
    store = Store()
    for item in [*order, order[again]]:
        store.add(conversation(item))
    assert sorted(store.said()) == sorted(EVERYTHING)
    assert [turn.sequence for turn in store.turns] == list(range(len(EVERYTHING)))


def test_a_call_that_is_tried_again_adds_nothing_but_its_answer() -> None:
    store = Store()
    store.add(conversation(exchange(1, [user("Hello")], [])))
    store.add(conversation(exchange(2, [user("Hello")], [assistant("Hi")])))
    assert store.said() == [("user", "Hello"), ("assistant", "Hi")]


def test_an_answer_that_was_cut_short_in_the_history_is_the_same_turn() -> None:
    store = Store()
    store.add(conversation(exchange(1, [user("Hello")], [assistant("Hi, how are you today?")])))
    cut = [user("Hello"), assistant("Hi, how"), user("Stop")]
    store.add(conversation(exchange(2, cut, [assistant("Yes?")])))
    assert store.said() == [
        ("user", "Hello"),
        ("assistant", "Hi, how are you today?"),
        ("user", "Stop"),
        ("assistant", "Yes?"),
    ]


def test_an_answer_that_comes_after_the_call_that_repeats_it_is_the_same_turn() -> None:
    store = Store()
    cut = [user("Hello"), assistant("Hi, how"), user("Stop")]
    store.add(conversation(exchange(2, cut, [assistant("Yes?")])))
    store.add(conversation(exchange(1, [user("Hello")], [assistant("Hi, how are you today?")])))
    assert len(store.turns) == 4


def test_a_history_that_is_cut_at_its_beginning_adds_only_what_is_new() -> None:
    store = Store()
    for number in range(1, len(MESSAGES) // 2 + 1):
        sent = MESSAGES[: 2 * number - 1][-3:]
        store.add(conversation(exchange(number, sent, MESSAGES[2 * number - 1 : 2 * number])))
    assert store.said() == EVERYTHING


def test_another_agent_in_the_conversation_loses_none_of_its_words() -> None:
    store = Store()
    store.add(conversation(exchange(1, [user("Hello")], [assistant("Hi")])))
    store.add(conversation(exchange(2, [user("Find it")], [assistant("Found")])))
    assert ("user", "Find it") in store.said()
    assert ("assistant", "Found") in store.said()


def test_a_tools_result_in_a_later_delivery_is_a_turn_with_the_calls_id() -> None:
    store, call = Store(), calls("c1", "find", {"n": 4})
    store.add(conversation(exchange(1, [user("Where?")], [call])))
    store.add(
        conversation(
            exchange(2, [user("Where?"), call, answers("c1", "late")], [assistant("Late.")])
        )
    )
    tools = [turn.tool for turn in store.turns if turn.tool]
    assert [(tool.call_id, tool.arguments, tool.result) for tool in tools] == [
        ("c1", '{"n":4}', None),
        ("c1", None, "late"),
    ]
    assert (
        store.add(
            conversation(
                exchange(2, [user("Where?"), call, answers("c1", "late")], [assistant("Late.")])
            )
        )
        == 0
    )


def test_times_count_from_the_session_as_it_is_stored() -> None:
    first = conversation(exchange(2, [user("Hello")], [assistant("Hi")]))
    late = conversation(exchange(1, [user("Earlier")], [assistant("Yes")]))
    fresh = arrange(late.transcript.turns, (), first.session.started_at)
    assert [turn.content["started_at_ms"] for turn in fresh] == [0, 0]
    assert {turn.content["timing"] for turn in fresh} == {"none"}
    later = first.session.started_at - timedelta(seconds=5)
    assert arrange(first.transcript.turns, (), later)[0].content["started_at_ms"] == 5000
