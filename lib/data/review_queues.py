"""Review queues: which sessions are reviewed, how often, and how far that is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lib.data.calls import review_queues as calls
from lib.data.calls.review_queues import (
    add_sessions,
    assign,
    create,
    get,
    items,
    of_session,
    page,
    preview,
    prioritise,
    remove_item,
    reviewers,
    unassign,
    update,
)
from lib.data.client import Caller
from lib.data.functions import every_item, every_report
from lib.data.records import QueueFill, ReviewQueue

__all__ = [
    "PAGE_QUEUES",
    "PAGE_SESSIONS",
    "add_sessions",
    "assign",
    "create",
    "every",
    "fill",
    "get",
    "items",
    "newest",
    "newest_open",
    "of_session",
    "page",
    "preview",
    "prioritise",
    "remove_item",
    "reviewers",
    "unassign",
    "update",
]

PAGE_QUEUES: Final = 50
"""Most queues of one page."""

PAGE_SESSIONS: Final = 100
"""Most sessions of a queue of one page."""


def newest(caller: Caller) -> tuple[ReviewQueue, ...]:
    """Return the newest queues with their progress, at most `PAGE_QUEUES`."""
    return page(caller, cursor=None, limit=PAGE_QUEUES).items


def newest_open(caller: Caller) -> tuple[ReviewQueue, ...]:
    """Return the newest open queues with their progress, at most `PAGE_QUEUES`."""
    return page(caller, state="open", cursor=None, limit=PAGE_QUEUES).items


def every(caller: Caller) -> Iterator[ReviewQueue]:
    """Yield all queues, newest first, page by page."""
    return every_item(lambda cursor: page(caller, cursor=cursor, limit=PAGE_QUEUES))


def fill(caller: Caller, queue_id: str) -> Iterator[QueueFill]:
    """Let in the sessions that ended before the queue was made; one report per call."""
    return every_report(lambda cursor: calls.fill(caller, queue_id, cursor=cursor))
