"""An object as a seekable file that keeps the SHA-256 of the whole, with bounded memory.

Decoders read mostly forward; some (MP4 with its index at the end) jump. Bytes are hashed when the
reading position meets the hashed position, so one pass suffices for nearly every file and only what
was skipped is read at the end. A connection that breaks is taken up where it broke, bound to the
same entity tag, so that never two objects get mixed.
"""

from __future__ import annotations

import hashlib
import os
from typing import Any

from lib.config.settings import StorageRole
from lib.storage.client import Storage
from lib.storage.errors import StorageError, translated
from lib.storage.objects import CHUNK, ObjectInfo, open_from

MAX_JUMPS = 64
"""Seeks that need a new request; a file that needs more is not read further."""

MAX_BREAKS = 8
"""Broken connections per object that are taken up again."""

_SKIP_BY_READING = 1024 * 1024


class TooManyJumpsError(Exception):
    """The decoder jumps about in the file more than `MAX_JUMPS` times."""


class ObjectReader:
    """File-like access to one object: `read`, `seek`, `tell`, and `sha256` at the end.

    Args:
        storage: the bucket.
        role: who reads.
        info: from `objects.head`; fixes size and entity tag.
    """

    def __init__(self, storage: Storage, role: StorageRole, info: ObjectInfo) -> None:
        self._storage, self._role, self._info = storage, role, info
        self._position = 0
        self._hashed = 0
        self._digest = hashlib.sha256()
        self._body: Any = None
        self._body_at = 0
        self._jumps = self._breaks = 0

    @property
    def size(self) -> int:
        """Length of the object in bytes."""
        return self._info.size

    def tell(self) -> int:
        """Return the position in bytes."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move; costs nothing until the next read. Returns the new position."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._info.size}[whence]
        self._position = min(max(base + offset, 0), self._info.size)
        return self._position

    def read(self, count: int = -1) -> bytes:
        """Return up to `count` bytes (at most one chunk), empty at the end.

        Raises:
            StorageError: the object cannot be read on.
            TooManyJumpsError: see there.
        """
        left = self._info.size - self._position
        count = min(left, CHUNK if count < 0 else min(count, CHUNK))
        if count <= 0:
            return b""
        while True:
            self._align()
            data = self._read_body(count)
            if data:
                self._advance(data)
                return data
            self._drop_body()
            self._breaks += 1
            if self._breaks > MAX_BREAKS:
                raise StorageError("connection", "ReadBody")

    def sha256(self) -> str:
        """Return the hexadecimal SHA-256 of the whole object, reading what is left of it.

        Raises:
            StorageError: the object cannot be read on.
        """
        while self._hashed < self._info.size:
            self._position = self._hashed
            self.read(CHUNK)
        return self._digest.hexdigest()

    def close(self) -> None:
        """Close the connection."""
        self._drop_body()

    def _read_body(self, count: int) -> bytes:
        try:
            with translated("ReadBody"):
                data: bytes = self._body.read(count)
        except StorageError as error:
            if error.failure in {"connection", "timeout"}:
                return b""
            raise
        return data

    def _advance(self, data: bytes) -> None:
        start, end = self._position, self._position + len(data)
        if start <= self._hashed < end:
            self._digest.update(data[self._hashed - start :])
            self._hashed = end
        self._position = self._body_at = end

    def _align(self) -> None:
        """Have a body that stands at the position."""
        gap = self._position - self._body_at
        if self._body is not None and 0 < gap <= _SKIP_BY_READING:
            self._body_at += len(self._read_body(gap))
        if self._body is not None and self._body_at == self._position:
            return
        if self._body is not None:
            self._drop_body()
            self._jumps += 1
            if self._jumps > MAX_JUMPS:
                raise TooManyJumpsError
        self._body = open_from(
            self._storage,
            self._role,
            self._info.key,
            self._position,
            self._info.size - 1,
            self._info.etag,
        )
        self._body_at = self._position

    def _drop_body(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None
