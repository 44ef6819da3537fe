"""Whether Convex answers.

Generated from the Convex functions by `python -m codegen`; a test proves that it is current.
"""

from __future__ import annotations

from lib.data.client import Caller
from lib.data.records import SYSTEM_PING, Ping, SystemPingArgs


def ping(caller: Caller) -> Ping:
    """Return the time of Convex's clock: it answers, and the caller's token is accepted."""
    return caller.query(SYSTEM_PING, SystemPingArgs())
