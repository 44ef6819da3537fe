"""What reviewers look at first: reviews to continue, then their queues."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from zoneinfo import ZoneInfo

import streamlit as st

from lib.data import review_claims, review_queues
from lib.data.records import Claim, ReviewerProgress, ReviewQueue
from lib.product import figures as fmt
from lib.ui.parts import session_rows
from lib.ui.parts.record_table.component import Cell, Column, Row, record_table
from lib.ui.review import current_review
from lib.ui.shell import notices
from lib.ui.shell.visitor import Visitor

_CLAIM_COLUMNS: Final = (
    Column("Continue"),
    Column("Queue"),
    Column("Draft"),
    Column("Claimed until", minor=True),
)
_QUEUE_COLUMNS: Final = (
    Column("Queue"),
    Column("Assigned to you", number=True),
    Column("Reviewed by you", number=True),
    Column("Remaining", number=True),
)
_AT_ONCE: Final = 8


def draw(visitor: Visitor) -> None:
    """Draw what the reviewer holds and the open queues; a failure is a line of its own."""
    caller = visitor.caller
    with notices.partly(caller.request_id, "load your reviews"):
        queues = review_queues.newest_open(caller)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            claims = pool.map(lambda queue: review_claims.current(caller, queue.id), queues)
            own = pool.map(lambda queue: _own(visitor, queue), queues)
            held = [(queue, claim) for queue, claim in zip(queues, claims, strict=True) if claim]
            rows = [_queue_row(queue, part) for queue, part in zip(queues, own, strict=True)]
        st.header("Your reviews", anchor=False)
        if held:
            table = claim_rows(held, visitor.zone)
            record_table("Reviews to continue", _CLAIM_COLUMNS, table, key="overview-claims")
        if rows:
            record_table("Open queues", _QUEUE_COLUMNS, rows, key="overview-queues")
        else:
            st.text("No queue is open.")


def claim_rows(held: Sequence[tuple[ReviewQueue, Claim]], zone: ZoneInfo) -> list[Row]:
    """Return what a reviewer holds, the latest draft first; each row goes on with its review."""
    newest = sorted(held, key=lambda it: it[1].draft_updated_at or it[1].claimed_at, reverse=True)
    return [
        Row(
            (
                Cell(
                    claim.session.title or claim.session.external_id,
                    session_rows.name_of(claim.session.user),
                ),
                Cell(queue.name),
                Cell(
                    f"saved {fmt.ago(claim.draft_updated_at)}"
                    if claim.draft_updated_at
                    else "nothing written yet",
                    title=fmt.utc(claim.draft_updated_at) if claim.draft_updated_at else "",
                ),
                Cell(fmt.moment(claim.lease_until, zone), title=fmt.utc(claim.lease_until)),
            ),
            "/session",
            {"id": claim.session.id, current_review.PARAM: claim.item_id},
        )
        for queue, claim in newest
    ]


def _own(visitor: Visitor, queue: ReviewQueue) -> ReviewerProgress | None:
    found = review_queues.reviewers(visitor.caller, queue.id)
    return next((it for it in found if it.reviewer_id == visitor.member.user_id), None)


def _queue_row(queue: ReviewQueue, own: ReviewerProgress | None) -> Row:
    assigned, done = (own.assigned, own.done) if own else (0, 0)
    return Row(
        (
            Cell(queue.name, queue.description or ""),
            Cell(fmt.count(assigned), tone="accent" if assigned else None),
            Cell(fmt.count(done)),
            Cell(fmt.count(queue.progress.left)),
        ),
        "/review",
        {"queue": queue.id},
    )
