"""API keys: made, given another secret, and revoked by admins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, get_args
from zoneinfo import ZoneInfo

import streamlit as st

from lib.data import Refused, api_keys
from lib.data.records import ApiKey
from lib.product import figures as fmt
from lib.ui.parts.page_heading.component import page_heading
from lib.ui.parts.pager import PAGE_SIZE, Pager
from lib.ui.parts.record_table.component import Cell, Column, Row, record_table
from lib.ui.shell import notices
from lib.ui.shell.visitor import Visitor, require_role
from lib.work.api_keys import SCOPES, Scope, create, rotate

COLUMNS: Final = (
    Column("Key"),
    Column("May"),
    Column("State"),
    Column("Last used"),
    Column("Made", minor=True),
)
LIVES: Final[dict[str, int | None]] = {
    "90 days": 90,
    "30 days": 30,
    "1 year": 365,
    "Until it is revoked": None,
}
KEEPS: Final[dict[str, int]] = {"for 24 hours": 24, "for 7 days": 168, "no longer": 0}
_MADE: Final = "earshot.made-key"


def draw(visitor: Visitor) -> None:
    """Draw the page."""
    page_heading("API keys", "With these your backend calls the API.", key="api-keys-heading")
    _made()
    with st.expander("Make a key", icon=":material/add:", expanded=False):
        _form(visitor)
    pager = Pager("api-keys", ())
    with notices.error_boundary(visitor.caller.request_id, "load the keys"), st.skeleton(320):
        page = api_keys.page(visitor.caller, cursor=pager.cursor, limit=PAGE_SIZE)
    if not page.items:
        notices.empty("No keys yet", "Make one above; your backend sends it as a Bearer token.")
        return
    record_table("API keys", COLUMNS, key_rows(page.items, visitor.zone), key="api-keys-table")
    pager.controls(len(page.items), page.next_cursor)
    _changes([key for key in page.items if state_of(key) == "works"])


def state_of(key: ApiKey, now: datetime | None = None) -> str:
    """Return `works`, `expired` or `revoked`."""
    if key.revoked_at is not None:
        return "revoked"
    expires = key.expires_at
    return "expired" if expires is not None and expires <= (now or datetime.now(UTC)) else "works"


def key_rows(keys: Sequence[ApiKey], zone: ZoneInfo) -> list[Row]:
    """Return the rows of the table."""
    return [
        Row(
            (
                Cell(key.name, f"esk_{key.public_id}…", title=key.id),
                Cell(key.scope, SCOPES.get(key.scope, "")),
                _state(key, zone),
                Cell(fmt.ago(key.last_used_at) if key.last_used_at else "never"),
                Cell(fmt.moment(key.created_at, zone), key.created_by),
            )
        )
        for key in keys
    ]


def _state(key: ApiKey, zone: ZoneInfo) -> Cell:
    state = state_of(key)
    if state != "works":
        return Cell(state, tone="muted", chip=True)
    notes = []
    if key.expires_at is not None:
        notes.append(f"until {fmt.moment(key.expires_at, zone)}")
    if key.former_until is not None and key.former_until > datetime.now(UTC):
        notes.append(f"former secret until {fmt.moment(key.former_until, zone)}")
    return Cell(state, ", ".join(notes), tone="good", chip=True)


def _made() -> None:
    key = st.session_state.get(_MADE)
    if key is None:
        return
    with st.container(border=True, key="made-key"):
        st.markdown("**Copy the key now: it is not shown again.**")
        st.code(key, language=None)
        if st.button("I have copied it", key="made-key-copied"):
            del st.session_state[_MADE]
            st.rerun()


def _form(visitor: Visitor) -> None:
    with st.form("new-key", border=False):
        name = st.text_input("Name", max_chars=200, placeholder="billing backend")
        scope: Scope = st.radio(
            "What it may do", get_args(Scope), captions=[SCOPES[each] for each in get_args(Scope)]
        )
        life = st.selectbox("Works for", list(LIVES))
        if not st.form_submit_button("Make the key", type="primary"):
            return
    days = LIVES[life]
    ends = datetime.now(UTC) + timedelta(days=days) if days else None
    with notices.error_boundary(visitor.caller.request_id, "make the key"):
        try:
            st.session_state[_MADE] = create(visitor.caller, name.strip(), scope, ends).key
        except Refused as refused:
            st.error(refused.message)
            return
    st.rerun()


def _changes(working: Sequence[ApiKey]) -> None:
    if not working:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Change a key", working, format_func=lambda key: key.name, key="changed-key"
        )
        if st.button("Rotate", icon=":material/autorenew:", key="rotate-key"):
            _rotate(chosen)
        if st.button("Revoke", icon=":material/block:", key="revoke-key"):
            _revoke(chosen)


@st.dialog("Rotate a key", icon=":material/autorenew:")
def _rotate(key: ApiKey) -> None:
    visitor = require_role("/api-keys")
    st.text(f"{key.name} gets another secret. Its scope and its history stay.")
    keep = st.selectbox("The former secret works", list(KEEPS), key="rotate-keep")
    if st.button("Rotate the key", type="primary", key="rotate-key-now"):
        with notices.error_boundary(visitor.caller.request_id, "rotate the key"):
            made = rotate(visitor.caller, key, timedelta(hours=KEEPS[keep]))
        st.session_state[_MADE] = made.key
        st.rerun()


@st.dialog("Revoke a key", icon=":material/block:")
def _revoke(key: ApiKey) -> None:
    visitor = require_role("/api-keys")
    st.text(f"{key.name} ends for good, everywhere within a minute. This cannot be undone.")
    if st.button("Revoke the key", type="primary", key="revoke-key-now"):
        with notices.error_boundary(visitor.caller.request_id, "revoke the key"):
            api_keys.revoke(visitor.caller, key.id)
        st.rerun()
