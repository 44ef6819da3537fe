"""Export files: written in the background, downloaded once, then deleted.

Exports belong to one process and are lost with it; members then start them again. A file has no
name in any folder, so nobody else can open it and the system removes it with the process, however
that ends. It is kept until it is downloaded, expires, or newer files need its space.
"""

from __future__ import annotations

import os
import tempfile
import threading
import uuid
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from io import FileIO
from typing import BinaryIO, Final, Literal

from lib.data import DataError, Refused
from lib.observability.logs import get_logger
from lib.product.lifetimes import EXPORT_FILE

MOST_RUNNING: Final = 4
"""Maximum number of running exports per process."""
MOST_BYTES: Final = 1024**3
"""Maximum size of one file, and of all files of a member; larger exports fail with a message."""
MOST_OF_MEMBER: Final = 3
"""Maximum number of files of one member per process; the oldest finished one is dropped first."""
MOST_FILES: Final = 64
"""Maximum number of files per process."""
MOST_BYTES_OF_ALL: Final = MOST_RUNNING * MOST_BYTES
"""Maximum bytes of all files of one process."""
_PIECE: Final = 256 * 1024

State = Literal["running", "ready", "failed", "cancelled"]

_log = get_logger(__name__)


class BusyError(Exception):
    """Too many exports are running; the message says what to do."""


class StoppedError(Exception):
    """Raised inside a writer when its export is cancelled or too large."""


@dataclass(eq=False)
class Export:
    """One export. Only its own thread changes its state.

    Attributes:
        owner: Clerk user id of the member.
        file_name: as the browser saves it.
        media_type: of the file.
        state: running until it is one of the others.
        records: written so far.
        size: bytes written so far.
        problem: error message.
    """

    owner: str
    file_name: str
    media_type: str
    _grown: Callable[[Export], None]
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    state: State = "running"
    records: int = 0
    size: int = 0
    problem: str = ""
    _file: BinaryIO | None = None
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _cancelled: threading.Event = field(default_factory=threading.Event)

    def cancel(self) -> None:
        """Ask the writer to stop; it does so after its current record."""
        self._cancelled.set()

    def wrote(self, records: int, size: int) -> None:
        """Report progress.

        Args:
            records: written by now.
            size: bytes written by now.

        Raises:
            StoppedError: the writer must end.
        """
        self.records, self.size = records, size
        if self._cancelled.is_set():
            raise StoppedError("It was cancelled.")
        if size > MOST_BYTES:
            limit = MOST_BYTES // 1024**2
            raise StoppedError(f"It would exceed {limit} MiB: narrow the selection.")
        self._grown(self)

    @property
    def is_cancelled(self) -> bool:
        """Whether the export was cancelled."""
        return self._cancelled.is_set()

    def pieces(self) -> Generator[bytes, None, None]:
        """Yield the content; to its end even if the export is discarded meanwhile.

        Raises:
            FileNotFoundError: it has been discarded already.
        """
        with self._guard:
            if self._file is None:
                raise FileNotFoundError(self.file_name)
            file = os.fdopen(os.dup(self._file.fileno()), "rb", buffering=0)
        return _read(file)

    def write_with(self, write: Write) -> None:
        """Fill the file; for `Exports` only."""
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  # open for as long as it is kept
        write(self._file, self)
        self._file.flush()
        self.size = os.fstat(self._file.fileno()).st_size

    def drop(self) -> None:
        """Close the file, which removes it; for `Exports` only."""
        with self._guard:
            file, self._file = self._file, None
        if file is not None:
            file.close()


Write = Callable[[BinaryIO, Export], None]


