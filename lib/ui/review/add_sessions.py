"""Puts selected sessions into a review queue, and reserves them for a reviewer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from lib.auth.members import Member
from lib.auth.roles import function_allowed
from lib.data import Refused, review_queues
from lib.data.records import (
    REVIEW_QUEUES_ADD_SESSIONS,
    REVIEW_QUEUES_ASSIGN,
    RefusedSession,
    ReviewQueue,
)
from lib.product import figures as fmt
from lib.ui.parts import known
from lib.ui.parts.filters import Option
from lib.ui.parts.record_table.component import Action
from lib.ui.shell import notices
from lib.ui.shell.visitor import Visitor, require_role

ADD: Final = Action("add", "Add to queue")
ASSIGN: Final = Action("assign", "Assign")


def actions_for(member: Member) -> list[Action]:
    """Return the actions on sessions that a member's role allows."""
    offered = {ADD: REVIEW_QUEUES_ADD_SESSIONS.path, ASSIGN: REVIEW_QUEUES_ASSIGN.path}
    return [act for act, path in offered.items() if function_allowed(member.role, path)]


@st.dialog("Add to a queue", icon=":material/playlist_add:")
def add_dialog(session_ids: Sequence[str]) -> None:
    """Ask for the queue, then add the sessions; those already in it are unchanged."""
    visitor = require_role("/sessions")
    queue = _chosen_queue(visitor, session_ids)
    if queue is None or not st.button("Add", type="primary", key="add-to-review"):
        return
    try:
        done = review_queues.add_sessions(
            visitor.caller, queue_id=queue.id, session_ids=session_ids, partly=True
        )
    except Refused as refused:
        st.warning(refused.message)
        return
    st.text(f"{done.added} added, {done.already} already in the queue.")
    say_refused(visitor, done.refused or (), "added")


@st.dialog("Assign to a reviewer", icon=":material/assignment_ind:")
def assign_dialog(session_ids: Sequence[str]) -> None:
    """Ask for queue and reviewer, then reserve a place at each session for them."""
    visitor = require_role("/sessions")
    queue = _chosen_queue(visitor, session_ids)
    if queue is None:
        return
    reviewer = reviewer_field(visitor, "assign-reviewer")
    pressed = st.button("Assign", type="primary", key="assign-sessions", disabled=reviewer is None)
    if pressed and reviewer is not None:
        assign(visitor, queue, reviewer, session_ids)


def reviewer_field(visitor: Visitor, key: str) -> Option | None:
    """Draw the choice of a reviewer by name; return the chosen one."""
    return st.selectbox(
        "Reviewer",
        known.members(visitor, reviewing=True),
        index=None,
        placeholder="Choose by name",
        format_func=lambda member: f"{member.name} ({member.note})",
        key=key,
    )


def assign(
    visitor: Visitor, queue: ReviewQueue, reviewer: Option, session_ids: Sequence[str]
) -> None:
    """Reserve a place at each session for a reviewer, and say what was done and what was not."""
    try:
        done = review_queues.assign(
            visitor.caller,
            queue_id=queue.id,
            session_ids=session_ids,
            reviewer_id=reviewer.id,
            partly=True,
        )
    except Refused as refused:
        st.warning(refused.message)
        return
    already = f"{fmt.count(done.already)} already" if done.already else ""
    st.text(f"{fmt.count(done.assigned)} assigned to {reviewer.name}. {already}".strip())
    say_refused(visitor, done.refused or (), "assigned")


def say_refused(visitor: Visitor, refused: Sequence[RefusedSession], what: str) -> None:
    """Say which sessions were refused, and why.

    Args:
        visitor: who asked.
        refused: the sessions.
        what: could not be done to them, to complete "Not ...".
    """
    for one in refused:
        with st.container(border=True):
            st.text(f"Not {what}: {known.session_name(visitor, one.session_id)}")
            st.text(one.reason)


def _chosen_queue(visitor: Visitor, session_ids: Sequence[str]) -> ReviewQueue | None:
    with notices.error_boundary(visitor.caller.request_id, "load the queues"):
        queues = review_queues.newest_open(visitor.caller)
    if not queues:
        st.text("There are no open queues. Create one on the Review page first.")
        return None
    number = len(session_ids)
    st.text(f"{number} session{'s' if number > 1 else ''} selected")
    return st.selectbox("Queue", queues, format_func=lambda queue: queue.name)
