"""Recent decisions about sign-ins. Recent slow and failed operations on the bucket.

Generated from the Convex functions by `python -m codegen`; a test proves that it is current.
"""

from __future__ import annotations

from typing import Unpack

from lib.data.client import Caller
from lib.data.functions import Page
from lib.data.records import (
    AUTH_EVENTS_LIST,
    STORAGE_EVENTS_LIST,
    STORAGE_EVENTS_SLOWEST,
    AuthEvent,
    AuthEventsListArgs,
    StorageEvent,
    StorageEventsListArgs,
    StorageEventsSlowestArgs,
)


def auth_page(caller: Caller, **arguments: Unpack[AuthEventsListArgs]) -> Page[AuthEvent]:
    """Return one page of sign-in events by time, newest first by default.

    `from_` is inclusive, `to` exclusive. With `event_request_id`, those of one request.
    """
    return caller.query(AUTH_EVENTS_LIST, arguments)


def slowest_page(
    caller: Caller, **arguments: Unpack[StorageEventsSlowestArgs]
) -> Page[StorageEvent]:
    """Return one page of storage operations by duration, slowest first.

    `from_` is inclusive, `to` exclusive.
    """
    return caller.query(STORAGE_EVENTS_SLOWEST, arguments)


def storage_page(caller: Caller, **arguments: Unpack[StorageEventsListArgs]) -> Page[StorageEvent]:
    """Return one page of storage operations by time, newest first by default.

    `from_` is inclusive, `to` exclusive. With `event_request_id`, those of one request.
    """
    return caller.query(STORAGE_EVENTS_LIST, arguments)
