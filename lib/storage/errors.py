"""What can go wrong with object storage, in a closed set of classes.

Errors carry the class and the operation, never a URL, a header or a server's free text.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004  # botocore's own
    ConnectTimeoutError,
    CredentialRetrievalError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
    PartialCredentialsError,
    ReadTimeoutError,
)

Failure = Literal["denied", "missing", "throttled", "timeout", "connection", "server", "invalid"]
Outcome = Literal["ok", Failure]

FAILURES: tuple[Failure, ...] = (
    "denied",
    "missing",
    "throttled",
    "timeout",
    "connection",
    "server",
    "invalid",
)

_THROTTLED = {
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "RequestLimitExceeded",
    "TooManyRequests",
    "ServiceUnavailable",
    "503",
    "429",
}
_MISSING = {"NoSuchKey", "NoSuchBucket", "NoSuchUpload", "NotFound", "404"}
_TIMEOUT = {"RequestTimeout", "408"}
_SERVER_ERROR = 500
_STATUS: dict[int, Failure] = {
    401: "denied",
    403: "denied",
    404: "missing",
    408: "timeout",
    429: "throttled",
    503: "throttled",
}


class StorageError(Exception):
    """An operation on the bucket failed.

    Attributes:
        failure: its class. `denied` also stands for a missing key where listing is not allowed.
        operation: S3 operation name, such as `GetObject`.
    """

    def __init__(self, failure: Failure, operation: str) -> None:
        super().__init__(f"{operation}: {failure}")
        self.failure = failure
        self.operation = operation


class ObjectMissingError(StorageError):
    """There is no such object (or it cannot be told from one that may not be seen)."""


def failure_of_status(status: int, code: str = "") -> Failure:
    """Class of an error answer by its S3 error code, else by its HTTP status."""
    if code in _THROTTLED:
        return "throttled"
    if code in _MISSING:
        return "missing"
    if code in _TIMEOUT:
        return "timeout"
    if status in _STATUS:
        return _STATUS[status]
    return "server" if status >= _SERVER_ERROR else "invalid"


def failure_of(error: BaseException) -> Failure:
    """Class of an exception that the S3 client or a body read raised."""
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return failure_of_status(status, error.response.get("Error", {}).get("Code", ""))
    if isinstance(error, (ConnectTimeoutError, ReadTimeoutError, TimeoutError)):
        return "timeout"
    if isinstance(error, (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError)):
        return "denied"
    if isinstance(error, (HTTPClientError, ConnectionError, IncompleteReadError, OSError)):
        return "connection"
    return "invalid"


@contextmanager
def translated(operation: str) -> Iterator[None]:
    """Raise what the S3 client raises within the block as `StorageError`."""
    try:
        yield
    except (ClientError, BotoCoreError, OSError) as error:
        failure = failure_of(error)
        kind = ObjectMissingError if failure == "missing" else StorageError
        # `from None`: the original text can hold the endpoint, the key and the server's words.
        raise kind(failure, operation) from None
