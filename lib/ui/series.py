"""From rollups to what charts and tables show. Percentiles come from merged histograms only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from lib.data.records import Rollup
from lib.observability.histogram import Histogram

Resolution = Literal["minute", "hour", "day"]

DEMO: Final = "demo"


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time and how finely it is looked at.

    Attributes:
        label: as it is chosen, for instance `24 hours`.
        length: up to now.
        resolution: of the rollups to read.
        step: of the points to draw; a multiple of the resolution.
    """

    label: str
    length: timedelta
    resolution: Resolution
    step: timedelta

    def bounds(self, now: datetime) -> tuple[datetime, datetime]:
        """Return start and end on borders of steps; the end lies after now."""
        step = self.step.total_seconds()
        end = datetime.fromtimestamp((now.timestamp() // step + 1) * step, UTC)
        return end - self.length, end


WINDOWS: Final = (
    Window("1 hour", timedelta(hours=1), "minute", timedelta(minutes=1)),
    Window("6 hours", timedelta(hours=6), "minute", timedelta(minutes=5)),
    Window("24 hours", timedelta(hours=24), "hour", timedelta(hours=1)),
    Window("7 days", timedelta(days=7), "hour", timedelta(hours=3)),
    Window("30 days", timedelta(days=30), "day", timedelta(days=1)),
)


@dataclass(slots=True)
class Sum:
    """Rollups added up.

    Attributes:
        count: operations.
        errors: failed ones by class.
        histogram: durations in milliseconds.
        has_demo: whether demo data is in it.
    """

    count: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    histogram: Histogram = field(default_factory=Histogram)
    has_demo: bool = False

    def add(self, rollup: Rollup) -> None:
        """Add one rollup."""
        self.count += rollup.count
        self.errors.update(rollup.errors)
        counts = {int(index): number for index, number in rollup.histogram.counts.items()}
        self.histogram.merge(Histogram(rollup.histogram.zero, counts))
        self.has_demo = self.has_demo or rollup.dimensions.get("source") == DEMO

    @property
    def failures(self) -> int:
        """Failed operations."""
        return self.errors.total()


def total(rollups: Iterable[Rollup]) -> Sum:
    """Add all rollups up."""
    result = Sum()
    for rollup in rollups:
        result.add(rollup)
    return result


def by_dimension(rollups: Iterable[Rollup], name: str) -> dict[str, Sum]:
    """Add up by the value of a dimension, most frequent first."""
    sums: dict[str, Sum] = {}
    for rollup in rollups:
        sums.setdefault(rollup.dimensions.get(name, ""), Sum()).add(rollup)
    return dict(sorted(sums.items(), key=lambda item: -item[1].count))


def over_time(
    rollups: Iterable[Rollup], window: Window, now: datetime
) -> list[tuple[datetime, Sum]]:
    """Add up by step of the window; steps without any rollup are there, and empty."""
    start, end = window.bounds(now)
    sums: dict[datetime, Sum] = {}
    at = start
    while at < end:
        sums[at] = Sum()
        at += window.step
    step = window.step.total_seconds()
    for rollup in rollups:
        index = (rollup.bucket_start - start).total_seconds() // step
        bucket = sums.get(start + index * window.step)
        if bucket is not None:
            bucket.add(rollup)
    return list(sums.items())


def counts_over_time(
    rollups: Sequence[Rollup], window: Window, now: datetime, name: str
) -> dict[str, list[tuple[datetime, int]]]:
    """Return the number of events per step for each value of a dimension, biggest first."""
    result = {}
    for value in by_dimension(rollups, name):
        chosen = [rollup for rollup in rollups if rollup.dimensions.get(name, "") == value]
        result[value] = [(at, part.count) for at, part in over_time(chosen, window, now)]
    return result
