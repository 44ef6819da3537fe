"""Error budgets of storage: what is left of the period, and the current burn rates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import streamlit as st

from lib.data import metrics
from lib.data.records import Rollup
from lib.observability.burn_rate import (
    FAST,
    SLOW,
    Counts,
    budget_left,
    burn_rate,
    by_failure,
    by_limit,
)
from lib.product import figures as fmt
from lib.product.objectives import PERIOD, STORAGE_LATENCY, STORAGE_SUCCESS, Objective
from lib.ui.parts.periods import Resolution
from lib.ui.parts.record_table.component import Cell, Column, Row, Tone, record_table
from lib.ui.parts.rollup_sums import Sum, total
from lib.ui.shell import notices
from lib.ui.shell.visitor import Visitor

_METRIC: Final = "storage.operation"
# Window, resolution to read it from, burn rate at which an alert rule fires.
_WINDOWS: Final[tuple[tuple[timedelta, Resolution, float], ...]] = (
    *((pair.long, "minute", pair.factor) for pair in FAST),
    *((pair.long, "hour", pair.factor) for pair in SLOW),
)
_LOW: Final = 0.25
_COLUMNS: Final = (
    Column("Objective"),
    Column("Budget remaining", number=True),
    Column("Spent", number=True),
    *(Column(f"Burn rate, {fmt.span(length)}", number=True) for length, *_ in _WINDOWS),
)


def _failures(part: Sum) -> Counts:
    return by_failure(part.count, part.failures)


def _slow(part: Sum) -> Counts:
    return by_limit(part.histogram, STORAGE_LATENCY.limit_ms)


_OBJECTIVES: Final[tuple[tuple[str, Objective, Callable[[Sum], Counts]], ...]] = (
    (f"{100 * STORAGE_SUCCESS.target:g}% succeed", STORAGE_SUCCESS, _failures),
    (
        f"{100 * STORAGE_LATENCY.target:g}% within {STORAGE_LATENCY.limit_ms:.0f} ms",
        STORAGE_LATENCY,
        _slow,
    ),
)


def storage_budgets(visitor: Visitor) -> None:
    """Draw the budgets of both objectives of storage."""
    st.header(f"Error budget, {PERIOD.days} days", anchor=False)
    st.caption(
        f"A burn rate of 1 spends the whole budget in {PERIOD.days} days. Alerts fire at "
        + ", ".join(f"{limit:g} over {fmt.span(length)}" for length, _, limit in _WINDOWS)
        + "."
    )
    now = datetime.now(UTC)
    with notices.error_boundary(visitor.caller.request_id, "load the error budgets"):
        month = total(_read(visitor, now, PERIOD, "day"))
        recent = [total(_read(visitor, now, length, size)) for length, size, _ in _WINDOWS]
    table = [_row(name, objective, count, month, recent) for name, objective, count in _OBJECTIVES]
    record_table("Error budgets of storage", _COLUMNS, table, key="storage-budgets")


def _read(
    visitor: Visitor, now: datetime, length: timedelta, resolution: Resolution
) -> Sequence[Rollup]:
    return list(metrics.between(visitor.caller, _METRIC, now - length, now, resolution))


def _row(
    name: str,
    objective: Objective,
    count: Callable[[Sum], Counts],
    month: Sum,
    recent: Sequence[Sum],
) -> Row:
    counts = count(month)
    left = budget_left(counts, objective)
    allowed = counts.total * objective.budget
    cells = [
        Cell(name),
        Cell(fmt.percent(left), tone=_tone(left)),
        Cell(fmt.count(counts.bad), f"of {fmt.count(allowed)} allowed"),
    ]
    for part, (_, _, limit) in zip(recent, _WINDOWS, strict=True):
        rate = burn_rate(count(part), objective)
        burning = rate is not None and rate >= limit
        cells.append(Cell(fmt.number(rate, 3), tone="bad" if burning else None))
    return Row(tuple(cells))


def _tone(left: float | None) -> Tone | None:
    if left is None:
        return None
    return "bad" if left <= 0 else "warn" if left < _LOW else "good"
