"""How often one client may do something: fixed windows, bounded memory."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

_MAX_CLIENTS = 10_000
_IPV6 = 6
# One household or server has all addresses of such a network.
_IPV6_PREFIX = 64


class RateLimiter:
    """Counts per client. Thread-safe; the clients seen longest ago are forgotten first."""

    def __init__(
        self, count: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Set the limit.

        Args:
            count: allowed per window.
            seconds: length of a window; it begins with the first count.
            clock: seconds.
        """
        self._count = count
        self._seconds = seconds
        self._clock = clock
        self._guard = threading.Lock()
        self._windows: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def allow(self, client: str) -> bool:
        """Count one more for a client; return whether it is within the limit."""
        now = self._clock()
        with self._guard:
            started, count = self._windows.get(client, (now, 0))
            if now - started >= self._seconds:
                started, count = now, 0
            self._windows[client] = (started, count + 1)
            self._windows.move_to_end(client)
            while len(self._windows) > _MAX_CLIENTS:
                self._windows.popitem(last=False)
        return count < self._count


def network_of(address: str) -> str:
    """Return what counts as one client: an IPv4 address, or the /64 network of an IPv6 address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == _IPV6:
        return str(ipaddress.ip_network((int(parsed), _IPV6_PREFIX), strict=False))
    return str(parsed)
