"""Rate limits per caller and group of operations, shared by all replicas.

The token buckets are in Convex. Each replica takes several calls at once, and remembers until when
a caller is refused, so most requests and all refused ones need no call to Convex.
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
from lib.data import Caller, Unavailable, rate_limits
from lib.data.records import Taken

MAX_CALLERS: Final = 10_000
PERIOD_SECONDS: Final = 60
LIMITS: Final = {"read": 6_000, "write": 30_000, "search": 600}
"""Calls per minute and caller, by group."""

_SHARE: Final = 100  # A replica takes at most 1/100 of a limit at once.
_UNSPENT_SECONDS: Final = 5.0  # Older calls are dropped, because the bucket has refilled since.
# While Convex is slow, a caller's requests must not hold the threads that all callers share.
_WAIT_SECONDS: Final = 0.5
_PAUSE_SECONDS: Final = 2.0


@dataclass(slots=True)
class _Allowance:
    """Calls that this replica has taken from one caller's bucket. Times are monotonic seconds."""

    guard: threading.Lock = field(default_factory=threading.Lock)
    calls: int = 0
    taken_at: float = 0.0
    remaining: int = 0
    refused_until: float = 0.0
    unavailable_until: float = 0.0


class RateLimiter:
    """Limits the calls of each caller. Thread-safe.

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
        self._held: OrderedDict[str, _Allowance] = OrderedDict()

    def try_acquire(self, principal: Principal, operation: str) -> dict[str, str] | None:
        """Use one call that this replica holds; never blocks.

        Returns:
            See `acquire`; None if Convex must be asked, or another request of the caller is waiting
            for Convex. Then no call is used, and `acquire` must be called.

        Raises:
            Problem: see `acquire`.
        """
        group, key = _bucket(principal, operation)
        held = self._of(key)
        self._check_available(held)
        if not held.guard.acquire(blocking=False):
            return None
        try:
            self._check_available(held)
            return self._take_one(held, group) if self._is_filled(held, group) else None
        finally:
            held.guard.release()

    def acquire(self, principal: Principal, operation: str) -> dict[str, str]:
        """Use one call, taking more from Convex if necessary; blocks.

        Returns:
            The headers that say how many calls are left.

        Raises:
            Problem: the limit is reached (with the time to wait), or Convex did not respond to an
                earlier request of the caller in time.
            Unavailable: Convex does not answer.
        """
        group, key = _bucket(principal, operation)
        held = self._of(key)
        self._check_available(held)
        if not held.guard.acquire(timeout=_WAIT_SECONDS):
            held.unavailable_until = self._clock() + _PAUSE_SECONDS
            raise _unavailable()
        try:
            # Requests that waited here while Convex failed do not retry one after the other.
            self._check_available(held)
            if not self._is_filled(held, group):
                self._fill(held, key, group)
            return self._take_one(held, group)
        finally:
            held.guard.release()

    def _check_available(self, held: _Allowance) -> None:
        if self._clock() < held.unavailable_until:
            raise _unavailable()

    def _is_filled(self, held: _Allowance, group: str) -> bool:
        """Return whether a call is held; raise `Problem` while the caller is refused."""
        now = self._clock()
        if now < held.refused_until:
            raise _refused(group, LIMITS[group], held.refused_until - now)
        return held.calls > 0 and now - held.taken_at <= _UNSPENT_SECONDS

    def _take_one(self, held: _Allowance, group: str) -> dict[str, str]:
        limit = LIMITS[group]
        held.calls -= 1
        left = held.remaining + held.calls
        return _headers(group, limit, left, PERIOD_SECONDS * (limit - left) / limit)

    def _of(self, key: str) -> _Allowance:
        with self._guard:
            held = self._held.setdefault(key, _Allowance())
            self._held.move_to_end(key)
            while len(self._held) > MAX_CALLERS:
                self._held.popitem(last=False)
            return held

    def _fill(self, held: _Allowance, key: str, group: str) -> None:
        limit, now = LIMITS[group], self._clock()
        wanted = max(1, limit // _SHARE)
        for cost in dict.fromkeys((wanted, 1)):
            taken = self._take(held, key, limit, cost)
            if taken.allowed:
                held.calls, held.taken_at, held.remaining = cost, now, taken.remaining
                return
        held.refused_until = now + taken.retry_after_ms / 1000
        raise _refused(group, limit, taken.retry_after_ms / 1000)

    def _take(self, held: _Allowance, key: str, limit: int, cost: int) -> Taken:
        period_ms = PERIOD_SECONDS * 1000
        try:
            taken = rate_limits.take(
                self._worker(), key=key, limit=limit, period_ms=period_ms, cost=cost
            )
        except Unavailable:
            held.unavailable_until = self._clock() + _PAUSE_SECONDS
            raise
        held.unavailable_until = 0.0
        return taken


def _bucket(principal: Principal, operation: str) -> tuple[str, str]:
    """Return the group of an operation, and the key of the caller's bucket for it."""
    group = group_of(operation)
    return group, f"{group}:{principal.kind}:{principal.subject}"[:200]


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
        f"Rate limit exceeded: {limit} {group} requests per minute. Retry after {wait} s.",
        headers={**_headers(group, limit, 0, wait), "Retry-After": str(wait)},
    )


def _unavailable() -> Problem:
    return Problem(UNAVAILABLE, "The rate limit cannot be checked at the moment.")
