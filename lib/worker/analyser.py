"""Analyses recordings in a child process that may crash, hang, exhaust memory or lie."""

from __future__ import annotations

import json
import os
import re
import select
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from pydantic import TypeAdapter, ValidationError

from lib.observability.logs import get_logger
from lib.storage.analysis import Analysis, analyse
from lib.storage.client import Storage
from lib.storage.decode import (
    FLAWS,
    MAX_CHANNELS,
    MAX_RATE,
    MAX_SECONDS,
    MIN_RATE,
    Measured,
    UnplayableError,
)
from lib.storage.errors import StorageError
from lib.storage.formats import AudioFormat
from lib.storage.peaks import MAX_PEAKS_BYTES
from lib.storage.reader import ObjectReader, TooManyJumpsError
from lib.worker.confinement import hide_memory

BASE_SECONDS = 60.0
SECONDS_PER_MIB = 1.0
"""The child may take `BASE_SECONDS` and this much more per MiB of the recording; the time in which
it waits for bytes does not count."""

ATTEMPTS = 2
"""After one crash the task is retried; a second one is blamed on the recording."""

PROGRAM: Final = ("-m", "lib.worker.decoder_process")
_ROOT = Path(__file__).parents[2]
# What finds and starts an interpreter; settings and secrets stay with this process.
_PASSED: Final = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "PYTHONDONTWRITEBYTECODE")
_LINE_BYTES: Final = 2 * MAX_PEAKS_BYTES
_FOUND: Final = TypeAdapter(Measured)
_CODEC: Final = re.compile(r"[a-z0-9_.]{1,64}")

_log = get_logger(__name__)


class ChildFailedError(Exception):
    """The child died, hung or did not keep to the protocol."""


class Analyser:
    """The child process, started on first use and after a failure. Thread-safe: one task at a time.

    Args:
        storage: the bucket; this process reads and writes it in the analysis role.
        program: arguments of the interpreter that start the child.
    """

    def __init__(self, storage: Storage, program: tuple[str, ...] = PROGRAM) -> None:
        self._storage = storage
        self._program = program
        self._lock = threading.Lock()
        self._closing = False
        self._child: Decoder | None = None

    def analyse(self, key: str, size: int, sha256: str) -> Analysis:
        """Analyse one stored recording.

        Args:
            key: audio key.
            size: announced length in bytes.
            sha256: announced checksum, hexadecimal.

        Raises:
            UnplayableError: why it cannot be played; `decoder_failed` if the child crashed.
            ObjectMissingError: the object is missing.
            StorageError: the bucket did not answer; try again later.
        """
        with self._lock:
            return analyse(self._storage, key, size, sha256, self._decode)

    def close(self) -> None:
        """End the child; a running task fails as if the bucket did not respond."""
        self._closing = True
        child = self._child
        if child is not None:
            child.process.kill()
        with self._lock:
            self._end()

    def _decode(self, reader: ObjectReader, audio_format: AudioFormat) -> Measured:
        limit = BASE_SECONDS + SECONDS_PER_MIB * reader.size / 2**20
        for _ in range(ATTEMPTS):
            try:
                self._child = self._child or Decoder.start(self._program)
                return self._child.decode(reader, audio_format, limit)
            except ChildFailedError:
                self._end()
                if self._closing:
                    raise StorageError("connection", "Analyse") from None
                _log.warning("analysis.child_failed", limitSeconds=round(limit))
            except (StorageError, TooManyJumpsError) as error:
                self._end()  # it still waits for bytes
                if isinstance(error, StorageError):
                    raise
                raise UnplayableError("scattered") from None
        raise UnplayableError("decoder_failed")

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.end()


@dataclass
class Decoder:
    """A running child. What it says is not believed before it was checked."""

    process: subprocess.Popen[bytes]
    _said: bytearray = field(default_factory=bytearray)

    @classmethod
    def start(cls, program: tuple[str, ...] = PROGRAM) -> Decoder:
        """Start the child without anything of this process but its standard streams.

        Args:
            program: arguments of the interpreter.

        Raises:
            ChildFailedError: it did not start.
        """
        hide_memory()
        environment = {name: os.environ[name] for name in _PASSED if name in os.environ}
        process = subprocess.Popen(  # noqa: S603  # our own program
            [sys.executable, *program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # More threads than it may use are no help, and each reserves memory.
            env={**environment, "OPENBLAS_NUM_THREADS": "1"},
            cwd=_ROOT,
        )
        child = cls(process)
        try:
            if not child._next(BASE_SECONDS)[0].get("isFiltered"):
                _log.warning("analysis.child_unfiltered")
        except ChildFailedError:
            child.end()
            raise
        return child

    def decode(self, reader: ObjectReader, audio_format: AudioFormat, seconds: float) -> Measured:
        """Let it decode what the reader reads.

        Raises:
            UnplayableError: what it says is wrong with the recording.
            ChildFailedError: it is of no use any more.
            StorageError: the recording cannot be read; the child still waits for it.
            TooManyJumpsError: as `StorageError`.
        """
        reader.seek(0)
        task = {"extension": audio_format.extension, "bytes": reader.size}
        self._write(json.dumps(task).encode() + b"\n")
        while True:
            message, took = self._next(seconds)
            seconds -= took
            match message:
                case {"read": [int(offset), int(count)]} if offset >= 0:
                    reader.seek(offset)
                    data = reader.read(count)
                    self._write(b"%d\n%b" % (len(data), data))
                case {"flaw": str(flaw)} if flaw in FLAWS:
                    raise UnplayableError(flaw)
                case {"found": found}:
                    return _checked(found)
                case _:
                    raise ChildFailedError

    def _next(self, seconds: float) -> tuple[dict[str, Any], float]:
        """Return what the child says next, and how long that took."""
        started = time.monotonic()
        while b"\n" not in self._said:
            left = started + seconds - time.monotonic()
            pipe = _open(self.process.stdout)
            if left <= 0 or not select.select([pipe], [], [], left)[0]:
                raise ChildFailedError
            part = os.read(pipe.fileno(), 64 * 1024)
            self._said += part
            if not part or len(self._said) > _LINE_BYTES:
                raise ChildFailedError
        line, _, self._said = self._said.partition(b"\n")
        try:
            message = json.loads(line, parse_constant=_no_number)
        except ValueError as error:
            raise ChildFailedError from error
        if not isinstance(message, dict):
            raise ChildFailedError
        return message, time.monotonic() - started

    def _write(self, data: bytes) -> None:
        try:
            pipe = _open(self.process.stdin)
            pipe.write(data)
            pipe.flush()
        except OSError as error:
            raise ChildFailedError from error

    def end(self) -> None:
        """Kill it."""
        self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        self.process.wait(10)


def _checked(found: object) -> Measured:
    """Return what the child has found, if that can be."""
    try:
        measured = _FOUND.validate_python(found)
    except ValidationError as error:
        raise ChildFailedError from error
    peaks = measured.peaks
    if not (
        _CODEC.fullmatch(measured.codec)
        and 0 < peaks.duration_ms <= (MAX_SECONDS + 60) * 1000
        and MIN_RATE <= peaks.sample_rate <= MAX_RATE
        and 1 <= peaks.channels <= MAX_CHANNELS
    ):
        raise ChildFailedError
    return measured


def _no_number(name: str) -> float:
    raise ValueError(name)


def _open(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None  # noqa: S101  # the child was started with pipes
    return pipe
