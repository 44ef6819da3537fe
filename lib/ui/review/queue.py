"""One review queue: progress by reviewer, its sessions, and agreement between reviewers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final, Literal

import streamlit as st

from lib.auth.members import Member
from lib.auth.roles import Role, function_allowed
from lib.data import Refused, review_queues
from lib.data.records import REVIEW_QUEUES_REMOVE_ITEM, ReviewQueue
from lib.product import figures as fmt
from lib.ui.parts import known
from lib.ui.parts.export_panel import list_export
from lib.ui.parts.page_heading.component import Chip, Fact, Link, page_heading
from lib.ui.parts.pager import PAGE_SIZE, Pager
from lib.ui.parts.record_table.component import Action, RowAction, record_table, requested_action
from lib.ui.review import current_review, manage, places, rows
from lib.ui.review.queue_rule import filter_words, sampling_words
from lib.ui.shell import notices
from lib.ui.shell.navigation import name_tab
from lib.ui.shell.visitor import Visitor
from lib.work.list_export import export_reviews

FIRST: Final = Action("first", "Review first")
LAST: Final = Action("last", "Review last")
REMOVE: Final = Action("remove", "Remove")

_PRIORITIES: Final = {FIRST.name: 9, LAST.name: 0}
_OUTCOMES: Final = {
    FIRST.name: "moved to the front",
    LAST.name: "moved to the end",
    REMOVE.name: "removed",
}

_STATES: Final[dict[str, Literal["open", "done"]]] = {"Open": "open", "Done": "done"}
_ITEMS: Final = "review-items-table"
_ALL, _OPEN, _DONE, _DISPUTED = "All", "Open", "Done", "Disagreements"


def draw(visitor: Visitor, queue_id: str) -> None:
    """Draw the queue."""
    caller = visitor.caller
    _handle(visitor, requested_action(_ITEMS))
    with notices.error_boundary(caller.request_id, "load the queue"), st.skeleton(420):
        queue = review_queues.get(caller, queue_id)
        reviewers = review_queues.reviewers(caller, queue_id) if queue else ()
    if queue is None:
        notices.not_found("Review queue", "The link is wrong.", "/review")
        return
    name_tab(queue.name)
    _heading(visitor, queue)
    with st.container(width=260):
        current_review.start_button(visitor, queue, is_first=True)
    if visitor.member.role == Role.ADMIN:
        manage.queue_actions(visitor, queue)
    st.header("Reviewers", anchor=False)
    if reviewers:
        table = rows.reviewer_rows(reviewers)
        record_table("Reviewers", rows.REVIEWER_COLUMNS, table, key="review-reviewers-table")
    else:
        notices.empty("No reviewers yet", "Reviewers appear with their first session.")
    _items(visitor, queue)
    _agreement(visitor, queue)
    list_export(visitor, "/review", export_reviews, {"queue_id": queue.id}, {"queue": queue.id})


def _heading(visitor: Visitor, queue: ReviewQueue) -> None:
    progress = queue.progress
    rubric = current_review.rubric_of(visitor, queue.rubric_id)
    user = known.user_name(visitor, queue.filters.clerk_id) if queue.filters.clerk_id else ""
    page_heading(
        queue.name,
        queue.description or "",
        crumbs=[Link("Review", "/review")],
        chips=[Chip(queue.state, "good" if queue.state == "open" else "muted")],
        facts=[
            Fact("Sessions", f"{fmt.count(progress.items_done)} of {fmt.count(progress.items)}"),
            Fact("Reviews", f"{fmt.count(progress.done)} of {fmt.count(progress.wanted)}"),
            Fact("In progress", fmt.count(progress.in_work)),
            Fact("Remaining", fmt.count(progress.left)),
            Fact("Takes", filter_words(queue.filters, user)),
            Fact("Of these", sampling_words(queue.sampling)),
            Fact("Priority", fmt.count(queue.priority)),
            Fact("Reviews per session", fmt.count(queue.target)),
            Fact("Rubric", f"{rubric.name}, version {rubric.version}"),
            Fact("Order", queue.order),
            Fact("Claim duration", fmt.clock(queue.lease_ms)),
        ],
        key="review-heading",
    )


def _items(visitor: Visitor, queue: ReviewQueue) -> None:
    st.header("Sessions", anchor=False)
    which = st.segmented_control(
        "Show",
        [_ALL, _OPEN, _DONE, _DISPUTED],
        default=_ALL,
        required=True,
        key="which",
        bind="query-params",
        label_visibility="collapsed",
    )
    pager = Pager("review-items", (queue.id, which))
    with (
        notices.error_boundary(visitor.caller.request_id, "load the queue's sessions"),
        st.skeleton(300),
    ):
        page = review_queues.items(
            visitor.caller,
            queue_id=queue.id,
            cursor=pager.cursor,
            limit=PAGE_SIZE,
            state=_STATES.get(which),
            dispute="open" if which == _DISPUTED else None,
        )
    if not page.items:
        notices.empty(
            "No sessions",
            "Sessions that match the queue's filters are added when they end. Others can be added "
            "on the Sessions page.",
        )
        return
    record_table(
        "Sessions of the queue",
        rows.ITEM_COLUMNS,
        rows.item_rows(page.items, visitor.zone),
        key=_ITEMS,
        actions=_actions_for(visitor.member),
    )
    pager.controls(len(page.items), page.next_cursor)


def _agreement(visitor: Visitor, queue: ReviewQueue) -> None:
    """Draw the agreement of pairs of reviewers, for queues with several reviews per session."""
    if queue.target == 1:
        return
    from lib.work import agreement  # noqa: PLC0415  # loads PyCM, which only this needs

    st.header("Agreement", anchor=False)
    with notices.error_boundary(visitor.caller.request_id, "load the agreement"), st.skeleton(160):
        pairs = list(agreement.of_queue(visitor.caller, queue.id))
    if not pairs:
        notices.empty(
            "No agreement yet", "It is calculated once two reviewers have reviewed a session."
        )
        return
    table = rows.agreement_rows(pairs)
    record_table("Agreement", rows.AGREEMENT_COLUMNS, table, key="review-agreement-table")
    st.caption(
        "Agreed within the criterion's tolerance. Cohen's kappa: 1 is full agreement, 0 what "
        "chance alone would give; in brackets its 95% confidence interval."
    )


def _actions_for(member: Member) -> Sequence[Action]:
    """Return the actions on queue items that the member's role allows."""
    own = (places.REVIEW,) if places.may_review(member) else ()
    may = function_allowed(member.role, REVIEW_QUEUES_REMOVE_ITEM.path)
    return (*own, FIRST, LAST, REMOVE) if may else own


