"""What ops look at first: open incidents, then the objectives with the line of the last day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

import streamlit as st

from lib.data import Caller, alerts, metrics
from lib.data.records import Incident, Rollup
from lib.product import figures as fmt
from lib.product.objectives import (
    API_REQUEST,
    ASSESSMENT,
    FIRST_TOKEN,
    FULL_TURN,
    STORAGE_LATENCY,
    STORAGE_SUCCESS,
    LatencyObjective,
)
from lib.ui.operate import alert_rows
from lib.ui.parts import charts
from lib.ui.parts.pager import PAGE_SIZE
from lib.ui.parts.periods import DAY, Period
from lib.ui.parts.record_table.component import record_table
from lib.ui.parts.rollup_sums import Sum, merged, over_time
from lib.ui.parts.sparklines import sparkline
from lib.ui.shell import notices
from lib.ui.shell.visitor import Visitor
from lib.work.services import services


@dataclass(frozen=True, slots=True)
class _Shown:
    """A figure of one metric that is held against an objective.

    Attributes:
        of: the figure of a sum; None without measurements.
        text: the figure as people read it.
        limit: it is good up to this, or from this on if `from_below`.
    """

    title: str
    metric: str
    path: str
    of: Callable[[Sum], float | None]
    text: Callable[[float | None], str]
    limit: float
    from_below: bool = False

    def rating(self, value: float) -> Literal["good", "bad"]:
        good = value >= self.limit if self.from_below else value <= self.limit
        return "good" if good else "bad"


def _p95(title: str, metric: str, objective: LatencyObjective, path: str) -> _Shown:
    return _Shown(
        f"{title}, p95",
        metric,
        path,
        lambda part: part.histogram.quantile(0.95),
        fmt.latency,
        objective.limit_ms,
    )


def _success(part: Sum) -> float | None:
    return 1 - part.failures / part.count if part.count else None


_CARD_PIXELS: Final = 140
"""Six stand in a row on a small laptop, two on a phone."""
_STORAGE: Final = "storage.operation"
_SHOWN: Final = (
    _p95("Storage", _STORAGE, STORAGE_LATENCY, "/storage"),
    _Shown(
        "Storage success",
        _STORAGE,
        "/storage",
        _success,
        fmt.percent,
        STORAGE_SUCCESS.target,
        from_below=True,
    ),
    _p95("First token", "turn.ttft", FIRST_TOKEN, "/latency"),
    _p95("Full turn", "turn.latency", FULL_TURN, "/latency"),
    _p95("Assessment", "session.assessment", ASSESSMENT, "/latency"),
    _p95("API request", "api.request", API_REQUEST, "/latency"),
)


def draw(visitor: Visitor, now: datetime) -> None:
    """Draw open incidents and objectives; what cannot be loaded is a line of its own."""
    caller = visitor.caller
    with notices.partly(caller.request_id, "load the incidents"):
        _incidents(_open_incidents(caller), visitor)
    with notices.partly(caller.request_id, "load the objectives"):
        _objectives(caller, DAY.until(now))


def _open_incidents(caller: Caller) -> list[Incident]:
    return [
        incident
        for status in ("firing", "acknowledged")
        for incident in alerts.page(caller, status=status, cursor=None, limit=PAGE_SIZE).items
    ]


def _incidents(found: Sequence[Incident], visitor: Visitor) -> None:
    st.header("Open incidents", anchor=False)
    if found:
        table = alert_rows.incident_rows(found, visitor.zone)
        record_table("Open incidents", alert_rows.INCIDENT_COLUMNS, table, key="overview-incidents")
    else:
        st.markdown(":green[:material/check_circle:] No alert is firing.")
    if services().recorder.status().waiting:
        st.markdown(
            ":orange[:material/schedule:] Measurements are delayed: these figures are old. See "
            "System status."
        )


def _objectives(caller: Caller, day: Period) -> None:
    st.header(f"Objectives, last {day.label}", anchor=False)
    names = list(dict.fromkeys(shown.metric for shown in _SHOWN))

    def read(metric: str) -> list[Rollup]:
        return list(metrics.between(caller, metric, day.start, day.end, day.resolution))

    with ThreadPoolExecutor(len(names)) as pool:
        points = {
            name: over_time(rollups, day)
            for name, rollups in zip(names, pool.map(read, names), strict=True)
        }
    with st.container(horizontal=True, gap="xsmall", key="overview-objectives"):
        for shown in _SHOWN:
            _card(shown, [part for _, part in points[shown.metric]])
    st.caption(
        "Below each figure is its objective, dashed in the line of the last day, hour by hour. "
        "Select a name to see more."
    )


def _card(shown: _Shown, steps: Sequence[Sum]) -> None:
    value = shown.of(merged(steps))
    line = [shown.of(step) for step in steps]
    measured = [figure for figure in line if figure is not None]
    told = f"{shown.text(min(measured))} to {shown.text(max(measured))}" if measured else "nothing"
    charts.metric_card(
        f"[{shown.title}]({shown.path})",
        shown.text(value),
        f"{'≥' if shown.from_below else '≤'} {shown.text(shown.limit)}"
        if value is not None
        else "not measured",
        rating=None if value is None else shown.rating(value),
        line=sparkline(
            line,
            shown.limit,
            f"{shown.title}, hour by hour: {told}; objective {shown.text(shown.limit)}",
            charts.colours(),
            top=1.0 if shown.from_below else None,
        ),
        width=_CARD_PIXELS,
    )
