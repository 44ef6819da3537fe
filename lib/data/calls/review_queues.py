"""Review queues: which sessions are reviewed, how often, and how far that is.

Generated from the Convex functions by `python -m codegen`; a test proves that it is current.
"""

from __future__ import annotations

from typing import Literal, Unpack

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
    REVIEW_QUEUES_OF_SESSION,
    REVIEW_QUEUES_PREVIEW,
    REVIEW_QUEUES_PRIORITISE,
    REVIEW_QUEUES_REMOVE_ITEM,
    REVIEW_QUEUES_REVIEWERS,
    REVIEW_QUEUES_UNASSIGN,
    REVIEW_QUEUES_UPDATE,
    QueueFill,
    QueuePreview,
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
    ReviewQueuesOfSessionArgs,
    ReviewQueuesPreviewArgs,
    ReviewQueuesPrioritiseArgs,
    ReviewQueuesRemoveItemArgs,
    ReviewQueuesReviewersArgs,
    ReviewQueuesUnassignArgs,
    ReviewQueuesUpdateArgs,
    SessionPlace,
    SessionsAdded,
    SessionsAssigned,
    Unassigned,
)


def add_sessions(
    caller: Caller,
    *,
    idempotency_key: str | None = None,
    **arguments: Unpack[ReviewQueuesAddSessionsArgs],
) -> SessionsAdded:
    """Put up to 200 sessions into a queue by hand, whatever its rule says.

    A session that is there already stays as it is. Unknown sessions, and those of users who are
    being erased, are refused; with `partly`, they are named in `refused` and stop no other.
    """
    return caller.mutation(REVIEW_QUEUES_ADD_SESSIONS, arguments, idempotency_key)


def assign(
    caller: Caller,
    *,
    idempotency_key: str | None = None,
    **arguments: Unpack[ReviewQueuesAssignArgs],
) -> SessionsAssigned:
    """Reserve a place at each of up to 50 sessions for a reviewer.

    They are named by Clerk id or e-mail address. Sessions that are not in the queue enter it. Who
    has a place already keeps it. With `partly`, sessions without a free place, and those that
    cannot be reviewed, are named in `refused` and stop no other.

    Raises:
        Refused: VALIDATION if it is not a team member who may review; CONFLICT if a session has no
            free place.
    """
    return caller.mutation(REVIEW_QUEUES_ASSIGN, arguments, idempotency_key)


def create(
    caller: Caller,
    *,
    idempotency_key: str | None = None,
    **arguments: Unpack[ReviewQueuesCreateArgs],
) -> ReviewQueue:
    """Open a queue.

    Sessions that end from now on enter it by its rule; `fill` adds those that ended before.
    `target`, `order` and `seed` (made up if absent) stay as they are.

    Raises:
        Refused: NOT_FOUND for an unknown rubric; LIMIT_EXCEEDED for one open queue too many;
            CONFLICT if a queue has this name.
    """
    return caller.mutation(REVIEW_QUEUES_CREATE, arguments, idempotency_key)


def fill(
    caller: Caller, queue_id: str, *, cursor: str | None, idempotency_key: str | None = None
) -> QueueFill:
    """Let in the sessions that ended before the queue was made, oldest first.

    Only those that the queue's rule takes enter. Call again with `next_cursor` until it is None.
    Repeats are harmless.
    """
    return caller.mutation(
        REVIEW_QUEUES_FILL, ReviewQueuesFillArgs(queue_id=queue_id, cursor=cursor), idempotency_key
    )


def get(caller: Caller, id: str) -> ReviewQueue | None:
    """Return a queue with its progress, or None."""
    return caller.query(REVIEW_QUEUES_GET, ReviewQueuesGetArgs(id=id))


def items(caller: Caller, **arguments: Unpack[ReviewQueuesItemsArgs]) -> Page[ReviewItem]:
    """Return one page of a queue's sessions with who has their places, newest entry first."""
    return caller.query(REVIEW_QUEUES_ITEMS, arguments)


def of_session(caller: Caller, session_id: str) -> tuple[SessionPlace, ...]:
    """Return the queues that a session is in, and whether the caller can review it there."""
    return caller.query(REVIEW_QUEUES_OF_SESSION, ReviewQueuesOfSessionArgs(session_id=session_id))


def page(
    caller: Caller,
    *,
    cursor: str | None,
    limit: int,
    state: Literal["open", "closed"] | None = None,
) -> Page[ReviewQueue]:
    """Return one page of queues with their progress, newest first."""
    return caller.query(
        REVIEW_QUEUES_LIST, ReviewQueuesListArgs(cursor=cursor, limit=limit, state=state)
    )


def preview(caller: Caller, **arguments: Unpack[ReviewQueuesPreviewArgs]) -> QueuePreview:
    """Say how many of the sessions that ended and started since a moment a queue would take.

    Those that are in it already do not count against a number per user. `is_all` is false if there
    are more sessions than one call can read: then the newest `among` were looked at.
    """
    return caller.query(REVIEW_QUEUES_PREVIEW, arguments)


def prioritise(
    caller: Caller, item_id: str, priority: int, *, idempotency_key: str | None = None
) -> None:
    """Hand a session out earlier or later than others of its queue."""
    return caller.mutation(
        REVIEW_QUEUES_PRIORITISE,
        ReviewQueuesPrioritiseArgs(item_id=item_id, priority=priority),
        idempotency_key,
    )


def remove_item(caller: Caller, item_id: str, *, idempotency_key: str | None = None) -> None:
    """Take a session out of a queue; its drafts are of no use any more.

    Raises:
        Refused: CONFLICT if it has a review, or somebody works on it.
    """
    return caller.mutation(
        REVIEW_QUEUES_REMOVE_ITEM, ReviewQueuesRemoveItemArgs(item_id=item_id), idempotency_key
    )


def reviewers(caller: Caller, id: str) -> tuple[ReviewerProgress, ...]:
    """Return who reviews in a queue, and how far they are; those with most reviews first."""
    return caller.query(REVIEW_QUEUES_REVIEWERS, ReviewQueuesReviewersArgs(id=id))


def unassign(
    caller: Caller, item_id: str, reviewer_id: str, *, idempotency_key: str | None = None
) -> Unassigned:
    """Take an assignment back that was not begun; what is begun or done stays."""
    return caller.mutation(
        REVIEW_QUEUES_UNASSIGN,
        ReviewQueuesUnassignArgs(item_id=item_id, reviewer_id=reviewer_id),
        idempotency_key,
    )


def update(
    caller: Caller,
    *,
    idempotency_key: str | None = None,
    **arguments: Unpack[ReviewQueuesUpdateArgs],
) -> ReviewQueue:
    """Change a queue; fields left out keep their values, an empty description goes.

    What is in it stays in it. Claims that began with another rubric keep theirs. A closed queue
    takes nothing in and hands nothing out.
    """
    return caller.mutation(REVIEW_QUEUES_UPDATE, arguments, idempotency_key)
