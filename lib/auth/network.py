"""One rule for everything here that waits on the network: it must be allowed to.

The gate decides on the event loop with `no_waiting()`: a decision that needs no network costs no
thread. One that does raises `WouldWait` and is made again in a worker thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_may_wait: ContextVar[bool] = ContextVar("auth_may_wait", default=True)


class WouldWait(Exception):  # noqa: N818  # a signal, not a failure
    """Something would have to wait for the network or for a lock."""


@contextmanager
def no_waiting() -> Iterator[None]:
    """Make everything within the block raise `WouldWait` instead of waiting."""
    token = _may_wait.set(False)
    try:
        yield
    finally:
        _may_wait.reset(token)


def about_to_wait() -> None:
    """Say that the caller is about to wait.

    Raises:
        WouldWait: it may not.
    """
    if not _may_wait.get():
        raise WouldWait
