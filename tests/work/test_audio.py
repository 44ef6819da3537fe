"""From announcement to waveform, with real functions, a real bucket and the real decoder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from lib.data import Caller, Refused, audio_objects, audit
from lib.data.records import AudioObject
from lib.storage.client import Storage
from lib.storage.decode import UnplayableError
from lib.storage.deletion import delete_recordings
from lib.storage.errors import ObjectMissingError, StorageError
from lib.storage.objects import put_small
from lib.work import playback, uploads
from lib.work.services import Services
from lib.worker import analysis_job, retention
from lib.worker.analyser import Analyser
from tests.support.audio import recording
from tests.support.convex import ConvexRuntime
from tests.support.s3 import LocalS3, settings_for
from tests.support.services import Room, new_room

DATA = recording("audio/mpeg", 2.0)


def never() -> bool:
    return False


@pytest.fixture(scope="module")
def analyser(services: Services) -> Iterator[Analyser]:
    made = Analyser(services.storage)
    yield made
    made.close()


def analyse(room: Room, analyser: Analyser) -> dict[str, int]:
    return analysis_job.analyse_due(room.services.worker_caller, room.storage, analyser, never)


def test_an_upload_becomes_a_playable_recording_with_a_waveform(
    room: Room, analyser: Analyser
) -> None:
    row = room.stored(DATA, "audio/mpeg")
    assert (row.status, row.analysis) == ("stored", "pending")
    analyse(room, analyser)
    ready = room.row(row.id)
    assert ready.analysis == "ready"
    assert ready.duration_ms == pytest.approx(2000, abs=60)
    document = json.loads(playback.waveform(room.storage, ready) or b"")
    assert document["durationMs"] == ready.duration_ms
    issued = playback.issue_url(room.caller, room.storage, row.id)
    with httpx.Client(trust_env=False) as http:
        assert http.get(issued.url).content == DATA


def test_completing_again_changes_nothing(room: Room) -> None:
    begun = room.begin(DATA, "audio/mpeg")
    room.send(begun, DATA)
    assert room.complete(begun) == room.complete(begun)


def test_beginning_again_before_the_upload_gives_the_same_row(room: Room) -> None:
    first, again = (room.begin(DATA, "audio/mpeg").audio for _ in range(2))
    assert (again.id, again.key) == (first.id, first.key)
    assert again.created_at > first.created_at


def test_an_upload_that_comes_after_it_was_given_up_is_stored(room: Room) -> None:
    begun = room.begin(DATA, "audio/mpeg")
    audio_objects.mark_missing(room.caller, id=begun.audio.id, reason="never_uploaded")
    with pytest.raises(ObjectMissingError):
        room.complete(begun)
    room.send(begun, DATA)
    row = room.complete(begun)
    assert (row.status, row.analysis, row.reason) == ("stored", "pending", None)


def test_an_upload_that_comes_after_its_window_is_refused(room: Room) -> None:
    row = room.expiring(DATA)
    retention.expire_due(room.services.worker_caller, room.storage, never)
    with pytest.raises(uploads.EndedError):
        uploads.complete(room.caller, room.services.worker_caller, room.storage, row.id)


def test_one_upload_that_fails_does_not_stop_the_sweep(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = [(made := new_room(services), made.begin(DATA, "audio/mpeg")) for _ in range(2)]
    for made, upload in begun:
        made.send(upload, DATA)
    stuck = begun[0][1].audio.id
    complete = uploads.complete

    def failing(caller: Caller, worker: Any, storage: Storage, audio_id: str) -> AudioObject:
        if audio_id == stuck:
            raise RuntimeError("of this one only")
        return complete(caller, worker, storage, audio_id)

    monkeypatch.setattr(uploads, "ABANDONED_AFTER", timedelta(seconds=-5))
    monkeypatch.setattr(uploads, "complete", failing)
    counts = uploads.sweep(services.worker_caller, services.storage, never)
    assert counts["failed"] == 1
    assert begun[1][0].row(begun[1][1].audio.id).status == "stored"


def test_nothing_is_stored_before_the_bytes_are_there(room: Room) -> None:
    begun = room.begin(DATA, "audio/mpeg")
    with pytest.raises(ObjectMissingError):
        room.complete(begun)
    assert room.row(begun.audio.id).status == "pending"


@pytest.fixture
def denied(services: Services) -> Iterator[Storage]:
    """The bucket as a process sees it whose credentials for uploads are refused."""
    credentials = {"ingest": "revoked:revoked-secret-key"}
    settings = services.settings.model_copy(update={"s3_role_credentials": credentials})
    made = Storage(settings, lambda _: None)
    yield made
    made.close()


@pytest.mark.parametrize("is_uploaded", [True, False])
def test_refused_credentials_are_not_told_as_a_missing_upload(
    room: Room, denied: Storage, is_uploaded: bool
) -> None:
    begun = room.begin(DATA, "audio/mpeg")
    if is_uploaded:
        room.send(begun, DATA)
    with pytest.raises(StorageError) as caught:
        uploads.complete(room.caller, room.services.worker_caller, denied, begun.audio.id)
    assert isinstance(caught.value, ObjectMissingError) == (not is_uploaded)
    assert room.row(begun.audio.id).status == "pending"


def test_an_unknown_recording_cannot_be_completed(room: Room) -> None:
    with pytest.raises(LookupError):
        uploads.complete(room.caller, room.services.worker_caller, room.storage, "k" * 31)


@pytest.mark.parametrize(
    ("data", "flaw"),
    [
        (b"<!doctype html><script>alert(1)</script>", "mislabelled"),
        (recording("audio/ogg"), "mislabelled"),
    ],
)
def test_what_is_no_such_recording_is_refused_with_a_reason(
    room: Room, data: bytes, flaw: str
) -> None:
    begun = room.begin(data, "audio/mpeg")
    room.send(begun, data)
    for _ in range(2):
        with pytest.raises(UnplayableError) as caught:
            room.complete(begun)
        assert caught.value.flaw == flaw
    row = room.row(begun.audio.id)
    assert (row.status, row.analysis, row.reason) == ("stored", "corrupt", flaw)
    with pytest.raises(playback.NotPlayableError) as refused:
        playback.issue_url(room.caller, room.storage, row.id)
    assert (refused.value.state, refused.value.reason) == ("corrupt", flaw)


def test_another_length_than_announced_is_refused(room: Room) -> None:
    begun = room.begin(DATA, "audio/mpeg")
    put_small(room.storage, "ingest", begun.audio.key, DATA[:-1], "audio/mpeg")
    with pytest.raises(UnplayableError) as caught:
        room.complete(begun)
    assert caught.value.flaw == "length_differs"


def test_other_bytes_of_the_same_length_are_found_out(room: Room, analyser: Analyser) -> None:
    begun = room.begin(DATA, "audio/mpeg")
    put_small(room.storage, "ingest", begun.audio.key, DATA[:-1] + b"x", "audio/mpeg")
    row = room.complete(begun)
    analyse(room, analyser)
    assert room.row(row.id).reason == "checksum_differs"


def test_a_recording_that_vanished_is_marked_missing(room: Room, analyser: Analyser) -> None:
    row = room.stored(DATA, "audio/mpeg")
    delete_recordings(room.storage, [row.key], versioned=False)
    analyse(room, analyser)
    assert (room.row(row.id).status, room.row(row.id).reason) == ("missing", "lost")


def test_every_url_is_on_the_audit_trail_under_the_listeners_name(
    room: Room, convex: ConvexRuntime
) -> None:
    row = room.stored(DATA, "audio/mpeg")
    listener = convex.member("viewer", f"user_{room.session_id}")
    playback.issue_url(listener, room.storage, row.id)
    playback.issue_url(listener, room.storage, row.id, renewal=True)
    trail = audit.page(
        convex.member("admin"), cursor=None, limit=50, actor_id=f"user_{room.session_id}"
    )
    assert [event.action for event in trail.items] == ["audio.renew", "audio.play"]
    assert {event.subject_id for event in trail.items} == {row.id}


def test_who_may_not_listen_gets_no_url(room: Room, convex: ConvexRuntime) -> None:
    row = room.stored(DATA, "audio/mpeg")
    with pytest.raises(Refused):
        playback.issue_url(convex.member("stranger"), room.storage, row.id)


def test_what_is_not_there_says_why(room: Room) -> None:
    begun = room.begin(DATA, "audio/mpeg")
    with pytest.raises(playback.NotPlayableError) as caught:
        playback.issue_url(room.caller, room.storage, begun.audio.id)
    assert caught.value.state == "pending"
    assert playback.waveform(room.storage, begun.audio) is None


def test_a_recording_that_may_not_be_read_is_not_taken_for_lost(room: Room, s3: LocalS3) -> None:
    row = room.stored(DATA, "audio/mpeg")
    powerless = Storage(
        settings_for(s3.endpoint, S3_ROLE_CREDENTIALS={"analysis": "nobody:nothing"}),
        lambda _: None,
    )
    unable = Analyser(powerless)
    counts = analysis_job.analyse_due(room.services.worker_caller, powerless, unable, never)
    unable.close()
    powerless.close()
    assert counts["failed"] >= 1
    assert (room.row(row.id).status, room.row(row.id).analysis) == ("stored", "pending")
