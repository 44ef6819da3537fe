"""Uploads of recordings.

    begin     row `pending` -> signed PUT bound to type, length and checksum
    complete  length and first bytes checked -> `stored`, analysis `pending`
    sweep     old pending rows -> completed if the upload is there, else `missing`

A missing upload that comes late is completed all the same. Each step can be repeated: Convex
refuses backward transitions, and objects are never overwritten.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import BinaryIO

from lib.data import Caller, Refused, audio_objects
from lib.data.paging import each
from lib.data.records import AudioObject
from lib.observability.logs import get_logger
from lib.storage.analysis import check_upload
from lib.storage.client import Storage
from lib.storage.decode import FLAWS, UnplayableError
from lib.storage.errors import ObjectMissingError, StorageError
from lib.storage.formats import check_size, format_of_content_type
from lib.storage.keys import AudioKey
from lib.storage.objects import exists
from lib.storage.upload import Progress, measure_file, upload
from lib.storage.urls import SignedUrl, checksum_header, sign_put
from lib.work.isolation import isolated

ABANDONED_AFTER = timedelta(hours=1)
"""Far longer than the lifetime of an upload URL plus the slowest plausible upload."""

NEVER_UPLOADED = "never_uploaded"

_log = get_logger(__name__)


class EndedError(Exception):
    """The privacy window of a recording is over: nothing makes it come back."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A started upload: its row, and the URL to send the bytes to."""

    audio: AudioObject
    target: SignedUrl


def begin(
    caller: Caller,
    storage: Storage,
    *,
    session_id: str,
    sequence: int | None,
    content_type: str,
    size: int,
    sha256: str,
) -> Upload:
    """Create the row of a recording and sign its upload.

    Repeating it before the upload is complete returns the same row and a new URL, and the whole
    time to upload again.

    Args:
        caller: with the role ingest.
        storage: the bucket.
        session_id: document id of the session.
        sequence: of the turn; None for a recording of the whole session.
        content_type: of one of `lib.storage.formats.FORMATS`, by any of its names; the URL is
            bound to the first one.
        size: exact length in bytes.
        sha256: 64 hexadecimal digits.

    Raises:
        ValueError: invalid type, size or checksum.
        Refused: by Convex (unknown session or turn, or a recording exists already).
        Unavailable: Convex does not answer.
        StorageError: there are no credentials to sign with.
    """
    check_size(size)
    checksum_header(sha256)
    content_type = format_of_content_type(content_type).content_type
    now = datetime.now(UTC)
    window = timedelta(days=storage.settings.privacy_window_days)
    row = audio_objects.begin(
        caller,
        session_id=session_id,
        sequence=sequence,
        key=str(AudioKey.new(session_id, content_type, now)),
        content_type=content_type,
        bytes=size,
        sha256=sha256.lower(),
        expires_at=now + window,
    )
    return Upload(row, sign_put(storage, row.key, row.content_type, row.bytes, row.sha256))


def store(
    caller: Caller,
    worker: Callable[[], Caller],
    storage: Storage,
    *,
    session_id: str,
    sequence: int | None,
    content_type: str,
    file: BinaryIO,
    progress: Progress | None = None,
) -> AudioObject:
    """Store a local file as a recording, for callers with credentials of the bucket.

    Args:
        caller: with the role ingest.
        worker: makes a caller with the role worker.
        storage: the bucket.
        session_id: document id of the session.
        sequence: of the turn; None for a recording of the whole session.
        content_type: one of `lib.storage.formats.FORMATS`.
        file: seekable, at its start.
        progress: called with bytes sent and total bytes.

    Raises:
        As `begin` and `complete`.
    """
    size, sha256 = measure_file(file)
    begun = begin(
        caller,
        storage,
        session_id=session_id,
        sequence=sequence,
        content_type=content_type,
        size=size,
        sha256=sha256,
    )
    upload(storage, begun.audio.key, file, size, sha256, progress)
    return complete(caller, worker, storage, begun.audio.id)


def complete(
    caller: Caller, worker: Callable[[], Caller], storage: Storage, audio_object_id: str
) -> AudioObject:
    """Check an upload, also a late one, and mark it stored; can be repeated.

    Args:
        caller: with the role ingest.
        worker: makes a caller with the role worker, to note a flaw.
        storage: the bucket.
        audio_object_id: document id of the row.

    Raises:
        LookupError: there is no such row.
        EndedError: its privacy window is over.
        ObjectMissingError: nothing was uploaded yet; this is certain.
        UnplayableError: the upload is not the announced recording; the row records this.
        StorageError, Refused, Unavailable: a dependency failed; retry.
    """
    row = audio_objects.get(caller, audio_object_id)
    if row is None:
        raise LookupError("no such recording")
    if row.status in {"expired", "deleted"}:
        raise EndedError("the privacy window of the recording is over")
    if row.status == "stored":
        _raise_known_flaw(row)
        return row
    try:
        info = check_upload(storage, row.key, row.bytes)
    except UnplayableError as error:
        audio_objects.mark_stored(caller, id=row.id)
        audio_objects.mark_analysed(worker(), id=row.id, analysis="corrupt", reason=error.flaw)
        raise
    except StorageError as error:
        # Without permission to list, S3 returns "denied" for a missing object: check with a
        # role that may list.
        if error.failure == "denied" and not exists(storage, row.key):
            raise ObjectMissingError("missing", error.operation) from None
        raise
    return audio_objects.mark_stored(caller, id=row.id, etag=info.etag)


def sweep(
    worker: Callable[[], Caller], storage: Storage, stop: Callable[[], bool]
) -> dict[str, int]:
    """Complete or close uploads that were started but never completed.

    Args:
        worker: makes a caller with the role worker.
        storage: the bucket.
        stop: called between rows; True ends the run early.

    Returns:
        Counts: `completed`, `flawed`, `missing`, `overtaken` (the row has changed meanwhile),
        `failed` (tried again by the next run).
    """
    counts = dict.fromkeys(("completed", "flawed", "missing", "overtaken", "failed"), 0)
    caller = worker()
    before = datetime.now(UTC) - ABANDONED_AFTER
    for row in each(
        lambda cursor: audio_objects.due(
            caller, kind="abandoned", before=before, cursor=cursor, limit=100
        ),
        stop,
    ):
        work = partial(_settle, caller, worker, storage, row)
        counts[isolated(work, "audio.sweep_failed", audioObjectId=row.id)] += 1
    return counts


def _settle(
    caller: Caller, worker: Callable[[], Caller], storage: Storage, row: AudioObject
) -> str:
    try:
        complete(caller, worker, storage, row.id)
    except UnplayableError:
        return "flawed"
    except ObjectMissingError:
        return _missing(caller, row)
    except (EndedError, LookupError):
        return "overtaken"
    except StorageError as error:
        _log.warning("audio.sweep_waits", audioObjectId=row.id, failure=error.failure)
        return "failed"
    return "completed"


def _missing(caller: Caller, row: AudioObject) -> str:
    """Mark what nobody uploaded, unless it was announced again or came while it was looked for."""
    try:
        audio_objects.mark_missing(
            caller,
            id=row.id,
            reason=NEVER_UPLOADED,
            from_="pending",
            announced_at=row.created_at,
        )
    except Refused as error:
        if error.code not in {"CONFLICT", "NOT_FOUND"}:
            raise
        return "overtaken"
    return "missing"


def _raise_known_flaw(row: AudioObject) -> None:
    if row.analysis == "corrupt":
        for flaw in FLAWS:
            if flaw == row.reason:
                raise UnplayableError(flaw)
