"""A clock that tests set forward, for the product's Python and for the functions in Convex."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from types import ModuleType

import pytest

PRELOAD = Path(__file__).with_name("shifted_clock.ts")
VARIABLE = "EARSHOT_TEST_CLOCK"


class Clock:
    """Time that goes on by itself, and further when it is told to.

    Args:
        file: tells the Convex runtime how far ahead it is, in milliseconds; see `PRELOAD`.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self.set_ahead(timedelta(0))

    def set_ahead(self, ahead: timedelta) -> None:
        """Say how far ahead of the machine's clock this one is."""
        self._ahead = ahead
        # Read by another process at any moment: replaced whole.
        new = self._file.with_suffix(".new")
        new.write_text(str(int(ahead / timedelta(milliseconds=1))))
        new.replace(self._file)

    def advance(self, by: timedelta) -> None:
        """Set the clock forward."""
        self.set_ahead(self._ahead + by)

    def now(self) -> datetime:
        """Return the time, UTC."""
        return datetime.now(UTC) + self._ahead

    def rule(self, monkeypatch: pytest.MonkeyPatch, *modules: ModuleType) -> None:
        """Make modules that ask `datetime.now` ask this clock."""
        clock = self

        class Shifted(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
                return clock.now().astimezone(tz)

        for module in modules:
            monkeypatch.setattr(module, "datetime", Shifted)
