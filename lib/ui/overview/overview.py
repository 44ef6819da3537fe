"""Overview: what needs this visitor first, by role; then the newest sessions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import streamlit as st

from lib.auth.roles import Role, allows, page_allowed
from lib.data import user_sessions
from lib.data.records import DaySummary, UserSession
from lib.product import figures as fmt
from lib.ui.overview import operations, reviewing
from lib.ui.parts import charts, plots, session_rows
from lib.ui.parts.page_heading.component import page_heading
from lib.ui.parts.periods import UTC_DAYS
from lib.ui.parts.record_table.component import record_table
from lib.ui.parts.rollup_sums import DEMO
from lib.ui.shell import notices
from lib.ui.shell.navigation import remember_list
from lib.ui.shell.visitor import Visitor

_DAYS: Final = 30
_NEWEST: Final = 8


def draw(visitor: Visitor) -> None:
    """Draw the page."""
    page_heading("Overview", key="overview-heading")
    now = datetime.now(UTC)
    role = visitor.member.role
    if page_allowed(role, "/alerts"):
        operations.draw(visitor, now)
    if allows(role, Role.REVIEWER):
        reviewing.draw(visitor)
    with notices.error_boundary(visitor.caller.request_id, "load the overview"), st.skeleton(420):
        days = user_sessions.daily(visitor.caller, now - timedelta(days=_DAYS), now)
        newest = user_sessions.page(visitor.caller, cursor=None, limit=_NEWEST, order="desc").items
    if not newest:
        notices.empty(
            "Nothing here yet",
            "Sessions appear as soon as the product's backend stores one: POST /api/v1/sessions.",
        )
        return
    st.header("Newest sessions", anchor=False)
    remember_list("/", [session.id for session in newest])
    table = session_rows.session_rows(newest, visitor.zone)
    record_table("Newest sessions", session_rows.SESSION_COLUMNS, table, key="overview-table")
    _per_day(days, newest, now)


def _per_day(days: Sequence[DaySummary], newest: Sequence[UserSession], now: datetime) -> None:
    known = {day.day.date(): day.sessions for day in days}
    noon = now.replace(hour=12, minute=0, second=0, microsecond=0)
    dates = [noon - timedelta(days=back) for back in range(_DAYS - 1, -1, -1)]
    series = {"Sessions": [(at, known.get(at.date(), 0)) for at in dates]}
    charts.chart(
        f"Sessions per day, last {_DAYS} days (UTC)",
        plots.stacked_figure(series, UTC_DAYS, "sessions", [charts.colours()["p95"]], height=200),
        plots.counts_frame(series, UTC_DAYS),
        alt=f"Bar chart of sessions per day; {sum(known.values())} in the last {_DAYS} days.",
        key="overview-days",
        has_demo=any(session.source == DEMO for session in newest),
    )
    sessions, turns = (sum(getattr(day, it) for day in days) for it in ("sessions", "interactions"))
    cost = fmt.dollars(sum(day.cost for day in days)).replace("$", r"\$")
    as_of = min((day.as_of for day in days if day.as_of is not None), default=None)
    until = f", as of {as_of:%H:%M:%S} UTC" if as_of else ""
    st.caption(
        f"In these days: {fmt.count(sessions)} sessions, {fmt.count(turns)} turns, {cost}{until}."
    )
