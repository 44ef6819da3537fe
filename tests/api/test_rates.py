"""Rate limits: a bucket per caller and group, shared by replicas, cheap to refuse."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from uuid import uuid4

import pytest

from lib.api import rate_limiter
from lib.api.problems import Problem
from lib.api.rate_limiter import RateLimiter, group_of
from lib.auth.bearer import Principal
from lib.auth.roles import Role
from lib.data import Caller, Client, Unavailable
from tests.support.convex import ConvexRuntime


@pytest.fixture
def worker(convex: ConvexRuntime) -> Callable[[], Caller]:
    known = convex.caller("worker")
    return lambda: known


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limiter, "LIMITS", {"read": 20, "write": 200, "search": 5})
    # Per hour: next to nothing flows back while a test runs.
    monkeypatch.setattr(rate_limiter, "PERIOD_SECONDS", 3600)


def caller() -> Principal:
    return Principal("service", uuid4().hex, Role.INGEST, "token")


def allowed(limits: RateLimiter, who: Principal, operation: str, tries: int) -> int:
    granted = 0
    for _ in range(tries):
        try:
            limits.acquire(who, operation)
        except Problem:
            continue
        granted += 1
    return granted


def test_operations_fall_into_groups() -> None:
    assert group_of("GET /users") == "read"
    assert group_of("GET /search") == "search"
    assert group_of("PATCH /sessions/{id}") == "write"


def test_a_caller_gets_the_limit_and_then_is_told_to_wait(worker: Callable[[], Caller]) -> None:
    limits, who = RateLimiter(worker), caller()
    assert allowed(limits, who, "GET /search", 5) == 5
    with pytest.raises(Problem) as caught:
        limits.acquire(who, "GET /search")
    assert caught.value.status_code == 429
    assert caught.value.headers is not None
    assert 1 <= int(caught.value.headers["Retry-After"]) <= 720


def test_callers_and_groups_do_not_share(worker: Callable[[], Caller]) -> None:
    limits, one, other = RateLimiter(worker), caller(), caller()
    assert allowed(limits, one, "GET /search", 5) == 5
    assert allowed(limits, other, "GET /search", 5) == 5
    assert allowed(limits, one, "GET /users", 5) == 5


def test_replicas_share_one_bucket_under_concurrency(worker: Callable[[], Caller]) -> None:
    replicas, who = [RateLimiter(worker) for _ in range(3)], caller()
    with ThreadPoolExecutor(9) as threads:
        parts = [
            threads.submit(allowed, replicas[index % 3], who, "POST /users", 40)
            for index in range(9)
        ]
        granted = sum(part.result() for part in parts)
    assert 200 <= granted < 210


def test_a_refused_caller_costs_no_call_to_convex(worker: Callable[[], Caller]) -> None:
    limits, who = RateLimiter(worker), caller()
    assert allowed(limits, who, "GET /search", 20) == 5
    limits._worker = lambda: Caller(Client("http://127.0.0.1:9"), None)
    assert allowed(limits, who, "GET /search", 20) == 0


def test_only_a_caller_without_calls_left_here_blocks(worker: Callable[[], Caller]) -> None:
    limits, who = RateLimiter(worker), caller()
    assert limits.try_acquire(who, "POST /users") is None
    limits.acquire(who, "POST /users")  # takes two calls, and spends one
    assert limits.try_acquire(who, "POST /users")
    assert limits.try_acquire(who, "POST /users") is None


def test_while_convex_is_slow_a_caller_holds_one_thread(worker: Callable[[], Caller]) -> None:
    asked, answer = Event(), Event()

    def slow() -> Caller:
        asked.set()
        assert answer.wait(60)
        return worker()

    limits, who = RateLimiter(slow), caller()
    with ThreadPoolExecutor(1) as thread:
        first = thread.submit(limits.acquire, who, "GET /users")
        try:
            assert asked.wait(60)
            for _ in range(3):
                with pytest.raises(Problem) as caught:
                    limits.acquire(who, "GET /users")
                assert caught.value.status_code == 503
        finally:
            answer.set()
        assert first.result()
    assert limits.acquire(who, "GET /users")


def test_without_convex_a_caller_is_told_so_and_convex_is_asked_again_later(
    worker: Callable[[], Caller],
) -> None:
    now, asked, down = [100.0], [0], True

    def counted() -> Caller:
        asked[0] += 1
        return Caller(Client("http://127.0.0.1:9"), None) if down else worker()

    limits, who = RateLimiter(counted, clock=lambda: now[0]), caller()
    with pytest.raises(Unavailable):
        limits.acquire(who, "GET /users")
    for _ in range(5):
        with pytest.raises(Problem) as caught:
            limits.acquire(who, "GET /users")
        assert caught.value.status_code == 503
    assert asked[0] == 1
    down = False
    now[0] += 2
    assert limits.acquire(who, "GET /users")
