"""What a benchmark yields: numbers with their targets, and curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

DIGITS: Final = 4
"""Significant digits that are kept of a measured value."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number.

    Attributes:
        name: what it is, as a reader would say it ("newest 50 sessions, p95").
        value: the number.
        unit: `ms`, `us`, `/s`, `MiB`, `times` and so on; empty for a count.
        under: the target, if the value must be smaller.
        at_most: the target, if the value may be no larger.
        at_least: the target, if the value may be no smaller.

    Raises:
        ValueError: there is more than one target.
    """

    name: str
    value: float
    unit: str
    under: float | None = None
    at_most: float | None = None
    at_least: float | None = None

    def __post_init__(self) -> None:
        if sum(limit is not None for limit in (self.under, self.at_most, self.at_least)) > 1:
            raise ValueError(f"{self.name}: one target at most")

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without a target."""
        if self.under is not None:
            return self.value < self.under
        if self.at_most is not None:
            return self.value <= self.at_most
        if self.at_least is not None:
            return self.value >= self.at_least
        return None

    @property
    def target(self) -> str | None:
        """The target in words; None without one."""
        for word, limit in (
            ("under", self.under),
            ("at most", self.at_most),
            ("at least", self.at_least),
        ):
            if limit is not None:
                return f"{word} {amount(limit, self.unit)}"
        return None


@dataclass(frozen=True, slots=True)
class Curve:
    """A plot: how something grows.

    Attributes:
        title: what is seen, unique within the benchmark.
        x: what the horizontal axis counts ("sessions").
        unit: of the vertical axis.
        series: name -> points (x, y), by x.
        limit: a target to draw in, in `unit`.
        log_x: whether the horizontal axis grows by powers of ten.
    """

    title: str
    x: str
    unit: str
    series: Mapping[str, Sequence[tuple[float, float]]]
    limit: float | None = None
    log_x: bool = False


def rounded(value: float) -> float:
    """Round to `DIGITS` significant digits."""
    return float(f"{value:.{DIGITS}g}")


def amount(value: float, unit: str) -> str:
    """Write a number with its unit, to three digits or to the whole number."""
    number = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    space = "" if unit.startswith("/") or not unit else " "
    return f"{number}{space}{unit}"
