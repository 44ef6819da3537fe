"""One user: profile, figures of their sessions, and the sessions."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import streamlit as st

from lib.data import Page, audit, erasure, user_sessions, users
from lib.data.records import Erasure, User, UserSession, UserSummary
from lib.product import figures as fmt
from lib.product.objectives import FIRST_TOKEN, FULL_TURN
from lib.ui.parts import charts, plots, session_rows
from lib.ui.parts.page_heading.component import Chip, Fact, Link, page_heading
from lib.ui.parts.pager import PAGE_SIZE, Pager
from lib.ui.parts.periods import UTC_DAYS
from lib.ui.parts.record_table.component import record_table
from lib.ui.parts.rollup_sums import DEMO
from lib.ui.people import actions, erasing, user_rows
from lib.ui.shell import notices
from lib.ui.shell.navigation import name_tab, remember_list
from lib.ui.shell.visitor import Visitor

_SPANS: Final = {"30 days": 30, "90 days": 90, "1 year": 365}
_DEFAULT: Final = "30 days"
_SOURCES: Final = {
    "clerk": "Clerk",
    "api": "API",
    "import": "Import",
    DEMO: "Demo data",
}

_WRITERS: Final = {"own": "Id of the backend"}


@dataclass(frozen=True, slots=True)
class _Loaded:
    user: User | None
    summary: UserSummary | None
    sessions: Page[UserSession]
    erasure: Erasure | None


def draw(visitor: Visitor) -> None:
    """Draw the page of the user that the address names by `id` (Clerk's or Earshot's)."""
    clerk_id = st.query_params.get("id", "")
    pager = Pager("user-sessions", clerk_id)
    span = _span()
    now = datetime.now(UTC)
    with notices.error_boundary(visitor.caller.request_id, "load the user"), st.skeleton(420):
        found = _load(visitor, clerk_id, pager.cursor, now - timedelta(days=span), now)
        if found is not None and found.user is not None:
            _note_view(visitor, clerk_id)
    if found is None or found.user is None:
        if found is not None and found.erasure is not None:
            erasing.erased(found.erasure, visitor)
        else:
            notices.not_found("User", "The id is unknown, or the user's data was erased.", "/users")
        return
    name_tab(session_rows.name_of(found.user))
    _heading(found.user, visitor)
    if found.user.status == "erasing" and erasing.may_erase(visitor.member):
        erasing.progress(clerk_id)
        return
    actions.draw(found.user, visitor)
    if found.user.session_count:
        _figures(found.summary, span, now)
    _sessions(found.sessions, pager, clerk_id, visitor)


def _span() -> int:
    """Return the number of days that figures and chart cover; the picker below sets `span`."""
    chosen = st.session_state.get("span") or st.query_params.get("span")
    return _SPANS.get(str(chosen), _SPANS[_DEFAULT])


def _load(
    visitor: Visitor, clerk_id: str, cursor: str | None, start: datetime, end: datetime
) -> _Loaded | None:
    """Load everything in parallel; the receipt of an erasure only for roles that may see it."""
    if not clerk_id:
        return None
    caller = visitor.caller
    with ThreadPoolExecutor(3) as pool:
        user = pool.submit(users.get, caller, clerk_id)
        summary = pool.submit(users.summary, caller, clerk_id=clerk_id, from_=start, to=end)
        sessions = pool.submit(
            user_sessions.page,
            caller,
            clerk_id=clerk_id,
            order="desc",
            cursor=cursor,
            limit=PAGE_SIZE,
        )
        known = user.result()
        gone = known is None and erasing.may_erase(visitor.member)
        receipt = erasure.get(caller, clerk_id) if gone else None
        return _Loaded(known, summary.result(), sessions.result(), receipt)


def _note_view(visitor: Visitor, clerk_id: str) -> None:
    """Audit the view, once per visit and not per rerun."""
    if st.session_state.get("earshot.viewed") != clerk_id:
        audit.record(visitor.caller, action="user.view", subject_type="user", subject_id=clerk_id)
        st.session_state["earshot.viewed"] = clerk_id


def _heading(stored: User, visitor: Visitor) -> None:
    clear = actions.revealed(stored.clerk_id)
    user = clear or stored
    name = session_rows.name_of(user)
    chips = [Chip(user.status, user_rows.USER_TONES[user.status])]
    if clear:
        chips.append(Chip("revealed", "warn", "Unmasked for you. The audit trail records it."))
    if user.source == DEMO:
        chips.append(Chip("demo data", "accent"))
    page_heading(
        name,
        user.email if user.email and user.email != name else "",
        crumbs=[Link("Users", "/users")],
        chips=chips,
        facts=[
            *_known_by(user),
            Fact("Source", _SOURCES.get(user.source or "", user.source or fmt.NONE)),
            Fact(
                "Last seen",
                fmt.ago(user.last_seen_at),
                f"{fmt.moment(user.last_seen_at, visitor.zone)}; {fmt.utc(user.last_seen_at)}",
            ),
            Fact("First seen", fmt.moment(user.created_at, visitor.zone), fmt.utc(user.created_at)),
            Fact("Sessions", fmt.count(user.session_count)),
        ],
        key="user-heading",
    )


def _known_by(user: User) -> list[Fact]:
    """Say by what a user is known: Earshot's id of those who have no Clerk id comes first."""
    names = {"clerk": "Clerk id", "phone": "Phone"}
    found = [
        Fact(names.get(one.kind) or _WRITERS.get(one.source or "", "Id of a source"), one.value)
        for one in user.identities or ()
    ]
    has_clerk_id = any(one.kind == "clerk" for one in user.identities or ())
    return found if has_clerk_id else [Fact("Id", user.clerk_id), *found]


