"""The recordings of a session as a ZIP file, streamed in chunks."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Generator, Iterator, Sequence

from lib.data.records import AudioObject
from lib.observability.logs import get_logger
from lib.storage.client import Storage
from lib.storage.errors import StorageError
from lib.storage.keys import AudioKey
from lib.storage.objects import CHUNK, head
from lib.storage.reader import ObjectReader

LEFT_OUT = "not-included.txt"
"""Entry that lists recordings that could not be read, if there are any."""

_log = get_logger(__name__)


class _Sent(io.RawIOBase):
    """Write buffer of the ZIP: returns what was written since the last call."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        part = bytes(memoryview(data))  # type: ignore[arg-type]  # bytes or what holds them
        self._parts.append(part)
        return len(part)

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


def archive(storage: Storage, recordings: Sequence[AudioObject]) -> Generator[bytes, None, None]:
    """Yield a ZIP file of recordings, piece by piece; entries are `session.mp3`, `turn-0007.mp3`.

    Audio is not compressed again. Recordings that cannot be read completely are listed in
    `LEFT_OUT`.

    Args:
        storage: the bucket.
        recordings: of one session, already authorized when they were listed.
    """
    sent = _Sent()
    left_out: list[str] = []
    taken: set[str] = set()
    with zipfile.ZipFile(sent, "w", zipfile.ZIP_STORED) as target:
        for recording in recordings:
            name = _name(recording, taken)
            try:
                for _ in _copied(storage, recording, name, target):
                    yield sent.taken()
            except StorageError as error:
                _log.warning("audio.not_exported", audio=recording.id, error=error.failure)
                left_out.append(f"{name}: {error.failure}\n")
        if left_out:
            target.writestr(LEFT_OUT, "".join(left_out))
    yield sent.taken()


def _copied(
    storage: Storage, recording: AudioObject, name: str, target: zipfile.ZipFile
) -> Iterator[int]:
    """Copy one object into the ZIP; yields after every chunk."""
    reader = ObjectReader(storage, "reader", head(storage, "reader", recording.key))
    entry = zipfile.ZipInfo(name, recording.created_at.timetuple()[:6])
    try:
        with target.open(entry, "w", force_zip64=True) as file:
            while data := reader.read(CHUNK):
                yield file.write(data)
    finally:
        reader.close()


def _name(recording: AudioObject, taken: set[str]) -> str:
    sequence = recording.sequence
    stem = "session" if sequence is None else f"turn-{sequence:04d}"
    extension = AudioKey.parse(recording.key).extension
    name, again = f"{stem}.{extension}", 1
    while name in taken:  # a second upload after one that was found corrupt
        again += 1
        name = f"{stem}-{again}.{extension}"
    taken.add(name)
    return name
