"""Recounts of what writes keep: counters and sums, with the drift found (expected: none)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from lib.data.calls import repair
from lib.data.client import Caller
from lib.data.functions import every_report
from lib.data.records import Recount


def sessions(caller: Caller, *, fix: bool = False) -> Iterator[Recount]:
    """Recount every session from its interactions and recordings; yield one report per call.

    Args:
        caller: with the role worker.
        fix: write the recount where it differs.
    """
    return every_report(lambda cursor: repair.sessions(caller, cursor=cursor, fix=fix))


def users(
    caller: Caller, kind: Literal["product", "team"], *, fix: bool = False
) -> Iterator[Recount]:
    """Recount every user of a kind from their sessions; like `sessions`."""
    return every_report(lambda cursor: repair.users(caller, kind, cursor=cursor, fix=fix))


def day(caller: Caller, start: datetime, *, fix: bool = False) -> Iterator[Recount]:
    """Recount one UTC day from its sessions; like `sessions`.

    A report with `busy` found the day written meanwhile and compared nothing.
    """
    return every_report(lambda cursor: repair.days(caller, start, cursor=cursor, fix=fix))


def queue(caller: Caller, queue_id: str, *, fix: bool = False) -> Iterator[Recount]:
    """Recount a review queue from its places; like `day`."""
    return every_report(lambda cursor: repair.queues(caller, queue_id, cursor=cursor, fix=fix))
