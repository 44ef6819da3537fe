"""The id of the current request, in a context variable.

A caller's `X-Request-Id` is kept when it is well formed, else a UUIDv7 (RFC 9562 section 5.7) is
made, so that ids sort by time.
"""

from __future__ import annotations

import re
import secrets
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

HEADER = "x-request-id"

_WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{7,63}")
_current: ContextVar[str] = ContextVar("request_id", default="")


def new_request_id() -> str:
    """Return a fresh UUIDv7 as text."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | secrets.randbits(80)
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return str(uuid.UUID(int=value))


def accept_request_id(value: str | None) -> str:
    """Return `value` if it is well formed (8 to 64 of A-Z a-z 0-9 _ . : -), else a new id."""
    if value and _WELL_FORMED.fullmatch(value):
        return value
    return new_request_id()


def current_request_id() -> str:
    """Return the id of the current request, or an empty string outside of one."""
    return _current.get()


def bind_request_id(value: str) -> None:
    """Make `value` the current request id from here on, in this thread's context."""
    _current.set(value)


@contextmanager
def request_id_bound(value: str) -> Iterator[str]:
    """Make `value` the current request id within the block."""
    token = _current.set(value)
    try:
        yield value
    finally:
        _current.reset(token)
