"""Tags follow holds: written only where they may be, and gone only once that was seen."""

from __future__ import annotations

import pytest

from lib.data import audio_objects, listening, user_sessions
from lib.storage import tags
from lib.storage.errors import StorageError
from lib.worker import expiry_tags
from tests.support.audio import recording
from tests.support.convex import ConvexRuntime
from tests.support.services import Room, new_room

DATA = recording("audio/wav", 0.5)


class Kept:
    """Tags as a server with lifecycle rules keeps them; the local one has none."""

    def __init__(self) -> None:
        self.of: dict[str, list[object]] = {}
        self.stuck: set[str] = set()

    def write(self, _storage: object, name: str, wanted: list[object]) -> None:
        if name not in self.stuck:
            self.of[name] = wanted

    def read(self, _storage: object, name: str) -> list[object]:
        return self.of.get(name, [])


@pytest.fixture
def kept(room: Room, monkeypatch: pytest.MonkeyPatch) -> Kept:
    made = Kept()
    monkeypatch.setattr(room.storage, "expires_by_tag", True)
    monkeypatch.setattr(tags, "_write", made.write)
    monkeypatch.setattr(tags, "_read", made.read)
    return made


def analysed(room: Room) -> str:
    row = room.stored(DATA)
    audio_objects.mark_analysed(room.caller, id=row.id, analysis="ready", duration_ms=500)
    return row.key


def follow(room: Room) -> dict[str, int]:
    return expiry_tags.follow_holds(room.services.worker_caller, room.storage, lambda: False)


def is_pending(room: Room, convex: ConvexRuntime) -> bool:
    opened = listening.open_session(convex.member("admin"), room.session_id, note=False)
    assert opened is not None
    return opened.hold_pending is True


def test_a_hold_is_pending_until_the_tag_is_seen_to_be_gone(
    room: Room, convex: ConvexRuntime, kept: Kept
) -> None:
    key = analysed(room)
    follow(room)
    assert kept.of[key] == [tags._TAG]
    admin = convex.member("admin")
    user_sessions.set_legal_hold(admin, room.session_id, legal_hold=True)
    assert is_pending(room, convex)
    kept.stuck.add(key)
    assert follow(room)["failed"] == 1
    assert is_pending(room, convex)
    kept.stuck.clear()
    assert follow(room)["failed"] == 0
    assert not is_pending(room, convex)
    assert kept.of[key] == []
    user_sessions.set_legal_hold(admin, room.session_id, legal_hold=False)
    follow(room)
    assert kept.of[key] == [tags._TAG]


def test_what_is_analysed_under_a_hold_is_never_tagged(
    room: Room, convex: ConvexRuntime, kept: Kept
) -> None:
    admin = convex.member("admin")
    user_sessions.set_legal_hold(admin, room.session_id, legal_hold=True)
    key = analysed(room)
    assert follow(room)["written"] == 0
    assert kept.of.get(key, []) == []
    user_sessions.set_legal_hold(admin, room.session_id, legal_hold=False)


def test_one_tag_that_fails_stops_no_other(
    room: Room, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = analysed(room)
    second = analysed(new_room(room.services))
    write = kept.write

    def failing(storage: object, name: str, wanted: list[object]) -> None:
        if name == first:
            raise StorageError("server", "PutObjectTagging")
        write(storage, name, wanted)

    monkeypatch.setattr(tags, "_write", failing)
    assert follow(room)["failed"] == 1
    assert kept.of[second] == [tags._TAG]
    monkeypatch.setattr(tags, "_write", write)
    assert follow(room) == {"removed": 0, "written": 1, "failed": 0}


def test_where_no_rule_reads_tags_none_is_touched(room: Room, convex: ConvexRuntime) -> None:
    analysed(room)
    assert follow(room)["written"] == 0
    user_sessions.set_legal_hold(convex.member("admin"), room.session_id, legal_hold=True)
    assert is_pending(room, convex)
    follow(room)
    assert not is_pending(room, convex)
    assert len(room.objects()) == 1
