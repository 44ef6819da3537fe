"""Storage health: latency against the objective, failures by class, failed and slow operations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

import streamlit as st

from lib.data import events, metrics
from lib.data.records import Rollup, StorageEvent
from lib.product import figures as fmt
from lib.product.lifetimes import SINGLE_EVENTS
from lib.product.objectives import STORAGE_LATENCY
from lib.ui.operate import bucket_report, error_budgets, event_rows, find_request
from lib.ui.parts import charts, plots, refresh
from lib.ui.parts.page_heading.component import page_heading
from lib.ui.parts.pager import PAGE_SIZE, Pager
from lib.ui.parts.periods import Period, chosen_period, events_since, period_params, period_picker
from lib.ui.parts.record_table.component import Cell, Column, Row, record_table
from lib.ui.parts.rollup_sums import Sum, by_dimension, merged, over_time, split
from lib.ui.shell import notices
from lib.ui.shell.visitor import Visitor

METRIC: Final = "storage.operation"
PATH: Final = "/storage"
_EXPECTED_SECONDS: Final = 15 * 60
_NEWEST, _SLOWEST = "Newest", "Slowest"

_Outcome = Literal["denied", "missing", "throttled", "timeout", "connection", "server", "invalid"]
_OUTCOMES: Final[dict[str, _Outcome]] = {
    "Denied": "denied",
    "Missing": "missing",
    "Throttled": "throttled",
    "Timeout": "timeout",
    "Connection": "connection",
    "Server": "server",
    "Invalid": "invalid",
}
_OPERATION_COLUMNS: Final = (
    Column("Operation"),
    Column("Count", number=True),
    Column("p50", number=True),
    Column("p95", number=True),
    Column("p99", number=True),
    Column("Max", number=True),
    Column(f"Within {STORAGE_LATENCY.limit_ms:.0f} ms", number=True),
    Column("Failed", number=True),
)


@dataclass(frozen=True, slots=True)
class _Loaded:
    """Rollups of a period and of the previous one."""

    period: Period
    now: list[Rollup]
    before: list[Rollup]


def draw(_visitor: Visitor) -> None:
    """Draw the page."""
    page_heading(
        "Storage health",
        f"Latency and failures of every operation on the bucket. Objective: "
        f"{100 * STORAGE_LATENCY.target:g}% within {STORAGE_LATENCY.limit_ms:.0f} ms.",
        key="storage-heading",
    )
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        period_picker()
        every = refresh.refresh_picker()
    refresh.auto_refresh(PATH, every, _body)


def _body(visitor: Visitor) -> None:
    period = chosen_period(datetime.now(UTC))
    with (
        notices.error_boundary(visitor.caller.request_id, "load storage metrics"),
        refresh.skeleton(420),
    ):
        loaded = _load(visitor, period)
    if loaded.now:
        _measured(loaded, visitor)
    else:
        notices.empty(
            f"No storage operations in this period ({period.label})",
            "Choose a longer period. Without traffic, the worker's storage probe provides data.",
        )
    _events(visitor, period)
    bucket_report.bucket_state(visitor)


def _load(visitor: Visitor, period: Period) -> _Loaded:
    first = period.before().start
    rollups = metrics.between(visitor.caller, METRIC, first, period.end, period.resolution)
    before, now = split(rollups, period.start)
    return _Loaded(period, now, before)


def _measured(loaded: _Loaded, visitor: Visitor) -> None:
    names = sorted(by_dimension(loaded.now, "operation"))
    chosen = st.pills("Operation", names, key="operation", bind="query-params")
    if chosen:
        loaded = _Loaded(loaded.period, _of(loaded.now, chosen), _of(loaded.before, chosen))
    points = over_time(loaded.now, loaded.period)
    before = over_time(loaded.before, loaded.period.before())
    whole, earlier = (merged(part for _, part in line) for line in (points, before))
    _figures(whole, earlier, loaded.period)
    error_budgets.storage_budgets(visitor)
    _charts(loaded.period, points, before, visitor)
    _operations(loaded)


def _of(rollups: Sequence[Rollup], operation: str) -> list[Rollup]:
    return [item for item in rollups if item.dimensions.get("operation") == operation]


def _figures(whole: Sum, before: Sum, period: Period) -> None:
    p50, p95, p99 = whole.histogram.quantiles((0.5, 0.95, 0.99))
    old50, old95, old99 = before.histogram.quantiles((0.5, 0.95, 0.99))
    within = whole.histogram.share_at_most(STORAGE_LATENCY.limit_ms)
    minutes = min(period.length, datetime.now(UTC) - period.start) / timedelta(minutes=1)
    with st.container(horizontal=True):
        charts.metric_card(
            "Operations", fmt.count(whole.count), f"{whole.count / minutes:.1f} per minute"
        )
        charts.metric_card("p50", fmt.latency(p50), _was(old50))
        charts.metric_card("p95", fmt.latency(p95), _was(old95), rating=_rating(p95))
        charts.metric_card("p99", fmt.latency(p99), _was(old99))
        share = fmt.percent(within)
        charts.metric_card(
            f"Within {STORAGE_LATENCY.limit_ms:.0f} ms",
            share,
            f"objective {100 * STORAGE_LATENCY.target:g}%",
        )
        charts.metric_card(
            "Failed",
            fmt.count(whole.failures),
            f"{fmt.share(whole.failures, whole.count)}, previously {fmt.count(before.failures)}",
        )
    st.caption(f"{period.label}; small figures: previous period")


def _rating(p95: float | None) -> Literal["good", "bad"] | None:
    if p95 is None:
        return None
    return "good" if p95 <= STORAGE_LATENCY.limit_ms else "bad"


def _was(value: float | None) -> str:
    return "no earlier data" if value is None else f"previously {fmt.latency(value)}"


def _charts(period: Period, points: plots.Points, before: plots.Points, visitor: Visitor) -> None:
    zone = visitor.zone
    measured = [at + period.step for at, part in points if part.count]
    if period.goes_on and measured:
        charts.stale_data_notice(min(measured[-1], datetime.now(UTC)), _EXPECTED_SECONDS)
    worst = max((part.histogram.quantile(0.95) or 0 for _, part in points), default=0)
    has_demo = any(part.has_demo for _, part in points)
    charts.chart(
        "Latency",
        plots.latency_figure(points, zone, STORAGE_LATENCY.limit_ms, charts.colours(), before),
        plots.percentiles_frame(points, zone),
        alt=f"Percentiles of storage latency; the highest p95 of a step is {fmt.latency(worst)}, "
        f"the objective {STORAGE_LATENCY.limit_ms:.0f} ms.",
        key="storage-latency",
        has_demo=has_demo,
    )
    _failures(points, visitor)
    bands = plots.bands_frame(points, zone)
    charts.chart(
        "Distribution of latency over time",
        plots.heat_figure(
            bands, zone, STORAGE_LATENCY.limit_ms, charts.scale_colours(), charts.colours()
        ),
        bands,
        alt="Heat map: how many storage operations took how long in each step.",
        key="storage-heat",
        has_demo=has_demo,
    )
    minutes = period.step / timedelta(minutes=1)
    charts.chart(
        "Rate",
        plots.rate_figure(points, before, zone, minutes, charts.colours()),
        plots.counts_frame({"Operations": [(at, part.count) for at, part in points]}, zone),
        alt=f"Storage operations per minute; {sum(part.count for _, part in points)} in all.",
        key="storage-rate",
        has_demo=has_demo,
    )


def _failures(points: plots.Points, visitor: Visitor) -> None:
    classes = sorted({name for _, part in points for name in part.errors})
    if not classes:
        st.header("Failures", anchor=False)
        notices.empty("No failures in this period", "Failed operations appear here by class.")
        return
    series = {name: [(at, part.errors[name]) for at, part in points] for name in classes}
    failed = sum(number for line in series.values() for _, number in line)
    charts.chart(
        "Failures by class",
        plots.stacked_figure(
            series, visitor.zone, "failed operations", charts.series_colours(), plots.SMALL
        ),
        plots.counts_frame(series, visitor.zone),
        alt=f"{failed} failed operations by class over time: {', '.join(classes)}.",
        key="storage-failures",
        has_demo=any(part.has_demo for _, part in points if part.failures),
    )


def _operations(loaded: _Loaded) -> None:
    st.header("By operation", anchor=False)
    earlier = by_dimension(loaded.before, "operation")
    table = []
    for name, part in by_dimension(loaded.now, "operation").items():
        p50, p95, p99 = part.histogram.quantiles((0.5, 0.95, 0.99))
        before = earlier.get(name, Sum())
        slow = p95 is not None and p95 > STORAGE_LATENCY.limit_ms
        within = part.histogram.share_at_most(STORAGE_LATENCY.limit_ms)
        table.append(
            Row(
                (
                    Cell(name),
                    Cell(fmt.count(part.count), f"previously {fmt.count(before.count)}"),
                    Cell(fmt.latency(p50)),
                    Cell(
                        fmt.latency(p95),
                        _was(before.histogram.quantile(0.95)),
                        tone="bad" if slow else None,
                    ),
                    Cell(fmt.latency(p99)),
                    Cell(fmt.latency(part.max)),
                    Cell(fmt.percent(within)),
                    Cell(
                        fmt.count(part.failures),
                        fmt.share(part.failures, part.count),
                        tone="bad" if part.failures else None,
                    ),
                )
            )
        )
    record_table("Storage operations by name", _OPERATION_COLUMNS, table, key="storage-operations")


def _events(visitor: Visitor, period: Period) -> None:
    st.header("Failed and slow operations", anchor=False)
    st.caption(
        "Operations that failed or were slower than the objective, kept for "
        f"{fmt.span(SINGLE_EVENTS)}. Open a row to see its request: session, turns, log lines."
    )
    find_request.request_panel(visitor)
    with st.container(horizontal=True):
        order = st.segmented_control(
            "Order",
            [_NEWEST, _SLOWEST],
            default=_NEWEST,
            required=True,
            key="order",
            bind="query-params",
            label_visibility="collapsed",
        )
        outcome = None
        if order != _SLOWEST:
            outcome = _OUTCOMES.get(
                st.pills(
                    "Failure",
                    list(_OUTCOMES),
                    key="outcome",
                    bind="query-params",
                    label_visibility="collapsed",
                )
                or ""
            )
    operation = st.query_params.get("operation") or None
    here = period_params("operation", "order", "outcome")
    with (
        notices.error_boundary(visitor.caller.request_id, "load storage operations"),
        refresh.skeleton(300),
    ):
        if order == _SLOWEST:
            _slowest(visitor, period, operation, here)
        else:
            _newest(visitor, period, operation, outcome, here)


def _newest(
    visitor: Visitor,
    period: Period,
    operation: str | None,
    outcome: _Outcome | None,
    here: dict[str, str],
) -> None:
    pager = Pager("storage-events", tuple(here.items()))
    found = events.storage_page(
        visitor.caller,
        to=None if period.goes_on else period.end,
        outcome=outcome,
        operation=operation,
        order="desc",
        cursor=pager.cursor,
        limit=PAGE_SIZE,
    )
    page = events_since(found, period.start)
    if _table(page.items, visitor, here):
        pager.controls(len(page.items), page.next_cursor)


def _slowest(visitor: Visitor, period: Period, operation: str | None, here: dict[str, str]) -> None:
    page = events.slowest_page(
        visitor.caller,
        from_=period.start,
        to=period.end,
        operation=operation,
        cursor=None,
        limit=PAGE_SIZE,
    )
    if _table(page.items, visitor, here):
        st.caption(f"The {len(page.items)} slowest of this period")


def _table(found: Sequence[StorageEvent], visitor: Visitor, here: dict[str, str]) -> bool:
    if not found:
        notices.empty("No failed or slow operations", "Choose a longer period to see earlier ones.")
        return False
    table = event_rows.storage_rows(found, visitor.zone, here)
    record_table("Storage operations", event_rows.STORAGE_COLUMNS, table, key="storage-table")
    return True
