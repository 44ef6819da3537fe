"""The list of sessions: filters, search, selection, export, and a notice of new sessions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final, Literal

import streamlit as st

from lib.auth.backend_api import ApiUnavailableError
from lib.data import DataError, user_sessions
from lib.data.records import UserSession
from lib.observability.logs import get_logger
from lib.product import figures as fmt
from lib.product.facets import FACETS
from lib.product.limits import SCORE_NAME_CHARS
from lib.ui.listening import selection
from lib.ui.listening.search_hits import search_hits
from lib.ui.listening.session_filters import (
    CHANNELS,
    HEADINGS,
    LATENCIES,
    NEWEST,
    OUTCOMES,
    PERIODS,
    RECORDINGS,
    REVIEWS,
    SORTS,
    SessionFilters,
)
from lib.ui.parts import filters, known, session_rows
from lib.ui.parts.export_panel import list_export
from lib.ui.parts.page_heading.component import page_heading
from lib.ui.parts.pager import PAGE_SIZE, Pager
from lib.ui.parts.record_table.component import (
    Column,
    record_table,
    requested_action,
    requested_sort,
)
from lib.ui.shell import notices
from lib.ui.shell.navigation import remember_list
from lib.ui.shell.visitor import Visitor, require_role
from lib.work.list_export import export_sessions

POLL_SECONDS: Final = 15

_log = get_logger(__name__)


@st.fragment(run_every=POLL_SECONDS)
def new_sessions(newest: datetime, arguments: Mapping[str, Any]) -> None:
    """Poll for newer sessions and offer to show them; draws nothing if there are none.

    Args:
        newest: start of the newest session on the screen.
        arguments: filters of the list.
    """
    visitor = require_role("/sessions")
    try:
        found = user_sessions.newer(visitor.caller, after=newest, **arguments)
    except PermissionError as error:
        notices.signed_out(str(error))
        return
    except (DataError, ApiUnavailableError) as error:
        # The list on the screen stays valid; the next poll may succeed.
        _log.info("sessions.newer_unknown", reason=type(error).__name__)
        return
    if not found.count:
        return
    number = f"{found.count}+" if found.more else str(found.count)
    what = "new session" if number == "1" else "new sessions"
    if st.button(f"Show {number} {what}", icon=":material/arrow_upward:", key="show-new-sessions"):
        st.rerun()


TABLE: Final = "sessions-table"
_DETAILS: Final = ("environment", "direction", "language", "end_reason")
_KEYS: Final = (
    "scored",
    "score_from",
    "score_to",
    "status",
    "channel",
    "review",
    "audio",
    "latency",
    "slowest",
    "shortest",
    "longest",
    "label",
    "provider",
    "model",
    *FACETS,
    "user",
    "period",
    "since",
    "until",
)


def draw(visitor: Visitor) -> None:
    """Draw the page."""
    page_heading("Sessions", "All conversations with the product.", key="sessions-heading")
    selection.handle(visitor, requested_action(TABLE))
    asked = requested_sort(TABLE)
    if asked in SORTS:
        st.session_state["sort"] = asked
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        words = filters.search_field("Search transcripts")
        st.selectbox(
            "Sort",
            list(SORTS),
            key="sort",
            bind="query-params",
            label_visibility="collapsed",
            width=200,
            disabled=bool(words),
            help="Search results are sorted by relevance." if words else None,
        )
    chosen = _filters(visitor)
    if words:
        if chosen.scored:
            st.caption("Search results are not filtered by score.")
        search_hits(words, chosen, visitor)
    else:
        _list(chosen, visitor)


def _filters(visitor: Visitor) -> SessionFilters:
    newest = known.newest(visitor)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        filters.choice("Outcome", list(OUTCOMES), "status")
        filters.choice("Channel", list(CHANNELS), "channel")
        filters.choice("Review", list(REVIEWS), "review")
        filters.choice("Recording", list(RECORDINGS), "audio")
        with filters.chip("Length", "shortest", "longest", words=_length_words()):
            filters.amount("Minutes, at least", "shortest")
            filters.amount("Minutes, at most", "longest")
        with filters.chip("Latency", "latency", "slowest", words=_latency_words()):
            st.pills("Latency", list(LATENCIES), key="latency", bind="query-params")
            filters.amount("Slowest turn, seconds at least", "slowest")
        with filters.chip("Score", "scored", "score_from", "score_to", words=_score_words()):
            st.text_input(
                "Name",
                key="scored",
                bind="query-params",
                max_chars=SCORE_NAME_CHARS,
                placeholder="As the evaluator names it",
            )
            filters.amount("Value, at least", "score_from", None)
            filters.amount("Value, at most", "score_to", None)
        with filters.chip("Label", "label"):
            filters.suggested("Label", newest.labels, "label")
        with filters.chip("Model", "provider", "model"):
            filters.suggested("Provider", newest.providers, "provider")
            filters.suggested("Model", newest.models, "model")
        with filters.chip("Agent", "agent_id", "agent_version"):
            filters.suggested("Agent", newest.facets["agent_id"], "agent_id")
            filters.suggested("Agent version", newest.facets["agent_version"], "agent_version")
        with filters.chip("Details", *_DETAILS):
            for facet in _DETAILS:
                filters.suggested(FACETS[facet], newest.facets[facet], facet)
        filters.picked(
            "User",
            "Name or Clerk id",
            "user",
            known.users_by_name(visitor),
            lambda clerk_id: known.user_name(visitor, clerk_id),
        )
        with filters.chip("Started", "period", "since", "until"):
            st.pills("Started within", list(PERIODS), key="period", bind="query-params")
            filters.days()
        filters.clear_button(_KEYS)
    view = {name: st.session_state.get(name) for name in (*_KEYS, "sort")}
    return SessionFilters.from_view({**view, "user": st.query_params.get("user")})


def _score_words() -> str:
    name, least, most = (filters.value_of(key) for key in ("scored", "score_from", "score_to"))
    bounds = [f"\u2265 {least}" if least else "", f"\u2264 {most}" if most else ""]
    return " ".join(word for word in (name, *bounds) if word) if name else ""


def _length_words() -> str:
    least, most = filters.value_of("shortest"), filters.value_of("longest")
    if least and most:
        return f"{least} to {most} min"
    return f"{least} min or longer" if least else f"up to {most} min"


def _latency_words() -> str:
    slowest = filters.value_of("slowest")
    words = [filters.value_of("latency"), f"{slowest} s or slower" if slowest else ""]
    return ", ".join(word for word in words if word)


def _list(chosen: SessionFilters, visitor: Visitor) -> None:
    arguments = chosen.arguments(datetime.now(UTC))
    pager = Pager("sessions", tuple(sorted(chosen.to_view().items())))
    notice = st.container()
    with notices.error_boundary(visitor.caller.request_id, "load the sessions"), st.skeleton(420):
        items, next_cursor, of_what = _load(visitor, chosen, arguments, pager.cursor)
    if not items and next_cursor is None:
        _empty(filtered=chosen.is_set)
    else:
        remember_list("/sessions", [session.id for session in items])
        if of_what:
            st.caption(of_what)
        with_cost = SORTS[chosen.sort].by == "cost"
        record_table(
            "Sessions",
            _columns(chosen.sort, with_cost=with_cost),
            session_rows.session_rows(items, visitor.zone, with_cost=with_cost),
            key=TABLE,
            actions=selection.actions_for(visitor.member),
        )
        pager.controls(len(items), next_cursor)
    if chosen.sort == NEWEST and not chosen.scored and pager.cursor is None:
        newest = items[0].started_at if items else datetime.now(UTC)
        with notice:
            new_sessions(newest, arguments)
    exported = {**arguments, **chosen.score_arguments()}
    list_export(visitor, "/sessions", export_sessions, exported, chosen.to_view())


def _load(
    visitor: Visitor, chosen: SessionFilters, arguments: Mapping[str, Any], cursor: str | None
) -> tuple[Sequence[UserSession], str | None, str]:
    """Return a page of sessions, the next cursor, and among which sessions they were sorted."""
    sort = SORTS[chosen.sort]
    if sort.by is None or chosen.scored:
        page = user_sessions.page(
            visitor.caller,
            cursor=cursor,
            limit=PAGE_SIZE,
            order="desc" if sort.by else sort.order,
            **arguments,
            **chosen.score_arguments(),
        )
        return page.items, page.next_cursor, _TIME_ONLY if sort.by else ""
    found = user_sessions.ranked(
        visitor.caller, by=sort.by, cursor=cursor, limit=PAGE_SIZE, order=sort.order, **arguments
    )
    return (
        found.items,
        found.next_cursor,
        among_words(chosen.sort, found.among, is_all=found.is_all),
    )


_TIME_ONLY: Final = "Newest first: sessions that are filtered by a score are sorted by time only."


def among_words(sort: str, among: int, *, is_all: bool) -> str:
    """Say which sessions are sorted.

    Args:
        sort: how, as in `SORTS`.
        among: how many sessions were sorted.
        is_all: whether they are all that match.
    """
    number = fmt.count(among)
    which = f"all {number} sessions that match" if is_all else f"the newest {number} that match"
    rest = "" if is_all else " Narrow the list, by date for example, to sort others."
    return f"{sort}, within {which}.{rest}"


def _columns(sort: str, *, with_cost: bool) -> list[Column]:
    """Return the columns with what their headings sort by, and how the list is sorted now."""
    return [_sorting(column, sort) for column in session_rows.columns(with_cost=with_cost)]


def _sorting(column: Column, sort: str) -> Column:
    if column.label not in HEADINGS:
        return column
    first, second = HEADINGS[column.label]
    if sort not in (first, second):
        return replace(column, sort=first)
    direction: Literal["ascending", "descending"]
    direction = "ascending" if SORTS[sort].order == "asc" else "descending"
    return replace(column, sort=second if sort == first else first, sorted=direction)


def _empty(*, filtered: bool) -> None:
    if filtered:
        notices.empty("No sessions match these filters", "Remove a filter.")
    else:
        notices.empty(
            "No sessions yet",
            "The product's backend creates them through the API: POST /api/v1/sessions.",
        )
