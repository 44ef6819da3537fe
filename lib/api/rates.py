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

from lib.api.problems import RATE_LIMITED, Problem
from lib.auth.bearer import Principal
from lib.data import Caller, rate_limits

MAX_CALLERS: Final = 10_000
PERIOD_SECONDS: Final = 60
LIMITS: Final = {"read": 6_000, "write": 30_000, "search": 600}
"""Calls per minute and caller, by group."""

_SHARE: Final = 100  # A replica takes at most this part of a limit at once.
_UNSPENT_SECONDS: Final = 5.0  # Older takings are dropped: the bucket has refilled meanwhile.


@dataclass(slots=True)
class _Purse:
    """What one replica holds of one caller's bucket. Times are monotonic seconds."""

    guard: threading.Lock = field(default_factory=threading.Lock)
    calls: int = 0
    taken_at: float = 0.0
    remaining: int = 0
    refused_until: float = 0.0


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
            Problem: none are left; it says when there will be some.
            Unavailable: Convex does not answer.
        """
        group = group_of(operation)
        limit = LIMITS[group]
        key = f"{group}:{principal.kind}:{principal.subject}"[:200]
        purse = self._purse(key)
        with purse.guard:
            now = self._clock()
            if now < purse.refused_until:
                raise _refused(group, limit, purse.refused_until - now)
            if purse.calls == 0 or now - purse.taken_at > _UNSPENT_SECONDS:
                self._fill(purse, key, group, now)
            purse.calls -= 1
            left = purse.remaining + purse.calls
        return _headers(group, limit, left, PERIOD_SECONDS * (limit - left) / limit)

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
            taken = rate_limits.take(
                self._worker(), key=key, limit=limit, period_ms=PERIOD_SECONDS * 1000, cost=cost
            )
            if taken.allowed:
                purse.calls, purse.taken_at, purse.remaining = cost, now, taken.remaining
                return
        purse.refused_until = now + taken.retry_after_ms / 1000
        raise _refused(group, limit, taken.retry_after_ms / 1000)


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
        f"More than {limit} requests of the group {group} in a minute. Wait {wait} s.",
        headers={**_headers(group, limit, 0, wait), "Retry-After": str(wait)},
    )
