"""Overview: how many sessions there were, how they went, and the newest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import streamlit as st

from lib.data import user_sessions
from lib.data.records import DaySummary, UserSession
from lib.product import figures as fmt
from lib.product.objectives import FIRST_TOKEN, FULL_TURN
from lib.ui.overview import digests
from lib.ui.parts import chart_panel, charts, palette, session_rows
from lib.ui.parts.page_heading.component import page_heading
from lib.ui.parts.record_table.component import record_table
from lib.ui.parts.series import DEMO
from lib.ui.shell import notices
from lib.ui.shell.navigation import remember_list
from lib.ui.shell.visitor import Visitor

_DAYS: Final = 30
_NEWEST: Final = 8


def draw(visitor: Visitor) -> None:
    """Draw the page."""
    page_heading("Overview", "Recent activity in the product.", key="overview-heading")
    now = datetime.now(UTC)
    with notices.error_boundary(visitor.caller.request_id, "load the overview"), st.skeleton(420):
        start = now - timedelta(days=_DAYS)
        days = user_sessions.daily(visitor.caller, start, now)
        newest = user_sessions.page(visitor.caller, cursor=None, limit=_NEWEST, order="desc").items
    if not newest:
        notices.empty(
            "Nothing here yet",
            "Sessions appear as soon as the product's backend stores one: POST /api/v1/sessions.",
        )
        return
    _today(days, now)
    digests.quality(visitor, now)
    digests.operations(visitor, now)
    _per_day(days, newest, visitor, now)
    st.subheader("Newest sessions", anchor=False)
    remember_list([session.id for session in newest])
    table = session_rows.session_rows(newest, visitor.zone)
    record_table("Newest sessions", session_rows.SESSION_COLUMNS, table, key="overview-table")


def _today(days: Sequence[DaySummary], now: datetime) -> None:
    """Draw today's figures (UTC), or those of the last day that had sessions."""
    if not days:
        return
    day = days[-1]
    before = days[-2] if len(days) > 1 else None
    is_today = day.day.date() == now.date()
    st.caption("Today (UTC)" if is_today else f"{day.day:%A, %d %B} (UTC), the last active day")
    change = f"{day.sessions - before.sessions:+d} vs. the day before" if before else None
    with st.container(horizontal=True):
        chart_panel.metric_card("Sessions", fmt.count(day.sessions), change, arrow=True)
        chart_panel.metric_card("Turns", fmt.count(day.interactions))
        chart_panel.latency_card("First token, p95", day.ttft.p95, FIRST_TOKEN.limit_ms)
        chart_panel.latency_card("Full turn, p95", day.latency.p95, FULL_TURN.limit_ms)
        chart_panel.metric_card("Cost", fmt.dollars(day.cost))


def _per_day(
    days: Sequence[DaySummary], newest: Sequence[UserSession], visitor: Visitor, now: datetime
) -> None:
    known = {day.day.date(): day.sessions for day in days}
    noon = now.replace(hour=12, minute=0, second=0, microsecond=0)
    dates = [noon - timedelta(days=back) for back in range(_DAYS - 1, -1, -1)]
    series = {"Sessions": [(at, known.get(at.date(), 0)) for at in dates]}
    chart_panel.chart(
        f"Sessions per day, last {_DAYS} days (UTC)",
        charts.stacked_figure(
            series, visitor.zone, "sessions", [palette.colours()["p95"]], height=200
        ),
        charts.counts_frame(series, visitor.zone),
        alt=f"Bar chart of sessions per day; {sum(known.values())} in the last {_DAYS} days.",
        key="overview-days",
        has_demo=any(session.source == DEMO for session in newest),
    )
