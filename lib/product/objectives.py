"""Objectives: which share of events shall be good, over thirty days.

An event is good if it did not fail, or, for an objective with a limit, if it took no longer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

PERIOD: Final = timedelta(days=30)
"""Over which an objective holds: the error budget is what may be bad in this time."""


@dataclass(frozen=True, slots=True)
class Objective:
    """One objective.

    Attributes:
        target: share of good events, below 1.
        limit_ms: how long a good event takes at most, in milliseconds; None if only failures count.
    """

    target: float
    limit_ms: float | None = None

    @property
    def budget(self) -> float:
        """Share of events that may be bad."""
        return 1 - self.target


STORAGE_SUCCESS: Final = Objective(0.995)
STORAGE_LATENCY: Final = Objective(0.95, 500.0)
