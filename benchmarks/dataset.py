"""One large data set for all benchmarks: 1,000, 10,000 or 100,000 sessions of 12 turns each.

Made once through `lib.data` and the real functions, and kept as the runtime's own data folder under
`EARSHOT_BENCH_CACHE` (default `.earshot-bench`). A larger set grows out of the next smaller one,
and a set that was interrupted goes on. Each benchmark works on a copy, so it may write.

    python -m benchmarks.dataset 10000     makes the set of that size, if it is not there yet
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lib.config.settings import Settings
from lib.data import Caller, interactions, user_sessions, users
from lib.data.records import NewInteraction
from lib.work.services import Services
from local.children import stop_all
from local.demo.corpus import Speaker, families
from local.demo.dialogue import Cast, build
from local.demo.progress import bars
from local.processes import convex
from local.stack import Stack, free_ports
from tests.support.stack import RunningStack, running_stack

SIZES = (1_000, 10_000, 100_000)
TURNS = 12
SESSIONS_PER_USER = 50

NEWEST = datetime(2026, 9, 1, tzinfo=UTC)
"""Start of the last session of the largest set; the others lie before it, 5 minutes apart."""
SPACING = timedelta(minutes=5)

COMMON_WORD = "the"
RARE_WORDS = (
    "heron",
    "basalt",
    "quince",
    "gazelle",
    "orchid",
    "saffron",
    "thimble",
    "walrus",
    "zephyr",
    "granite",
    "juniper",
    "mallard",
    "nutmeg",
    "obsidian",
    "parsnip",
    "quartz",
)
"""Each is in `RARE_SHARE` of all turns, independently; the scenes themselves use none of them."""
RARE_SHARE = 0.005

FUNCTIONS = Path(__file__).resolve().parent.parent / "convex"

_MODELS = (("aurora", "aurora-4"), ("meridian", "meridian-large"), ("kestrel", "kestrel-8b"))
_FORMAT = 2  # raise it when the rows change: cached sets of other formats are not used
_THREADS = 8
_CHUNK = 500
_START_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Dataset:
    """A running Convex deployment that holds the set.

    Attributes:
        sessions: how many there are; `external_id(n)` names the n-th, the newest is the last.
        services: the product's clients, pointed at it; calls have a minute, so that a busy
            machine is slow and not wrong.
        pid: of the runtime, for its memory.
    """

    stack: Stack
    sessions: int
    services: Services
    pid: int

    @property
    def caller(self) -> Caller:
        """A caller with the role worker."""
        return self.services.worker_caller()


@contextmanager
def dataset(sessions: int) -> Iterator[Dataset]:
    """Run a deployment over a private copy of the set, which is made first if need be.

    Args:
        sessions: one of `SIZES`.
    """
    with private_copy(sessions) as folder, _running(folder, sessions) as running:
        yield running


@contextmanager
def empty_set() -> Iterator[Dataset]:
    """Run a deployment that holds nothing."""
    temporary = tempfile.TemporaryDirectory(prefix="earshot-bench-", dir=cache())
    with temporary as folder, _running(Path(folder) / "home", 0) as running:
        yield running


@contextmanager
def private_copy(sessions: int) -> Iterator[Path]:
    """Return a folder with a copy of the set's database, below `convex`; removed afterwards."""
    source = prepare(sessions)
    with tempfile.TemporaryDirectory(prefix="earshot-bench-", dir=cache()) as folder:
        home = Path(folder) / "home"
        shutil.copytree(source / "convex", home / "convex")
        yield home


@contextmanager
def full_stack(sessions: int) -> Iterator[RunningStack]:
    """Run the whole local stack, as `make run` does, over a private copy of the set."""
    with private_copy(sessions) as home, running_stack(home, demo=False) as stack:
        yield stack


def prepare(sessions: int) -> Path:
    """Return the folder of a set; make it if it is not there yet.

    Raises:
        ValueError: `sessions` is not one of `SIZES`.
    """
    if sessions not in SIZES:
        raise ValueError(f"there are sets of {SIZES} sessions")
    folder = cache() / f"v{_FORMAT}-{sessions}"
    draft = folder.with_suffix(".partial")
    if folder.is_dir():
        _follow_functions(folder, sessions)
        return folder
    if not draft.is_dir():
        smaller = [size for size in SIZES if size < sessions]
        if smaller:
            shutil.copytree(prepare(smaller[-1]), draft)
        else:
            draft.mkdir(parents=True)
    with _running(draft, sessions) as running:
        _fill(running, draft / "progress.json")
    draft.rename(folder)
    _follow_functions(folder, sessions)
    return folder


def _follow_functions(folder: Path, sessions: int) -> None:
    """Bring a set that was made with other functions in line with today's, once for all runs."""
    digest = hashlib.sha256()
    for file in sorted(FUNCTIONS.rglob("*.ts")):
        digest.update(file.read_bytes())
    marker = folder / "functions.sha256"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if marker.exists() and marker.read_text() == digest.hexdigest():
            return
        # At its start the runtime fills indexes that are new and drops those that are gone.
        with _running(folder, sessions):
            marker.write_text(digest.hexdigest())


