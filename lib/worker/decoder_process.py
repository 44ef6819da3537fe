"""The child process that decodes recordings: `python -m lib.worker.decoder_process`.

Recordings come from strangers and the decoders are C code, so decoding has a process of its own
that is given nothing: no settings, no credentials, no network, no files. It asks its parent for the
bytes, one JSON line each, and answers one JSON line per task. It ends with its parent.

    parent  {"extension": "wav", "bytes": 1234}
    child   {"read": [0, 131072]}          as often as it likes
    parent  1234 LF, then as many bytes
    child   {"found": {...}}  or  {"flaw": "no_audio"}
"""

from __future__ import annotations

import io
import json
import os
import sys
import wave
from dataclasses import asdict
from typing import Any

from lib.storage.decode import UnplayableError, measure
from lib.storage.formats import format_of_extension
from lib.worker.confinement import confine


class Source:
    """The recording, which the parent reads.

    Args:
        size: in bytes.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._position = 0

    def tell(self) -> int:
        """Return the position in bytes."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move. Returns the new position."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        self._position = min(max(base + offset, 0), self._size)
        return self._position

    def read(self, count: int = -1) -> bytes:
        """Return up to `count` bytes, empty at the end."""
        say({"read": [self._position, count]})
        data = sys.stdin.buffer.read(int(sys.stdin.buffer.readline()))
        self._position += len(data)
        return data


def say(message: dict[str, Any]) -> None:
    """Write one line to the parent."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def load_all_code() -> None:
    """Decode a moment of silence: what is imported on first use cannot be read later."""
    silence = io.BytesIO()
    with wave.open(silence, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(16_000))
    silence.seek(0)
    measure(silence, format_of_extension("wav"))


def main() -> None:
    """Say whether calls are filtered, then answer tasks from standard input until it ends."""
    load_all_code()
    # A decoder that was taken over must not write lines into the parent's log.
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, sys.stderr.fileno())
    os.close(silent)
    say({"isFiltered": confine()})
    while line := sys.stdin.buffer.readline():
        say(_answer(json.loads(line)))


def _answer(task: dict[str, Any]) -> dict[str, Any]:
    try:
        found = measure(Source(task["bytes"]), format_of_extension(task["extension"]))
    except UnplayableError as error:
        return {"flaw": error.flaw}
    except MemoryError:
        return {"flaw": "decoder_failed"}
    return {"found": asdict(found)}


if __name__ == "__main__":
    main()
