"""The Review page: open queues with their progress, results, management."""

from __future__ import annotations

import streamlit as st

from lib.auth.roles import Role, allows
from lib.data import review_queues
from lib.data.records import ReviewQueue
from lib.product import figures as fmt
from lib.ui.parts.page_heading.component import Fact, page_heading
from lib.ui.review import current_review, manage, results
from lib.ui.review import queue as queue_page
from lib.ui.shell import notices
from lib.ui.shell.navigation import go
from lib.ui.shell.visitor import Visitor

_QUEUES, _RESULTS, _MANAGE = "Queues", "Results", "Manage"


def draw(visitor: Visitor) -> None:
    """Draw the page: the queue in the address, otherwise the chosen view."""
    queue_id = st.query_params.get("queue")
    reviews_work = allows(visitor.member.role, Role.REVIEWER)
    if queue_id and reviews_work:
        queue_page.draw(visitor, queue_id)
        return
    page_heading(
        "Review",
        "Listen to a session, answer the questions, submit.",
        key="review-heading",
    )
    offered = [_QUEUES] if reviews_work else []
    offered.append(_RESULTS)
    if visitor.member.role == Role.ADMIN:
        offered.append(_MANAGE)
    view = offered[0]
    if len(offered) > 1:
        view = st.segmented_control(
            "View",
            offered,
            default=offered[0],
            required=True,
            key="view",
            bind="query-params",
            label_visibility="collapsed",
        )
    if view == _MANAGE:
        manage.draw(visitor)
    elif view == _RESULTS:
        results.draw(visitor)
    else:
        _draw_queues(visitor)


def _draw_queues(visitor: Visitor) -> None:
    _undo_notice(visitor)
    with notices.error_boundary(visitor.caller.request_id, "load the queues"), st.skeleton(320):
        queues = review_queues.newest_open(visitor.caller)
    if not queues:
        notices.empty(
            "No open queues",
            "An administrator creates queues under Manage.",
        )
        return
    for place, queue in enumerate(sorted(queues, key=_rank)):
        _card(visitor, queue, is_first=place == 0)


def _rank(queue: ReviewQueue) -> int:
    """Order queues: a review to resume first, those with nothing for the visitor last."""
    if queue.own is None or not queue.own.waiting:
        return 2
    return 0 if queue.own.claimed else 1


def _undo_notice(visitor: Visitor) -> None:
    """Show the last submitted review and a button to undo it, while that is possible."""
    last = current_review.last_submitted()
    if last is None:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.text(f"Submitted: {last.title}")
        if st.button("Undo", icon=":material/undo:", key="review-undo"):
            with notices.error_boundary(visitor.caller.request_id, "undo the review"):
                current_review.undo_submit(visitor)


def _card(visitor: Visitor, queue: ReviewQueue, *, is_first: bool) -> None:
    progress = queue.progress
    with st.container(border=True):
        about, action = st.columns([0.74, 0.26], vertical_alignment="center")
        with about:
            page_heading(
                queue.name,
                queue.description or "",
                level=2,
                key=f"queue-{queue.id}",
                facts=[
                    Fact("Done", f"{fmt.count(progress.done)} of {fmt.count(progress.wanted)}"),
                    Fact("In progress", fmt.count(progress.in_work)),
                    Fact("Remaining", fmt.count(progress.left)),
                ],
            )
            st.progress(min(1.0, progress.done / progress.wanted) if progress.wanted else 0.0)
        with action:
            current_review.start_button(visitor, queue, is_first=is_first)
            if st.button("Details", width="stretch", key=f"details-{queue.id}"):
                go("/review", {"queue": queue.id})
