"""Recent raw events of sign-in and storage, for drilling into a chart."""

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


def auth_page(caller: Caller, **filters: Unpack[AuthEventsListArgs]) -> Page[AuthEvent]:
    """Return one page of sign-in decisions, newest first."""
    return caller.query(AUTH_EVENTS_LIST, filters)


def storage_page(caller: Caller, **filters: Unpack[StorageEventsListArgs]) -> Page[StorageEvent]:
    """Return one page of storage operations, newest first."""
    return caller.query(STORAGE_EVENTS_LIST, filters)


def slowest_page(caller: Caller, **filters: Unpack[StorageEventsSlowestArgs]) -> Page[StorageEvent]:
    """Return one page of storage operations, slowest first."""
    return caller.query(STORAGE_EVENTS_SLOWEST, filters)
