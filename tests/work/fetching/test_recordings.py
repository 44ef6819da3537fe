"""A link becomes a stored recording of its session, or says why not and when to try again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from lib.data import audio_objects
from lib.formats.conversation import RecordingLink
from lib.work.fetching.guarded import Fetcher
from lib.work.fetching.recordings import Fetched, fetch_recording
from tests.support.audio import recording
from tests.support.services import Room
from tests.work.fetching.hostile_host import PUBLIC, Host, Internet, a_host, leads_to, says

API = "api.vapi.ai"
STORE = "bucket.s3.eu-central-1.amazonaws.com"


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    with a_host(tmp_path, API, STORE) as made:
        yield made


def fetch(host: Host, room: Room, *urls: str, tries: int = 1, kind: str = "vapi") -> Fetched:
    fetcher = Fetcher(lambda _: [PUBLIC], Internet({PUBLIC: host.port}), host.trusted)
    return fetch_recording(
        RecordingLink(urls, ("user", "assistant")),
        kind=kind,
        session_id=room.session_id,
        worker=room.services.worker_caller,
        storage=room.storage,
        fetcher=fetcher,
        key="vendor-key",
        tries=tries,
    )


def test_a_link_of_vapi_is_stored_once_and_analysed_like_an_upload(host: Host, room: Room) -> None:
    host.on("/call/1/stereo-recording", leads_to(f"https://{STORE}/signed?x=1"))
    host.on("/signed?x=1", says("200 OK", recording("audio/wav", 1.0)))
    url = f"https://{API}/call/1/stereo-recording"
    assert fetch(host, room, url) == Fetched("stored")
    assert fetch(host, room, url) == Fetched("present")
    (row,) = audio_objects.for_session(room.services.worker_caller(), room.session_id)
    assert (row.status, row.analysis, row.content_type) == ("stored", "pending", "audio/wav")
    assert [asked.headers.get("authorization") for asked in host.asked[:2]] == [
        "Bearer vendor-key",
        None,
    ]


def test_the_next_link_is_tried_if_one_has_expired(host: Host, room: Room) -> None:
    host.on("/old", says("403 Forbidden"))
    host.on("/new", says("200 OK", recording("audio/wav", 1.0)))
    assert fetch(host, room, f"https://{STORE}/old", f"https://{API}/new").outcome == "stored"


def test_what_may_pass_says_when_to_try_again_and_is_given_up_in_the_end(
    host: Host, room: Room
) -> None:
    host.on("/busy", says("503 Unavailable"))
    url = f"https://{STORE}/busy"
    first = fetch(host, room, url)
    assert (first.failure, first.retry_in) == ("busy", timedelta(minutes=1))
    assert fetch(host, room, url, tries=6).retry_in is None


def test_what_is_no_recording_is_refused_for_good(host: Host, room: Room) -> None:
    host.on("/page", says("200 OK", b"<html>" + uuid4().hex.encode(), content_type="audio/wav"))
    made = fetch(host, room, f"https://{STORE}/page")
    assert (made.outcome, made.retry_in) == ("failed", None)
    assert "not of an accepted format" in made.reason
    assert list(audio_objects.for_session(room.services.worker_caller(), room.session_id)) == []


def test_a_kind_without_a_list_of_hosts_fetches_nothing(host: Host, room: Room) -> None:
    made = fetch(host, room, f"https://{STORE}/page", kind="otlp")
    assert (made.failure, made.retry_in, host.asked) == ("not_allowed", None, [])
