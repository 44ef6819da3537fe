"""Rate limits of the Backend API: fixed windows, counted in this process."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

from local.identity.errors import ClerkError

WINDOW_SECONDS = 10
PRODUCTION_REQUESTS = 1000
DEVELOPMENT_REQUESTS = 100
USER_WRITES = 10


class WindowCounter:
    """Counts calls per key in the current window of ten seconds; old windows are forgotten."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._window = -1
        self._counts: dict[str, int] = {}

    def take(self, key: str, limit: int) -> None:
        """Count one call.

        Raises:
            ClerkError: the key had `limit` calls in this window; says when the next one starts.
        """
        now = self._clock()
        window = int(now // WINDOW_SECONDS)
        with self._lock:
            if window != self._window:
                self._window, self._counts = window, {}
            used = self._counts.get(key, 0)
            if used < limit:
                self._counts[key] = used + 1
                return
        wait = max(1, math.ceil((window + 1) * WINDOW_SECONDS - now))
        message = "Too many requests. Please try again in a bit."
        raise ClerkError(429, "too_many_requests", message, retry_after=wait)
