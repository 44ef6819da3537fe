"""Objectives of the service, each stated here and nowhere else: change one, and all follows.

What follows: lines and tones of charts and cells, the storage operations kept one by one, error
budgets and their alert rules, buckets of `/metrics`, the texts of pages, and the runbook (generated
anew). `SLOW_TURN_MS` of `convex/model/limits.ts` is compared with `FULL_TURN` by a test.

An event is good if it did not fail or, under an objective of latency, if it took no longer than the
limit.
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
    """

    target: float

    @property
    def budget(self) -> float:
        """Share of events that may be bad."""
        return 1 - self.target


@dataclass(frozen=True, slots=True)
class LatencyObjective(Objective):
    """An objective of latency. Its target is 95%, since charts and lists show the p95.

    Attributes:
        limit_ms: how long a good event takes at most, in milliseconds.
    """

    limit_ms: float


STORAGE_SUCCESS: Final = Objective(0.995)
STORAGE_LATENCY: Final = LatencyObjective(0.95, 500.0)
FIRST_TOKEN: Final = LatencyObjective(0.95, 1200.0)
FULL_TURN: Final = LatencyObjective(0.95, 2500.0)
ASSESSMENT: Final = LatencyObjective(0.95, 8000.0)
API_REQUEST: Final = LatencyObjective(0.95, 500.0)

LATENCIES: Final = (STORAGE_LATENCY, FIRST_TOKEN, FULL_TURN, ASSESSMENT, API_REQUEST)
