"""Details of one request: storage operations, sign-in decisions, turns, log lines."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lib.data import events, interactions
from lib.product import figures as fmt
from lib.ui.operate import event_rows
from lib.ui.parts.moments import moment_params
from lib.ui.parts.record_table.component import Cell, Column, Row, record_table
from lib.ui.shell import notices
from lib.ui.shell.visitor import Visitor

PARAM: Final = "request"
_MOST: Final = 50
_TURN_COLUMNS: Final = (
    Column("Turn", number=True),
    Column("Speaker"),
    Column("Model"),
    Column("Full turn", number=True),
)


def chosen_request() -> str:
    """Return the request id in the address, empty if there is none."""
    return st.query_params.get(PARAM, "").strip()[:200]


def request_panel(visitor: Visitor) -> None:
    """Draw the details of the request in the address, if there is one."""
    request_id = chosen_request()
    if not request_id:
        return
    with st.container(border=True, key="request-panel"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.header("Request", anchor=False, width="stretch")
            st.button("Close", icon=":material/close:", key="request-close", on_click=_close)
        st.text(f"Request id: {request_id}")
        _found(visitor, request_id)
        st.caption("Its log lines (JSON on standard error of the app and the worker):")
        st.code(f'grep -F \'"requestId": "{_quoted(request_id)}"\' app.log', language="bash")


def _found(visitor: Visitor, request_id: str) -> None:
    caller = visitor.caller
    with notices.error_boundary(caller.request_id, "load the request"):
        storage = events.storage_page(
            caller, event_request_id=request_id, cursor=None, limit=_MOST
        ).items
        auth = events.auth_page(caller, event_request_id=request_id, cursor=None, limit=_MOST).items
        turns = interactions.by_request_id(caller, request_id)
    if not (storage or auth or turns):
        st.text("No slow or failed operation, denial or turn has this id.")
    if storage:
        # The request belongs to the session of its turns.
        session = turns[0].session_id if turns else None
        table = event_rows.storage_rows(storage, visitor.zone, session_id=session)
        record_table(
            "Storage operations of the request",
            event_rows.STORAGE_COLUMNS,
            table,
            key="request-storage",
        )
    if auth:
        table = event_rows.auth_rows(auth, visitor.zone)
        record_table("Decisions of the request", event_rows.AUTH_COLUMNS, table, key="request-auth")
    if turns:
        table = [
            Row(
                (
                    Cell(str(turn.sequence + 1)),
                    Cell(turn.speaker),
                    Cell(turn.model_id or ""),
                    Cell(fmt.latency(turn.latency_ms)),
                ),
                "/session",
                moment_params(turn.session_id, turn.sequence, turn.started_at_ms),
            )
            for turn in turns
        ]
        record_table("Turns of the request", _TURN_COLUMNS, table, key="request-turns")


def _close() -> None:
    st.query_params.pop(PARAM, None)


def _quoted(text: str) -> str:
    """Remove all characters that a request id cannot have, because the text is a shell command."""
    return "".join(char for char in text if char.isalnum() or char in "-_.:")
