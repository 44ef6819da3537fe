"""SIGINT and SIGTERM end the current step, and never prevent the clean-up."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


class Interruption:
    """Handles the signals that end a run.

    A plain `KeyboardInterrupt` could strike between two steps, while a row is printed, or in the
    middle of the cleaning up. Here it is raised within steps only.

    Attributes:
        asked: whether a signal came.
    """

    def __init__(self) -> None:
        self.asked = False
        self._in_step = False

    def listen(self) -> None:
        """Handle both signals from now on; call it in the main thread."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._received)

    @contextmanager
    def may_end(self) -> Iterator[None]:
        """Let a signal end the block, including one that came before.

        Raises:
            KeyboardInterrupt: a signal came.
        """
        self._in_step = True
        try:
            if self.asked:
                raise KeyboardInterrupt
            yield
        finally:
            self._in_step = False

    def _received(self, *_: object) -> None:
        self.asked = True
        if self._in_step:
            self._in_step = False  # once; a second signal must not strike its handling
            raise KeyboardInterrupt
