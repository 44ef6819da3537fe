"""Managing the review workflow: queues and rubrics. For admins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from lib.data import review_queues, rubrics
from lib.data.records import ReviewQueue
from lib.product import figures as fmt
from lib.ui.parts.record_table.component import record_table
from lib.ui.review import add_sessions, current_review, rows
from lib.ui.review.queue_form import change_queue, new_queue
from lib.ui.review.rubric_form import rubric_form
from lib.ui.shell import notices
from lib.ui.shell.visitor import Visitor


def draw(visitor: Visitor) -> None:
    """Draw the forms: a new queue, a new version of a rubric."""
    with notices.error_boundary(visitor.caller.request_id, "load the rubrics"), st.skeleton(320):
        known = rubrics.page(visitor.caller, cursor=None, limit=100).items
        queues = review_queues.newest(visitor.caller)
    _queue_list(visitor, queues)
    if known:
        st.subheader("New queue", anchor=False)
        new_queue(known)
    else:
        notices.empty("No rubrics yet", "Publish one below. Every queue needs a rubric.")
    st.subheader("Publish a rubric", anchor=False)
    rubric_form(known)


def _queue_list(visitor: Visitor, queues: Sequence[ReviewQueue]) -> None:
    if not queues:
        return
    st.header("Queues", anchor=False)
    table = rows.queue_rows(queues, visitor.zone)
    record_table("Review queues", rows.QUEUE_COLUMNS, table, key="review-queues-table")


def queue_actions(visitor: Visitor, queue: ReviewQueue) -> None:
    """Draw the actions of an admin on a queue."""
    with st.expander("Manage this queue", icon=":material/tune:"):
        closing = queue.state == "open"
        with st.container(horizontal=True):
            if st.button("Close queue" if closing else "Reopen queue", key="queue-state"):
                with notices.error_boundary(visitor.caller.request_id, "update the queue"):
                    state: Literal["open", "closed"] = "closed" if closing else "open"
                    review_queues.update(visitor.caller, id=queue.id, state=state)
                st.rerun()
            if st.button("Add past sessions", key="queue-fill", disabled=not closing):
                _fill(visitor, queue)
        with notices.error_boundary(visitor.caller.request_id, "load the rubrics"):
            newest = rubrics.page(visitor.caller, cursor=None, limit=100).items
            own = current_review.rubric_of(visitor, queue.rubric_id)
        change_queue(queue, newest if own in newest else (own, *newest))
        _assign(visitor, queue)


def _fill(visitor: Visitor, queue: ReviewQueue) -> None:
    checked = added = 0
    with (
        notices.error_boundary(visitor.caller.request_id, "add past sessions"),
        st.status("Checking sessions ...") as status,
    ):
        for report in review_queues.fill(visitor.caller, queue.id):
            checked, added = checked + report.checked, added + report.added
            status.update(label=f"{fmt.count(checked)} sessions checked, {fmt.count(added)} added")
    st.toast(f"{fmt.count(added)} sessions added")


def _assign(visitor: Visitor, queue: ReviewQueue) -> None:
    with st.form("assign", border=False):
        st.markdown("**Assign sessions**")
        reviewer = add_sessions.reviewer_field(visitor, "assign-member")
        ids = st.text_area("Session ids, one per line", max_chars=10_000, height=100)
        if not st.form_submit_button("Assign"):
            return
    sessions = list(dict.fromkeys(ids.split()))
    if not sessions or reviewer is None:
        st.warning("Choose a reviewer and enter at least one session id.")
        return
    add_sessions.assign(visitor, queue, reviewer, sessions)
