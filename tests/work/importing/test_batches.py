"""What goes into one call: everything once, in order, within the limits."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lib.data.records import NewInteraction
from lib.formats.conversation import Conversation, Person, Recording, Refusal, Transcript, Turn
from lib.formats.shapes import SentSession
from lib.product.limits import APPEND_BYTES, APPEND_ITEMS, IMPORT_CONVERSATIONS
from lib.work.importing.batches import Beginners, Entry, batches, parts
from lib.work.importing.files import Unreadable

SESSION = SentSession.model_validate(
    {"externalId": "a", "userId": "u", "channel": "chat", "startedAt": "2026-01-31T12:00:00Z"}
)
LARGE = 30_000


def turns(count: int, size: int = 1) -> tuple[Turn, ...]:
    content = NewInteraction(sequence=0, speaker="user", text="x" * size, started_at_ms=0)
    return tuple(Turn(1, {**content, "sequence": place}) for place in range(count))


def conversation(turns: tuple[Turn, ...] = (), clerk_id: str = "u", **more: Any) -> Conversation:
    person = Person(clerk_id, may_create=more.pop("may_create", False))
    return Conversation(1, person, SESSION, Transcript(turns, **more))


SHORT = st.integers(0, 30).map(lambda count: conversation(turns(count)))
LONG = st.sampled_from([501, 1300]).map(lambda count: conversation(turns(count)))
WIDE = st.integers(1, 200).map(lambda count: conversation(turns(count, LARGE)))
SOUNDING = st.just(conversation(turns(2), recordings=(Recording(1, "a.wav", None),)))
BROKEN = st.just(Unreadable(Refusal(1, "broken")))
FOUND = st.lists(st.one_of(SHORT, SHORT, SHORT, LONG, WIDE, SOUNDING, BROKEN), max_size=120)


@given(FOUND)
def test_everything_is_sent_once_in_order_and_within_the_limits(
    found: list[Conversation | Unreadable],
) -> None:
    entries = [Entry(Path("a.jsonl"), item, 1) for item in found]
    made = list(batches(entries))
    assert [entry for batch in made for entry in batch] == entries
    for batch in made:
        assert 1 <= len(batch) <= IMPORT_CONVERSATIONS
        sent = [entry.found for entry in batch if isinstance(entry.found, Conversation)]
        if len(batch) > 1:
            all_turns = [turn for item in sent for turn in item.transcript.turns]
            assert len(list(parts(all_turns))) == 1
            assert not any(item.transcript.recordings for item in sent)


@given(st.integers(0, 1300), st.sampled_from([1, LARGE]))
def test_a_conversation_comes_in_as_few_parts_as_the_limits_allow(count: int, size: int) -> None:
    all_turns = turns(count, size)
    made = list(parts(all_turns))
    assert [turn for part in made for turn in part] == list(all_turns)
    for part in made:
        assert len(part) <= APPEND_ITEMS
        assert sum(len(turn.content["text"]) for turn in part) <= APPEND_BYTES
    least = max(-(-count // APPEND_ITEMS), -(-count * size // APPEND_BYTES), 1)
    assert len(made) <= least + 1


def test_a_batch_waits_for_the_one_that_creates_its_users() -> None:
    beginners = Beginners()
    first, second = Future[None](), Future[None]()

    def batch(clerk_id: str, *, may_create: bool = True) -> list[Entry]:
        item = conversation(clerk_id=clerk_id, may_create=may_create)
        return [Entry(Path("a.jsonl"), item, 1)]

    assert beginners.before(batch("ada")) == set()
    beginners.note(batch("ada"), first)
    beginners.note(batch("grace"), second)
    assert beginners.before(batch("ada")) == {first}
    assert beginners.before(batch("ada", may_create=False)) == set()
    first.set_result(None)
    assert beginners.before(batch("ada")) == set()
    assert beginners.before(batch("grace")) == {second}
