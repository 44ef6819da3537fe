"""One user: who they are, how their sessions went, and the sessions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import streamlit as st

from lib.data import user_sessions, users
from lib.data.records import User, UserSummary
from lib.ui import charts, palette, panels, rows, views
from lib.ui import formatting as fmt
from lib.ui.identity import Visitor
from lib.ui.navigation import follow, remember_list
from lib.ui.objectives import TTFT_MS, TURN_MS
from lib.ui.page_heading.component import Chip, Fact, Link, page_heading
from lib.ui.paging import PAGE_SIZE, Pager
from lib.ui.record_table.component import Tone, record_table
from lib.ui.series import DEMO

_DAYS = 30


def draw(visitor: Visitor) -> None:
    """Draw the page of the user that the address names by `id` (Clerk user id)."""
    follow("user-heading", "user-sessions")
    clerk_id = st.query_params.get("id", "")
    pager = Pager("user-sessions", clerk_id)
    now = datetime.now(UTC)
    with views.failures_told(visitor.caller.request_id, "This user"), st.skeleton(420):
        user = users.get(visitor.caller, clerk_id) if clerk_id else None
        if user is not None:
            summary = users.summary(
                visitor.caller, clerk_id=clerk_id, from_=now - timedelta(days=_DAYS), to=now
            )
            page = user_sessions.page(
                visitor.caller, clerk_id=clerk_id, order="desc", cursor=pager.cursor,
                limit=PAGE_SIZE,
            )  # fmt: skip
    if user is None:
        views.not_found("User", "The id is unknown, or the user's data was erased.")
        return
    _heading(user, summary, visitor)
    if summary is not None and summary.days:
        _sessions_per_day(summary, visitor, now)
    st.subheader("Sessions", anchor=False)
    if not page.items:
        views.empty("No sessions yet", "Sessions appear here as soon as the product stores one.")
        return
    remember_list([session.id for session in page.items])
    table = rows.session_rows(page.items, visitor.zone, with_user=False)
    record_table("Sessions", rows.SESSION_COLUMNS, table, key="user-sessions")
    pager.controls(len(page.items), page.next_cursor)


def _heading(user: User, summary: UserSummary | None, visitor: Visitor) -> None:
    name = rows.name_of(user)
    chips = [Chip(user.status, rows.USER_TONES[user.status])]
    if user.source == DEMO:
        chips.append(Chip("demo data", "accent"))
    facts = [
        Fact("Clerk id", user.clerk_id),
        Fact("Last seen", fmt.ago(user.last_seen_at), fmt.utc(user.last_seen_at)),
        Fact("Known since", fmt.moment(user.created_at, visitor.zone), fmt.utc(user.created_at)),
        Fact("Sessions", fmt.count(user.session_count)),
    ]
    if summary is not None:
        total = summary.total
        facts += [
            Fact("Turns", fmt.count(total.interactions)),
            Fact("Cost", fmt.dollars(total.cost)),
            _timing("First token, p95", total.ttft.p95, TTFT_MS),
            _timing("Full turn, p95", total.latency.p95, TURN_MS),
        ]
    page_heading(
        name,
        user.email if user.email and user.email != name else "",
        crumbs=[Link("Users", "/users")], chips=chips, facts=facts, key="user-heading",
    )  # fmt: skip


def _timing(label: str, value: float | None, objective: float) -> Fact:
    tone: Tone | None = "warn" if value is not None and value > objective else None
    return Fact(label, fmt.latency(value), f"objective: {fmt.latency(objective)}", tone)


def _sessions_per_day(summary: UserSummary, visitor: Visitor, now: datetime) -> None:
    known = {day.day.date(): day.sessions for day in summary.days}
    first = (now - timedelta(days=_DAYS - 1)).replace(hour=12, minute=0, second=0, microsecond=0)
    days = [first + timedelta(days=offset) for offset in range(_DAYS)]
    series = {"Sessions": [(day, known.get(day.date(), 0)) for day in days]}
    panels.chart(
        "Sessions per day, last 30 days (UTC)",
        charts.stacked_figure(series, visitor.zone, "sessions", [palette.meanings()["p95"]], 180),
        charts.counts_frame(series, visitor.zone),
        alt=f"Bar chart of sessions per day; {sum(known.values())} in the last {_DAYS} days.",
        key="user-days",
    )
