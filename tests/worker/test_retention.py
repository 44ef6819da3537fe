"""The privacy window: recordings go, transcripts stay, held sessions are left alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count

import pytest

from lib.data import Refused, audio_objects, interactions, user_sessions
from lib.data.records import NewInteraction
from lib.storage.client import Storage
from lib.storage.deletion import delete_recordings
from lib.storage.errors import Failure
from lib.storage.objects import put_small
from lib.work import playback
from lib.work.services import Services
from lib.worker import retention
from lib.worker.alerts.signals import overdue_ms
from tests.support.audio import recording
from tests.support.convex import ConvexRuntime
from tests.support.s3 import LocalS3, settings_for
from tests.support.services import Room, new_room

DATA = recording("audio/wav", 0.5)


def never() -> bool:
    return False


def expire(room: Room) -> dict[str, int]:
    return retention.expire_due(room.services.worker_caller, room.storage, never)


def test_a_recording_past_its_window_goes_with_its_waveform_and_the_transcript_stays(
    room: Room,
) -> None:
    turn = NewInteraction(sequence=1, speaker="user", text="hello", started_at_ms=0)
    interactions.append(room.caller, room.session_id, [turn])
    row = room.expiring(DATA)
    assert len(room.objects()) == 2
    expire(room)
    assert room.objects() == []
    assert room.row(row.id).status == "expired"
    kept = interactions.page(room.caller, session_id=room.session_id, cursor=None, limit=10)
    assert [item.text for item in kept.items] == ["hello"]
    with pytest.raises(playback.NotPlayableError) as caught:
        playback.issue_url(room.caller, room.storage, row.id)
    assert caught.value.state == "expired"


def test_a_recording_within_its_window_stays(room: Room) -> None:
    row = room.stored(DATA)
    expire(room)
    assert room.row(row.id).status == "stored"
    assert room.objects() == [row.key]


def test_a_run_that_is_stopped_is_finished_by_the_next(services: Services) -> None:
    rooms = [new_room(services) for _ in range(3)]
    rows = [room.expiring(DATA) for room in rooms]
    asked = count()
    report = retention.expire_due(
        services.worker_caller, services.storage, lambda: next(asked) >= 2
    )
    # All have ended, and nobody hears them; the objects that are left are still due.
    assert {room.row(row.id).status for room, row in zip(rooms, rows, strict=True)} == {"expired"}
    assert report["left"] >= 2
    assert report["overdueSeconds"] >= 0
    assert len([room for room in rooms if room.objects()]) == 2
    expire(rooms[0])
    assert [room.objects() for room in rooms] == [[], [], []]


def test_a_crash_between_object_and_row_is_made_up_for(room: Room) -> None:
    row = room.expiring(DATA)
    delete_recordings(room.storage, [row.key], versioned=False)
    expire(room)
    assert room.row(row.id).status == "expired"


def test_nothing_is_marked_that_could_not_be_deleted(
    services: Services, s3: LocalS3, room: Room
) -> None:
    row = room.expiring(DATA)
    powerless = Storage(
        settings_for(s3.endpoint, S3_ROLE_CREDENTIALS={"retention": "nobody:nothing"}),
        lambda _: None,
    )
    failed = delete_recordings(powerless, [row.key], versioned=False)
    powerless.close()
    assert failed == {row.key: "denied"}
    assert room.row(row.id).status == "stored"
    expire(room)
    assert room.row(row.id).status == "expired"


def test_a_legal_hold_keeps_a_recording_until_it_is_lifted(
    room: Room, convex: ConvexRuntime
) -> None:
    row = room.expiring(DATA)
    admin = convex.member("admin")
    user_sessions.set_legal_hold(admin, room.session_id, legal_hold=True)
    expire(room)
    assert room.row(row.id).status == "stored"
    assert row.key in room.objects()
    user_sessions.set_legal_hold(admin, room.session_id, legal_hold=False)
    expire(room)
    assert room.row(row.id).status == "expired"


def test_a_hold_that_comes_while_retention_runs_keeps_what_it_answers_for(
    room: Room, convex: ConvexRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hold is answered between the look at the queue and the deletion."""
    row = room.expiring(DATA)
    admin = convex.member("admin")
    shown: list[str] = []

    def held_first(storage: Storage, keys: Sequence[str], *, versioned: bool) -> dict[str, Failure]:
        if row.key in keys:
            user_sessions.set_legal_hold(admin, room.session_id, legal_hold=True)
            shown.append(room.row(row.id).status)
        return delete_recordings(storage, keys, versioned=versioned)

    monkeypatch.setattr(retention, "delete_recordings", held_first)
    expire(room)
    # Whoever holds it is told the truth: kept, or ended before.
    assert shown == (["stored"] if row.key in room.objects() else ["expired"])


def test_one_key_that_storage_refuses_stops_nobody_elses_retention(room: Room) -> None:
    row = room.expiring(DATA)
    failed = delete_recordings(room.storage, ["elsewhere/x.wav", row.key], versioned=False)
    assert failed == {"elsewhere/x.wav": "invalid"}
    assert room.objects() == []


def test_a_key_of_the_older_grammar_is_deleted_too(room: Room) -> None:
    key = f"audio/v1/0000/01/01/{room.session_id}/{'0' * 32}.aac"
    put_small(room.storage, "ingest", key, DATA, "audio/wav")
    assert delete_recordings(room.storage, [key], versioned=False) == {}
    assert room.objects() == []


def test_the_alert_sees_past_held_recordings(services: Services, convex: ConvexRuntime) -> None:
    held, overdue = new_room(services), new_room(services)
    first = held.expiring(DATA)
    # Only the session says so yet: its recordings follow in batches.
    late = overdue.expiring(DATA)
    user_sessions.set_legal_hold(convex.member("admin"), held.session_id, legal_hold=True)
    assert first.expires_at < late.expires_at
    assert overdue_ms(services.worker_caller(), datetime.now(UTC)) > 0
    expire(overdue)
    assert overdue_ms(services.worker_caller(), datetime.now(UTC)) == 0
    user_sessions.set_legal_hold(convex.member("admin"), held.session_id, legal_hold=False)
    expire(held)


def test_only_an_admin_may_hold(room: Room, convex: ConvexRuntime) -> None:
    for role in ("viewer", "reviewer", "ops"):
        with pytest.raises(Refused):
            user_sessions.set_legal_hold(convex.member(role), room.session_id, legal_hold=True)


def test_an_expired_recording_can_not_come_back(room: Room) -> None:
    row = room.expiring(DATA)
    expire(room)
    with pytest.raises(Refused):
        audio_objects.mark_stored(room.caller, id=row.id)