def _figures(summary: UserSummary | None, span: int, now: datetime) -> None:
    st.segmented_control(
        "Period",
        list(_SPANS),
        default=_DEFAULT,
        required=True,
        key="span",
        bind="query-params",
        label_visibility="collapsed",
    )
    if summary is None or not summary.days:
        notices.empty("No sessions in this period", "Choose a longer period.")
        return
    total = summary.total
    with st.container(horizontal=True):
        charts.metric_card("Sessions", fmt.count(total.sessions))
        charts.metric_card("Turns", fmt.count(total.interactions))
        charts.latency_card("First token, p95", total.ttft.p95, FIRST_TOKEN.limit_ms)
        charts.latency_card("Full turn, p95", total.latency.p95, FULL_TURN.limit_ms)
        charts.metric_card(
            "Tokens in / out", f"{fmt.count(total.tokens_in)} / {fmt.count(total.tokens_out)}"
        )
        charts.metric_card("Cost", fmt.dollars(total.cost))
    _sessions_per_day(summary, span, now)


def _sessions_per_day(summary: UserSummary, span: int, now: datetime) -> None:
    known = {day.day.date(): day.sessions for day in summary.days}
    first = (now - timedelta(days=span - 1)).replace(hour=12, minute=0, second=0, microsecond=0)
    days = [first + timedelta(days=offset) for offset in range(span)]
    series = {"Sessions": [(day, known.get(day.date(), 0)) for day in days]}
    charts.chart(
        f"Sessions per day, last {span} days (UTC)",
        plots.stacked_figure(series, UTC_DAYS, "sessions", [charts.colours()["p95"]], 180),
        plots.counts_frame(series, UTC_DAYS),
        alt=f"Bar chart of sessions per day; {sum(known.values())} in the last {span} days.",
        key="user-days",
    )


def _sessions(page: Page[UserSession], pager: Pager, clerk_id: str, visitor: Visitor) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header("Sessions", anchor=False, width="content")
        if page.items:
            actions.filtered_list_link(clerk_id)
    if not page.items:
        notices.empty("No sessions yet", "Sessions appear here as soon as the product stores one.")
        return
    remember_list("/user", [session.id for session in page.items])
    table = session_rows.session_rows(page.items, visitor.zone, with_user=False)
    record_table("Sessions", session_rows.SESSION_COLUMNS, table, key="user-sessions")
    pager.controls(len(page.items), page.next_cursor)
