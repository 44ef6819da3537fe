"""Review queues: which sessions are reviewed, how often, and how far that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Unpack

from lib.data.client import Caller
from lib.data.functions import Page
from lib.data.records import (
    REVIEW_QUEUES_ADD_SESSIONS,
    REVIEW_QUEUES_ASSIGN,
    REVIEW_QUEUES_CREATE,
    REVIEW_QUEUES_FILL,
    REVIEW_QUEUES_GET,
    REVIEW_QUEUES_ITEMS,
    REVIEW_QUEUES_LIST,
    REVIEW_QUEUES_PRIORITISE,
    REVIEW_QUEUES_REMOVE_ITEM,
    REVIEW_QUEUES_REVIEWERS,
    REVIEW_QUEUES_UNASSIGN,
    REVIEW_QUEUES_UPDATE,
    QueueFill,
    ReviewerProgress,
    ReviewItem,
    ReviewQueue,
    ReviewQueuesAddSessionsArgs,
    ReviewQueuesAssignArgs,
    ReviewQueuesCreateArgs,
    ReviewQueuesFillArgs,
    ReviewQueuesGetArgs,
    ReviewQueuesItemsArgs,
    ReviewQueuesListArgs,
    ReviewQueuesPrioritiseArgs,
    ReviewQueuesRemoveItemArgs,
    ReviewQueuesReviewersArgs,
    ReviewQueuesUnassignArgs,
    ReviewQueuesUpdateArgs,
    SessionsAdded,
    SessionsAssigned,
    Unassigned,
)

PAGE_QUEUES: Final = 50
"""Most queues of one page."""

PAGE_SESSIONS: Final = 100
"""Most sessions of a queue of one page."""


def create(
    caller: Caller, *, idempotency_key: str | None = None, **queue: Unpack[ReviewQueuesCreateArgs]
) -> ReviewQueue:
    """Open a queue; `fill` adds the sessions that ended before."""
    return caller.mutation(REVIEW_QUEUES_CREATE, queue, idempotency_key)


def update(
    caller: Caller, *, idempotency_key: str | None = None, **changes: Unpack[ReviewQueuesUpdateArgs]
) -> ReviewQueue:
    """Change, close or reopen a queue; fields left out stay as they are."""
    return caller.mutation(REVIEW_QUEUES_UPDATE, changes, idempotency_key)


def get(caller: Caller, queue_id: str) -> ReviewQueue | None:
    """Return a queue with its progress."""
    return caller.query(REVIEW_QUEUES_GET, ReviewQueuesGetArgs(id=queue_id))


def page(caller: Caller, **filters: Unpack[ReviewQueuesListArgs]) -> Page[ReviewQueue]:
    """Return one page of queues (at most `PAGE_QUEUES`) with their progress, newest first."""
    return caller.query(REVIEW_QUEUES_LIST, filters)


def newest(caller: Caller) -> tuple[ReviewQueue, ...]:
    """Return the newest queues with their progress, at most `PAGE_QUEUES`."""
    return page(caller, cursor=None, limit=PAGE_QUEUES).items


def newest_open(caller: Caller) -> tuple[ReviewQueue, ...]:
    """Return the newest open queues with their progress, at most `PAGE_QUEUES`."""
    return page(caller, state="open", cursor=None, limit=PAGE_QUEUES).items


def every(caller: Caller) -> Iterator[ReviewQueue]:
    """Yield all queues, newest first, page by page."""
    cursor: str | None = None
    while True:
        found = page(caller, cursor=cursor, limit=PAGE_QUEUES)
        yield from found.items
        cursor = found.next_cursor
        if cursor is None:
            return


def reviewers(caller: Caller, queue_id: str) -> tuple[ReviewerProgress, ...]:
    """Return who reviews in a queue, those with most reviews first."""
    return caller.query(REVIEW_QUEUES_REVIEWERS, ReviewQueuesReviewersArgs(id=queue_id))


def items(caller: Caller, **filters: Unpack[ReviewQueuesItemsArgs]) -> Page[ReviewItem]:
    """Return one page (at most 100) of a queue's sessions, newest entry first."""
    return caller.query(REVIEW_QUEUES_ITEMS, filters)


def add_sessions(
    caller: Caller,
    *,
    idempotency_key: str | None = None,
    **sessions: Unpack[ReviewQueuesAddSessionsArgs],
) -> SessionsAdded:
    """Put up to 200 sessions into a queue by hand, whatever its rule says."""
    return caller.mutation(REVIEW_QUEUES_ADD_SESSIONS, sessions, idempotency_key)


def fill(caller: Caller, queue_id: str) -> Iterator[QueueFill]:
    """Let in the sessions that ended before the queue was made; one report per call."""
    cursor: str | None = None
    while True:
        args = ReviewQueuesFillArgs(queue_id=queue_id, cursor=cursor)
        report = caller.mutation(REVIEW_QUEUES_FILL, args)
        yield report
        cursor = report.next_cursor
        if cursor is None:
            return


def assign(
    caller: Caller,
    *,
    queue_id: str,
    session_ids: Sequence[str],
    email: str,
    idempotency_key: str | None = None,
) -> SessionsAssigned:
    """Reserve a place at each of up to 50 sessions for the reviewer with this e-mail address."""
    args = ReviewQueuesAssignArgs(queue_id=queue_id, session_ids=session_ids, email=email)
    return caller.mutation(REVIEW_QUEUES_ASSIGN, args, idempotency_key)


def unassign(caller: Caller, item_id: str, reviewer_id: str) -> Unassigned:
    """Take back an assignment that was not begun."""
    args = ReviewQueuesUnassignArgs(item_id=item_id, reviewer_id=reviewer_id)
    return caller.mutation(REVIEW_QUEUES_UNASSIGN, args)


def remove_item(caller: Caller, item_id: str) -> None:
    """Take a session out of a queue; refused once it has a review or somebody works on it."""
    caller.mutation(REVIEW_QUEUES_REMOVE_ITEM, ReviewQueuesRemoveItemArgs(item_id=item_id))


def prioritise(caller: Caller, item_id: str, priority: int) -> None:
    """Hand a session out earlier (up to 9) or later (0) than others of its queue."""
    args = ReviewQueuesPrioritiseArgs(item_id=item_id, priority=priority)
    caller.mutation(REVIEW_QUEUES_PRIORITISE, args)
