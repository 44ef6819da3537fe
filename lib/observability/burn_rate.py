"""Burn rates: how many times faster than allowed an error budget is spent.

Multi-window, multi-burn-rate alerts as in the Site Reliability Workbook (Beyer, Murphy, Rensin,
Kawahara, Thorne, eds., O'Reilly 2018), chapter 5, "Alerting on SLOs", approach 6: a rule fires
while the burn rate over a long window says that it matters and over a short one that it goes on.
A burn rate of 1 spends the budget of a period in exactly that period.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from lib.observability.histogram import Histogram
from lib.product.objectives import Objective


@dataclass(frozen=True, slots=True)
class Counts:
    """Events, and how many of them were bad. Adding is merging: order does not matter."""

    total: int = 0
    bad: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.total + other.total, self.bad + other.bad)


@dataclass(frozen=True, slots=True)
class Bucket:
    """Events of one rollup, which begins at `start`."""

    start: datetime
    counts: Counts


@dataclass(frozen=True, slots=True)
class BurnWindow:
    """One pair of windows: both must burn at least `factor` times too fast."""

    factor: float
    long: timedelta
    short: timedelta


OUTAGE: Final = BurnWindow(80, timedelta(minutes=2), timedelta(minutes=2))
"""Critical at once, under an objective of 99.5%: two operations in five fail."""
FAST: Final = (
    BurnWindow(14.4, timedelta(hours=1), timedelta(minutes=5)),
    BurnWindow(6, timedelta(hours=6), timedelta(minutes=30)),
)
"""Critical: 2% of the budget in an hour, or 5% in six hours."""
SLOW: Final = (BurnWindow(1, timedelta(days=3), timedelta(hours=6)),)
"""Warning: 10% of the budget in three days."""

AHEAD: Final = timedelta(minutes=2)
"""How far in the future events are accepted, for recorders with a fast clock."""


def by_failure(count: int, failed: int) -> Counts:
    """Return the counts of an objective without a limit.

    Args:
        count: all events.
        failed: those that failed; more than there are events count as all of them.
    """
    return Counts(count, min(failed, count))


def by_limit(durations: Histogram, limit_ms: float) -> Counts:
    """Return the counts of an objective with a limit; the border is exact within one bin (1%)."""
    share = durations.share_at_most(limit_ms)
    if share is None:
        return Counts()
    return Counts(durations.count, durations.count - round(share * durations.count))


def burn_rate(counts: Counts, objective: Objective) -> float | None:
    """Return how many times too fast the budget is spent; None without events."""
    if counts.total == 0:
        return None
    return counts.bad / counts.total / objective.budget


def budget_left(counts: Counts, objective: Objective) -> float | None:
    """Return the share of the error budget that is left: 1 untouched, negative when overdrawn.

    Args:
        counts: of the objective's whole period so far.
        objective: whose budget it is.
    """
    rate = burn_rate(counts, objective)
    return None if rate is None else 1 - rate


def within(buckets: Iterable[Bucket], now: datetime, window: timedelta) -> Counts:
    """Return the events of the buckets that begin in the window before `now`.

    A bucket that is only partly inside is left out, so a window may be up to one bucket shorter.
    Buckets further in the future than `AHEAD` come from a wrong clock and are left out.
    """
    first, last = now - window, now + AHEAD
    total = bad = 0
    for bucket in buckets:
        if first <= bucket.start <= last:
            total += bucket.counts.total
            bad += bucket.counts.bad
    return Counts(total, bad)
