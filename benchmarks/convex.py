"""What the local Convex runtime costs: lists, ingest, search, threads, memory.

    python -m benchmarks.convex [SESSIONS ...]      default: 1000 100000

Everything goes through `lib.data`, into the product's own functions on the cached data set and, for
two figures, into test functions: a query that returns a constant page of sessions, and a slow
action. Ingest is compared with SQLite alone (`raw_sqlite.ts`).
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from benchmarks.dataset import COMMON_WORD, RARE_WORDS, Dataset, dataset, external_id, turns
from lib.data import Caller, interactions, user_sessions
from lib.data.client import Client
from lib.data.functions import Query
from lib.data.records import USER_SESSIONS_LIST, NewInteraction, UserSessionsListArgs
from local.stack import free_ports
from tests.runtime.conftest import FUNCTIONS, NODE, Deployment

REPEATS = 5
BATCH = 100
BATCHES = 40
WRITERS = 4
THREADS = 64

CONSTANT_PAGE = replace(USER_SESSIONS_LIST, path="misc:constantPage")
ECHO: Query[dict[str, float], float] = Query("misc:echo", dict, float)


def main() -> int:
    """Print all figures."""
    sizes = [int(argument) for argument in sys.argv[1:]] or [1_000, 100_000]
    print(f"load averages at the start: {os.getloadavg()}")
    p95 = {}
    with constant_deployment() as yardstick:
        slow_call(yardstick)
        for size in sizes:
            with dataset(size) as data:
                print(f"-- {size} sessions, {12 * size} interactions")
                p95[size] = measure(data, yardstick)
    first, last = sizes[0], sizes[-1]
    for name in p95[first]:
        ratio = p95[last][name] / p95[first][name]
        print(f"{name}: p95 at {last} sessions is {ratio:.2f} times that at {first}")
    print(f"load averages at the end: {os.getloadavg()}")
    return 0


def measure(data: Dataset, yardstick: Caller) -> dict[str, float]:
    """Print the figures of one data set; return the 95th percentiles that size may change."""
    caller = data.caller
    constant = median_of(lambda: latencies(lambda: constant_page(yardstick), 200))
    show("constant page of 50 sessions", constant)
    newest = median_of(lambda: latencies(lambda: newest_page(caller), 200))
    show("newest 50 sessions", newest)
    print(f"   p50 is {newest[0] / constant[0]:.2f} times the constant list's")
    pairs = [f"{first} {second}" for first in RARE_WORDS[:4] for second in RARE_WORDS[4:8]]
    words = iter(pairs * 1000)
    rare = median_of(lambda: latencies(lambda: find(caller, next(words)), 32))
    show("search, two rare words", rare)
    common = median_of(lambda: latencies(lambda: find(caller, COMMON_WORD), 8))
    show("search, a common word", common)
    ingest(data)
    print(f"resident memory {memory_mib(data.pid):.0f} MiB")
    figures = {"newest 50": newest, "search, rare": rare, "search, common": common}
    return {name: p95 for name, (_, p95) in figures.items()}


def constant_page(yardstick: Caller) -> None:
    """Read a constant page of 50 sessions."""
    args = UserSessionsListArgs(limit=50, cursor=None)
    assert len(yardstick.query(CONSTANT_PAGE, args).items) == 50


def newest_page(caller: Caller) -> None:
    """Read the newest 50 sessions."""
    assert len(user_sessions.page(caller, limit=50, cursor=None, order="desc").items) == 50


def find(caller: Caller, words: str) -> None:
    """Search transcripts; in a small set no turn may hold both of two rare words."""
    found = interactions.search(caller, query=words)
    assert found or words != COMMON_WORD


def ingest(data: Dataset) -> None:
    """Print the rate of batches, its ratio to raw SQLite, and the latency of single inserts."""
    sessions = [user_sessions.by_external_id(data.caller, external_id(n)) for n in range(WRITERS)]
    targets = [session.id for session in sessions if session is not None]
    position = 1_000

    def round_of_batches() -> float:
        nonlocal position
        position += BATCHES * BATCH
        starts = range(position, position + BATCHES * BATCH, BATCH)
        batches = [new_rows(start, BATCH) for start in starts]
        with ThreadPoolExecutor(WRITERS) as pool:
            began = time.perf_counter()
            list(pool.map(lambda rows: append(data, targets, rows), batches))
            return BATCHES * BATCH / (time.perf_counter() - began)

    rate = statistics.median(round_of_batches() for _ in range(REPEATS))
    database = Path(data.stack.home) / "convex" / "convex.sqlite3"
    raw = statistics.median(raw_inserts(database) for _ in range(REPEATS))
    print(f"ingest by {BATCH}: {rate:.0f}/s, raw SQLite {raw:.0f}/s, ratio {rate / raw:.2f}")
    singles = (new_rows(number, 1) for number in range(500_000, 600_000))
    ready = iter([next(singles) for _ in range(REPEATS * 110)])
    single = median_of(lambda: latencies(lambda: append(data, targets, next(ready)), 100))
    show("append one interaction", single)


def raw_inserts(database: Path) -> float:
    """Store the newest interactions again with SQLite alone; documents per second."""
    script = Path(__file__).with_name("raw_sqlite.ts")
    arguments = [str(database), "interactions", str(BATCHES * BATCH), str(BATCH)]
    command = [str(NODE), str(script), *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)  # noqa: S603  # our script
    return float(done.stdout)


def new_rows(start: int, count: int) -> list[NewInteraction]:
    """Write turns with fresh sequences; not part of what is measured."""
    script = turns(start // BATCH)
    return [
        NewInteraction(**{**script[n % len(script)], "sequence": start + n}) for n in range(count)
    ]


def append(data: Dataset, targets: list[str], rows: list[NewInteraction]) -> None:
    """Append rows to one of the sessions."""
    interactions.append(data.caller, targets[rows[0]["sequence"] // BATCH % len(targets)], rows)


def slow_call(yardstick: Caller) -> None:
    """Print how much one slow call delays those of 63 other threads that share its pool."""
    alone = parallel_latency(yardstick, slow=False)
    beside = parallel_latency(yardstick, slow=True)
    print(
        f"{THREADS - 1} threads reading: p50 {alone:.1f} ms alone, {beside:.1f} ms beside a 1 s "
        f"call ({beside - alone:+.1f} ms)"
    )


def parallel_latency(yardstick: Caller, *, slow: bool) -> float:
    """Median milliseconds of a small query when all threads read at once."""
    found: list[float] = []

    def read() -> None:
        for _ in range(20):
            began = time.perf_counter()
            yardstick.query(ECHO, {"value": 1.0})
            found.append((time.perf_counter() - began) * 1000)

    def wait() -> None:
        # The product calls no actions, so the pool's types do not know them.
        yardstick.client.call(cast("Any", "action"), "actions:sleep", {"ms": 1_000.0}, {})

    with ThreadPoolExecutor(THREADS) as pool:
        calls = [pool.submit(wait)] if slow else []
        calls += [pool.submit(read) for _ in range(THREADS - 1)]
    for call in calls:
        call.result()
    return statistics.median(found)


@contextmanager
def constant_deployment() -> Iterator[Caller]:
    """Run the test functions on a deployment of their own; nobody needs a token there."""
    variables = {
        "TEST_OIDC_ISSUER": "https://issuer.example",
        "TEST_CUSTOM_ISSUER": "https://service.example",
        "TEST_CUSTOM_JWKS": 'data:application/json,{"keys":[]}',
    }
    with tempfile.TemporaryDirectory() as folder:
        port, site_port = free_ports(2)
        deployment = Deployment(Path(folder), FUNCTIONS, variables, port, site_port)
        deployment.start()
        client = Client(deployment.url, timeout_seconds=60)
        try:
            yield Caller(client, token=None)
        finally:
            client.close()
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
