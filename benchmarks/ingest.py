"""What writing costs: batches of turns and single turns, with durability, through `lib.data`.

Sixteen threads append batches of 100 turns. The comparison is SQLite alone, in turns in the same
run: the rows just stored, into a copy of the same database, with the same indexes, search words and
settings (WAL, synchronous FULL, a commit per 100 rows), prepared before the clock starts
(`raw_sqlite.ts`). The ratio is the median of the rounds' ratios, after five rounds to warm up.

Both confirm a row only when it is on disk. In the runtime, batches of several writers share one
commit, rows go in twenty to a statement, and a thread of its own moves the write-ahead log
(`local/runtime/checkpoints.ts`). What it adds to SQLite is the work of Convex's rules on one core:
reading, validating and writing each document, the idempotency key, and four counters per batch.
"""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from benchmarks.dataset import SIZES, Dataset, dataset, external_id, private_copy, turns
from benchmarks.figures import Curve, Figure
from benchmarks.machine import NODE
from benchmarks.sampling import REPEATS, latencies, median_of
from lib.data import interactions, user_sessions
from lib.data.records import NewInteraction

BATCH = 100
BATCHES = 80
WRITERS = 16
WARM_UP = 5
"""Rounds before the ones that count, on both sides."""
_TABLES = "interactions,searchTexts"
"""What a turn is stored in."""
FIRST_SEQUENCE = 1_000
FIRST_SINGLE = 500_000


def measure() -> Iterator[Figure | Curve]:
    """Yield rates and latencies at 100,000 sessions, and how they grow."""
    rates: dict[int, float] = {}
    raw: dict[int, float] = {}
    ratios: dict[int, float] = {}
    single: dict[int, tuple[float, float]] = {}
    for size in SIZES:
        with dataset(size) as data:
            rounds = batch_rates(data)
            rates[size] = statistics.median(ours for ours, _ in rounds)
            raw[size] = statistics.median(theirs for _, theirs in rounds)
            ratios[size] = statistics.median(100 * ours / theirs for ours, theirs in rounds)
            single[size] = single_latency(data)
    last = SIZES[-1]
    yield Figure(f"interactions in batches of {BATCH}", rates[last], "/s", at_least=3_000)
    yield Figure("raw SQLite, the same rows", raw[last], "/s")
    yield Figure("ingest / raw SQLite", ratios[last], "%", at_least=40)
    yield Figure("one interaction, p50", single[last][0], "ms", under=5)
    yield Figure("one interaction, p95", single[last][1], "ms")
    series = {"runtime": list(rates.items()), "raw SQLite": list(raw.items())}
    yield Curve("Interactions per second", "sessions", "/s", series, limit=3_000, log_x=True)
    series = {
        name: [(size, single[size][position]) for size in SIZES]
        for position, name in enumerate(("p50", "p95"))
    }
    yield Curve("One interaction", "sessions", "ms", series, limit=5, log_x=True)


def batch_rates(data: Dataset) -> list[tuple[float, float]]:
    """Store rows through the runtime and then with SQLite alone, several times.

    Returns:
        For each round interactions per second, of the runtime and of SQLite.
    """
    targets = sessions(data)
    step = BATCHES * BATCH
    starts = range(FIRST_SEQUENCE, FIRST_SEQUENCE + (WARM_UP + REPEATS) * step, step)
    with ThreadPoolExecutor(WRITERS) as pool, raw_sqlite(data) as theirs:

        def ours(start: int) -> float:
            batches = [rows(start + number * BATCH, BATCH) for number in range(BATCHES)]
            began = time.perf_counter()
            list(pool.map(lambda batch: append(data, targets, batch), batches))
            return BATCHES * BATCH / (time.perf_counter() - began)

        return [(ours(start), theirs()) for start in starts][WARM_UP:]


@contextmanager
def raw_sqlite(data: Dataset) -> Iterator[Callable[[], float]]:
    """Start the yardstick; each call stores what the runtime has more, and returns the rate."""
    script = Path(__file__).with_name("raw_sqlite.ts")
    database = Path(data.stack.home) / "convex" / "convex.sqlite3"
    with private_copy(data.sessions) as folder:
        command = [str(NODE), str(script), str(database), str(folder / "convex"), _TABLES]
        with subprocess.Popen(  # noqa: S603  # our script
            [*command, str(BATCH)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            questions, answers = process.stdin, process.stdout

            def store() -> float:
                print(file=questions, flush=True)
                return float(answers.readline())

            yield store


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
