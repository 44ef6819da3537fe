"""Deletes recordings whose privacy window has passed; transcripts stay.

Works on every endpoint, with or without lifecycle rules. The object is deleted first, then the row
is marked; after a crash in between, the next run marks it. Sessions on legal hold are not listed
(see `audioObjects:due`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice

from lib.data import Caller, Refused, audio_objects
from lib.data.paging import each
from lib.data.records import AudioObject
from lib.observability.logs import get_logger
from lib.storage.client import Storage
from lib.storage.deletion import delete_recordings, is_versioned
from lib.storage.errors import Failure

BATCH = 100

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
        Counts: `expired`, `held` (a legal hold came in between), `failed` (tried again); then what
        is still due: `left` (at most `BATCH` are counted) and `overdueSeconds` of the oldest.
    """
    counts = {"expired": 0, "held": 0, "failed": 0}
    caller = worker()
    versioned = is_versioned(storage, "retention")
    now = datetime.now(UTC)
    rows = each(
        lambda cursor: audio_objects.due(
            caller, kind="expired", before=now, cursor=cursor, limit=BATCH
        ),
        stop,
    )
    while batch := list(islice(rows, BATCH)):
        failed = delete_recordings(storage, [row.key for row in batch], versioned=versioned)
        for row in batch:
            counts[_mark(caller, row, failed)] += 1
    return counts | _backlog(caller)


def _backlog(caller: Caller) -> dict[str, int]:
    now = datetime.now(UTC)
    due = audio_objects.due(caller, kind="expired", before=now, cursor=None, limit=BATCH).items
    oldest = min((row.expires_at for row in due), default=now)
    return {"left": len(due), "overdueSeconds": int((now - oldest).total_seconds())}


def _mark(caller: Caller, row: AudioObject, failed: dict[str, Failure]) -> str:
    if row.key in failed:
        _log.warning("retention.delete_failed", audioObjectId=row.id, failure=failed[row.key])
        return "failed"
    try:
        audio_objects.mark_expired(caller, row.id)
    except Refused as error:
        if error.code != "CONFLICT":
            raise
        return "held"
    return "expired"
