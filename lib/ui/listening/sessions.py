"""The list of sessions: filters, search, selection, export, and a notice of new sessions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import streamlit as st

from lib.auth.backend_api import ApiUnavailableError
from lib.data import Caller, DataError, user_sessions
from lib.observability.logs import get_logger
from lib.ui.listening.search_hits import search_hits
from lib.ui.listening.session_filters import (
    CHANNELS,
    LATENCIES,
    NEWEST,
    OUTCOMES,
    PERIODS,
    RECORDINGS,
    REVIEWS,
    SORTS,
    SessionFilters,
)
from lib.ui.parts import filters, session_rows
from lib.ui.parts.export_panel import list_export
from lib.ui.parts.page_heading.component import page_heading
from lib.ui.parts.pager import PAGE_SIZE, Pager
from lib.ui.parts.record_table.component import record_table, requested_action
from lib.ui.review import add_sessions
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


_SESSIONS: Final = 200
_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Values of the newest sessions, sorted; others can be typed."""

    labels: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    models: tuple[str, ...] = ()


def suggestions(visitor: Visitor) -> Suggestions:
    """Return suggestions, up to a minute old; none if Convex is not responding."""
    try:
        return _newest(visitor.caller, visitor.member.role)
    except DataError as error:
        _log.warning("filters.no_suggestions", error=type(error).__name__)
        return Suggestions()


# Cached per role, so no role sees what another was sent.
@st.cache_data(ttl=_SECONDS, max_entries=8, show_spinner=False)
def _newest(_caller: Caller, role: str) -> Suggestions:  # noqa: ARG001  # the role is the key
    sessions = user_sessions.page(_caller, cursor=None, limit=_SESSIONS, order="desc").items
    return Suggestions(
        labels=tuple(sorted({label for session in sessions for label in session.labels})),
        providers=tuple(sorted({session.provider for session in sessions if session.provider})),
        models=tuple(sorted({session.model_id for session in sessions if session.model_id})),
    )


TABLE: Final = "sessions-table"
_KEYS: Final = (
    "status",
    "channel",
    "review",
    "audio",
    "latency",
    "label",
    "provider",
    "model",
    "user",
    "period",
    "since",
    "until",
)


def draw(visitor: Visitor) -> None:
    """Draw the page."""
    page_heading("Sessions", "All conversations with the product.", key="sessions-heading")
    requested = requested_action(TABLE)
    if requested is not None and requested.action == add_sessions.ACTION.name:
        add_sessions.add_dialog(requested.ids)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        words = filters.search_field("Search transcripts")
        st.selectbox(
            "Sort",
            list(SORTS),
            key="sort",
            bind="query-params",
            label_visibility="collapsed",
            width=150,
            disabled=bool(words),
            help="Search results are sorted by relevance." if words else None,
        )
    chosen = _filters(suggestions(visitor))
    if words:
        search_hits(words, chosen, visitor)
    else:
        _list(chosen, visitor)


def _filters(known: Suggestions) -> SessionFilters:
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        filters.choice("Outcome", list(OUTCOMES), "status")
        filters.choice("Channel", list(CHANNELS), "channel")
        filters.choice("Review", list(REVIEWS), "review")
        filters.choice("Recording", list(RECORDINGS), "audio")
        filters.choice("Latency", list(LATENCIES), "latency")
        with filters.chip("Label", "label"):
            filters.suggested("Label", known.labels, "label")
        with filters.chip("Model", "provider", "model"):
            filters.suggested("Provider", known.providers, "provider")
            filters.suggested("Model", known.models, "model")
        with filters.chip("User", "user"):
            filters.exact("User", "Clerk user id", "user")
        with filters.chip("Started", "period", "since", "until"):
            st.pills("Started within", list(PERIODS), key="period", bind="query-params")
            filters.days()
        filters.clear_button(_KEYS)
    fields = (*_KEYS, "sort")
    return SessionFilters.from_view({name: st.session_state.get(name) for name in fields})


def _list(chosen: SessionFilters, visitor: Visitor) -> None:
    arguments = chosen.arguments(datetime.now(UTC))
    pager = Pager("sessions", tuple(sorted(chosen.to_view().items())))
    notice = st.container()
    with notices.error_boundary(visitor.caller.request_id, "load the sessions"), st.skeleton(420):
        page = user_sessions.page(
            visitor.caller,
            cursor=pager.cursor,
            limit=PAGE_SIZE,
            order=SORTS[chosen.sort],
            **arguments,
        )
    if not page.items and page.next_cursor is None:
        _empty(filtered=chosen.is_set)
    else:
        remember_list("/sessions", [session.id for session in page.items])
        table = session_rows.session_rows(page.items, visitor.zone)
        actions = [add_sessions.ACTION] if add_sessions.may_add(visitor.member) else []
        record_table("Sessions", session_rows.SESSION_COLUMNS, table, key=TABLE, actions=actions)
        pager.controls(len(page.items), page.next_cursor)
    if chosen.sort == NEWEST and pager.cursor is None:
        newest = page.items[0].started_at if page.items else datetime.now(UTC)
        with notice:
            new_sessions(newest, arguments)
    list_export(visitor, "/sessions", export_sessions, arguments, chosen.to_view())


def _empty(*, filtered: bool) -> None:
    if filtered:
        notices.empty("No sessions match these filters", "Remove a filter.")
    else:
        notices.empty(
            "No sessions yet",
            "The product's backend creates them through the API: POST /api/v1/sessions.",
        )
