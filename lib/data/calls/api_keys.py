"""Keys with which the product's own backend calls the API.

Generated from the Convex functions by `python -m codegen`; a test proves that it is current.
"""

from __future__ import annotations

from datetime import datetime
from typing import Unpack

from lib.data.client import Caller
from lib.data.functions import Page
from lib.data.records import (
    API_KEYS_CREATE,
    API_KEYS_FIND,
    API_KEYS_LIST,
    API_KEYS_NOTE_USE,
    API_KEYS_REVOKE,
    API_KEYS_ROTATE,
    ApiKey,
    ApiKeysCreateArgs,
    ApiKeysFindArgs,
    ApiKeysListArgs,
    ApiKeysNoteUseArgs,
    ApiKeysRevokeArgs,
    ApiKeysRotateArgs,
    UsableKey,
)


def create(
    caller: Caller, *, idempotency_key: str | None = None, **arguments: Unpack[ApiKeysCreateArgs]
) -> ApiKey:
    """Make a key.

    The secret stays with the caller: `hash` is its SHA-256. At most 100 keys work at once.
    """
    return caller.mutation(API_KEYS_CREATE, arguments, idempotency_key)


def find(caller: Caller, public_id: str) -> UsableKey | None:
    """Return what a key that is used now must match; None if there is none that works."""
    return caller.query(API_KEYS_FIND, ApiKeysFindArgs(public_id=public_id))


def note_use(caller: Caller, id: str) -> None:
    """Note that a key was used: once a minute at most."""
    return caller.mutation_repeatable(API_KEYS_NOTE_USE, ApiKeysNoteUseArgs(id=id))


def page(caller: Caller, *, cursor: str | None, limit: int) -> Page[ApiKey]:
    """Return one page of keys, newest first."""
    return caller.query(API_KEYS_LIST, ApiKeysListArgs(cursor=cursor, limit=limit))


def revoke(caller: Caller, id: str, *, idempotency_key: str | None = None) -> ApiKey:
    """End a key for good; one that has ended stays so."""
    return caller.mutation(API_KEYS_REVOKE, ApiKeysRevokeArgs(id=id), idempotency_key)


def rotate(
    caller: Caller,
    id: str,
    hash: str,
    *,
    keep_until: datetime | None = None,
    idempotency_key: str | None = None,
) -> ApiKey:
    """Give a key another secret.

    The former one works until `keep_until` (at most a week), or no longer.
    """
    return caller.mutation(
        API_KEYS_ROTATE, ApiKeysRotateArgs(id=id, hash=hash, keep_until=keep_until), idempotency_key
    )
