"""Erases everything about one user: rows in Convex, recordings with all versions, derived data.

Convex deletes the rows step by step, and a row of a recording only after its object is gone. What
remains is a receipt with counts, signed with the service key; it names the user only by a hash of
their id.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jwt

from lib.auth.service import load_keys
from lib.data import Caller, erasure
from lib.jobs.retention import delete_recordings
from lib.storage.client import Storage
from lib.storage.deletion import is_versioned
from lib.storage.errors import StorageError

RECEIPT_TYPE = "earshot-erasure+jwt"


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof of a finished erasure: what was deleted, and the signed form (RFC 7515, RS256)."""

    rows: dict[str, int]
    objects: int
    signed: str


def erase_user(
    caller: Caller, storage: Storage, clerk_id: str, service_key: str,
    progress: Callable[[dict[str, int]], None] = lambda _: None,
) -> Receipt:  # fmt: skip
    """Erase a user; may be repeated after a failure and goes on where it stopped.

    Args:
        caller: with the role admin or worker.
        storage: the bucket.
        clerk_id: the user.
        service_key: `EARSHOT_SERVICE_KEY`; signs the receipt.
        progress: told the rows deleted so far, by table.

    Raises:
        Refused: unknown user, or one of their sessions is on legal hold.
        Unavailable: Convex does not answer.
        StorageError: an object is not known to be deleted; its row is still there.
    """
    erasure.start(caller, clerk_id)
    versioned = is_versioned(storage, "retention")
    gone: list[str] = []
    objects = 0
    while True:
        step = erasure.step(caller, clerk_id, gone)
        progress(dict(step.counts))
        if step.done:
            break
        gone = list(step.keys)
        failed = delete_recordings(storage, gone, versioned=versioned)
        if failed:
            raise StorageError(next(iter(failed.values())), "DeleteObjects")
        objects += len(gone)
    rows = {table: int(count) for table, count in step.counts.items()}
    return Receipt(rows, objects, _signed(service_key, clerk_id, rows, objects))


def verify_receipt(signed: str, service_key: str) -> dict[str, Any]:
    """Return the contents of a receipt.

    Raises:
        jwt.InvalidTokenError: it was not signed with this service key.
    """
    header = jwt.get_unverified_header(signed)
    key = load_keys(service_key).get(header.get("kid", ""))
    if key is None or header.get("typ") != RECEIPT_TYPE:
        raise jwt.InvalidTokenError("not a receipt of this deployment")
    claims: dict[str, Any] = jwt.decode(signed, key.public_key(), algorithms=["RS256"])
    return claims


def user_digest(clerk_id: str) -> str:
    """Return what a receipt calls the user: SHA-256 of the Clerk id, hexadecimal."""
    return hashlib.sha256(clerk_id.encode()).hexdigest()


def _signed(service_key: str, clerk_id: str, rows: dict[str, int], objects: int) -> str:
    kid, key = next(iter(load_keys(service_key).items()))
    claims = {
        "iat": int(time.time()),
        "user": user_digest(clerk_id),
        "rows": rows,
        "objects": objects,
    }
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": kid, "typ": RECEIPT_TYPE})
