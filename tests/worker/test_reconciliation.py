"""Rows without objects and objects without rows are found, and repaired when asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lib.data import audio_objects
from lib.data.records import AudioObject
from lib.storage.analysis import analyse
from lib.storage.deletion import delete, delete_recordings
from lib.storage.keys import AudioKey, peaks_key
from lib.storage.objects import put_small
from lib.work import uploads
from lib.work.erasure import erase_user
from lib.work.services import Services
from lib.worker import reconciliation, retention
from lib.worker.reconciliation import Reconciliation, Report
from tests.support.audio import recording
from tests.support.services import Room, new_room

DATA = recording("audio/wav", 0.5)


@pytest.fixture(autouse=True)
def everything_is_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at what was written just now, too."""
    monkeypatch.setattr(reconciliation, "SETTLED_AFTER", timedelta(seconds=-2))


@pytest.fixture
def room(services: Services) -> Room:
    """A room in a bucket that agrees with its rows, whatever other tests left behind."""
    reconcile(new_room(services), repair=True, delete_orphans=True)
    return new_room(services)


def reconcile(room: Room, *, repair: bool = False, delete_orphans: bool = False) -> Report:
    return Reconciliation(
        room.caller, room.storage, repair=repair, delete_orphans=delete_orphans
    ).run()


def found(report: Report, room: Room) -> dict[str, int]:
    """Findings about this room; other tests' rooms share the bucket."""
    mine = {
        kind: sum(f"/{room.session_id}/" in key for key in keys)
        for kind, keys in report.samples.items()
    }
    return {kind: number for kind, number in mine.items() if number}


def test_a_bucket_that_agrees_with_its_rows_has_no_findings(room: Room) -> None:
    room.begin(recording("audio/wav", 0.6))
    room.stored(DATA)
    report = reconcile(room)
    assert found(report, room) == {}
    assert report.complete
    assert report.rows >= 2
    assert report.objects == sum(report.ages.values()) >= 1
    assert report.bytes >= len(DATA)


def test_a_row_whose_object_is_lost_is_found_and_marked(room: Room) -> None:
    row = room.stored(DATA)
    delete_recordings(room.storage, [row.key], versioned=False)
    assert found(reconcile(room), room) == {"row_without_object": 1}
    assert room.row(row.id).status == "stored"
    assert reconcile(room, repair=True).repaired["row_without_object"] == 1
    assert room.row(row.id).status == "missing"
    assert found(reconcile(room), room) == {}


def test_an_object_without_row_is_found_and_deleted_only_when_that_is_asked_for(
    room: Room,
) -> None:
    key = str(AudioKey.new(room.session_id, "audio/wav"))
    put_small(room.storage, "ingest", key, DATA, "audio/wav")
    assert found(reconcile(room, repair=True), room) == {"object_without_row": 1}
    assert room.objects() == [key]
    reconcile(room, delete_orphans=True)
    assert room.objects() == []


def test_a_waveform_without_its_recording_is_deleted(room: Room) -> None:
    key = peaks_key(str(AudioKey.new(room.session_id, "audio/wav")))
    put_small(room.storage, "analysis", key, b"{}", "application/json")
    assert found(reconcile(room), room) == {"waveform_without_audio": 1}
    reconcile(room, repair=True)
    assert room.objects() == []


def test_an_object_that_should_be_deleted_is(room: Room) -> None:
    row = room.expiring(DATA)
    retention.expire_due(room.services.worker_caller, room.storage, lambda: False)
    put_small(room.storage, "ingest", row.key, DATA, "audio/wav")  # as a late upload would
    report = reconcile(room)
    assert found(report, room) == {"not_deleted": 1}
    assert report.repaired["not_deleted"] >= 1
    assert room.objects() == []


def test_an_object_that_was_replaced_after_its_analysis_is_found_and_marked(room: Room) -> None:
    row = room.stored(DATA)
    found_out = analyse(room.storage, row.key, row.bytes, row.sha256)
    audio_objects.mark_analysed(
        room.caller,
        id=row.id,
        analysis="ready",
        duration_ms=found_out.duration_ms,
        peaks_key=found_out.peaks_key,
        etag=found_out.etag,
    )
    assert found(reconcile(room), room) == {}
    put_small(room.storage, "ingest", row.key, DATA[:-1] + b"x", "audio/wav")
    assert found(reconcile(room), room) == {"replaced": 1}
    reconcile(room, repair=True)
    assert (room.row(row.id).analysis, room.row(row.id).reason) == ("corrupt", "replaced")


