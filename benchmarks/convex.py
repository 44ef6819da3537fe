"""What the local Convex runtime costs: lists, ingest, search, threads, memory.

    python -m benchmarks.convex [SESSIONS ...]      default: 1000 100000

Everything goes through `lib.data` into the product's own functions, on the cached data set, except
the two yardsticks: a query that returns a constant list, and raw SQLite inserts of the very rows
that the runtime stores (same tables, same index keys, same words, same durability).
"""

from __future__ import annotations

import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx

from benchmarks.dataset import COMMON_WORD, RARE_WORDS, Dataset, dataset, external_id, turns
from lib.data import Caller, interactions, user_sessions
from lib.data.records import NewInteraction
from local.stack import free_ports
from tests.runtime.conftest import FUNCTIONS, Deployment

REPEATS = 5
BATCH = 100
BATCHES = 40
WRITERS = 4
READERS = 64


def main() -> int:
    """Print all figures."""
    sizes = [int(argument) for argument in sys.argv[1:]] or [1_000, 100_000]
    with constant_deployment() as yardstick:
        constant = median_of(lambda: latencies(yardstick.page, 200))
        show("constant list of 50 records", constant)
        for size in sizes:
            with dataset(size) as data:
                print(f"-- {size} sessions, {12 * size} interactions")
                measure(data, constant)
        slow_call(yardstick)
    return 0


def measure(data: Dataset, constant: tuple[float, float]) -> None:
    """Print the figures of one data set."""
    caller = data.caller
    newest = median_of(lambda: latencies(lambda: newest_page(caller), 200))
    show("newest 50 sessions", newest)
    print(f"   p50 is {newest[0] / constant[0]:.2f} times the constant list's")
    pairs = [f"{first} {second}" for first in RARE_WORDS[:4] for second in RARE_WORDS[4:8]]
    words = iter(pairs * 1000)
    show(
        "search, two rare words",
        median_of(lambda: latencies(lambda: find(caller, next(words)), 32)),
    )
    show(
        "search, a common word", median_of(lambda: latencies(lambda: find(caller, COMMON_WORD), 8))
    )
    ingest(data)
    print(f"resident memory {memory_mib(data.pid):.0f} MiB")


def newest_page(caller: Caller) -> None:
    """Read the newest 50 sessions."""
    assert len(user_sessions.page(caller, limit=50, cursor=None, order="desc").items) == 50


def find(caller: Caller, words: str) -> None:
    """Search transcripts."""
    assert interactions.search(caller, query=words)


def ingest(data: Dataset) -> None:
    """Print the rate of batches, its ratio to raw SQLite, and the latency of single inserts."""
    sessions = [user_sessions.by_external_id(data.caller, external_id(n)) for n in range(WRITERS)]
    targets = [session.id for session in sessions if session is not None]
    position = 1_000

    def round_of_batches() -> float:
        nonlocal position
        position += BATCHES * BATCH
        began = time.perf_counter()
        with ThreadPoolExecutor(WRITERS) as pool:
            starts = range(position, position + BATCHES * BATCH, BATCH)
            list(pool.map(lambda start: append(data, targets, start, BATCH), starts))
        return BATCHES * BATCH / (time.perf_counter() - began)

    rate = statistics.median(round_of_batches() for _ in range(REPEATS))
    raw = statistics.median(raw_inserts(data) for _ in range(REPEATS))
    print(f"ingest by {BATCH}: {rate:.0f}/s, raw SQLite {raw:.0f}/s, ratio {rate / raw:.2f}")
    numbers = iter(range(500_000, 600_000))
    single = median_of(lambda: latencies(lambda: append(data, targets, next(numbers), 1), 100))
    show("append one interaction", single)


