"""Sessions: filters in the address, search in what was said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import streamlit as st

from lib.data import interactions, user_sessions
from lib.data.records import SearchHit
from lib.ui import formatting as fmt
from lib.ui import rows, views
from lib.ui.identity import Visitor
from lib.ui.navigation import follow, remember_list
from lib.ui.page_heading.component import page_heading
from lib.ui.paging import PAGE_SIZE, Pager
from lib.ui.record_table.component import Cell, Column, Row, record_table

_CHANNELS: Final = {"Voice": "voice", "Chat": "chat"}
_OUTCOMES: Final = {
    "Active": "active", "Completed": "completed", "Abandoned": "abandoned", "Failed": "failed",
}  # fmt: skip
_REVIEWS: Final = {"Unreviewed": "unreviewed", "In review": "in_review", "Reviewed": "reviewed"}
_PERIODS: Final = {"Last 24 hours": 1, "Last 7 days": 7, "Last 30 days": 30}
_HIT_COLUMNS: Final = (Column("What was said"), Column("Who"), Column("Session"), Column("Started"))
_MOST_HITS: Final = 50


def draw(visitor: Visitor) -> None:
    """Draw the page."""
    follow("sessions-table", "sessions-hits")
    page_heading("Sessions", "Every conversation, newest first.", key="sessions-heading")
    words = _search_box()
    if words:
        _hits(words, visitor)
        return
    filters = _filters()
    pager = Pager("sessions", tuple(sorted(filters.items())))
    with views.failures_told(visitor.caller.request_id, "The list of sessions"), st.skeleton(420):
        page = user_sessions.page(
            visitor.caller, cursor=pager.cursor, limit=PAGE_SIZE, **_arguments(filters)
        )
    if not page.items and page.next_cursor is None:
        _empty(filtered=bool(filters))
        return
    remember_list([session.id for session in page.items])
    table = rows.session_rows(page.items, visitor.zone)
    record_table("Sessions", rows.SESSION_COLUMNS, table, key="sessions-table")
    pager.controls(len(page.items), page.next_cursor)


def _search_box() -> str:
    words = st.text_input(
        "Search in transcripts", placeholder="Search in what was said", key="q",
        bind="query-params", icon=":material/search:", max_chars=200,
        label_visibility="collapsed", width=480,
    )  # fmt: skip
    return words.strip()


def _filters() -> dict[str, Any]:
    """Draw the filters; return those that are set, by name."""
    with st.container(horizontal=True):
        chosen = {
            "channel": _CHANNELS.get(_pills("Channel", list(_CHANNELS), "channel")),
            "status": _OUTCOMES.get(_pills("Outcome", list(_OUTCOMES), "status")),
            "review": _REVIEWS.get(_pills("Review", list(_REVIEWS), "review")),
            "days": _PERIODS.get(_pills("Started within", list(_PERIODS), "period")),
            "audio": _pills("Recording", ["With audio"], "audio") != "" or None,
            "slow": _pills("Latency", ["Slow turns"], "slow") != "" or None,
        }
    return {name: value for name, value in chosen.items() if value is not None}


def _pills(label: str, options: list[str], key: str) -> str:
    chosen = st.pills(label, options, key=key, bind="query-params", label_visibility="collapsed")
    return chosen or ""


def _arguments(filters: Mapping[str, Any]) -> dict[str, Any]:
    days = filters.get("days")
    # To the full hour, so that the pages of one list agree on where it begins.
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    return {
        "channel": filters.get("channel"),
        "status": filters.get("status"),
        "review_status": filters.get("review"),
        "has_audio": filters.get("audio"),
        "slow": filters.get("slow"),
        "from_": hour - timedelta(days=days) if days else None,
        "order": "desc",
    }


def _empty(*, filtered: bool) -> None:
    if filtered:
        views.empty("No session matches these filters", "Take one of the filters away.")
    else:
        views.empty(
            "No sessions yet",
            "The product's backend stores them through the API: POST /api/v1/sessions.",
        )


def _hits(words: str, visitor: Visitor) -> None:
    with views.failures_told(visitor.caller.request_id, "The search"), st.skeleton(420):
        hits = interactions.search(visitor.caller, query=words, limit=_MOST_HITS)
    if not hits:
        views.empty("Nothing was said like that", "Search finds whole words and beginnings.")
        return
    remember_list(list(dict.fromkeys(hit.session.id for hit in hits)))
    table = [_hit_row(hit, visitor) for hit in hits]
    record_table("Turns that match", _HIT_COLUMNS, table, key="sessions-hits")
    st.caption(f"{len(hits)} best matches" if len(hits) == _MOST_HITS else f"{len(hits)} matches")


def _hit_row(hit: SearchHit, visitor: Visitor) -> Row:
    session, turn = hit.session, hit.interaction
    marked = tuple((piece.text, piece.hit) for piece in hit.highlight)
    return Row(
        (
            Cell("".join(text for text, _ in marked), pieces=marked),
            Cell(rows.name_of(session.user) if turn.speaker == "user" else turn.speaker),
            Cell(session.title or session.external_id, f"at {fmt.length(turn.started_at_ms)}"),
            Cell(fmt.moment(session.started_at, visitor.zone), title=fmt.utc(session.started_at)),
        ),
        "/session",
        {"id": session.id, "t": str(int(turn.started_at_ms // 1000))},
    )
