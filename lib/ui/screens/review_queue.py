"""One review queue: progress by reviewer, its sessions, where reviewers agree and where not."""

from __future__ import annotations

from typing import Final, Literal

import streamlit as st

from lib.auth.roles import Role
from lib.data import review_queues
from lib.data.records import ReviewQueue
from lib.ui import formatting as fmt
from lib.ui import review_rows, review_work, views
from lib.ui.identity import Visitor
from lib.ui.page_heading.component import Chip, Fact, Link, page_heading
from lib.ui.paging import PAGE_SIZE, Pager
from lib.ui.record_table.component import record_table
from lib.ui.review_start import start_button
from lib.ui.screens import review_manage

_STATES: Final[dict[str, Literal["open", "done"]]] = {"Open": "open", "Done": "done"}
_ALL, _OPEN, _DONE, _DISPUTED = "All", "Open", "Done", "Disagreements"


def draw(visitor: Visitor, queue_id: str) -> None:
    """Draw the queue."""
    caller = visitor.caller
    with views.failures_told(caller.request_id, "This queue"), st.skeleton(420):
        queue = review_queues.get(caller, queue_id)
        reviewers = review_queues.reviewers(caller, queue_id) if queue else ()
    if queue is None:
        views.not_found("Review queue", "The link is wrong.")
        return
    _heading(visitor, queue)
    with st.container(width=260):
        start_button(visitor, queue, is_first=True)
    if visitor.member.role == Role.ADMIN:
        review_manage.queue_actions(visitor, queue)
    st.subheader("Reviewers", anchor=False)
    if reviewers:
        table = review_rows.reviewer_rows(reviewers)
        record_table("Reviewers", review_rows.REVIEWER_COLUMNS, table, key="review-reviewers-table")
    else:
        views.empty("Nobody has reviewed here yet", "Reviewers appear with their first session.")
    _items(visitor, queue)


def _heading(visitor: Visitor, queue: ReviewQueue) -> None:
    progress = queue.progress
    rubric = review_work.rubric_of(visitor, queue.rubric_id)
    page_heading(
        queue.name,
        queue.description or "",
        crumbs=[Link("Review", "/review")],
        chips=[Chip(queue.state, "good" if queue.state == "open" else "muted")],
        facts=[
            Fact("Sessions", f"{fmt.count(progress.items_done)} of {fmt.count(progress.items)}"),
            Fact("Reviews", f"{fmt.count(progress.done)} of {fmt.count(progress.wanted)}"),
            Fact("In work", fmt.count(progress.in_work)),
            Fact("Left", fmt.count(progress.left)),
            Fact("Reviews per session", fmt.count(queue.target)),
            Fact("Rubric", f"{rubric.name}, version {rubric.version}"),
            Fact("Order", queue.order),
            Fact("A claim lasts", fmt.length(queue.lease_ms)),
        ],
        key="review-heading",
    )


def _items(visitor: Visitor, queue: ReviewQueue) -> None:
    st.subheader("Sessions", anchor=False)
    which = st.segmented_control(
        "Which", [_ALL, _OPEN, _DONE, _DISPUTED], default=_ALL, required=True, key="which",
        bind="query-params", label_visibility="collapsed",
    )  # fmt: skip
    pager = Pager("review-items", (queue.id, which))
    with views.failures_told(visitor.caller.request_id, "The queue's sessions"), st.skeleton(300):
        page = review_queues.items(
            visitor.caller, queue_id=queue.id, cursor=pager.cursor, limit=PAGE_SIZE,
            state=_STATES.get(which),
            dispute="open" if which == _DISPUTED else None,
        )  # fmt: skip
    if not page.items:
        views.empty(
            "No session here",
            "Sessions enter by the queue's rule when they end, or by hand from their list.",
        )
        return
    record_table(
        "Sessions of the queue", review_rows.ITEM_COLUMNS,
        review_rows.item_rows(page.items, visitor.zone), key="review-items-table",
    )  # fmt: skip
    pager.controls(len(page.items), page.next_cursor)
