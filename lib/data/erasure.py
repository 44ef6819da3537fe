"""Erasure of users: step by step, a row of a recording only after its object is gone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from lib.data.client import Caller
from lib.data.functions import Page
from lib.data.records import (
    ERASURE_GET,
    ERASURE_LIST,
    ERASURE_START,
    ERASURE_STEP,
    Erasure,
    ErasureBegun,
    ErasureGetArgs,
    ErasureListArgs,
    ErasureStartArgs,
    ErasureStep,
    ErasureStepArgs,
)


def start(caller: Caller, clerk_id: str) -> ErasureBegun:
    """Mark a user as being erased; refused while one of their sessions is on legal hold."""
    return caller.mutation(ERASURE_START, ErasureStartArgs(clerk_id=clerk_id))


def step(caller: Caller, clerk_id: str, deleted_keys: Sequence[str]) -> ErasureStep:
    """Delete the next rows, and those of recordings whose objects are known to be gone."""
    args = ErasureStepArgs(clerk_id=clerk_id, deleted_keys=deleted_keys)
    return caller.mutation(ERASURE_STEP, args)


def get(caller: Caller, clerk_id: str) -> Erasure | None:
    """Return the receipt of a user's erasure."""
    return caller.query(ERASURE_GET, ErasureGetArgs(clerk_id=clerk_id))


def page(caller: Caller, **place: Unpack[ErasureListArgs]) -> Page[Erasure]:
    """Return one page of receipts."""
    return caller.query(ERASURE_LIST, place)
