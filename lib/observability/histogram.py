"""Mergeable histograms of durations with a relative error of at most 1%.

The logarithmic mapping of DDSketch (C. Masson, J. E. Rim, H. K. Lee: "DDSketch: A Fast and
Fully-Mergeable Quantile Sketch with Relative-Error Guarantees", PVLDB 12(12), 2019, section 2.1):
with gamma = (1 + a) / (1 - a), the value v falls into bin ceil(log_gamma v), and 2 gamma^i /
(gamma + 1) estimates every value of bin i with relative error a. Merging adds counts, so order does
not matter.

Wire form, the same in Convex: `{"zero": n, "counts": {"<bin>": n}}`. Values are milliseconds.
Values up to 20 microseconds count as zero, values over 10^7 ms (2.8 hours) as 10^7 ms: so there
are at most 1,002 bins, fewer than the 1,024 fields of one Convex object.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

RELATIVE_ERROR = 0.01
GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
MIN_VALUE = 0.02
MAX_VALUE = 1e7

_MULTIPLIER = 1 / math.log(GAMMA)


@dataclass(slots=True)
class Histogram:
    """Counts by bin, and `zero` for values of at most `MIN_VALUE`."""

    zero: int = 0
    counts: dict[int, int] = field(default_factory=dict)

    def add(self, value: float) -> None:
        """Count one value (negative or not-a-number counts as zero)."""
        if value > MIN_VALUE:
            index = math.ceil(math.log(min(value, MAX_VALUE)) * _MULTIPLIER)
            self.counts[index] = self.counts.get(index, 0) + 1
        else:
            self.zero += 1

    def merge(self, other: Histogram) -> None:
        """Add the counts of another histogram."""
        self.zero += other.zero
        for index, count in other.counts.items():
            self.counts[index] = self.counts.get(index, 0) + count

    @property
    def count(self) -> int:
        """Number of values."""
        return self.zero + sum(self.counts.values())

    def quantile(self, q: float) -> float | None:
        """Return the q-quantile (lower), 0 <= q <= 1, within 1%; None if there are no values."""
        return self.quantiles((q,))[0]

    def quantiles(self, wanted: Iterable[float]) -> list[float | None]:
        """Return several quantiles in one pass over the bins, in the order asked for."""
        total = self.count
        bins = sorted(self.counts.items())
        return [_at_rank(self.zero, bins, q * (total - 1)) if total else None for q in wanted]

    def share_at_most(self, limit: float) -> float | None:
        """Return the share of values of at most `limit` (within one bin); None if empty."""
        total = self.count
        if not total:
            return None
        below = sum(n for index, n in self.counts.items() if bin_value(index) <= limit)
        return (self.zero + below) / total

    def to_wire(self) -> dict[str, Any]:
        """Return the form that is stored."""
        return {"zero": self.zero, "counts": {str(i): n for i, n in sorted(self.counts.items())}}

    @classmethod
    def from_wire(cls, data: Mapping[str, Any]) -> Self:
        """Read the stored form (Convex numbers are floats)."""
        counts = {int(index): int(count) for index, count in data["counts"].items()}
        return cls(int(data["zero"]), counts)


def bin_value(index: int) -> float:
    """Return the value that stands for a bin, in milliseconds."""
    return float(2 * GAMMA**index / (GAMMA + 1))


def merged(histograms: Iterable[Histogram]) -> Histogram:
    """Return the sum of histograms."""
    result = Histogram()
    for histogram in histograms:
        result.merge(histogram)
    return result


def _at_rank(zero: int, bins: list[tuple[int, int]], rank: float) -> float:
    if rank < zero:
        return 0.0
    seen = zero
    for index, count in bins:
        seen += count
        if seen > rank:
            return bin_value(index)
    return bin_value(bins[-1][0])
