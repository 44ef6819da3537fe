"""The decoding child stays small, and nothing that happens to it harms its parent."""

from __future__ import annotations

import hashlib
import io
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from lib.storage.client import Storage
from lib.storage.decode import UnplayableError
from lib.storage.errors import ObjectMissingError, StorageError
from lib.storage.keys import AudioKey
from lib.storage.upload import upload
from lib.work.services import Services
from lib.worker import analyser as analyser_module
from lib.worker.analyser import Analyser
from tests.support.audio import noise_wav, recording
from tests.support.s3 import LocalS3, settings_for

MIB = 1024 * 1024


@pytest.fixture
def analyser(services: Services) -> Iterator[Analyser]:
    made = Analyser(services.storage)
    yield made
    made.close()


def stored(storage: Storage, data: bytes) -> tuple[str, int, str]:
    key = str(AudioKey.new("a" * 31, "audio/wav"))
    sha256 = hashlib.sha256(data).hexdigest()
    upload(storage, key, io.BytesIO(data), len(data), sha256)
    return key, len(data), sha256


def child_of(analyser: Analyser) -> int:
    assert analyser._child is not None
    return analyser._child.pid


def test_a_recording_of_64_mib_is_analysed_in_under_150_mb(
    services: Services, analyser: Analyser
) -> None:
    found = analyser.analyse(*stored(services.storage, noise_wav(64 * MIB)))
    assert found.duration_ms > 30 * 60 * 1000
    status = Path(f"/proc/{child_of(analyser)}/status").read_text()
    peak = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert peak is not None
    assert int(peak[1]) * 1024 < 150 * 1000 * 1000


def test_the_operations_of_the_child_are_recorded_by_the_parent(
    services: Services, analyser: Analyser
) -> None:
    services.recorder.drain()
    analyser.analyse(*stored(services.storage, recording("audio/wav")))
    seen = {
        item["dimensions"]["operation"]
        for batch in services.recorder.drain()
        for item in batch.rollups
        if item["metric"] == "storage.operation"
    }
    assert {"HeadObject", "GetObject", "PutObject"} <= seen


def test_the_child_has_no_secret_but_its_own_credentials(
    services: Services, analyser: Analyser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLERK_SECRET_KEY", "sk_test_hidden")
    monkeypatch.setenv("EARSHOT_SERVICE_KEY", "hidden")
    monkeypatch.setenv("S3_SECRET_ACCESS_KEY", "hidden")
    analyser.analyse(*stored(services.storage, recording("audio/wav")))
    pid = child_of(analyser)
    visible = Path(f"/proc/{pid}/environ").read_bytes() + Path(f"/proc/{pid}/cmdline").read_bytes()
    assert b"hidden" not in visible
    secret = services.settings.s3_secret_access_key
    assert secret is not None
    assert secret.get_secret_value().encode() not in visible


def test_a_child_that_was_killed_once_is_not_held_against_the_recording(
    services: Services, analyser: Analyser
) -> None:
    task = stored(services.storage, recording("audio/wav"))
    analyser.analyse(*task)
    os.kill(child_of(analyser), signal.SIGKILL)
    assert analyser.analyse(*task).duration_ms == 2000


def test_a_child_that_hangs_is_ended_and_the_recording_refused(
    services: Services, s3: LocalS3, monkeypatch: pytest.MonkeyPatch
) -> None:
    analyser = Analyser(services.storage)
    task = stored(services.storage, recording("audio/wav"))
    monkeypatch.setattr(analyser_module, "BASE_SECONDS", 0.5)
    monkeypatch.setattr(analyser_module, "SECONDS_PER_MIB", 0.0)
    s3.signal(signal.SIGSTOP)
    try:
        with pytest.raises(UnplayableError) as caught:
            analyser.analyse(*task)
    finally:
        s3.signal(signal.SIGCONT)
        analyser.close()
    assert caught.value.flaw == "decoder_failed"


def test_a_missing_object_and_an_endpoint_that_is_down_are_told_apart(
    services: Services, analyser: Analyser, s3: LocalS3
) -> None:
    with pytest.raises(ObjectMissingError):
        analyser.analyse(str(AudioKey.new("a" * 31, "audio/wav")), 1, "0" * 64)
    down = Storage(settings_for(s3.endpoint, S3_ENDPOINT_URL="http://127.0.0.1:9"), lambda _: None)
    other = Analyser(down)
    with pytest.raises(StorageError) as caught:
        other.analyse(str(AudioKey.new("a" * 31, "audio/wav")), 1, "0" * 64)
    assert caught.value.failure == "connection"
    other.close()
    down.close()


def test_closing_twice_or_unused_is_harmless(services: Services) -> None:
    unused = Analyser(services.storage)
    unused.close()
    unused.close()
