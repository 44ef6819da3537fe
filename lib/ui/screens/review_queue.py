"""One review queue: progress by reviewer, its sessions, where reviewers agree and where not."""

from __future__ import annotations

from typing import Final, Literal

import streamlit as st

from lib.auth.roles import Role
from lib.data import review_queues
from lib.data.records import ReviewQueue
from lib.jobs.list_export import export_reviews
from lib.ui import formatting as fmt
from lib.ui import review_item_acts, review_rows, review_work, views
from lib.ui.export_panel import list_export
from lib.ui.identity import Visitor
from lib.ui.page_heading.component import Chip, Fact, Link, page_heading
from lib.ui.paging import PAGE_SIZE, Pager
from lib.ui.record_table.component import record_table, wished
from lib.ui.review_start import start_button
from lib.ui.screens import review_manage

_STATES: Final[dict[str, Literal["open", "done"]]] = {"Open": "open", "Done": "done"}
_ITEMS: Final = "review-items-table"
_ALL, _OPEN, _DONE, _DISPUTED = "All", "Open", "Done", "Disagreements"


def draw(visitor: Visitor, queue_id: str) -> None:
    """Draw the queue."""
    caller = visitor.caller
    review_item_acts.fulfil(visitor, wished(_ITEMS))
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
    _agreement(visitor, queue)
    list_export(visitor, "/review", export_reviews, {"queue_id": queue.id}, {"queue": queue.id})


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
        review_rows.item_rows(page.items, visitor.zone), key=_ITEMS,
        acts=review_item_acts.acts_for(visitor.member),
    )  # fmt: skip
    pager.controls(len(page.items), page.next_cursor)


def _agreement(visitor: Visitor, queue: ReviewQueue) -> None:
    """Draw how far pairs of reviewers agree; only where sessions get several reviews."""
    if queue.target == 1:
        return
    from lib.jobs import agreement  # noqa: PLC0415  # loads PyCM, which only this needs

    st.subheader("Agreement", anchor=False)
    with views.failures_told(visitor.caller.request_id, "The agreement"), st.skeleton(160):
        pairs = list(agreement.of_queue(visitor.caller, queue.id))
    if not pairs:
        views.empty(
            "No two reviews of one session yet", "Agreement is counted once two reviewers are done."
        )
        return
    table = review_rows.agreement_rows(pairs)
    record_table("Agreement", review_rows.AGREEMENT_COLUMNS, table, key="review-agreement-table")
    st.caption(
        "Agreed within the criterion's tolerance. Cohen's kappa: 1 is full agreement, 0 what "
        "chance alone would give; in brackets its 95% confidence interval."
    )
