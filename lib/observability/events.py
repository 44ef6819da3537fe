"""What is measured about object storage: one event per operation, with its attempts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request on the wire: its duration in milliseconds and outcome."""

    duration_ms: float
    outcome: str


@dataclass(frozen=True, slots=True)
class StorageEvent:
    """One finished S3 operation, retries included.

    Attributes:
        operation: S3 operation name, such as `PutObject`, or `ReadBody` for the body of a GET.
        outcome: `ok` or a class of failure (`lib.storage.errors.Failure`).
        duration_ms: from the call to the answer's headers (for `ReadBody`: the body).
        at_ms: Unix milliseconds of its start.
        role: storage role whose client did it.
        key: object key, empty for operations on the bucket.
        request_id: id of the request that caused it, empty outside of one.
        attempts: one entry per request sent.
    """

    operation: str
    outcome: str
    duration_ms: float
    at_ms: int
    role: str
    key: str
    request_id: str
    attempts: tuple[Attempt, ...]


RecordStorage = Callable[[StorageEvent], None]
