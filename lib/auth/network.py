"""One rule for everything here that waits on the network: it must be allowed to.

The gate decides on the event loop, where nothing may wait: a decision that needs no network costs
no thread. One that does raises `WouldWait` and is made again in a worker thread. Calls that anybody
can cause without being known have threads of their own, so that they never hold up members.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum


class Waiting(Enum):
    """What may be waited for."""

    NOTHING = "nothing"
    MEMBERS = "members"
    ANYBODY = "anybody"
    MEMBERS_AND_STRANGERS_REFUSED = "strangers-refused"


_allowed: ContextVar[Waiting] = ContextVar("auth_waiting", default=Waiting.ANYBODY)


class WouldWait(Exception):  # noqa: N818  # a signal, not a failure
    """Something would have to wait for the network or for a lock.

    Attributes:
        for_stranger: the call can be caused by anybody, as often as they like.
    """

    def __init__(self, *, for_stranger: bool = False) -> None:
        super().__init__()
        self.for_stranger = for_stranger


@contextmanager
def waiting_for(allowed: Waiting) -> Iterator[None]:
    """Make everything within the block that would wait for anything else raise `WouldWait`."""
    token = _allowed.set(allowed)
    try:
        yield
    finally:
        _allowed.reset(token)


def about_to_wait() -> None:
    """Say that the caller is about to wait.

    Raises:
        WouldWait: it may not.
    """
    if _allowed.get() is Waiting.NOTHING:
        raise WouldWait


def stranger_about_to_wait() -> bool:
    """Say that the caller is about to make a call that anybody can cause.

    Returns:
        Whether to make it; if not, it has failed.

    Raises:
        WouldWait: not here.
    """
    allowed = _allowed.get()
    if allowed in {Waiting.NOTHING, Waiting.MEMBERS}:
        raise WouldWait(for_stranger=True)
    return allowed is Waiting.ANYBODY
