"""What the local Convex runtime costs a reader: lists, search, threads, memory.

Calls go through `lib.data` into the product's functions on the large data set and, for two figures,
into test functions: a query that returns a constant page of sessions, and an action that takes a
second while 63 other threads read. Rare words are in half a percent of the turns each, the common
word is in most.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from benchmarks.dataset import COMMON_WORD, RARE_WORDS, SIZES, dataset
from benchmarks.figures import Curve, Figure
from benchmarks.sampling import latencies, median_of, memory_mib
from lib.data import Caller, interactions, user_sessions
from lib.data.client import Client
from lib.data.functions import Query, Reader
from lib.data.records import USER_SESSIONS_LIST, UserSessionsListArgs
from local.stack import free_ports
from tests.runtime.conftest import FUNCTIONS, Deployment

THREADS = 64

CONSTANT_PAGE = replace(USER_SESSIONS_LIST, path="misc:constantPage")
ECHO: Query[dict[str, float], float] = Query("misc:echo", dict, Reader(float))

Reads = dict[str, tuple[float, float]]
"""What is read -> (p50, p95) in milliseconds."""

NEWEST, RARE, COMMON = "newest 50 sessions", "search, two rare words", "search, a common word"


def measure() -> Iterator[Figure | Curve]:
    """Yield latencies at each size of the data set, their growth, and memory."""
    reads: dict[int, Reads] = {}
    memory: dict[int, float] = {}
    with constant_deployment() as yardstick:
        delay = parallel_latency(yardstick, slow=True) - parallel_latency(yardstick, slow=False)
        yield Figure(
            "63 threads reading: p50 added by a 1 s call beside them", delay, "ms", under=20
        )
        constant, _ = median_of(lambda: latencies(lambda: constant_page(yardstick), 200))
    for size in SIZES:
        with dataset(size) as data:
            reads[size] = read_latencies(data.caller)
            memory[size] = memory_mib(data.pid)
    smallest, largest = SIZES[0], SIZES[-1]
    last = reads[largest]
    yield Figure("a constant list of 50, p50", constant, "ms")
    yield Figure(f"{NEWEST}, p50", last[NEWEST][0], "ms", under=6)
    yield Figure(f"{NEWEST}, p95", last[NEWEST][1], "ms")
    yield Figure(f"{NEWEST}, p50 / constant list", last[NEWEST][0] / constant, "times", at_most=3)
    growth = last[NEWEST][1] / reads[smallest][NEWEST][1]
    yield Figure(f"{NEWEST}, p95 / p95 at {smallest:,} sessions", growth, "times", at_most=1.3)
    yield Figure(f"{RARE}, p95", last[RARE][1], "ms", under=100)
    yield Figure(f"{COMMON}, p95", last[COMMON][1], "ms", under=500)
    yield Figure("resident memory of the runtime", memory[largest], "MiB", under=300)
    for title, names in (("Newest 50 sessions", [NEWEST]), ("Search", [RARE, COMMON])):
        series = {
            f"{name}, {quantile}": [(size, reads[size][name][position]) for size in SIZES]
            for name in names
            for position, quantile in enumerate(("p50", "p95"))
        }
        yield Curve(title, "sessions", "ms", series, log_x=True)
    points = {"resident": [(size, memory[size]) for size in SIZES]}
    yield Curve("Memory of the runtime", "sessions", "MiB", points, limit=300, log_x=True)


def read_latencies(caller: Caller) -> Reads:
    """Measure the reads that size may slow down."""
    pairs = [f"{first} {second}" for first in RARE_WORDS[:4] for second in RARE_WORDS[4:8]]
    words = iter(pairs * 1000)
    return {
        NEWEST: median_of(lambda: latencies(lambda: newest_page(caller), 200)),
        RARE: median_of(lambda: latencies(lambda: find(caller, next(words)), 32)),
        COMMON: median_of(lambda: latencies(lambda: find(caller, COMMON_WORD), 8)),
    }


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


def parallel_latency(yardstick: Caller, *, slow: bool) -> float:
    """Median milliseconds of a small query when all threads read at once.

    Args:
        yardstick: a caller whose pool the threads share.
        slow: whether one more thread waits for an action of a second meanwhile.
    """
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
