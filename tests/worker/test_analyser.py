"""The decoding child stays small, and nothing that happens to it harms its parent."""

from __future__ import annotations

import hashlib
import io
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lib.storage import client as client_module
from lib.storage.client import Storage
from lib.storage.decode import UnplayableError
from lib.storage.errors import ObjectMissingError, StorageError
from lib.storage.formats import FORMATS
from lib.storage.keys import AudioKey
from lib.storage.upload import upload
from lib.work.services import Services
from lib.worker import analyser as analyser_module
from lib.worker.analyser import Analyser, Decoder
from tests.support.audio import noise_wav, recording
from tests.support.s3 import LocalS3, settings_for

ROOT = Path(__file__).parents[2]
MIB = 1024 * 1024


@pytest.fixture
def analyser(services: Services) -> Iterator[Analyser]:
    made = Analyser(services.storage)
    yield made
    made.close()


def stored(storage: Storage, data: bytes, content_type: str = "audio/wav") -> tuple[str, int, str]:
    key = str(AudioKey.new("a" * 31, content_type))
    sha256 = hashlib.sha256(data).hexdigest()
    upload(storage, key, io.BytesIO(data), len(data), sha256)
    return key, len(data), sha256


def playing(body: str) -> tuple[str, str]:
    """Return a child that does something else than decoding."""
    return "-c", (
        "from lib.worker import decoder_process as child\n"
        "def measure(source, audio_format):\n"
        f"    {body}\n"
        "child.measure = measure\n"
        "child.main()\n"
    )


def child_of(analyser: Analyser) -> int:
    assert analyser._child is not None
    return analyser._child.process.pid


def test_a_recording_of_64_mib_is_analysed_in_under_150_mb(
    services: Services, analyser: Analyser
) -> None:
    found = analyser.analyse(*stored(services.storage, noise_wav(64 * MIB)))
    assert found.duration_ms > 30 * 60 * 1000
    status = Path(f"/proc/{child_of(analyser)}/status").read_text()
    peak = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert peak is not None
    assert int(peak[1]) * 1024 < 150 * 1000 * 1000


def test_every_format_and_what_is_none_is_told_by_one_confined_child(
    services: Services, analyser: Analyser
) -> None:
    first = None
    for audio_format in FORMATS:
        data = recording(audio_format.content_type)
        task = stored(services.storage, data, audio_format.content_type)
        assert abs(analyser.analyse(*task).duration_ms - 2000) < 50
        first = first or child_of(analyser)
        cut = stored(services.storage, data[:40], audio_format.content_type)
        with pytest.raises(UnplayableError) as caught:
            analyser.analyse(*cut)
        assert caught.value.flaw != "decoder_failed"
    assert child_of(analyser) == first


def test_the_operations_of_an_analysis_are_recorded(services: Services, analyser: Analyser) -> None:
    services.recorder.drain()
    analyser.analyse(*stored(services.storage, recording("audio/wav")))
    seen = {
        item["dimensions"]["operation"]
        for batch in services.recorder.drain()
        for item in batch.rollups
        if item["metric"] == "storage.operation"
    }
    assert {"HeadObject", "GetObject", "PutObject"} <= seen


def test_the_child_is_given_no_secret(
    services: Services, analyser: Analyser, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = services.settings.s3_secret_access_key
    assert secret is not None
    for name in ("CLERK_SECRET_KEY", "DATABASE_URL", "AWS_SESSION_TOKEN", "HOME", "PYTHONPATH"):
        monkeypatch.setenv(name, "hidden")
    analyser.analyse(*stored(services.storage, recording("audio/wav")))
    folder = Path(f"/proc/{child_of(analyser)}")
    visible = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
    assert b"hidden" not in visible
    assert secret.get_secret_value().encode() not in visible
    assert sorted(path.name for path in (folder / "fd").iterdir()) == ["0", "1", "2"]


def test_a_decoder_that_was_taken_over_can_do_nothing_but_decode() -> None:
    child = Decoder.start(("-m", "tests.worker.hostile_decoder"))
    try:
        child._write(b"{}\n")
        attempts = child._next(30)[0]["attempts"]
    finally:
        child.end()
    assert len(attempts) > 20
    assert {name: outcome for name, outcome in attempts.items() if outcome == "done"} == {}


def test_memory_of_this_process_is_hidden_from_others_of_the_same_user() -> None:
    program = """
import ctypes, os, sys
from lib.worker.confinement import NOBODY, hide_memory
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(NOBODY); os.setuid(NOBODY)
ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # as any process that has not changed its user
def environment_is_seen():
    if (child := os.fork()) == 0:
        try:
            open(f"/proc/{os.getppid()}/environ", "rb").read()
        except PermissionError:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
before = environment_is_seen()
hide_memory()
print(before, environment_is_seen())
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "False"]


@pytest.mark.parametrize(
    "body",
    [
        "child.say({'found': {}})",
        "child.say({'found': 'x'})",
        "child.say({'flaw': 'of my own'})",
        "child.say({'read': [-1, 10]})",
        "child.say({'read': 'x'})",
        "child.say({'isFiltered': True})",
        "child.say([])",
        "print('{')",
        "print('NaN', flush=True)",
        "print('x' * 10**8)",
        "from lib.storage.peaks import Peaks; return Peaks(10**15, 8000, 1, 64, [[]], [])",
        "raise KeyError",
    ],
)
def test_what_the_child_says_is_checked(
    body: str, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    liar = Analyser(services.storage, playing(body))
    with pytest.raises(UnplayableError) as caught:
        liar.analyse(*stored(services.storage, recording("audio/wav")))
    liar.close()
    assert caught.value.flaw == "decoder_failed"


def test_a_child_that_was_killed_once_is_not_held_against_the_recording(
    services: Services, analyser: Analyser
) -> None:
    task = stored(services.storage, recording("audio/wav"))
    analyser.analyse(*task)
    os.kill(child_of(analyser), signal.SIGKILL)
    assert analyser.analyse(*task).duration_ms == 2000


def test_a_child_that_hangs_is_ended_and_the_recording_refused(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analyser_module, "BASE_SECONDS", 5.0)
    analyser = Analyser(services.storage, playing("while True: pass"))
    with pytest.raises(UnplayableError) as caught:
        analyser.analyse(*stored(services.storage, recording("audio/wav")))
    analyser.close()
    assert caught.value.flaw == "decoder_failed"


def test_a_bucket_that_hangs_is_not_held_against_the_recording(
    services: Services, analyser: Analyser, s3: LocalS3, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = stored(services.storage, recording("audio/wav"))
    monkeypatch.setitem(client_module._WAITS, "work", client_module._Waits(0.5, 0.5, 1))
    impatient = Storage(services.settings, lambda _: None)
    s3.signal(signal.SIGSTOP)
    try:
        with pytest.raises(StorageError) as caught:
            Analyser(impatient).analyse(*task)
    finally:
        s3.signal(signal.SIGCONT)
        impatient.close()
    assert not isinstance(caught.value, ObjectMissingError)
    assert analyser.analyse(*task).duration_ms == 2000


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
