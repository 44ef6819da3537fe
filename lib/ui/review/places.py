"""From a session to its review: the queues that it is in, and a way into each that has a place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from lib.auth.members import Member
from lib.auth.roles import function_allowed
from lib.data import Refused, review_claims, review_queues
from lib.data.records import REVIEW_CLAIMS_TAKE, SessionPlace
from lib.ui.parts.record_table.component import Action
from lib.ui.review import add_sessions, current_review
from lib.ui.shell import notices
from lib.ui.shell.visitor import Visitor, require_role

REVIEW: Final = Action("review", "Review")
_OPEN: Final = frozenset({"free", "assigned", "claimed"})
_WORDS: Final = {
    "submitted": "You reviewed it in {}.",
    "taken": "No place is free in {}.",
    "closed": "{} is closed.",
}


def may_review(member: Member) -> bool:
    """Return whether a member's role may review."""
    return function_allowed(member.role, REVIEW_CLAIMS_TAKE.path)


def claim(visitor: Visitor, item_id: str) -> None:
    """Claim an item and open it; if that is refused, say why and leave the page as it is."""
    with notices.error_boundary(visitor.caller.request_id, "claim the session"):
        try:
            taken = review_claims.take(visitor.caller, item_id)
        except Refused as refused:
            st.warning(refused.message)
            return
        current_review.open_claim(visitor, taken)


def label_of(place: SessionPlace) -> str:
    """Return the words of the button that opens a place."""
    if place.state == "claimed" or place.has_draft:
        return f"Resume review in {place.queue_name}"
    return f"Review in {place.queue_name}"


def ways_in(visitor: Visitor, session_id: str, *, key: str) -> None:
    """Draw a button for each queue in which the visitor can review a session, or why there is none.

    Args:
        visitor: who may review.
        session_id: of the session.
        key: unique on the page.
    """
    with notices.error_boundary(visitor.caller.request_id, "load the session's queues"):
        places = review_queues.of_session(visitor.caller, session_id)
    if any(place.state in _OPEN for place in places):
        _buttons(visitor, places, key)
        return
    for place in places:
        st.text(_WORDS[place.state].format(place.queue_name))
    if not places:
        st.text("It is in no review queue.")
        if add_sessions.actions_for(visitor.member):
            if st.button("Add to a queue", icon=":material/playlist_add:", key=f"{key}-add"):
                add_sessions.add_dialog([session_id])
        else:
            st.text("An admin can add it to one.")


def _buttons(visitor: Visitor, places: Sequence[SessionPlace], key: str) -> None:
    for place in places:
        if place.state in _OPEN and st.button(
            label_of(place),
            icon=":material/rate_review:",
            type="primary",
            key=f"{key}-{place.item_id}",
        ):
            claim(visitor, place.item_id)


@st.dialog("Review a session", icon=":material/rate_review:")
def choose_dialog(session_ids: Sequence[str]) -> None:
    """Offer the queues in which the selected session can be reviewed."""
    visitor = require_role("/sessions")
    if len(session_ids) > 1:
        st.text("Select one session: a review is of one at a time.")
        return
    ways_in(visitor, session_ids[0], key="review-selected")
