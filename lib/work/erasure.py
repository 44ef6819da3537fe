"""Erases everything about one user: rows in Convex, recordings with all versions, derived data.

Convex deletes rows in steps, and the row of a recording only after its object is gone. A receipt
with counts remains, signed with the service key and kept with the erasure; it has only a hash of
the user's id. An upload URL signed before the erasure works for some minutes more: the receipt says
until when, and is signed again after the bucket was swept later than that.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO

import jwt

from lib.auth.service import load_keys
from lib.config.settings import Settings
from lib.data import Caller, erasure
from lib.data.records import Erasure
from lib.product.lifetimes import UPLOAD_URL
from lib.storage.client import Storage
from lib.storage.deletion import delete_recordings, is_versioned
from lib.storage.errors import Failure, StorageError
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
    """Erase a user; can be repeated and continues where it stopped.

    Args:
        caller: with the role worker.
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
    failed: dict[str, Failure] = {}
    step = erasure.step(caller, clerk_id, [])
    while not step.done:
        # What cannot be deleted stays first in the list; the rest of the list goes nevertheless.
        failed = delete_recordings(storage, step.keys, versioned=versioned)
        step = erasure.step(caller, clerk_id, [key for key in step.keys if key not in failed])
        progress(dict(step.counts))
        if failed:
            raise StorageError(next(iter(failed.values())), "DeleteObjects")
    done = erasure.get(caller, clerk_id)
    if done is None:
        raise LookupError("the erasure has left no record")
    return issue_receipt(caller, done, service_key)


def issue_receipt(
    caller: Caller, done: Erasure, service_key: str, swept_at: datetime | None = None
) -> Receipt:
    """Sign the receipt of a finished erasure and keep it with the erasure.

    Args:
        caller: with the role worker.
        done: what Convex says of the erasure.
        service_key: `EARSHOT_SERVICE_KEY`.
        swept_at: when a comparison of the whole bucket began that left nothing of the user.

    Raises:
        Refused: the erasure is under way, or an upload could have come after the sweep.
        Unavailable: Convex does not answer.
    """
    rows = {table: int(count) for table, count in done.counts.items()}
    objects = rows.get("audioObjects", 0)
    signed = _signed(service_key, done, rows, objects, swept_at or done.swept_at)
    erasure.keep_receipt(caller, erasure_id=done.id, receipt=signed, swept_at=swept_at)
    return Receipt(rows, objects, signed)


def uploads_until(done: Erasure) -> datetime:
    """Return until when a URL that was signed before an erasure could be used for an upload."""
    return done.uploads_until or done.started_at + UPLOAD_URL


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
        out.write(receipt_file(receipt.signed, claims))
        export.wrote(sum(receipt.rows.values()), out.tell())

    name = f"earshot-erasure-{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    return exports.start(owner, name, "application/json", write)


def verify_receipt(signed: str, service_key: str) -> dict[str, Any]:
    """Return the contents of a receipt; its times are Unix seconds.

    Raises:
        jwt.InvalidTokenError: it was not signed with this service key.
    """
    header = jwt.get_unverified_header(signed)
    key = load_keys(service_key).get(header.get("kid", ""))
    if key is None or header.get("typ") != RECEIPT_TYPE:
        raise jwt.InvalidTokenError("not a receipt of this deployment")
    claims: dict[str, Any] = jwt.decode(signed, key.public_key(), algorithms=["RS256"])
    return claims


def proven(found: Erasure, settings: Settings) -> dict[str, Any] | None:
    """Return the contents of an erasure's receipt, if it is ours and says what Convex says.

    Args:
        found: the erasure.
        settings: with `EARSHOT_SERVICE_KEY`; receipts of a key that it no longer holds are not
            known to be ours.
    """
    if found.receipt is None or settings.service_key is None:
        return None
    try:
        claims = verify_receipt(found.receipt, settings.service_key.get_secret_value())
    except jwt.InvalidTokenError:
        return None
    is_same = claims["user"] == user_digest(found.clerk_id) and claims["rows"] == found.counts
    return claims if is_same else None


def receipt_file(signed: str, claims: dict[str, Any]) -> bytes:
    """Return a receipt as people keep it: what it says in words, its contents, its signed form."""
    return json.dumps(
        {"statement": statement(claims), "contents": claims, "receipt": signed}, indent=1
    ).encode()


def statement(claims: dict[str, Any]) -> str:
    """Return in words what a receipt proves, without anything about the person."""
    names = ("startedAt", "finishedAt", "uploadsUntil")
    began, ended, until = (_day(claims[name]) for name in names)
    swept = claims.get("sweptAt")
    checked = (
        f"From {_day(swept)} on the storage was searched again and held nothing of them."
        if swept
        else "The storage has not been searched again since."
    )
    return (
        f"All data of one person was deleted between {began} and {ended}: "
        f"{sum(claims['rows'].values())} database records and {claims['objects']} recordings, with "
        f"all older versions. Until {until} a recording that was announced before could still "
        f"arrive. {checked} The person is named only by a fingerprint (SHA-256) of the user id."
    )


def _day(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%d %B %Y, %H:%M:%S} UTC".lstrip("0")


def user_digest(clerk_id: str) -> str:
    """Return the user's identifier in a receipt: SHA-256 of the Clerk id, hexadecimal."""
    return hashlib.sha256(clerk_id.encode()).hexdigest()


def _signed(
    service_key: str,
    done: Erasure,
    rows: dict[str, int],
    objects: int,
    swept_at: datetime | None,
) -> str:
    kid, key = next(iter(load_keys(service_key).items()))
    moments = {
        "iat": datetime.now(UTC),
        "startedAt": done.started_at,
        "finishedAt": done.finished_at,
        "uploadsUntil": uploads_until(done),
        "sweptAt": swept_at,
    }
    claims = {
        "user": user_digest(done.clerk_id),
        "rows": rows,
        "objects": objects,
        **{name: int(at.timestamp()) for name, at in moments.items() if at is not None},
    }
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": kid, "typ": RECEIPT_TYPE})
