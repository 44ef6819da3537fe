"""Recounts of what writes keep: counters and sums, with the drift found (expected: none)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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


def sessions(caller: Caller, *, fix: bool = False) -> Iterator[Recount]:
    """Recount every session from its interactions and recordings; yield one report per call.

    Args:
        caller: with the role worker.
        fix: write the recount where it differs.
    """
    return _walk(
        lambda cursor: caller.mutation(REPAIR_SESSIONS, RepairSessionsArgs(cursor=cursor, fix=fix))
    )


def users(
    caller: Caller, kind: Literal["product", "team"], *, fix: bool = False
) -> Iterator[Recount]:
    """Recount every user of a kind from their sessions; like `sessions`."""
    return _walk(
        lambda cursor: caller.mutation(
            REPAIR_USERS, RepairUsersArgs(kind=kind, cursor=cursor, fix=fix)
        )
    )


def day(caller: Caller, start: datetime, *, fix: bool = False) -> Iterator[Recount]:
    """Recount one UTC day from its sessions; like `sessions`.

    A report with `busy` found the day written meanwhile and compared nothing.
    """
    return _walk(
        lambda cursor: caller.mutation(
            REPAIR_DAYS, RepairDaysArgs(day=start, cursor=cursor, fix=fix)
        )
    )


def queue(caller: Caller, queue_id: str, *, fix: bool = False) -> Iterator[Recount]:
    """Recount a review queue from its places; like `day`."""
    return _walk(
        lambda cursor: caller.mutation(
            REPAIR_QUEUES, RepairQueuesArgs(queue_id=queue_id, cursor=cursor, fix=fix)
        )
    )


def _walk(call: Callable[[str | None], Recount]) -> Iterator[Recount]:
    cursor: str | None = None
    while True:
        found = call(cursor)
        yield found
        cursor = found.next_cursor
        if cursor is None:
            return
