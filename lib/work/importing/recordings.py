"""Stores the recordings of a session, each once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

from lib.data import Caller, Refused, audio_objects
from lib.formats.conversation import Recording, Refusal
from lib.storage.client import Storage
from lib.storage.decode import UnplayableError
from lib.storage.formats import MAX_AUDIO_BYTES, SNIFF_BYTES, sniff
from lib.storage.upload import measure_file
from lib.work.importing.beside import open_beside
from lib.work.importing.outcome import Outcome
from lib.work.uploads import store

ABOUT_RECORDING: Final = frozenset({"NOT_FOUND", "GONE", "VALIDATION", "CONFLICT"})
"""Codes of Convex that speak of the recording; others speak of the caller."""


class RecordingWriter:
    """Uploads recordings.

    Args:
        worker: makes a caller with the role worker.
        storage: the bucket.
    """

    def __init__(self, worker: Callable[[], Caller], storage: Storage) -> None:
        self._worker = worker
        self._storage = storage

    def write(self, session_id: str, recording: Recording, folder: Path, outcome: Outcome) -> None:
        """Store one recording, unless it is there.

        Raises:
            DataError, StorageError: a dependency does not answer; do it again later.
        """
        try:
            with open_beside(folder, recording.name) as file:
                is_new = store_once(
                    self._worker, self._storage, session_id, recording.sequence, file
                )
        except Refused as error:
            if error.code not in ABOUT_RECORDING:
                raise
            reason = error.message
        except UnplayableError as error:
            reason = str(error)
        except OSError as error:
            reason = f"cannot be read: {error.strerror}"
        except ValueError as error:
            reason = str(error)
        else:
            outcome.recordings_stored += is_new
            outcome.recordings_present += not is_new
            return
        outcome.refuse(Refusal(recording.line, f"recording: {reason}", recording.name))


def store_once(
    worker: Callable[[], Caller],
    storage: Storage,
    session_id: str,
    sequence: int | None,
    file: BinaryIO,
) -> bool:
    """Store a file as a recording unless the same bytes are there; return whether it was stored.

    Args:
        worker: makes a caller with the role worker.
        storage: the bucket.
        session_id: document id of the session.
        sequence: of the turn; None for a recording of the whole session.
        file: seekable, at its start.

    Raises:
        ValueError: it is no acceptable recording, or was found to be none before.
        UnplayableError, Refused, DataError, StorageError: as of `lib.work.uploads.store`.
    """
    found = sniff(file.read(SNIFF_BYTES))
    if found is None:
        raise ValueError("not of an accepted format")
    if file.seek(0, 2) > MAX_AUDIO_BYTES:
        raise ValueError(f"more than {MAX_AUDIO_BYTES} bytes")
    file.seek(0)
    _, sha256 = measure_file(file)
    for row in audio_objects.for_session(worker(), session_id):
        if (row.sequence, row.sha256) != (sequence, sha256):
            continue
        if row.analysis == "corrupt":
            raise ValueError("was stored before, and found to be no playable recording")
        if row.status in {"expired", "deleted"}:
            raise ValueError("was stored before, and its privacy window is over")
        if row.status == "stored":
            return False
    store(
        worker(),
        worker,
        storage,
        session_id=session_id,
        sequence=sequence,
        content_type=found.content_type,
        file=file,
    )
    return True
