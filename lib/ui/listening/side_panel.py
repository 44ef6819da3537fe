"""Side panel of the session page: exports, masked text, legal hold, metadata."""

from __future__ import annotations

import json
import re
from html import escape
from typing import Final
from urllib.parse import urlencode

import streamlit as st

from lib.auth.roles import function_allowed, page_allowed
from lib.data import Caller, Refused, interactions, reveals, user_sessions
from lib.data.records import (
    REVEALS_OF_TRANSCRIPT,
    USER_SESSIONS_SET_LEGAL_HOLD,
    Interaction,
    UserSession,
)
from lib.formats.tool_turns import said
from lib.product import paths
from lib.ui.listening.player import LoadedSession, Revealed, turn_numbers
from lib.ui.listening.session_scores import session_scores
from lib.ui.listening.trail import session_trail
from lib.ui.parts import session_rows
from lib.ui.shell import notices
from lib.ui.shell.visitor import Visitor


def legal_hold(session: UserSession, visitor: Visitor, *, pending: bool) -> None:
    """Draw the legal hold for roles that may set it; nothing for others.

    Args:
        session: to hold or to release.
        visitor: who looks at it.
        pending: whether the bucket's lifecycle rule may still delete recordings on hold.
    """
    if not function_allowed(visitor.member.role, USER_SESSIONS_SET_LEGAL_HOLD.path):
        return
    st.header("Legal hold", anchor=False)
    if session.legal_hold:
        st.caption(
            "On hold: this session and its recordings are exempt from retention and erasure."
        )
        if pending:
            st.caption(
                "Pending at the bucket: its lifecycle rule may still delete recordings until the "
                "worker has removed their tags, usually within a minute."
            )
        label, icon = "Release hold", ":material/lock_open:"
    else:
        st.caption(
            "A hold keeps the recordings past the privacy window and blocks erasure of the user."
        )
        label, icon = "Place on hold", ":material/lock:"
    if st.button(label, icon=icon, key="legal-hold"):
        _change(session, visitor, held=not session.legal_hold)


def _change(session: UserSession, visitor: Visitor, *, held: bool) -> None:
    with notices.error_boundary(visitor.caller.request_id, "change the legal hold"):
        try:
            user_sessions.set_legal_hold(visitor.caller, session.id, legal_hold=held)
        except Refused as refused:
            st.text(refused.message)
            return
    st.rerun()


_NAMES: Final = {
    "json": "JSON",
    "text": "Text",
    "markdown": "Markdown",
    "vtt": "WebVTT",
    "srt": "SubRip",
    "csv": "CSV",
}
_LINKS: Final = "<p style='display:flex;flex-wrap:wrap;gap:0.2rem 0.9rem;margin:0'>{}</p>"
_LINK: Final = "<a href='{}' target='_self' download style='color:inherit'>{}</a>"
_MOST_REASON: Final = 200
_MASK: Final = re.compile(r"\[(email|phone|card)\]")


def side_panel(loaded: LoadedSession, visitor: Visitor) -> None:
    """Draw the panel; call it inside the page's fragment, which reruns for every form here."""
    session_scores(loaded.scores, turn_numbers(loaded.turns))
    _exports(loaded, visitor)
    _masking(loaded, visitor)
    session_trail(loaded.session.id, visitor)
    legal_hold(loaded.session, visitor, pending=loaded.hold_pending)
    if loaded.shown.metadata:
        st.header("Metadata", anchor=False)
        # No language: the highlighter's colours have too little contrast.
        text = json.dumps(loaded.shown.metadata, indent=2, ensure_ascii=False)
        st.code(text, None, wrap_lines=True)


def _exports(loaded: LoadedSession, visitor: Visitor) -> None:
    st.header("Export", anchor=False)
    if loaded.turns:
        st.html(_links(loaded, paths.TRANSCRIPT, "format", _NAMES))
        st.caption("Sorted by time; JSON and CSV by turn number.")
    if any(recording.status == "stored" for recording in loaded.recordings):
        if page_allowed(visitor.member.role, paths.RECORDINGS):
            st.html(_links(loaded, paths.RECORDINGS, "as", {"zip": "Recordings (ZIP)"}))
        else:
            st.caption("Reviewers can export the recordings.")
    st.caption("Exports are recorded in the audit trail.")


def _links(loaded: LoadedSession, path: str, choice: str, names: dict[str, str]) -> str:
    """Return links to files. They contain only an id and fixed names, no user text."""
    parts = []
    for value, name in names.items():
        query = urlencode({"id": loaded.session.id, choice: value})
        parts.append(_LINK.format(escape(f"{path}?{query}"), name))
    return _LINKS.format("".join(parts))


def _masking(loaded: LoadedSession, visitor: Visitor) -> None:
    st.header("Masked text", anchor=False)
    if loaded.revealed:
        st.caption("Unmasked for you until you leave this page.")
        st.button(
            "Mask again",
            icon=":material/visibility_off:",
            on_click=_hide,
            args=(loaded,),
            key="mask-again",
        )
        return
    if not _is_masked(loaded):
        st.caption("Nothing in this session is masked.")
        return
    st.caption("E-mail addresses, phone and card numbers are masked.")
    if not function_allowed(visitor.member.role, REVEALS_OF_TRANSCRIPT.path):
        st.caption("Reviewers can reveal them by giving a reason.")
        return
    with st.form("reveal", border=False):
        reason = st.text_input(
            "Reason for access",
            max_chars=_MOST_REASON,
            key="reveal-reason",
            placeholder="Ticket, request or case",
        ).strip()
        asked = st.form_submit_button("Reveal", icon=":material/visibility:")
    if asked and not reason:
        st.error("Enter a reason. It is recorded in the audit trail.", icon=":material/edit:")
    elif asked:
        _reveal(loaded, visitor, reason)


def _is_masked(loaded: LoadedSession) -> bool:
    session = loaded.session
    words = [session.title or "", session_rows.name_of(session.user), json.dumps(session.metadata)]
    return any(_MASK.search(text) for text in (*words, *(said(turn) for turn in loaded.turns)))


def _reveal(loaded: LoadedSession, visitor: Visitor, reason: str) -> None:
    with notices.error_boundary(visitor.caller.request_id, "reveal the text"):
        session = reveals.of_session(visitor.caller, id=loaded.session.id, reason=reason)
        turns = _clear_turns(visitor.caller, loaded.session.id, reason)
    loaded.revealed = Revealed(session, turns, reason)
    st.rerun(scope="fragment")


def _clear_turns(caller: Caller, session_id: str, reason: str) -> list[Interaction]:
    turns: list[Interaction] = []
    cursor: str | None = None
    while True:
        page = reveals.of_transcript(
            caller,
            session_id=session_id,
            reason=reason,
            cursor=cursor,
            limit=interactions.MOST_PER_PAGE,
        )
        turns.extend(page.items)
        cursor = page.next_cursor
        if cursor is None:
            return turns


def _hide(loaded: LoadedSession) -> None:
    loaded.revealed = None
