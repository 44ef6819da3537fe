"""What stands beside the transcript: files to take away, masked text, metadata."""

from __future__ import annotations

import json
import re
from html import escape
from typing import Final
from urllib.parse import urlencode

import streamlit as st

from lib.auth.roles import function_allowed, page_allowed
from lib.data import Caller, interactions, reveals
from lib.data.records import REVEALS_OF_TRANSCRIPT, Interaction
from lib.product import paths
from lib.ui.listening.hold_button import legal_hold
from lib.ui.listening.room import Revealed, Room
from lib.ui.parts import session_rows
from lib.ui.shell import notices
from lib.ui.shell.visitor import Visitor

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


def session_side(room: Room, visitor: Visitor) -> None:
    """Draw it; call inside of the page's fragment, which runs again for every form here."""
    _exports(room, visitor)
    _masking(room, visitor)
    if page_allowed(visitor.member.role, "/audit"):
        link = _LINK.format(
            escape(f"/audit?{urlencode({'session': room.session.id})}"), "Who opened and heard it"
        ).replace(" download", "")
        st.html(_LINKS.format(link))
    legal_hold(room.session, visitor)
    if room.shown.metadata:
        st.subheader("Metadata", anchor=False)
        # Without a language: the highlighter's colours are too pale to read.
        text = json.dumps(room.shown.metadata, indent=2, ensure_ascii=False)
        st.code(text, None, wrap_lines=True)


def _exports(room: Room, visitor: Visitor) -> None:
    st.subheader("Export", anchor=False)
    if room.turns:
        st.html(_links(room, paths.TRANSCRIPT, "format", _NAMES))
    if any(recording.status == "stored" for recording in room.recordings):
        if page_allowed(visitor.member.role, paths.RECORDINGS):
            st.html(_links(room, paths.RECORDINGS, "as", {"zip": "Recordings (ZIP)"}))
        else:
            st.caption("Reviewers can export the recordings.")
    st.caption("Each export is on record.")


def _links(room: Room, path: str, choice: str, names: dict[str, str]) -> str:
    """Return links to files. Nothing in them is anybody's words: an id and our own names."""
    parts = []
    for value, name in names.items():
        query = urlencode({"id": room.session.id, choice: value})
        parts.append(_LINK.format(escape(f"{path}?{query}"), name))
    return _LINKS.format("".join(parts))


def _masking(room: Room, visitor: Visitor) -> None:
    st.subheader("Masked text", anchor=False)
    if room.revealed:
        st.caption("Shown in clear, for you and until you leave this page.")
        st.button(
            "Mask again",
            icon=":material/visibility_off:",
            on_click=_hide,
            args=(room,),
            key="mask-again",
        )
        return
    if not _is_masked(room):
        st.caption("Nothing in this session had to be masked.")
        return
    st.caption("E-mail addresses, phone and card numbers are masked.")
    if not function_allowed(visitor.member.role, REVEALS_OF_TRANSCRIPT.path):
        st.caption("Reviewers can reveal them, with a reason.")
        return
    with st.form("reveal", border=False):
        reason = st.text_input(
            "Why do you need to see it?",
            max_chars=_MOST_REASON,
            key="reveal-reason",
            placeholder="Ticket, request or case",
        ).strip()
        asked = st.form_submit_button("Reveal", icon=":material/visibility:")
    if asked and not reason:
        st.error("A reason is needed: it goes on record.", icon=":material/edit:")
    elif asked:
        _reveal(room, visitor, reason)


def _is_masked(room: Room) -> bool:
    session = room.session
    words = [session.title or "", session_rows.name_of(session.user), json.dumps(session.metadata)]
    return any(_MASK.search(text) for text in (*words, *(turn.text for turn in room.turns)))


def _reveal(room: Room, visitor: Visitor, reason: str) -> None:
    with notices.failures_told(visitor.caller.request_id, "The text in clear"):
        session = reveals.of_session(visitor.caller, id=room.session.id, reason=reason)
        turns = _clear_turns(visitor.caller, room.session.id, reason)
    room.revealed = Revealed(session, turns, reason)
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


def _hide(room: Room) -> None:
    room.revealed = None
