"""How a step ends when it does not pass, and how it waits."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

POLL_SECONDS: Final = 0.5


class Failed(Exception):  # noqa: N818  # named after what is the case
    """Something is not as it must be; the message is the row's sentence."""


class NotPossible(Exception):  # noqa: N818
    """The step cannot be tried here; the message says why and what would help."""


def check(condition: object, sentence: str) -> None:
    """Fail with a sentence unless the condition is true.

    Raises:
        Failed: it is not.
    """
    if not condition:
        raise Failed(sentence)


def wait_until(condition: Callable[[], object], seconds: float, sentence: str) -> float:
    """Ask again and again until the condition is true; return the seconds that it took.

    Raises:
        Failed: with the sentence, when it is not true after `seconds`.
    """
    started = time.monotonic()
    while not condition():
        check(time.monotonic() - started < seconds, sentence)
        time.sleep(POLL_SECONDS)
    return time.monotonic() - started
