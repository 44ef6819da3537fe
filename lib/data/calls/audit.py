"""The audit trail: who listened to, viewed, exported, revealed or erased what.

Generated from the Convex functions by `python -m codegen`; a test proves that it is current.
"""

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
    Recorded,
)


def page(caller: Caller, **arguments: Unpack[AuditListArgs]) -> Page[AuditEvent]:
    """Return one page of audit events, newest first by default.

    `from_` is inclusive, `to` exclusive; `session_id` and `user_id` (Clerk id) ask for all that was
    about them, whatever its subject. With `named`, up to 50 events come with the names of their
    actors and users and the titles of their sessions.
    """
    return caller.query(AUDIT_LIST, arguments)


def record(
    caller: Caller, *, idempotency_key: str | None = None, **arguments: Unpack[AuditRecordArgs]
) -> Recorded:
    """Note an act of the caller upon what exists; who acts is taken from the token.

    Raises:
        Refused: NOT_FOUND for an unknown session or user; FORBIDDEN for an act that is not the
            caller's; VALIDATION for a subject of another kind.
    """
    return caller.mutation(AUDIT_RECORD, arguments, idempotency_key)
