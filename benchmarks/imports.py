"""What bulk import costs: `python -m lib import` of 10,000 sessions of 12 turns of 25 words.

The command runs as an operator runs it, its start included, into an empty deployment and then once
more, when everything is there. Users come with their sessions, 50 sessions each. Rates are medians
of three runs. The importer's processor time and memory are figures of the product; the rate depends
on the local runtime, whose processor time says nothing of production: there, Convex does its work.

With recordings, the bucket is the bound: beside them, the same bytes put into the bucket alone,
over as many connections.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.dataset import Dataset, empty_set, turns
from benchmarks.figures import Figure
from benchmarks.sampling import processor_seconds
from lib.storage.client import ensure_bucket
from lib.storage.objects import put_small
from lib.work.importing.run import WRITERS
from local.children import stop_all
from local.processes import storage
from tests.support.audio import recording

SESSIONS = 10_000
FEW = 1_000
TURNS = 12
WORDS = 25
SESSIONS_PER_USER = 50
RUNS = 3
RECORDINGS = 300
RECORDING_SECONDS = 4.0
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Done:
    """One run of the command.

    Attributes:
        seconds: until it ended.
        importer: its processor seconds.
        runtime: those of the Convex runtime meanwhile.
        mib: its largest resident memory.
    """

    seconds: float
    importer: float
    runtime: float
    mib: float


def measure() -> Iterator[Figure]:
    """Yield rates, processor time of either side, memory, and what recordings add."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        few, many = archive(folder, FEW), archive(folder, SESSIONS)
        with empty_set() as data:
            small = imported(data, few)
        first, again = [], []
        for _ in range(RUNS):
            with empty_set() as data:
                first.append(imported(data, many))
                again.append(imported(data, many))
        with empty_set() as data:
            with_sound, bare = recordings(data, folder)
    count = SESSIONS * TURNS
    rate = statistics.median(count / done.seconds for done in first)
    yield Figure("turns imported", rate, "/s", at_least=10_000)
    yield Figure(
        "turns found again", statistics.median(count / done.seconds for done in again), "/s"
    )
    for name, seconds in (
        ("importer, a turn: processor time", [done.importer for done in first]),
        ("local runtime, a turn: processor time", [done.runtime for done in first]),
    ):
        yield Figure(name, 1e6 * min(seconds) / count, "us")
    most = max(done.mib for done in first)
    yield Figure("memory of the importer at its peak", most, "MiB")
    yield Figure(f"... / with {FEW:,} sessions", most / small.mib, "times", at_most=1.1)
    yield Figure("sessions with a recording each", with_sound, "/s")
    yield Figure("... / the bucket alone", 100 * with_sound / bare, "%")


def archive(folder: Path, sessions: int) -> Path:
    """Write a file of so many sessions, always the same."""
    path = folder / f"{sessions}.jsonl"
    said = [row["text"].split() for number in range(200) for row in turns(number)]
    words = [word for text in said for word in text]
    rng = random.Random(sessions)  # noqa: S311  # chance, not secrets
    with path.open("w") as file:
        for number in range(sessions):
            file.write(json.dumps(session(number, words, rng)) + "\n")
    return path


def session(number: int, words: list[str], rng: random.Random) -> dict[str, Any]:
    """Write a session with its turns; every second one is the assistant's, with its figures."""
    start = FIRST + timedelta(minutes=20 * number)
    spoken: list[dict[str, Any]] = []
    for place in range(TURNS):
        turn = {"text": " ".join(rng.choices(words, k=WORDS)), "startedAtMs": 9_000 * place}
        if place % 2:
            figures = {"ttftMs": rng.randint(200, 900), "latencyMs": rng.randint(900, 3_000)}
            tokens = {"tokensIn": 400 + place, "tokensOut": 33, "cost": 0.0004}
            spoken.append({"speaker": "assistant", **turn, **tokens, **figures})
        else:
            spoken.append({"speaker": "user", **turn, "durationMs": 8_000})
    return {
        "externalId": f"import-{number:06}",
        "user": {"clerkId": f"user_import{number // SESSIONS_PER_USER:05}", "name": "Robin Stone"},
        "channel": "voice",
        "startedAt": start.isoformat(),
        "endedAt": (start + timedelta(minutes=3)).isoformat(),
        "interactions": spoken,
    }


def imported(data: Dataset, path: Path) -> Done:
    """Run the command.

    Raises:
        RuntimeError: it refused something, or failed.
    """
    before, began = processor_seconds(data.pid), time.monotonic()
    with subprocess.Popen(  # noqa: S603  # ourselves
        [sys.executable, "-m", "lib", "import", str(path)],
        env={**os.environ, **data.stack.app_environment()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"the import ended with {process.returncode}")
    return Done(
        seconds=time.monotonic() - began,
        importer=usage.ru_utime + usage.ru_stime,
        runtime=processor_seconds(data.pid) - before,
        mib=usage.ru_maxrss / 1024,
    )


def recordings(data: Dataset, folder: Path) -> tuple[float, float]:
    """Import sessions with a recording each; return the rate, and that of the bucket alone."""
    bucket = storage(data.stack)
    bucket.start()
    try:
        while not bucket.is_ready():
            time.sleep(0.05)
        ensure_bucket(data.services.settings)
        sound = recording("audio/wav", RECORDING_SECONDS)
        (folder / "call.wav").write_bytes(sound)
        path = folder / "recordings.jsonl"
        rng = random.Random(0)  # noqa: S311  # chance, not secrets
        lines = (session(number, ["sound"], rng) for number in range(RECORDINGS))
        path.write_text("".join(json.dumps({**line, "audio": "call.wav"}) + "\n" for line in lines))
        done = imported(data, path)
        began = time.monotonic()
        with ThreadPoolExecutor(WRITERS) as pool:
            keys = (f"audio/bare/{number}.wav" for number in range(RECORDINGS))
            list(pool.map(lambda key: put(data, key, sound), keys))
        return RECORDINGS / done.seconds, RECORDINGS / (time.monotonic() - began)
    finally:
        stop_all([bucket], lambda _line: None)


def put(data: Dataset, key: str, sound: bytes) -> None:
    """Put a recording into the bucket, and nothing else."""
    put_small(data.services.storage, "ingest", key, sound, "audio/wav")
