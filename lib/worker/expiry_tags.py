"""Writes and removes the tags by which the bucket deletes recordings by itself.

Convex says which recordings may carry one: analysed, and of a session that is not held. This job
alone changes tags, so that nobody writes one while another removes it. A hold is pending at the
bucket until each tag of the session was looked for and is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Literal

from lib.data import Caller, Refused, audio_objects
from lib.data.paging import each
from lib.data.records import AudioObject
from lib.storage.client import Storage
from lib.storage.tags import allow_expiry, expires_by_tag, forbid_expiry
from lib.work.isolation import isolated

_PAGE = 100
_AHEAD = timedelta(days=1)
"""The queues have no time: a worker's clock that is slow must not hide their ends."""


def follow_holds(
    worker: Callable[[], Caller], storage: Storage, stop: Callable[[], bool]
) -> dict[str, int]:
    """Bring the tags of all recordings that changed to what they should be.

    Args:
        worker: makes a caller with the role worker.
        storage: the bucket.
        stop: asked between recordings; True ends the run early.

    Returns:
        Counts: `removed`, `written`, `failed` (tried again in the next run).
    """
    counts = {"removed": 0, "written": 0, "failed": 0}
    caller = worker()
    has_rule = expires_by_tag(storage)
    for row in _queue(caller, "untag", stop):
        work = partial(_removed, caller, storage if has_rule else None, row)
        counts[isolated(work, "audio.untag_failed", audioObjectId=row.id)] += 1
    # Where no rule reads tags, those that are wanted wait for one.
    for row in _queue(caller, "tag", stop) if has_rule else ():
        work = partial(_written, caller, storage, row)
        counts[isolated(work, "audio.tag_failed", audioObjectId=row.id)] += 1
    return counts


def _queue(
    caller: Caller, kind: Literal["tag", "untag"], stop: Callable[[], bool]
) -> Iterator[AudioObject]:
    before = datetime.now(UTC) + _AHEAD
    return each(
        lambda cursor: audio_objects.due(
            caller, kind=kind, before=before, cursor=cursor, limit=_PAGE
        ),
        stop,
    )


def _removed(caller: Caller, storage: Storage | None, row: AudioObject) -> str:
    if storage is not None:
        forbid_expiry(storage, row.key)
    return _noted(caller, row, "gone", "removed")


def _written(caller: Caller, storage: Storage, row: AudioObject) -> str:
    allow_expiry(storage, row.key)
    return _noted(caller, row, "set", "written")


def _noted(caller: Caller, row: AudioObject, tag: Literal["set", "gone"], outcome: str) -> str:
    try:
        audio_objects.note_tag(caller, id=row.id, tag=tag)
    except Refused as error:
        if error.code != "NOT_FOUND":  # erased meanwhile
            raise
    return outcome
