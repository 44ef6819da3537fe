"""Recounts of what writes keep: counters and sums, with the drift found (expected: none).

Generated from the Convex functions by `python -m codegen`; a test proves that it is current.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from lib.data.client import Caller
from lib.data.records import (
    REPAIR_DAYS,
    REPAIR_QUEUES,
    REPAIR_SESSIONS,
    REPAIR_USERS,
    Recount,
    RepairDaysArgs,
    RepairQueuesArgs,
    RepairSessionsArgs,
    RepairUsersArgs,
)


def days(
    caller: Caller,
    day: datetime,
    *,
    cursor: str | None,
    fix: bool,
    idempotency_key: str | None = None,
) -> Recount:
    """Compare everybody's sums of one UTC day with those of the sessions that started on it."""
    return caller.mutation(
        REPAIR_DAYS, RepairDaysArgs(day=day, cursor=cursor, fix=fix), idempotency_key
    )


def queues(
    caller: Caller,
    queue_id: str,
    *,
    cursor: str | None,
    fix: bool,
    idempotency_key: str | None = None,
) -> Recount:
    """Compare the items of a review queue with their slots.

    And the queue's counts with its items.
    """
    return caller.mutation(
        REPAIR_QUEUES, RepairQueuesArgs(queue_id=queue_id, cursor=cursor, fix=fix), idempotency_key
    )


def sessions(
    caller: Caller, *, cursor: str | None, fix: bool, idempotency_key: str | None = None
) -> Recount:
    """Compare counters and sums of sessions with their interactions and recordings."""
    return caller.mutation(
        REPAIR_SESSIONS, RepairSessionsArgs(cursor=cursor, fix=fix), idempotency_key
    )


def users(
    caller: Caller,
    kind: Literal["product", "team", "anonymous"],
    *,
    cursor: str | None,
    fix: bool,
    idempotency_key: str | None = None,
) -> Recount:
    """Compare session counts and daily sums of users with the sums of their sessions.

    Of users of one kind.
    """
    return caller.mutation(
        REPAIR_USERS, RepairUsersArgs(kind=kind, cursor=cursor, fix=fix), idempotency_key
    )
