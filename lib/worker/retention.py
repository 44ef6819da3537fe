"""Deletes recordings whose privacy window has passed; transcripts stay.

Works on every endpoint, with or without lifecycle rules. Convex ends a recording first, in one
transaction that reads its session's hold (`expiring`); only then its object is deleted, and then
the row is marked. After a crash in between, the next run continues.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from typing import Literal

from lib.data import Caller, Page, Refused, audio_objects
from lib.data.paging import each
from lib.data.records import AudioObject
from lib.observability.logs import get_logger
from lib.storage.client import Storage
from lib.storage.deletion import delete_recordings, is_versioned
from lib.storage.errors import Failure
from lib.work.isolation import isolated

BATCH = 100
_AHEAD = timedelta(days=1)
"""What is ending is due, whatever the worker's clock says: Convex has compared the times."""

_log = get_logger(__name__)


def expire_due(
    worker: Callable[[], Caller], storage: Storage, stop: Callable[[], bool]
) -> dict[str, int]:
    """Job: delete due recordings in batches; the next run continues where this one stopped.

    Args:
        worker: makes a caller with the role worker.
        storage: the bucket.
        stop: called between recordings; True ends the run early.

    Returns:
        Counts: `expired`, `held` (found in the queue and taken out of it), `failed` (tried again);
        then what is still due: `left` (at most twice `BATCH` are counted) and `overdueSeconds` of
        the oldest.
    """
    counts = {"expired": 0, "held": 0, "failed": 0}
    caller = worker()
    versioned = is_versioned(storage, "retention")
    more = True
    while more and not stop():
        started = audio_objects.start_expiry(caller)
        counts["held"] += started.held
        more = started.more
    rows = each(lambda cursor: _due(caller, "expiring", _AHEAD, cursor), stop)
    while batch := list(islice(rows, BATCH)):
        failed = delete_recordings(storage, [row.key for row in batch], versioned=versioned)
        for row in batch:
            work = partial(_mark, caller, row, failed)
            counts[isolated(work, "retention.failed", audioObjectId=row.id)] += 1
    return counts | _backlog(caller)


def _due(
    caller: Caller, kind: Literal["expired", "expiring"], ahead: timedelta, cursor: str | None
) -> Page[AudioObject]:
    before = datetime.now(UTC) + ahead
    return audio_objects.due(caller, kind=kind, before=before, cursor=cursor, limit=BATCH)


def _backlog(caller: Caller) -> dict[str, int]:
    due = [
        *_due(caller, "expired", timedelta(0), None).items,
        *_due(caller, "expiring", timedelta(0), None).items,
    ]
    now = datetime.now(UTC)
    oldest = min((row.expires_at for row in due), default=now)
    return {"left": len(due), "overdueSeconds": int((now - oldest).total_seconds())}


def _mark(caller: Caller, row: AudioObject, failed: dict[str, Failure]) -> str:
    if row.key in failed:
        _log.warning("retention.delete_failed", audioObjectId=row.id, failure=failed[row.key])
        return "failed"
    try:
        audio_objects.mark_expired(caller, row.id)
    except Refused as error:
        if error.code != "NOT_FOUND":  # erased meanwhile
            raise
    return "expired"
