"""Rate limits per caller and group of operations, shared by all replicas.

The buckets are Convex's. Each replica takes a few calls at once and spends them itself, and
remembers for how long a caller was refused, so that most requests, and all refused ones, cost no
call to Convex.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from lib.api.problems import RATE_LIMITED, UNAVAILABLE, Problem
from lib.auth.bearer import Principal
from lib.auth.network import about_to_wait
from lib.data import Caller, Unavailable, rate_limits
from lib.data.records import Taken

MAX_CALLERS: Final = 10_000
PERIOD_SECONDS: Final = 60
LIMITS: Final = {"read": 6_000, "write": 30_000, "search": 600}
"""Calls per minute and caller, by group."""

_SHARE: Final = 100  # A replica takes at most this part of a limit at once.
_UNSPENT_SECONDS: Final = 5.0  # Older takings are dropped: the bucket has refilled meanwhile.
# While Convex is slow, a caller's requests must not hold the threads that all callers share.
_WAIT_SECONDS: Final = 0.5
_PAUSE_SECONDS: Final = 2.0


@dataclass(slots=True)
class _Purse:
    """What one replica holds of one caller's bucket. Times are monotonic seconds."""

    guard: threading.Lock = field(default_factory=threading.Lock)
    calls: int = 0
    taken_at: float = 0.0
    remaining: int = 0
    refused_until: float = 0.0
    unavailable_until: float = 0.0


class Rates:
    """Spends calls of callers. Thread-safe.

    Args:
        worker: makes a caller with the role worker.
        clock: monotonic seconds.
    """

    def __init__(
        self, worker: Callable[[], Caller], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._worker = worker
        self._clock = clock
        self._guard = threading.Lock()
        self._purses: OrderedDict[str, _Purse] = OrderedDict()

    def spend(self, principal: Principal, operation: str) -> dict[str, str]:
        """Spend one call and return the headers that say how many are left.

        Raises:
            Problem: none are left, and it says when there will be some; or Convex did not answer
                an earlier request of the caller in time.
            Unavailable: Convex does not answer.
            WouldWait: Convex must be asked, and nothing may be waited for (`lib.auth.network`).
        """
        group = group_of(operation)
        limit = LIMITS[group]
        key = f"{group}:{principal.kind}:{principal.subject}"[:200]
        purse = self._purse(key)
        self._enter(purse)
        try:
            now = self._clock()
            if now < purse.refused_until:
                raise _refused(group, limit, purse.refused_until - now)
            if purse.calls == 0 or now - purse.taken_at > _UNSPENT_SECONDS:
                about_to_wait()
                self._fill(purse, key, group, now)
            purse.calls -= 1
            left = purse.remaining + purse.calls
        finally:
            purse.guard.release()
        return _headers(group, limit, left, PERIOD_SECONDS * (limit - left) / limit)

    def _enter(self, purse: _Purse) -> None:
        """Take the purse's guard, unless Convex keeps another request of the caller waiting."""
        if self._clock() < purse.unavailable_until:
            raise _unavailable()
        if not purse.guard.acquire(blocking=False):
            about_to_wait()
            if not purse.guard.acquire(timeout=_WAIT_SECONDS):
                purse.unavailable_until = self._clock() + _PAUSE_SECONDS
                raise _unavailable()
        # Those that queued here while a call to Convex failed do not try one after the other.
        if self._clock() < purse.unavailable_until:
            purse.guard.release()
            raise _unavailable()

    def _purse(self, key: str) -> _Purse:
        with self._guard:
            purse = self._purses.setdefault(key, _Purse())
            self._purses.move_to_end(key)
            while len(self._purses) > MAX_CALLERS:
                self._purses.popitem(last=False)
            return purse

    def _fill(self, purse: _Purse, key: str, group: str, now: float) -> None:
        limit = LIMITS[group]
        wanted = max(1, limit // _SHARE)
        for cost in dict.fromkeys((wanted, 1)):
            taken = self._take(purse, key, limit, cost)
            if taken.allowed:
                purse.calls, purse.taken_at, purse.remaining = cost, now, taken.remaining
                return
        purse.refused_until = now + taken.retry_after_ms / 1000
        raise _refused(group, limit, taken.retry_after_ms / 1000)

    def _take(self, purse: _Purse, key: str, limit: int, cost: int) -> Taken:
        period_ms = PERIOD_SECONDS * 1000
        try:
            taken = rate_limits.take(
                self._worker(), key=key, limit=limit, period_ms=period_ms, cost=cost
            )
        except Unavailable:
            purse.unavailable_until = self._clock() + _PAUSE_SECONDS
            raise
        purse.unavailable_until = 0.0
        return taken


def group_of(operation: str) -> str:
    """Return the group of an operation such as `GET /users/{clerkId}`."""
    method, _, path = operation.partition(" ")
    if path == "/search":
        return "search"
    return "read" if method == "GET" else "write"


def _headers(group: str, limit: int, left: int, seconds: float) -> dict[str, str]:
    """Return the headers of draft-ietf-httpapi-ratelimit-headers."""
    return {
        "RateLimit-Policy": f'"{group}";q={limit};w={PERIOD_SECONDS}',
        "RateLimit": f'"{group}";r={max(left, 0)};t={math.ceil(seconds)}',
    }


def _refused(group: str, limit: int, seconds: float) -> Problem:
    wait = max(1, math.ceil(seconds))
    return Problem(
        RATE_LIMITED,
        f"More than {limit} requests of the group {group} in a minute. Retry after {wait} s.",
        headers={**_headers(group, limit, 0, wait), "Retry-After": str(wait)},
    )


def _unavailable() -> Problem:
    return Problem(UNAVAILABLE, "The rate limit cannot be checked at the moment.")
