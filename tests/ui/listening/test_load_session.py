"""A view of a session is few calls, however long the transcript, and is on record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from lib.data import Caller, audit, interactions, user_sessions, users
from lib.data.client import Client
from lib.data.records import NewInteraction, ToolCall
from lib.ui.listening.player import load_session, turn_numbers
from tests.support.convex import ConvexRuntime, running_convex
from tests.work.importing.samples import turn

TEXT_BYTES = 32 * 1024
TURNS = 126  # of 32 KiB: with their other fields just below 4 MiB


class CountingClient(Client):
    """Counts the calls that are made."""

    def call(self, kind: Any, path: str, *args: Any, **more: Any) -> Any:
        self.calls = [*getattr(self, "calls", []), path]
        return super().call(kind, path, *args, **more)


@pytest.fixture(scope="module")
def convex(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConvexRuntime]:
    with running_convex(tmp_path_factory.mktemp("room")) as runtime:
        yield runtime


def stored(caller: Caller, turns: int, text: str) -> str:
    clerk_id = f"user_{uuid4().hex}"
    users.upsert(caller, clerk_id=clerk_id, kind="product", name="Ada")
    session = user_sessions.create(
        caller,
        external_id=uuid4().hex,
        clerk_id=clerk_id,
        channel="chat",
        started_at=datetime.now(UTC),
    )
    said = [
        NewInteraction(sequence=number, speaker="user", text=text, started_at_ms=number * 1000.0)
        for number in range(turns)
    ]
    for start in range(0, turns, 50):
        interactions.append(caller, session.id, said[start : start + 50])
    return session.id


def test_the_result_of_a_tool_has_the_number_of_its_call() -> None:
    call = ToolCall(call_id="c", name="ask")
    turns = [
        turn(0),
        turn(1, "", speaker="tool", tool=call),
        turn(2),
        turn(3, "", speaker="tool", tool=ToolCall(call_id="c", result="yes")),
        turn(4),
    ]
    assert turn_numbers(turns) == {0: 1, 1: 2, 2: 3, 3: 2, 4: 4}


def test_four_mebibytes_of_transcript_are_three_calls(convex: ConvexRuntime) -> None:
    session = stored(convex.caller(), TURNS, "w" * TEXT_BYTES)
    client = CountingClient(convex.stack.convex_url, 30)
    room = load_session(replace(convex.member("viewer"), client=client), session, None, note=True)
    client.close()
    assert room is not None
    assert len(room.turns) == TURNS
    assert sorted(client.calls) == ["interactions:list", "interactions:list", "listening:open"]


def test_a_view_is_on_record_once_per_visit(convex: ConvexRuntime) -> None:
    session = stored(convex.caller(), 1, "Hello")
    for note in (True, False):
        assert load_session(convex.member("viewer"), session, None, note=note) is not None
    trail = audit.page(convex.member("admin"), cursor=None, limit=10, subject_id=session)
    assert [event.action for event in trail.items] == ["session.view"]


@pytest.mark.parametrize("session_id", ["", "nonsense"])
def test_a_session_that_does_not_exist_is_none(convex: ConvexRuntime, session_id: str) -> None:
    assert load_session(convex.member("viewer"), session_id, None, note=True) is None