def cache() -> Path:
    """Return the folder that keeps the sets."""
    folder = Path(os.environ.get("EARSHOT_BENCH_CACHE") or ".earshot-bench").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def external_id(number: int) -> str:
    """Return the external id of the n-th session, from 0."""
    return f"bench-{number:06}"


def clerk_id(number: int) -> str:
    """Return the Clerk id of the user of the n-th session."""
    return f"user_bench{number // SESSIONS_PER_USER:05}"


def started_at(number: int) -> datetime:
    """Return when the n-th session started; a session starts at the same time in every set."""
    return NEWEST - SPACING * (max(SIZES) - 1 - number)


def turns(number: int) -> list[NewInteraction]:
    """Write the turns of the n-th session; always the same ones."""
    rng = random.Random(number)  # noqa: S311  # chance, not secrets
    provider, model = _MODELS[number % len(_MODELS)]
    rows = []
    position = 0
    for sequence, (speaker, text) in enumerate(_script(rng)):
        rare = [word for word in RARE_WORDS if rng.random() < RARE_SHARE]
        said = f"{text} {' '.join(rare)}" if rare else text
        row = NewInteraction(
            sequence=sequence,
            speaker=speaker,
            text=said,
            started_at_ms=position,
            duration_ms=350 * len(text.split()),
        )
        if speaker == "assistant":
            ttft = round(500 * rng.lognormvariate(0, 0.4))
            row["provider"], row["model_id"] = provider, model
            row["ttft_ms"], row["latency_ms"] = ttft, ttft + 12 * len(text.split())
            row["tokens_in"], row["tokens_out"] = 400 + position // 100, len(text.split())
            row["cost"] = 0.0004
            row["request_id"] = f"bench-{number:06}-{sequence}"
        rows.append(row)
        position += 350 * len(text.split()) + 700
    return rows


def _script(rng: random.Random) -> list[tuple[Speaker, str]]:
    script: list[tuple[Speaker, str]] = []
    while len(script) < TURNS:
        cast = Cast("Robin", "Stone", "female", rng.random())
        scene = build(rng.choice(families()), cast, rng, TURNS, "completed", voice=True)
        script.extend(scene.turns)
    return script[:TURNS]


def _fill(running: Dataset, progress_file: Path) -> None:
    """Write the sessions that are missing, chunk after chunk."""
    caller = running.caller
    try:
        done: int = json.loads(progress_file.read_text())
    except FileNotFoundError:
        done = 0
    with bars() as steps, ThreadPoolExecutor(_THREADS) as pool:
        advance = steps.step("Sessions", running.sessions - done)
        while done < running.sessions:
            chunk = range(done, min(done + _CHUNK, running.sessions))
            owners = range(chunk.start, chunk.stop, SESSIONS_PER_USER)
            list(pool.map(lambda number: _write_user(caller, number), owners))
            for _ in pool.map(lambda number: _write_session(caller, number), chunk):
                advance()
            done = chunk.stop
            progress_file.write_text(json.dumps(done))


def _write_user(caller: Caller, number: int) -> None:
    name = clerk_id(number)
    users.upsert(
        caller,
        clerk_id=name,
        kind="product",
        name=f"User {name[-5:]}",
        email=f"{name}@example.com",
        created_at=started_at(number),
        source="benchmark",
    )


def _write_session(caller: Caller, number: int) -> None:
    provider, model = _MODELS[number % len(_MODELS)]
    created = user_sessions.create(
        caller,
        external_id=external_id(number),
        clerk_id=clerk_id(number),
        channel="voice" if number % 3 else "chat",
        title=f"Session {number}",
        started_at=started_at(number),
        provider=provider,
        model_id=model,
        source="benchmark",
    )
    rows = turns(number)
    interactions.append(caller, created.id, rows)
    length = timedelta(milliseconds=rows[-1]["started_at_ms"] + 4_000)
    user_sessions.update(
        caller,
        id=created.id,
        status=("completed", "completed", "abandoned", "failed")[number % 4],
        ended_at=started_at(number) + length,
        labels=["weekly"] if number % 7 == 0 else [],
    )


@contextmanager
def _running(home: Path, sessions: int) -> Iterator[Dataset]:
    stack = Stack.load_or_create(home, app_port=free_ports(1)[0])
    child = convex(stack)
    environment = {**stack.app_environment(), "EARSHOT_CONVEX_TIMEOUT_SECONDS": "60"}
    services = Services(Settings.model_validate({"_env_file": None, **environment}))
    child.start()
    try:
        deadline = time.monotonic() + _START_SECONDS
        while not child.is_ready():
            if child.exit_code() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Convex runtime did not start:\n{child.last_lines(20)}")
            time.sleep(0.05)
        yield Dataset(stack, sessions, services, child.pid or 0)
    finally:
        services.close()
        stop_all([child], lambda _line: None)


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        began = time.monotonic()
        where = prepare(int(argument))
        print(f"{argument} sessions in {where} ({time.monotonic() - began:.0f} s)")
