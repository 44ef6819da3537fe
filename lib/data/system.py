"""Whether Convex answers."""

from __future__ import annotations

from lib.data.client import Caller
from lib.data.records import SYSTEM_PING, Ping, SystemPingArgs


def ping(caller: Caller) -> Ping:
    """Return the time of Convex's clock: proof that it, the functions and the token work."""
    return caller.query(SYSTEM_PING, SystemPingArgs())
