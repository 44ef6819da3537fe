"""What a call to Convex can end in, when not in an answer.

`Unavailable` and `Refused` are told apart because they ask for different things: the first for a
retry later (a mutation's outcome is unknown until its key is asked again), the second for another
request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from convex import ConvexError

Code = Literal[
    "UNAUTHENTICATED",
    "FORBIDDEN",
    "NOT_FOUND",
    "GONE",
    "VALIDATION",
    "CONFLICT",
    "IDEMPOTENCY_CONFLICT",
    "RATE_LIMITED",
    "LIMIT_EXCEEDED",
]
CODES: Final[frozenset[str]] = frozenset(get_args(Code))


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field of the arguments that was refused, and why."""

    field: str
    message: str


class DataError(Exception):
    """Base of everything that a call to Convex can raise."""


class Unavailable(DataError):  # noqa: N818  # named after what is the case, like TimeoutExpired
    """No usable answer before the deadline. A mutation may or may not have happened."""


class Contended(Unavailable):
    """Others wrote what the mutation reads, at every try of Convex. Nothing was written."""


class FunctionFailed(DataError):  # noqa: N818
    """The function itself failed: a defect there, or arguments that its validators refuse.

    Nothing was written. The message is for logs only: a production deployment replaces it with
    `Server Error`, a development one may name internals.
    """


class Refused(DataError, ConvexError):  # noqa: N818
    """The function refused the request on purpose.

    Attributes:
        code: one of the closed set of codes.
        message: a sentence that may be shown to the caller.
        fields: the offending fields, for `VALIDATION` and some others.
        data: the error's data as the function threw it.
    """

    def __init__(
        self,
        code: Code,
        message: str,
        fields: tuple[FieldError, ...] = (),
        data: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message, dict(data or {}))
        self.code: Code = code
        self.message = message
        self.fields = fields

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


def refusal(data: object) -> DataError:
    """Return the exception for the data of a `ConvexError` thrown by a function.

    Data of another shape than `{code, message, fields?}` is a defect of the function, not a
    refusal.
    """
    if not isinstance(data, dict) or data.get("code") not in CODES:
        return FunctionFailed(f"ConvexError with data of an unknown shape: {type(data).__name__}")
    fields = tuple(
        FieldError(str(item.get("field", "")), str(item.get("message", "")))
        for item in data.get("fields") or ()
        if isinstance(item, dict)
    )
    return Refused(data["code"], str(data.get("message", "")), fields, data)
