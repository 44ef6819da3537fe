"""Throttle of failed sign-ins, per username and address."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

PER_USERNAME = 5
PER_ADDRESS = 25
WINDOW_SECONDS = 300
_MAX_KEYS = 10_000


class Throttle:
    """Remembers failed sign-ins of the last five minutes; the oldest keys are forgotten first.

    One username from one address has five attempts, one address 25 in all, so that neither
    guessing one password nor trying one password on many names gets far.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: OrderedDict[tuple[str, str], list[float]] = OrderedDict()

    def wait_seconds(self, username: str, address: str) -> int:
        """Return how long this username and address must wait; 0 = may try now."""
        with self._lock:
            waits = [self._wait(key, limit) for key, limit in _keys(username, address)]
        return max(waits)

    def record_failure(self, username: str, address: str) -> None:
        """Remember a wrong password."""
        now = self._clock()
        with self._lock:
            for key, limit in _keys(username, address):
                recent = [*self._failures.pop(key, []), now]
                self._failures[key] = recent[-limit:]
            while len(self._failures) > _MAX_KEYS:
                self._failures.popitem(last=False)

    def record_success(self, username: str, address: str) -> None:
        """Forget the failures of a username that signed in; the address's stay."""
        with self._lock:
            self._failures.pop((username, address), None)

    def _wait(self, key: tuple[str, str], limit: int) -> int:
        since = self._clock() - WINDOW_SECONDS
        recent = [moment for moment in self._failures.get(key, []) if moment > since]
        return math.ceil(recent[0] - since) if len(recent) >= limit else 0


def _keys(username: str, address: str) -> tuple[tuple[tuple[str, str], int], ...]:
    return ((username, address), PER_USERNAME), (("", address), PER_ADDRESS)