class Exports:
    """The exports of one process. Thread-safe.

    Args:
        keep_seconds: how long a finished file waits for its download.
    """

    def __init__(self, keep_seconds: float = EXPORT_FILE.total_seconds()) -> None:
        self._keep_seconds = keep_seconds
        self._guard = threading.Lock()
        self._known: dict[str, Export] = {}
        self._timers: dict[str, threading.Timer] = {}

    def start(self, owner: str, file_name: str, media_type: str, write: Write) -> Export:
        """Start an export in a new thread.

        Args:
            owner: Clerk user id of the member; nobody else can see or download it.
            file_name: as the browser saves it.
            media_type: of the file.
            write: writes the file, and calls `Export.wrote` after each record.

        Raises:
            BusyError: the member has a running export, or too many are running.
        """
        with self._guard:
            running = [one for one in self._known.values() if one.state == "running"]
            if any(one.owner == owner for one in running):
                raise BusyError("You have a running export. Wait for it or cancel it.")
            if len(running) >= MOST_RUNNING:
                raise BusyError("Too many exports are running. Try again in a minute.")
            export = Export(owner, file_name, media_type, self._make_room)
            self._known[export.id] = export
        self._make_room(export)
        threading.Thread(
            target=self._run, args=(export, write), name=f"export-{export.id[:8]}", daemon=True
        ).start()
        return export

    def find(self, export_id: str, owner: str) -> Export | None:
        """Return an export of this member; others' exports are not found."""
        with self._guard:
            export = self._known.get(export_id)
        return export if export is not None and export.owner == owner else None

    def discard(self, export: Export) -> None:
        """Remove an export and its file; a running one is cancelled."""
        export.cancel()
        with self._guard:
            self._known.pop(export.id, None)
            timer = self._timers.pop(export.id, None)
        if timer is not None:
            timer.cancel()
        if export.state != "running":  # else its own thread removes the file
            export.drop()

    def close(self) -> None:
        """Cancel all exports and remove all files."""
        with self._guard:
            known = list(self._known.values())
        for export in known:
            self.discard(export)

    def _make_room(self, export: Export) -> None:
        """Discard the oldest finished files that are beyond the member's or the process's share."""
        with self._guard:
            known = list(self._known.values())
        mine = [one for one in known if one.owner == export.owner]
        going = _beyond(mine, MOST_OF_MEMBER, MOST_BYTES)
        left = [one for one in known if one not in going]
        for one in (*going, *_beyond(left, MOST_FILES, MOST_BYTES_OF_ALL)):
            self.discard(one)

    def _run(self, export: Export, write: Write) -> None:
        try:
            export.write_with(write)
            state: State = "ready"
        except StoppedError as stopped:
            export.problem, state = str(stopped), "failed"
        except Exception as error:  # noqa: BLE001  # the member must see the failure
            _log.warning("export.failed", error=type(error).__name__, reason=str(error))
            export.problem, state = _why(error), "failed"
        export.state = "cancelled" if export.is_cancelled else state
        if export.state != "ready":
            export.size = 0
            export.drop()
        self._expire_later(export)

    def _expire_later(self, export: Export) -> None:
        timer = threading.Timer(self._keep_seconds, self.discard, (export,))
        timer.daemon = True
        with self._guard:
            known = export.id in self._known
            if known:
                self._timers[export.id] = timer
        if known:
            timer.start()
        else:
            export.drop()


def _beyond(files: Iterable[Export], most: int, most_bytes: int) -> list[Export]:
    """Return the first finished files without which the others are within their limits."""
    files = list(files)
    count, size = len(files), sum(one.size for one in files)
    going = []
    for one in files:
        if count <= most and size <= most_bytes:
            break
        if one.state != "running":
            going.append(one)
            count, size = count - 1, size - one.size
    return going


def _read(file: FileIO) -> Generator[bytes, None, None]:
    with file:
        offset = 0
        # The position is shared with the writer and with other downloads: each piece names its own.
        while piece := os.pread(file.fileno(), _PIECE, offset):
            yield piece
            offset += len(piece)


def _why(error: Exception) -> str:
    match error:
        case PermissionError():
            return "Your sign-in has expired. Sign in and start again."
        case Refused():
            return error.message
        case DataError():
            return "The data service did not respond. Start again in a moment."
        case _:
            return "The file could not be written."
