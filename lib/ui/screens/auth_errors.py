"""Auth errors: denials by reason over time, and the latest decisions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import streamlit as st

from lib.data import events, metrics
from lib.data.records import Rollup
from lib.ui import charts, palette, panels, rows, views
from lib.ui import formatting as fmt
from lib.ui.identity import Visitor
from lib.ui.page_heading.component import page_heading
from lib.ui.paging import PAGE_SIZE, Pager
from lib.ui.record_table.component import record_table
from lib.ui.series import Window, by_dimension, counts_over_time, total

METRIC: Final = "auth.decision"
DENIED: Final = "denied"


def draw(visitor: Visitor) -> None:
    """Draw the page."""
    page_heading(
        "Auth errors",
        "Decisions of the gate in front of every route; reasons are Clerk's own names.",
        key="auth-heading",
    )
    window = panels.choose_window()
    now = datetime.now(UTC)
    start, end = window.bounds(now)
    with views.failures_told(visitor.caller.request_id, "Sign-in metrics"), st.skeleton(420):
        rollups = list(metrics.between(visitor.caller, METRIC, start, end, window.resolution))
    if rollups:
        denied = [item for item in rollups if item.dimensions.get("outcome") == DENIED]
        _figures(rollups, denied)
        _chart(denied, window, now, visitor)
    else:
        views.empty(
            f"No decision in the last {window.label}",
            "Measurements arrive about a minute after the requests. Choose a longer window.",
        )
    _events(visitor, start)


def _figures(rollups: Sequence[Rollup], denied: Sequence[Rollup]) -> None:
    whole, refused = total(rollups), total(denied)
    reasons = by_dimension(denied, "reason")
    top = next(iter(reasons), None)
    with st.container(horizontal=True):
        panels.number("Decisions", fmt.count(whole.count))
        panels.number("Denied", fmt.count(refused.count), fmt.share(refused.count, whole.count))
        panels.number("Reasons", fmt.count(len(reasons)))
        panels.number("Decision time, p95", fmt.latency(whole.histogram.quantile(0.95)))
    if top is not None:
        st.text(f"Most frequent reason: {top} ({fmt.share(reasons[top].count, refused.count)})")


def _chart(denied: Sequence[Rollup], window: Window, now: datetime, visitor: Visitor) -> None:
    if not denied:
        st.subheader("Denials by reason", anchor=False)
        views.empty("Nobody was denied in this window", "Denials are drawn here by reason.")
        return
    series = counts_over_time(denied, window, now, "reason")
    panels.chart(
        "Denials by reason",
        charts.stacked_figure(series, visitor.zone, "denied requests", palette.series()),
        charts.counts_frame(series, visitor.zone),
        alt=f"Denied requests over time by reason: {', '.join(series)}.",
        key="auth-denials",
        has_demo=total(denied).has_demo,
    )


def _events(visitor: Visitor, start: datetime) -> None:
    st.subheader("Latest denials", anchor=False)
    reason = st.text_input(
        "Reason", placeholder="Exact reason, for instance token-expired", key="reason",
        bind="query-params", max_chars=100, label_visibility="collapsed", width=420,
    ).strip()  # fmt: skip
    pager = Pager("auth-events", (reason, st.query_params.get("window")))
    with views.failures_told(visitor.caller.request_id, "Sign-in events"), st.skeleton(300):
        page = events.auth_page(
            visitor.caller, from_=start, reason=reason or None, outcome=DENIED, order="desc",
            cursor=pager.cursor, limit=PAGE_SIZE,
        )  # fmt: skip
    if not page.items:
        views.empty("No denial to list", "Single events are kept for seven days.")
        return
    table = rows.auth_rows(page.items, visitor.zone)
    record_table("Sign-in decisions", rows.AUTH_COLUMNS, table, key="auth-table")
    pager.controls(len(page.items), page.next_cursor)
