"""Analyses stored recordings that have not been analysed, oldest first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from lib.data import Caller, Refused, audio_objects
from lib.data.paging import each
from lib.data.records import AudioObject
from lib.observability.logs import get_logger
from lib.storage.client import Storage
from lib.storage.decode import UnplayableError
from lib.storage.errors import StorageError
from lib.storage.objects import exists
from lib.work.isolation import isolated
from lib.worker.analyser import Analyser

LOST = "lost"
"""Reason for rows whose object has disappeared."""

_log = get_logger(__name__)


def analyse_due(
    worker: Callable[[], Caller], storage: Storage, analyser: Analyser, stop: Callable[[], bool]
) -> dict[str, int]:
    """Job: analyse recordings that are not analysed yet.

    Args:
        worker: makes a caller with the role worker.
        storage: the bucket.
        analyser: does the decoding.
        stop: called between recordings; True ends the run early.

    Returns:
        Counts: `ready`, `corrupt`, `missing`, `overtaken` (no longer stored by the time),
        `failed` (tried again in the next run).
    """
    counts = dict.fromkeys(("ready", "corrupt", "missing", "overtaken", "failed"), 0)
    caller = worker()
    now = datetime.now(UTC)
    for row in each(
        lambda cursor: audio_objects.due(
            caller, kind="analysis", before=now, cursor=cursor, limit=50
        ),
        stop,
    ):
        work = partial(_analyse, caller, storage, analyser, row)
        counts[isolated(work, "audio.analysis_failed", audioObjectId=row.id)] += 1
    return counts


def _analyse(caller: Caller, storage: Storage, analyser: Analyser, row: AudioObject) -> str:
    try:
        return _noted(caller, storage, analyser, row)
    except StorageError as error:
        _log.warning("audio.analysis_waits", audioObjectId=row.id, failure=error.failure)
        return "failed"
    except Refused as error:
        if error.code not in {"CONFLICT", "NOT_FOUND"}:
            raise
        # Retention or erasure was first; their state stands.
        return "overtaken"


def _noted(caller: Caller, storage: Storage, analyser: Analyser, row: AudioObject) -> str:
    try:
        found = analyser.analyse(row.key, row.bytes, row.sha256)
    except UnplayableError as error:
        _log.info("audio.corrupt", audioObjectId=row.id, reason=error.flaw)
        audio_objects.mark_analysed(caller, id=row.id, analysis="corrupt", reason=error.flaw)
        return "corrupt"
    except StorageError as error:
        # Without permission to list, S3 returns "denied" for a missing object.
        if error.failure not in {"missing", "denied"} or exists(storage, row.key):
            raise
        audio_objects.mark_missing(caller, id=row.id, reason=LOST, from_="stored")
        return "missing"
    audio_objects.mark_analysed(
        caller,
        id=row.id,
        analysis="ready",
        duration_ms=found.duration_ms,
        sample_rate=found.sample_rate,
        channels=found.channels,
        peaks_key=found.peaks_key,
        etag=found.etag,
        codec=found.codec,
        media_start_ms=found.media_start_ms,
        reason=found.remark,
    )
    return "ready"
