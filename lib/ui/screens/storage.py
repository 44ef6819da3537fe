"""Storage health: latency against the objective, failures by class, the operations to look at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, Literal

import streamlit as st

from lib.data import events, metrics
from lib.data.records import Rollup
from lib.ui import charts, palette, panels, rows, views
from lib.ui import formatting as fmt
from lib.ui.identity import Visitor
from lib.ui.objectives import STORAGE_MS
from lib.ui.page_heading.component import page_heading
from lib.ui.paging import PAGE_SIZE, Pager
from lib.ui.record_table.component import record_table
from lib.ui.series import Window, by_dimension, over_time, total

METRIC: Final = "storage.operation"
_EXPECTED_SECONDS: Final = 15 * 60

_Outcome = Literal["denied", "missing", "throttled", "timeout", "connection", "server", "invalid"]
_OUTCOMES: Final[dict[str, _Outcome]] = {
    "Denied": "denied", "Missing": "missing", "Throttled": "throttled", "Timeout": "timeout",
    "Connection": "connection", "Server": "server", "Invalid": "invalid",
}  # fmt: skip


def draw(visitor: Visitor) -> None:
    """Draw the page."""
    page_heading(
        "Storage health",
        f"Every operation on the bucket, timed where it happens. Objective: 95% within "
        f"{STORAGE_MS:.0f} ms.",
        key="storage-heading",
    )
    window = panels.choose_window()
    now = datetime.now(UTC)
    start, end = window.bounds(now)
    with views.failures_told(visitor.caller.request_id, "Storage metrics"), st.skeleton(420):
        rollups = list(metrics.between(visitor.caller, METRIC, start, end, window.resolution))
    if rollups:
        rollups = _one_operation(rollups)
        _figures(rollups)
        _charts(rollups, window, now, visitor)
    else:
        views.empty(
            f"No storage operation in the last {window.label}",
            "Choose a longer window. The storage probe of the worker keeps this chart alive.",
        )
    _events(visitor, start)


def _one_operation(rollups: list[Rollup]) -> list[Rollup]:
    names = sorted(by_dimension(rollups, "operation"))
    chosen = st.pills("Operation", names, key="operation", bind="query-params")
    if not chosen:
        return rollups
    return [rollup for rollup in rollups if rollup.dimensions.get("operation") == chosen]


def _figures(rollups: Sequence[Rollup]) -> None:
    whole = total(rollups)
    p50, p95, p99 = whole.histogram.quantiles((0.5, 0.95, 0.99))
    within = whole.histogram.share_at_most(STORAGE_MS)
    with st.container(horizontal=True):
        panels.number("Operations", fmt.count(whole.count))
        panels.number("p50", fmt.latency(p50))
        panels.number("p95", fmt.latency(p95), _against(p95), judged=_judged(p95))
        panels.number("p99", fmt.latency(p99))
        share = fmt.NONE if within is None else f"{100 * within:.1f}%"
        panels.number(f"Within {STORAGE_MS:.0f} ms", share)
        panels.number("Failed", fmt.count(whole.failures), fmt.share(whole.failures, whole.count))


def _judged(p95: float | None) -> Literal["good", "bad"] | None:
    if p95 is None:
        return None
    return "good" if p95 <= STORAGE_MS else "bad"


def _against(p95: float | None) -> str | None:
    return None if p95 is None else f"{p95 - STORAGE_MS:+.0f} ms to objective"


def _charts(rollups: Sequence[Rollup], window: Window, now: datetime, visitor: Visitor) -> None:
    points = over_time(rollups, window, now)
    measured = [at + window.step for at, part in points if part.count]
    panels.as_of(min(measured[-1], now) if measured else None, _EXPECTED_SECONDS)
    worst = max((part.histogram.quantile(0.95) or 0 for _, part in points), default=0)
    panels.chart(
        "Latency",
        charts.latency_figure(points, visitor.zone, STORAGE_MS, palette.meanings()),
        charts.percentiles_frame(points, visitor.zone),
        alt=f"Percentiles of storage latency; the highest p95 of a step is {fmt.latency(worst)}, "
        f"the objective {STORAGE_MS:.0f} ms.",
        key="storage-latency",
        has_demo=any(part.has_demo for _, part in points),
    )
    _failures(points, visitor)


def _failures(points: charts.Points, visitor: Visitor) -> None:
    classes = sorted({name for _, part in points for name in part.errors})
    if not classes:
        st.subheader("Failures", anchor=False)
        views.empty("No failure in this window", "Failed operations are drawn here by class.")
        return
    series = {name: [(at, part.errors[name]) for at, part in points] for name in classes}
    failed = sum(number for line in series.values() for _, number in line)
    panels.chart(
        "Failures by class",
        charts.stacked_figure(series, visitor.zone, "failed operations", palette.series()),
        charts.counts_frame(series, visitor.zone),
        alt=f"{failed} failed operations by class over time: {', '.join(classes)}.",
        key="storage-failures",
        has_demo=any(part.has_demo for _, part in points if part.failures),
    )


def _events(visitor: Visitor, start: datetime) -> None:
    st.subheader("Operations to look at", anchor=False)
    st.caption("Failed ones, and those slower than the objective; kept one by one for seven days.")
    outcome = _OUTCOMES.get(
        st.pills("Failure", list(_OUTCOMES), key="outcome", bind="query-params") or ""
    )
    operation = st.query_params.get("operation") or None
    pager = Pager("storage-events", (outcome, operation, st.query_params.get("window")))
    with views.failures_told(visitor.caller.request_id, "Storage events"), st.skeleton(300):
        page = events.storage_page(
            visitor.caller, from_=start, outcome=outcome, operation=operation, order="desc",
            cursor=pager.cursor, limit=PAGE_SIZE,
        )  # fmt: skip
    if not page.items:
        views.empty("Nothing to look at", "No operation failed or was slow in this window.")
        return
    table = rows.storage_rows(page.items, visitor.zone)
    record_table("Storage operations", rows.STORAGE_COLUMNS, table, key="storage-table")
    pager.controls(len(page.items), page.next_cursor)
