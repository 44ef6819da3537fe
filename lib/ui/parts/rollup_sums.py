"""Sums of rollups for charts and tables. Percentiles come from merged histograms only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from lib.data.records import Rollup
from lib.observability.histogram import Histogram
from lib.ui.parts.periods import Period

DEMO: Final = "demo"


@dataclass(slots=True)
class Sum:
    """Sum of rollups.

    Attributes:
        count: operations.
        errors: failed ones by class.
        max: longest, milliseconds.
        histogram: durations in milliseconds.
        has_demo: whether demo data is in it.
    """

    count: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    max: float = 0.0
    histogram: Histogram = field(default_factory=Histogram)
    has_demo: bool = False

    def add(self, rollup: Rollup) -> None:
        """Add one rollup."""
        self.count += rollup.count
        self.errors.update(rollup.errors)
        self.max = max(self.max, rollup.max)
        self.histogram.zero += rollup.histogram.zero
        counts = self.histogram.counts
        for name, number in rollup.histogram.counts.items():
            index = int(name)
            counts[index] = counts.get(index, 0) + number
        self.has_demo = self.has_demo or rollup.dimensions.get("source") == DEMO

    def merge(self, other: Sum) -> None:
        """Add another sum."""
        self.count += other.count
        self.errors.update(other.errors)
        self.max = max(self.max, other.max)
        self.histogram.merge(other.histogram)
        self.has_demo = self.has_demo or other.has_demo

    @property
    def failures(self) -> int:
        """Failed operations."""
        return self.errors.total()


def total(rollups: Iterable[Rollup]) -> Sum:
    """Return the sum of all rollups."""
    result = Sum()
    for rollup in rollups:
        result.add(rollup)
    return result


def merged(parts: Iterable[Sum]) -> Sum:
    """Return the sum of sums, which is cheaper than adding their rollups again."""
    result = Sum()
    for part in parts:
        result.merge(part)
    return result


def by_dimension(rollups: Iterable[Rollup], name: str) -> dict[str, Sum]:
    """Return sums by value of a dimension, most frequent first."""
    sums: dict[str, Sum] = {}
    for rollup in rollups:
        sums.setdefault(rollup.dimensions.get(name, ""), Sum()).add(rollup)
    return dict(sorted(sums.items(), key=lambda item: -item[1].count))


def split(rollups: Iterable[Rollup], at: datetime) -> tuple[list[Rollup], list[Rollup]]:
    """Return the rollups before a time, and those from then on."""
    before: list[Rollup] = []
    after: list[Rollup] = []
    for rollup in rollups:
        (before if rollup.bucket_start < at else after).append(rollup)
    return before, after


def over_time(rollups: Iterable[Rollup], period: Period) -> list[tuple[datetime, Sum]]:
    """Return sums by step of the period; steps without rollups are empty."""
    starts = period.starts()
    sums = [Sum() for _ in starts]
    for rollup in rollups:
        index = (rollup.bucket_start - period.start) // period.step
        if 0 <= index < len(sums):
            sums[index].add(rollup)
    return list(zip(starts, sums, strict=True))


def counts_over_time(
    rollups: Sequence[Rollup], period: Period, name: str
) -> dict[str, list[tuple[datetime, int]]]:
    """Return event counts by step for each value of a dimension, most frequent first."""
    result = {}
    for value in by_dimension(rollups, name):
        chosen = [rollup for rollup in rollups if rollup.dimensions.get(name, "") == value]
        result[value] = [(at, part.count) for at, part in over_time(chosen, period)]
    return result
