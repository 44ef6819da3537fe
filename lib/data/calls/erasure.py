"""Erasure of a user: step by step, a row of a recording only after its object is gone.

Generated from the Convex functions by `python -m codegen`; a test proves that it is current.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from lib.data.client import Caller
from lib.data.functions import Page
from lib.data.records import (
    ERASURE_ERASED_SESSIONS,
    ERASURE_GET,
    ERASURE_KEEP_RECEIPT,
    ERASURE_LIST,
    ERASURE_OPEN,
    ERASURE_START,
    ERASURE_STEP,
    Erasure,
    ErasureBegun,
    ErasureErasedSessionsArgs,
    ErasureGetArgs,
    ErasureKeepReceiptArgs,
    ErasureListArgs,
    ErasureOpenArgs,
    ErasureStartArgs,
    ErasureStep,
    ErasureStepArgs,
)


def erased_sessions(caller: Caller, session_ids: Sequence[str]) -> tuple[str, ...]:
    """Return those of up to 200 session ids whose sessions were erased."""
    return caller.query(ERASURE_ERASED_SESSIONS, ErasureErasedSessionsArgs(session_ids=session_ids))


def get(caller: Caller, clerk_id: str) -> Erasure | None:
    """Return the latest erasure of a user, or None.

    It says what is done, and is the receipt afterwards.
    """
    return caller.query(ERASURE_GET, ErasureGetArgs(clerk_id=clerk_id))


def keep_receipt(
    caller: Caller,
    erasure_id: str,
    receipt: str,
    *,
    swept_at: datetime | None = None,
    idempotency_key: str | None = None,
) -> Erasure:
    """Keep the signed receipt of an erasure.

    With `swept_at` also that the bucket was compared again, from that moment on. A repeat replaces
    the receipt.

    Raises:
        Refused: NOT_FOUND for an unknown erasure; CONFLICT while it is under way, or if a late
            upload could still come after the sweep.
    """
    return caller.mutation(
        ERASURE_KEEP_RECEIPT,
        ErasureKeepReceiptArgs(erasure_id=erasure_id, receipt=receipt, swept_at=swept_at),
        idempotency_key,
    )


def open_page(caller: Caller, *, cursor: str | None, limit: int) -> Page[Erasure]:
    """Return one page of the erasures that are not over, oldest first.

    They are under way, without a receipt, or wait for the sweep after the last upload URL.
    """
    return caller.query(ERASURE_OPEN, ErasureOpenArgs(cursor=cursor, limit=limit))


def page(
    caller: Caller, *, cursor: str | None, limit: int, order: Literal["asc", "desc"] | None = None
) -> Page[Erasure]:
    """Return one page of erasures by start, newest first by default."""
    return caller.query(ERASURE_LIST, ErasureListArgs(cursor=cursor, limit=limit, order=order))


def start(caller: Caller, clerk_id: str, *, idempotency_key: str | None = None) -> ErasureBegun:
    """Begin to erase a user: from now on nothing can be added to their data.

    A repeat returns the erasure that is under way, or the one that is done.

    Raises:
        Refused: NOT_FOUND for an unknown user; CONFLICT while a session of theirs is on legal hold.
    """
    return caller.mutation(ERASURE_START, ErasureStartArgs(clerk_id=clerk_id), idempotency_key)


def step(
    caller: Caller,
    clerk_id: str,
    deleted_keys: Sequence[str],
    *,
    idempotency_key: str | None = None,
) -> ErasureStep:
    """Do the next part of an erasure.

    `deleted_keys` are recordings whose objects are gone: their rows go first. While there are more,
    `keys` names the next ones; then the other rows go in batches, until `done`. Repeats are
    harmless.

    Raises:
        Refused: NOT_FOUND if no erasure of this user was started.
    """
    return caller.mutation(
        ERASURE_STEP, ErasureStepArgs(clerk_id=clerk_id, deleted_keys=deleted_keys), idempotency_key
    )
