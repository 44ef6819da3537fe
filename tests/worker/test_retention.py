"""The privacy window: recordings go, transcripts stay, held sessions are left alone."""

from __future__ import annotations

from itertools import count

import pytest

from lib.data import Refused, audio_objects, interactions
from lib.data.records import NewInteraction
from lib.storage.client import Storage
from lib.storage.deletion import delete_recordings
from lib.work import legal_hold, playback
from lib.work.services import Services
from lib.worker import retention
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
    retention.expire_due(services.worker_caller, services.storage, lambda: next(asked) >= 1)
    assert {room.row(row.id).status for room, row in zip(rooms, rows, strict=True)} == {
        "stored",
        "expired",
    }
    expire(rooms[0])
    assert {room.row(row.id).status for room, row in zip(rooms, rows, strict=True)} == {"expired"}


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
    admin, worker = convex.member("admin"), room.services.worker_caller
    legal_hold.set_hold(admin, worker, room.storage, room.session_id, held=True)
    expire(room)
    assert room.row(row.id).status == "stored"
    assert row.key in room.objects()
    legal_hold.set_hold(admin, worker, room.storage, room.session_id, held=False)
    expire(room)
    assert room.row(row.id).status == "expired"


def test_only_an_admin_may_hold(room: Room, convex: ConvexRuntime) -> None:
    for role in ("viewer", "reviewer", "ops"):
        with pytest.raises(Refused):
            legal_hold.set_hold(
                convex.member(role),
                room.services.worker_caller,
                room.storage,
                room.session_id,
                held=True,
            )


def test_an_expired_recording_can_not_come_back(room: Room) -> None:
    row = room.expiring(DATA)
    expire(room)
    with pytest.raises(Refused):
        audio_objects.mark_stored(room.caller, id=row.id)
