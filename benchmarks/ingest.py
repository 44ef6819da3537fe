"""What writing costs: batches of turns and single turns, with durability, through `lib.data`.

Four threads append batches of 100 turns. The yardstick is SQLite alone in the same run: the very
rows that the runtime has just stored, with the same tables, indexes, search words and settings
(WAL, synchronous FULL, a commit per 100 rows), without any function in front (`raw_sqlite.ts`).
"""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.dataset import SIZES, Dataset, dataset, external_id, turns
from benchmarks.figures import Curve, Figure
from benchmarks.machine import NODE
from benchmarks.sampling import REPEATS, latencies, median_of
from lib.data import interactions, user_sessions
from lib.data.records import NewInteraction

BATCH = 100
BATCHES = 40
WRITERS = 4
FIRST_SEQUENCE = 1_000
FIRST_SINGLE = 500_000


def measure() -> Iterator[Figure | Curve]:
    """Yield rates and latencies at 100,000 sessions, and how they grow."""
    rates: dict[int, float] = {}
    raw: dict[int, float] = {}
    single: dict[int, tuple[float, float]] = {}
    for size in SIZES:
        with dataset(size) as data:
            rates[size] = batch_rate(data)
            database = Path(data.stack.home) / "convex" / "convex.sqlite3"
            raw[size] = statistics.median(raw_rate(database) for _ in range(REPEATS))
            single[size] = single_latency(data)
    largest = SIZES[-1]
    ratio = 100 * rates[largest] / raw[largest]
    yield Figure(f"interactions in batches of {BATCH}", rates[largest], "/s", at_least=3_000)
    yield Figure("raw SQLite, the same rows", raw[largest], "/s")
    yield Figure("ingest / raw SQLite", ratio, "%", at_least=40)
    yield Figure("one interaction, p50", single[largest][0], "ms", under=5)
    yield Figure("one interaction, p95", single[largest][1], "ms")
    series = {"runtime": list(rates.items()), "raw SQLite": list(raw.items())}
    yield Curve("Interactions per second", "sessions", "/s", series, limit=3_000, log_x=True)
    series = {
        name: [(size, single[size][position]) for size in SIZES]
        for position, name in enumerate(("p50", "p95"))
    }
    yield Curve("One interaction", "sessions", "ms", series, limit=5, log_x=True)


def batch_rate(data: Dataset) -> float:
    """Append batches from several threads; interactions per second, median of several rounds."""
    targets = sessions(data)
    start = FIRST_SEQUENCE
    rates = []
    for _ in range(REPEATS):
        batches = [rows(start + number * BATCH, BATCH) for number in range(BATCHES)]
        start += BATCHES * BATCH
        with ThreadPoolExecutor(WRITERS) as pool:
            began = time.perf_counter()
            list(pool.map(lambda batch: append(data, targets, batch), batches))
            rates.append(BATCHES * BATCH / (time.perf_counter() - began))
    return statistics.median(rates)


def raw_rate(database: Path) -> float:
    """Store the newest interactions again with SQLite alone; documents per second."""
    script = Path(__file__).with_name("raw_sqlite.ts")
    arguments = [str(database), "interactions", str(BATCHES * BATCH), str(BATCH)]
    command = [str(NODE), str(script), *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)  # noqa: S603  # our script
    return float(done.stdout)


def single_latency(data: Dataset) -> tuple[float, float]:
    """Append one interaction at a time; median and 95th percentile in milliseconds."""
    targets = sessions(data)
    numbers = range(FIRST_SINGLE, FIRST_SINGLE + REPEATS * 110)
    ready = iter([rows(number, 1) for number in numbers])
    return median_of(lambda: latencies(lambda: append(data, targets, next(ready)), 100))


def sessions(data: Dataset) -> list[str]:
    """Return the ids of a session for each writer."""
    found = [user_sessions.by_external_id(data.caller, external_id(n)) for n in range(WRITERS)]
    return [session.id for session in found if session is not None]


def rows(start: int, count: int) -> list[NewInteraction]:
    """Write turns with fresh sequences; not part of what is measured."""
    script = turns(start // BATCH)
    return [
        NewInteraction(**{**script[n % len(script)], "sequence": start + n}) for n in range(count)
    ]


def append(data: Dataset, targets: list[str], batch: list[NewInteraction]) -> None:
    """Append rows to one of the sessions."""
    interactions.append(data.caller, targets[batch[0]["sequence"] // BATCH % len(targets)], batch)