def _handle(visitor: Visitor, chosen: RowAction | None) -> None:
    """Do what was chosen for the selected sessions."""
    if chosen is None:
        return
    if chosen.action in _OUTCOMES:
        _apply(visitor, chosen)
    elif len(chosen.ids) > 1:
        st.warning("Select one session: a review is of one at a time.")
    else:
        places.claim(visitor, chosen.ids[0])


def _apply(visitor: Visitor, chosen: RowAction) -> None:
    """Apply an action to the selected items one by one, and say what was refused and why."""
    refused: Counter[str] = Counter()
    with notices.error_boundary(visitor.caller.request_id, "update the queue"):
        for item_id in chosen.ids:
            try:
                _apply_to(visitor, chosen.action, item_id)
            except Refused as refusal:
                refused[refusal.message] += 1
    done = len(chosen.ids) - refused.total()
    if done:
        st.toast(f"{_sessions(done)} {_OUTCOMES[chosen.action]}")
    for message, number in refused.items():
        st.warning(f"{_sessions(number)} not changed: {message}")


def _apply_to(visitor: Visitor, action: str, item_id: str) -> None:
    if action == REMOVE.name:
        review_queues.remove_item(visitor.caller, item_id)
    else:
        review_queues.prioritise(visitor.caller, item_id, _PRIORITIES[action])


def _sessions(number: int) -> str:
    return f"{fmt.count(number)} session{'' if number == 1 else 's'}"