def append(data: Dataset, targets: list[str], start: int, count: int) -> None:
    """Append turns with fresh sequences to one of the sessions."""
    script = turns(start // BATCH)
    rows = [
        NewInteraction(**{**script[n % len(script)], "sequence": start + n}) for n in range(count)
    ]
    interactions.append(data.caller, targets[start // BATCH % len(targets)], rows)


def raw_inserts(data: Dataset) -> float:
    """Insert stored rows again, into a database of the same layout; rows per second."""
    source = sqlite3.connect(f"file:{data.stack.home}/convex/convex.sqlite3?mode=ro", uri=True)
    with closing(source), tempfile.TemporaryDirectory() as folder:
        number, indexes = layout(source)
        target = sqlite3.connect(Path(folder) / "raw.sqlite3", isolation_level=None)
        with closing(target):
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -65536"):
                target.execute(f"PRAGMA {pragma}")
            target.execute("CREATE TABLE doc (seq INTEGER PRIMARY KEY, json TEXT, size INTEGER)")
            for index in indexes:
                target.execute(
                    f"CREATE TABLE ix_{index} (key BLOB PRIMARY KEY, seq INTEGER) WITHOUT ROWID"
                )
            target.execute("CREATE VIRTUAL TABLE fts USING fts5 (words, content='')")
            total = BATCHES * BATCH
            docs = source.execute(
                f"SELECT seq, json, size, json FROM doc_{number} ORDER BY seq DESC LIMIT {total}"  # noqa: S608
            ).fetchall()
            keys = {
                index: dict(
                    source.execute(
                        f"SELECT seq, key FROM ix_{index} ORDER BY seq DESC LIMIT {total}"  # noqa: S608
                    )
                )
                for index in indexes
            }
            began = time.perf_counter()
            for start in range(0, total, BATCH):
                insert_batch(target, docs[start : start + BATCH], keys)
            return total / (time.perf_counter() - began)


def insert_batch(
    target: sqlite3.Connection, docs: list[Any], keys: dict[int, dict[int, bytes]]
) -> None:
    """Insert rows, their keys and their words in one transaction."""
    target.execute("BEGIN IMMEDIATE")
    target.executemany("INSERT INTO doc VALUES (?, ?, ?)", [row[:3] for row in docs])
    for index, by_seq in keys.items():
        rows = [(by_seq[row[0]], row[0]) for row in docs]
        target.executemany(f"INSERT INTO ix_{index} VALUES (?, ?)", rows)  # noqa: S608
    target.executemany("INSERT INTO fts (rowid, words) VALUES (?, ?)", [(d[0], d[3]) for d in docs])
    target.execute("COMMIT")


def layout(source: sqlite3.Connection) -> tuple[int, list[int]]:
    """Return the number of the table of interactions and the ids of its database indexes."""
    sql = "SELECT number FROM tables WHERE name = 'interactions'"
    (number,) = source.execute(sql).fetchone()
    sql = "SELECT id FROM indexes WHERE table_number = ? AND kind = 'key'"
    return number, [index for (index,) in source.execute(sql, (number,))]


def slow_call(yardstick: Yardstick) -> None:
    """Print how much one slow action delays the queries of 63 other threads."""
    alone = yardstick.parallel_latency(slow=False)
    beside = yardstick.parallel_latency(slow=True)
    print(
        f"{READERS - 1} threads reading: p50 {alone:.1f} ms alone, {beside:.1f} ms beside a 1 s "
        f"action (+{beside - alone:.1f} ms)"
    )


class Yardstick:
    """A deployment of functions that do nothing of the product's."""

    def __init__(self, url: str) -> None:
        limits = httpx.Limits(max_connections=READERS, max_keepalive_connections=READERS)
        self._http = httpx.Client(base_url=url, timeout=60, limits=limits)

    def page(self) -> None:
        """Read a constant list of 50 records."""
        assert len(self._call("query", "misc:constantPage", {})) == 50

    def parallel_latency(self, *, slow: bool) -> float:
        """Median milliseconds of a small query when all threads read at once."""
        found: list[float] = []

        def read() -> None:
            for _ in range(20):
                began = time.perf_counter()
                self._call("query", "misc:echo", {"value": 1})
                found.append((time.perf_counter() - began) * 1000)

        threads = [threading.Thread(target=read) for _ in range(READERS - 1)]
        if slow:
            sleep = {"ms": 1_000}
            threads.append(
                threading.Thread(target=self._call, args=("action", "actions:sleep", sleep))
            )
        for thread in reversed(threads):
            thread.start()
        for thread in threads:
            thread.join()
        return statistics.median(found)

    def _call(self, kind: str, path: str, args: dict[str, Any]) -> Any:
        body = {"path": path, "args": args, "format": "convex_encoded_json"}
        return self._http.post(f"/api/{kind}", json=body).json()["value"]


@contextmanager
def constant_deployment() -> Iterator[Yardstick]:
    """Run the test functions on a deployment of their own."""
    variables = {
        "TEST_OIDC_ISSUER": "https://issuer.example",
        "TEST_CUSTOM_ISSUER": "https://service.example",
        "TEST_CUSTOM_JWKS": 'data:application/json,{"keys":[]}',
    }
    with tempfile.TemporaryDirectory() as folder:
        port, site_port = free_ports(2)
        deployment = Deployment(Path(folder), FUNCTIONS, variables, port, site_port)
        deployment.start()
        try:
            yield Yardstick(deployment.url)
        finally:
            deployment.stop()


def latencies(call: Callable[[], None], count: int) -> tuple[float, float]:
    """Median and 95th percentile of a call in milliseconds, after a few calls to warm up."""
    for _ in range(min(10, count)):
        call()
    times = []
    for _ in range(count):
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times), statistics.quantiles(times, n=20)[-1]


def median_of(run: Callable[[], tuple[float, float]]) -> tuple[float, float]:
    """Medians of several runs."""
    runs = [run() for _ in range(REPEATS)]
    return statistics.median(p50 for p50, _ in runs), statistics.median(p95 for _, p95 in runs)


def show(name: str, figures: tuple[float, float]) -> None:
    """Print one line."""
    print(f"{name}: p50 {figures[0]:.2f} ms, p95 {figures[1]:.2f} ms")


def memory_mib(pid: int) -> float:
    """Resident memory of a process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    raise SystemExit(main())
