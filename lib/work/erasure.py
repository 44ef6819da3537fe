"""Erases everything about one user: rows in Convex, recordings with all versions, derived data.

Convex deletes rows in steps, and the row of a recording only after its object is gone. A receipt
with counts remains, signed with the service key; it has only a hash of the user's id.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO

import jwt

from lib.auth.service import load_keys
from lib.data import Caller, erasure
from lib.storage.client import Storage
from lib.storage.deletion import delete_recordings, is_versioned
from lib.storage.errors import StorageError
from lib.work.exports import Export, Exports
from lib.work.services import Services

RECEIPT_TYPE = "earshot-erasure+jwt"


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof of a finished erasure: what was deleted, and the signed form (RFC 7515, RS256)."""

    rows: dict[str, int]
    objects: int
    signed: str


class ForgedReceiptError(Exception):
    """The receipt does not match the erasure, which would be a bug."""


def erase_user(
    caller: Caller,
    storage: Storage,
    clerk_id: str,
    service_key: str,
    progress: Callable[[dict[str, int]], None] = lambda _: None,
) -> Receipt:
    """Erase a user; can be repeated after a failure and continues where it stopped.

    Args:
        caller: with the role admin or worker.
        storage: the bucket.
        clerk_id: the user.
        service_key: `EARSHOT_SERVICE_KEY`; signs the receipt.
        progress: called with the rows deleted so far, by table.

    Raises:
        Refused: unknown user, or one of their sessions is on legal hold.
        Unavailable: Convex does not answer.
        StorageError: the deletion of an object is not confirmed; its row is kept.
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


def start_erasure(services: Services, owner: str, caller: Caller, clerk_id: str) -> Export:
    """Start to erase a user; the worker continues if this process ends first.

    Args:
        services: of this process; its worker deletes, its service key signs the receipt.
        owner: Clerk user id of the member.
        caller: with the member's token: Convex checks the role and audits who started it.
        clerk_id: the user to erase.

    Returns:
        The export that will hold the receipt; its `records` are the rows deleted so far.

    Raises:
        Refused: unknown user, or one of their sessions is on legal hold.
        Unavailable: Convex does not answer.
        BusyError: the member has another running export; the worker then does the erasure.
        ValueError: `EARSHOT_SERVICE_KEY` is not set.
    """
    key = services.settings.service_key
    if key is None:
        raise ValueError("EARSHOT_SERVICE_KEY is not set: no receipt can be signed")
    exports: Exports = services.exports
    erasure.start(caller, clerk_id)

    def write(out: BinaryIO, export: Export) -> None:
        receipt = erase_user(
            services.worker_caller(caller.request_id),
            services.storage,
            clerk_id,
            key.get_secret_value(),
            lambda counts: export.wrote(sum(counts.values()), 0),
        )
        claims = verify_receipt(receipt.signed, key.get_secret_value())
        if claims["user"] != user_digest(clerk_id) or claims["rows"] != receipt.rows:
            raise ForgedReceiptError(clerk_id)
        text = json.dumps({"receipt": receipt.signed, "contents": claims}, indent=1)
        out.write(text.encode())
        export.wrote(sum(receipt.rows.values()), out.tell())

    name = f"earshot-erasure-{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    return exports.start(owner, name, "application/json", write)


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
    """Return the user's identifier in a receipt: SHA-256 of the Clerk id, hexadecimal."""
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
