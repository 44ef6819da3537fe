"""Search results in transcripts; each opens its session at the matching turn."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import streamlit as st

from lib.data import interactions
from lib.data.records import Interaction, SearchHit
from lib.product import figures as fmt
from lib.ui.listening.session_filters import SessionFilters
from lib.ui.parts import session_rows
from lib.ui.parts.moments import WORDS, moment_params
from lib.ui.parts.record_table.component import Cell, Column, Row, record_table
from lib.ui.shell import notices
from lib.ui.shell.navigation import remember_list
from lib.ui.shell.visitor import Visitor

_COLUMNS: Final = (
    Column("Text"),
    Column("Speaker", minor=True),
    Column("Session"),
    Column("Started"),
)
_MOST: Final = 50


def search_hits(words: str, chosen: SessionFilters, visitor: Visitor) -> None:
    """Draw the turns that match, best first, of the sessions that the filters select."""
    with notices.error_boundary(visitor.caller.request_id, "search"), st.skeleton(420):
        arguments = chosen.arguments(datetime.now(UTC))
        hits = interactions.search(visitor.caller, query=words, limit=_MOST, **arguments)
    if not hits:
        hint = "Search matches whole words and the beginning of the last one."
        notices.empty("No matches", f"Remove a filter. {hint}" if chosen.is_set else hint)
        return
    remember_list("/sessions", list(dict.fromkeys(hit.session.id for hit in hits)))
    table = [_row(hit, words, visitor) for hit in hits]
    record_table("Matching turns", _COLUMNS, table, key="sessions-hits")
    st.caption(f"The top {_MOST} matches" if len(hits) == _MOST else f"{len(hits)} matches")


def _row(hit: SearchHit, words: str, visitor: Visitor) -> Row:
    session, turn = hit.session, hit.interaction
    marked = tuple((piece.text, piece.hit) for piece in hit.highlight)
    return Row(
        (
            Cell("".join(text for text, _ in marked), pieces=marked),
            Cell(session_rows.name_of(session.user) if turn.speaker == "user" else turn.speaker),
            Cell(session.title or session.external_id, _when(turn)),
            Cell(fmt.moment(session.started_at, visitor.zone), title=fmt.utc(session.started_at)),
        ),
        "/session",
        {**moment_params(session.id, turn.sequence, turn.started_at_ms), WORDS: words},
    )


def _when(turn: Interaction) -> str:
    if turn.timing == "none":
        return ""
    return f"{'about' if turn.timing == 'derived' else 'at'} {fmt.clock(turn.started_at_ms)}"
