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

_ABOUT_DATA: Final = frozenset({"NOT_FOUND", "GONE", "VALIDATION", "CONFLICT"})


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
                is_new = self._store(session_id, recording.sequence, file)
        except Refused as error:
            if error.code not in _ABOUT_DATA:
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

    def _store(self, session_id: str, sequence: int | None, file: BinaryIO) -> bool:
        """Return whether the recording was stored now."""
        found = sniff(file.read(SNIFF_BYTES))
        if found is None:
            raise ValueError("not of an accepted format")
        if file.seek(0, 2) > MAX_AUDIO_BYTES:
            raise ValueError(f"more than {MAX_AUDIO_BYTES} bytes")
        file.seek(0)
        _, sha256 = measure_file(file)
        for row in audio_objects.for_session(self._worker(), session_id):
            if (row.sequence, row.sha256) != (sequence, sha256):
                continue
            if row.analysis == "corrupt":
                raise ValueError("was stored before, and found to be no playable recording")
            if row.status in {"expired", "deleted"}:
                raise ValueError("was stored before, and its privacy window is over")
            if row.status == "stored":
                return False
        store(
            self._worker(),
            self._worker,
            self._storage,
            session_id=session_id,
            sequence=sequence,
            content_type=found.content_type,
            file=file,
        )
        return True