def test_a_lost_waveform_is_reported(room: Room) -> None:
    row = room.stored(DATA)
    found_out = analyse(room.storage, row.key, row.bytes, row.sha256)
    audio_objects.mark_analysed(
        room.caller,
        id=row.id,
        analysis="ready",
        peaks_key=found_out.peaks_key,
        etag=found_out.etag,
    )
    delete(room.storage, "retention", [found_out.peaks_key])
    assert found(reconcile(room), room) == {"row_without_waveform": 1}


def test_a_foreign_key_is_reported_and_left_alone(room: Room) -> None:
    key = f"audio/v1/2026/01/01/{room.session_id}/notes.txt"
    put_small(room.storage, "ingest", key, b"x", "text/plain")
    assert found(reconcile(room, repair=True, delete_orphans=True), room) == {"unknown_key": 1}
    assert room.objects() == [key]
    room.storage.client("admin").delete_object(Bucket=room.storage.bucket, Key=key)


def test_what_may_be_work_in_progress_is_left_out(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = str(AudioKey.new(room.session_id, "audio/wav", datetime.now(UTC)))
    put_small(room.storage, "ingest", key, DATA, "audio/wav")
    monkeypatch.setattr(reconciliation, "SETTLED_AFTER", timedelta(hours=1))
    assert found(reconcile(room, repair=True, delete_orphans=True), room) == {}


def test_a_run_that_is_stopped_says_that_it_is_not_complete(room: Room) -> None:
    room.stored(DATA)
    stopped = Reconciliation(room.caller, room.storage, stop=lambda: True).run()
    assert not stopped.complete


def test_a_waveform_that_was_written_while_its_recording_ended_goes_too(room: Room) -> None:
    row = room.expiring(DATA)
    retention.expire_due(room.services.worker_caller, room.storage, lambda: False)
    put_small(room.storage, "analysis", peaks_key(row.key), b"{}", "application/json")
    assert found(reconcile(room), room) == {"not_deleted": 1}
    assert room.objects() == []


def test_an_upload_that_comes_after_it_was_given_up_is_stored(room: Room) -> None:
    begun = room.begin(DATA)
    audio_objects.mark_missing(room.caller, id=begun.audio.id, reason="never_uploaded")
    assert room.send(begun, DATA) == 200
    assert found(reconcile(room), room) == {"late_upload": 1}
    row = room.row(begun.audio.id)
    assert (row.status, row.analysis, row.reason) == ("stored", "pending", None)
    assert found(reconcile(room), room) == {}


def test_what_an_analysis_did_not_compare_is_not_different(room: Room) -> None:
    row = room.begin(DATA).audio
    put_small(room.storage, "ingest", row.key, DATA, "audio/wav")
    audio_objects.mark_stored(room.caller, id=row.id)
    audio_objects.mark_analysed(room.caller, id=row.id, analysis="ready", duration_ms=500)
    assert found(reconcile(room, repair=True), room) == {}
    assert room.row(row.id).analysis == "ready"


def test_an_upload_after_its_users_erasure_is_deleted_at_once(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = new_room(services)
    begun = room.begin(DATA)
    key = services.settings.service_key
    assert key is not None
    erase_user(room.caller, room.storage, room.clerk_id, key.get_secret_value())
    assert room.send(begun, DATA) == 200
    monkeypatch.setattr(reconciliation, "SETTLED_AFTER", timedelta(hours=1))
    report = reconcile(room)
    assert found(report, room) == {"session_erased": 1}
    assert report.leaves_nothing_erased()
    assert room.objects() == []


def test_one_object_that_fails_does_not_end_the_comparison(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms = [new_room(services) for _ in range(2)]
    for room in rooms:
        begun = room.begin(DATA)
        audio_objects.mark_missing(room.caller, id=begun.audio.id)
        room.send(begun, DATA)
    complete = uploads.complete
    first: list[object] = []

    def failing_once(*args: Any) -> AudioObject:
        if not first:
            first.append(args)
            raise RuntimeError("of this one only")
        return complete(*args)

    monkeypatch.setattr(uploads, "complete", failing_once)
    report = reconcile(rooms[0])
    assert report.failed == 1
    assert not report.leaves_nothing_erased()
    assert report.repaired["late_upload"] >= 1
    monkeypatch.undo()
