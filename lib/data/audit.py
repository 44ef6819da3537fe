"""The audit trail: who listened to, viewed, exported or erased what."""

from __future__ import annotations

from typing import Unpack

from lib.data.client import Caller
from lib.data.functions import Page
from lib.data.records import (
    AUDIT_LIST,
    AUDIT_RECORD,
    AuditEvent,
    AuditListArgs,
    AuditRecordArgs,
)


def record(caller: Caller, **event: Unpack[AuditRecordArgs]) -> None:
    """Note what the caller did; who the caller is, Convex takes from the token."""
    caller.mutation(AUDIT_RECORD, event)


def page(caller: Caller, **filters: Unpack[AuditListArgs]) -> Page[AuditEvent]:
    """Return one page of the trail, newest first."""
    return caller.query(AUDIT_LIST, filters)
