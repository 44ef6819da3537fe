"""Product latency: first token, full turn, assessment and API against their objectives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import streamlit as st

from lib.data import metrics
from lib.data.records import Rollup
from lib.product import figures as fmt
from lib.product.objectives import API_REQUEST, ASSESSMENT, FIRST_TOKEN, FULL_TURN
from lib.ui.parts import charts, plots, refresh
from lib.ui.parts.page_heading.component import page_heading
from lib.ui.parts.periods import Period, chosen_period, period_picker
from lib.ui.parts.record_table.component import Cell, Column, Row, record_table
from lib.ui.parts.rollup_sums import Sum, over_time, split, total
from lib.ui.shell import notices
from lib.ui.shell.visitor import Visitor

PATH: Final = "/latency"


@dataclass(frozen=True, slots=True)
class _Measure:
    """One latency with its objective at the 95th percentile."""

    metric: str
    title: str
    objective_ms: float
    key: str


PRODUCT: Final = (
    _Measure("turn.ttft", "First token", FIRST_TOKEN.limit_ms, "ttft"),
    _Measure("turn.latency", "Full turn", FULL_TURN.limit_ms, "turn"),
    _Measure("session.assessment", "Assessment", ASSESSMENT.limit_ms, "assessment"),
)
_API: Final = _Measure("api.request", "API request", API_REQUEST.limit_ms, "api")
_EVERY_MODEL: Final = "All models"


@dataclass(frozen=True, slots=True)
class _Read:
    """Rollups of one latency in a period and in the previous one."""

    measure: _Measure
    now: list[Rollup]
    before: list[Rollup]

    def of(self, model: str | None) -> _Read:
        """Return the rollups of one model."""
        if model is None:
            return self
        return _Read(self.measure, _only(self.now, model), _only(self.before, model))


def draw(_visitor: Visitor) -> None:
    """Draw the page."""
    page_heading(
        "Product latency",
        "Turns and assessments as the product's backend reports them, and the API's own requests. "
        "Objectives apply to the 95th percentile.",
        key="latency-heading",
    )
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        period_picker(default="7 days")
        every = refresh.refresh_picker()
    refresh.auto_refresh(PATH, every, _body)


def _body(visitor: Visitor) -> None:
    period = chosen_period(datetime.now(UTC), default="7 days")
    with (
        notices.error_boundary(visitor.caller.request_id, "load product latency"),
        refresh.skeleton(420),
    ):
        product = [_read(visitor, measure, period) for measure in PRODUCT]
        api = _read(visitor, _API, period)
    models = sorted({model_of(item) for read in product for item in read.now})
    chosen = None
    if models:
        chosen = st.selectbox(
            "Provider and model",
            models,
            index=None,
            placeholder=_EVERY_MODEL,
            key="model",
            bind="query-params",
            label_visibility="collapsed",
            width=360,
        )
    _figures([*(read.of(chosen) for read in product), api])
    for read in product:
        _chart(read.of(chosen), period, visitor)
    if models:
        _by_model(product)
    _chart(api, period, visitor)
    if api.now:
        _by_route(api)


def _read(visitor: Visitor, measure: _Measure, period: Period) -> _Read:
    first = period.before().start
    found = metrics.between(visitor.caller, measure.metric, first, period.end, period.resolution)
    before, now = split(found, period.start)
    return _Read(measure, now, before)


def model_of(rollup: Rollup) -> str:
    """Return provider and model of a rollup as the filter shows them."""
    names = rollup.dimensions
    return f"{names.get('provider', 'unknown')} / {names.get('modelId', 'unknown')}"


def _only(rollups: Sequence[Rollup], model: str) -> list[Rollup]:
    return [item for item in rollups if model_of(item) == model]


def _figures(reads: Sequence[_Read]) -> None:
    with st.container(horizontal=True):
        for read in reads:
            now, before = total(read.now), total(read.before)
            p95 = now.histogram.quantile(0.95)
            objective = read.measure.objective_ms
            was = before.histogram.quantile(0.95)
            charts.metric_card(
                f"{read.measure.title}, p95",
                fmt.latency(p95),
                f"objective {fmt.latency(objective)}, previously {fmt.latency(was)}",
                rating=None if p95 is None else "good" if p95 <= objective else "bad",
            )


def _chart(read: _Read, period: Period, visitor: Visitor) -> None:
    measure = read.measure
    if not read.now:
        st.header(measure.title, anchor=False)
        notices.empty(
            f"No measurements in this period ({period.label})",
            "Turns and assessments are measured when the product's backend stores them.",
        )
        return
    points = over_time(read.now, period)
    before = over_time(read.before, period.before())
    worst = max((part.histogram.quantile(0.95) or 0 for _, part in points), default=0)
    charts.chart(
        measure.title,
        plots.latency_figure(
            points,
            visitor.zone,
            measure.objective_ms,
            charts.colours(),
            before,
            plots.SMALL,
        ),
        plots.percentiles_frame(points, visitor.zone),
        alt=f"Percentiles of {measure.title.lower()}; the highest p95 of a step is "
        f"{fmt.latency(worst)}, the objective {fmt.latency(measure.objective_ms)}.",
        key=f"latency-{measure.key}",
        has_demo=any(part.has_demo for _, part in points),
    )


def _by_model(reads: Sequence[_Read]) -> None:
    st.header("By provider and model", anchor=False)
    groups: dict[str, dict[str, Sum]] = {}
    for read in reads:
        for item in read.now:
            sums = groups.setdefault(model_of(item), {})
            sums.setdefault(read.measure.metric, Sum()).add(item)
    columns = (
        Column("Provider / model"),
        Column("Turns", number=True),
        *(Column(f"{read.measure.title}, p95", number=True) for read in reads),
        *(Column(f"{read.measure.title} in time", number=True, minor=True) for read in reads),
    )
    table = []
    for name in sorted(groups, key=lambda name: -_count(groups[name])):
        sums = groups[name]
        parts = [(read.measure, sums.get(read.measure.metric, Sum())) for read in reads]
        table.append(
            Row(
                (
                    Cell(name),
                    Cell(fmt.count(_count(sums))),
                    *(_p95(part, measure.objective_ms) for measure, part in parts),
                    *(Cell(_within(part, measure.objective_ms)) for measure, part in parts),
                )
            )
        )
    record_table("Latency by provider and model", columns, table, key="latency-models")


def _by_route(api: _Read) -> None:
    st.header("By API route", anchor=False)
    groups: dict[str, Sum] = {}
    for item in api.now:
        groups.setdefault(item.dimensions.get("route", ""), Sum()).add(item)
    columns = (
        Column("Route"),
        Column("Requests", number=True),
        Column("p50", number=True),
        Column("p95", number=True),
        Column("p99", number=True),
        Column(f"Within {API_REQUEST.limit_ms:.0f} ms", number=True),
        Column("Failed", number=True),
    )
    table = []
    for route, part in sorted(groups.items(), key=lambda item: -item[1].count):
        p50, _, p99 = part.histogram.quantiles((0.5, 0.95, 0.99))
        table.append(
            Row(
                (
                    Cell(route),
                    Cell(fmt.count(part.count)),
                    Cell(fmt.latency(p50)),
                    _p95(part, API_REQUEST.limit_ms),
                    Cell(fmt.latency(p99)),
                    Cell(_within(part, API_REQUEST.limit_ms)),
                    Cell(fmt.count(part.failures), tone="bad" if part.failures else None),
                )
            )
        )
    record_table("Latency by route", columns, table, key="latency-routes")


def _count(sums: dict[str, Sum]) -> int:
    return max((part.count for part in sums.values()), default=0)


def _p95(part: Sum, objective_ms: float) -> Cell:
    p95 = part.histogram.quantile(0.95)
    late = p95 is not None and p95 > objective_ms
    return Cell(fmt.latency(p95), tone="bad" if late else None)


def _within(part: Sum, objective_ms: float) -> str:
    share = part.histogram.share_at_most(objective_ms)
    return fmt.percent(share)
