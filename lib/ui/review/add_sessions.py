"""Puts selected sessions into a review queue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from lib.auth.members import Member
from lib.auth.roles import function_allowed
from lib.data import Refused, review_queues
from lib.data.records import REVIEW_QUEUES_ADD_SESSIONS
from lib.ui.parts.record_table.component import Action
from lib.ui.shell import notices
from lib.ui.shell.visitor import require_role

ACTION: Final = Action("review", "Add to review")


def may_add(member: Member) -> bool:
    """Return whether a member's role may add sessions to queues."""
    return function_allowed(member.role, REVIEW_QUEUES_ADD_SESSIONS.path)


@st.dialog("Add to review", icon=":material/playlist_add:")
def add_dialog(session_ids: Sequence[str]) -> None:
    """Ask for the queue, then add the sessions; those already in it are unchanged."""
    visitor = require_role("/sessions")
    with notices.error_boundary(visitor.caller.request_id, "load the queues"):
        queues = review_queues.newest_open(visitor.caller)
    if not queues:
        st.text("There are no open queues. Create one on the Review page first.")
        return
    number = len(session_ids)
    st.text(f"{number} session{'s' if number > 1 else ''} selected")
    names = {queue.id: queue.name for queue in queues}
    chosen = st.selectbox("Queue", list(names), format_func=lambda queue: names[queue])
    if st.button("Add", type="primary", key="add-to-review"):
        with notices.error_boundary(visitor.caller.request_id, "add the sessions"):
            try:
                done = review_queues.add_sessions(
                    visitor.caller, queue_id=chosen, session_ids=session_ids
                )
            except Refused as refused:
                st.text(refused.message)
                return
        st.text(f"{done.added} added, {done.already} already in the queue.")
