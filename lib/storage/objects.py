"""Reading, listing and writing objects, with bounded bytes and bounded waits.

S3 dialects differ where it hurts: a range past the end is 416 or 400, a missing key is 403 without
the right to list, suffix ranges are refused by some servers. This module is where that is known.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lib.config.settings import StorageRole
from lib.observability.events import StorageEvent
from lib.observability.request_id import current_request_id
from lib.storage.client import Storage, Use
from lib.storage.errors import Outcome, StorageError, translated

CHUNK = 256 * 1024
PAGE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """What a bucket says of an object: size in bytes, entity tag, type, time of last change."""

    key: str
    size: int
    etag: str
    content_type: str
    modified_at: datetime


def head(storage: Storage, role: StorageRole, key: str, use: Use = "work") -> ObjectInfo:
    """Ask for an object's properties.

    Raises:
        ObjectMissingError: it is not there.
        StorageError: anything else; `denied` can mean missing where the role may not list.
    """
    with translated("HeadObject"):
        answer = storage.client(role, use).head_object(Bucket=storage.bucket, Key=key)
    return ObjectInfo(
        key=key,
        size=answer["ContentLength"],
        etag=answer["ETag"],
        content_type=answer.get("ContentType", ""),
        modified_at=answer["LastModified"],
    )


def open_from(
    storage: Storage, role: StorageRole, key: str, start: int, end: int, etag: str | None = None
) -> Any:
    """Begin to read bytes `start` to `end` (inclusive); returns botocore's streaming body.

    Args:
        storage: the bucket.
        role: who reads.
        key: the object.
        start: first byte.
        end: last byte; never open-ended or a suffix, which some servers refuse.
        etag: refuse (`invalid`) if the object is another by now; compared here too, as not every
            server honours the condition.

    Raises:
        StorageError: as for `head`.
    """
    condition: dict[str, Any] = {"IfMatch": etag} if etag else {}
    with translated("GetObject"):
        answer = storage.client(role).get_object(
            Bucket=storage.bucket, Key=key, Range=f"bytes={start}-{end}", **condition
        )
    if etag and answer.get("ETag") != etag:
        answer["Body"].close()
        raise StorageError("invalid", "GetObject")
    return answer["Body"]


def read_first(storage: Storage, role: StorageRole, key: str, count: int, size: int) -> bytes:
    """Return the first `count` bytes of an object of `size` bytes (fewer if it is shorter).

    Raises:
        StorageError: as for `head`.
    """
    body = open_from(storage, role, key, 0, min(count, size) - 1)
    with translated("ReadBody"):
        # A server that ignores Range would send everything; never read more than asked.
        data: bytes = body.read(count)
        body.close()
    return data


def read_small(
    storage: Storage, role: StorageRole, key: str, limit: int, seconds: float = PAGE_SECONDS
) -> bytes:
    """Return a small object that a page waits for.

    Args:
        storage: the bucket.
        role: who reads.
        key: the object.
        limit: largest size accepted, in bytes.
        seconds: bound of the whole call, headers and body.

    Raises:
        StorageError: as for `head`; `timeout` when the bound is reached, `invalid` when it is
            larger than `limit`.
    """
    deadline = time.monotonic() + seconds
    with translated("GetObject"):
        answer = storage.client(role, "page").get_object(Bucket=storage.bucket, Key=key)
    body = answer["Body"]
    started, at_ms = time.perf_counter(), time.time_ns() // 1_000_000
    outcome: Outcome = "ok"
    try:
        with translated("ReadBody"):
            return _read_bounded(body, limit, deadline)
    except StorageError as error:
        outcome = error.failure
        raise
    finally:
        body.close()
        elapsed = (time.perf_counter() - started) * 1000
        storage.record(
            StorageEvent(
                "ReadBody", outcome, elapsed, at_ms, role, key, current_request_id(), attempts=()
            )
        )


def _read_bounded(body: Any, limit: int, deadline: float) -> bytes:
    parts: list[bytes] = []
    size = 0
    while chunk := body.read(64 * 1024):
        size += len(chunk)
        if size > limit:
            raise StorageError("invalid", "ReadBody")
        if time.monotonic() > deadline:
            raise StorageError("timeout", "ReadBody")
        parts.append(chunk)
    return b"".join(parts)


def put_small(
    storage: Storage,
    role: StorageRole,
    key: str,
    data: bytes,
    content_type: str,
    use: Use = "work",
) -> None:
    """Store a small object made by the product itself.

    Raises:
        StorageError: it is not known to be stored.
    """
    with translated("PutObject"):
        storage.client(role, use).put_object(
            Bucket=storage.bucket,
            Key=key,
            Body=data,
            ContentType=content_type,
            Metadata=request_metadata(),
        )


def request_metadata() -> dict[str, str]:
    """Return user metadata that ties an object to the request that wrote it."""
    request_id = current_request_id()
    return {"request-id": request_id} if request_id else {}


def list_objects(
    storage: Storage, role: StorageRole, prefix: str, after: str = ""
) -> Iterator[ObjectInfo]:
    """Stream the objects under a prefix in key order, a page in memory at a time.

    Args:
        storage: the bucket.
        role: must have the right to list.
        prefix: of the keys.
        after: go on behind this key.

    Raises:
        StorageError: while iterating.
    """
    client = storage.client(role)
    token: dict[str, Any] = {"StartAfter": after} if after else {}
    while True:
        with translated("ListObjectsV2"):
            answer = client.list_objects_v2(Bucket=storage.bucket, Prefix=prefix, **token)
        for item in answer.get("Contents", []):
            yield ObjectInfo(item["Key"], item["Size"], item["ETag"], "", item["LastModified"])
        if not answer.get("IsTruncated"):
            return
        token = {"ContinuationToken": answer["NextContinuationToken"]}


def exists(storage: Storage, key: str) -> bool:
    """Tell by listing whether an object is there; sure also where a HEAD says only "denied".

    Raises:
        StorageError: the bucket did not answer.
    """
    return any(item.key == key for item in list_objects(storage, "retention", key))
