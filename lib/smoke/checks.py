"""Checks and waiting in steps."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

POLL_SECONDS: Final = 0.5


class Failed(Exception):  # noqa: N818  # named after what is the case
    """A check failed; the message is shown in the table."""


class NotPossible(Exception):  # noqa: N818
    """The step cannot run here; the message says why and what would help."""


def check(condition: object, sentence: str) -> None:
    """Fail with a message unless the condition is true.

    Raises:
        Failed: it is not.
    """
    if not condition:
        raise Failed(sentence)


def wait_until(condition: Callable[[], object], seconds: float, sentence: str) -> float:
    """Poll until the condition is true; return the seconds that it took.

    Raises:
        Failed: with the message, if it is not true after `seconds`.
    """
    started = time.monotonic()
    while not condition():
        check(time.monotonic() - started < seconds, sentence)
        time.sleep(POLL_SECONDS)
    return time.monotonic() - started
