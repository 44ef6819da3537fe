"""Types of single fields and the base classes of the API's models.

Names on the wire are camelCase, times RFC 3339 in UTC with milliseconds, durations milliseconds,
costs US dollars. What is sent may hold known fields only; null means the same as leaving out.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel

from lib.data.functions import rfc3339

FIRST_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)
LAST_TIME: Final = datetime(2200, 1, 1, tzinfo=UTC)
METADATA_BYTES: Final = 16 * 1024
METADATA_DEPTH: Final = 8
MAX_NAMES: Final = 1024  # Convex's limit of names in an object, and of characters in a name.
MAX_SEQUENCE: Final = 1_000_000
DAY_MS: Final = 86_400_000
_SAFE_INTEGER: Final = 2**53


class Sent(BaseModel):
    """What a client sends: unknown fields are refused."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid")


class Answer(BaseModel):
    """What the API answers: made from a record, or field by field in Python."""

    model_config = ConfigDict(alias_generator=to_camel, from_attributes=True, validate_by_name=True)


def _only_text(value: object) -> object:
    # Numbers would be taken as seconds or milliseconds, depending on their size.
    if isinstance(value, (str, datetime)):
        return value
    raise ValueError("must be an RFC 3339 time, such as 2026-01-31T12:00:00Z")


def _in_range(value: datetime) -> datetime:
    if not FIRST_TIME <= value < LAST_TIME:
        raise ValueError("must be between the years 2000 and 2200")
    return value


def _within_convex(value: dict[str, Any]) -> dict[str, Any]:
    """Refuse what Convex cannot hold: deep nesting, odd names, numbers that would change."""
    _check_value(value, 1)
    if len(json.dumps(value, ensure_ascii=False).encode()) > METADATA_BYTES:
        raise ValueError(f"must have at most {METADATA_BYTES} bytes as JSON")
    return value


def _check_name(name: str) -> None:
    if name.startswith("$") or not (name.isascii() and name.isprintable()):
        raise ValueError("names must be printable ASCII and not begin with $")
    if len(name) > MAX_NAMES:
        raise ValueError(f"names must have at most {MAX_NAMES} characters")


def _check_value(value: object, level: int) -> None:
    if isinstance(value, dict | list) and level > METADATA_DEPTH:
        raise ValueError(f"must have at most {METADATA_DEPTH} levels")
    if isinstance(value, dict):
        if len(value) > MAX_NAMES:
            raise ValueError(f"objects must have at most {MAX_NAMES} names")
        for name, item in value.items():
            _check_name(name)
            _check_value(item, level + 1)
    elif isinstance(value, list):
        for item in value:
            _check_value(item, level + 1)
    elif isinstance(value, str):
        if any("\ud800" <= char <= "\udfff" for char in value):
            raise ValueError("must not hold half of a surrogate pair")
    elif isinstance(value, int | float) and not -_SAFE_INTEGER <= value <= _SAFE_INTEGER:
        raise ValueError("numbers must be between -2^53 and 2^53")


Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_only_text),
    AfterValidator(_in_range),
    PlainSerializer(rfc3339, return_type=str),
    WithJsonSchema(
        {"type": "string", "format": "date-time", "examples": ["2026-01-31T12:00:00.000Z"]}
    ),
]
OutMoment = Annotated[
    datetime,
    PlainSerializer(rfc3339, return_type=str),
    WithJsonSchema(
        {"type": "string", "format": "date-time", "examples": ["2026-01-31T12:00:00.000Z"]}
    ),
]
# No control characters, no blanks at the ends; readable by both Rust's and ECMAScript's engines.
_EDGE = r"[^\s\x00-\x1f\x7f\x85" + "\ufeff]"
_CLEAN = rf"^{_EDGE}([^\x00-\x1f\x7f]*{_EDGE})?$"
Identifier = Annotated[str, Field(min_length=1, max_length=200, pattern=_CLEAN)]
# A path segment as it is: nothing that would need escaping there.
ClerkId = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:@|-]{0,199}$",
        description="Clerk user id.",
        examples=["user_2b9XkQ"],
    ),
]
DocumentId = Annotated[
    str,
    Field(
        pattern=r"^[0-9a-z]{16,64}$",
        description="Id as the operation that created it answered.",
        examples=["k57f8vz0w1x2y3abcd4efgh5jk"],
    ),
]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Title = Annotated[str, Field(min_length=1, max_length=300)]
Duration = Annotated[float, Field(ge=0, le=DAY_MS, strict=True, allow_inf_nan=False)]
Offset = Annotated[float, Field(ge=0, le=30 * DAY_MS, strict=True, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=10**9, strict=True)]
Cost = Annotated[float, Field(ge=0, le=10**6, strict=True, allow_inf_nan=False)]
Sequence = Annotated[int, Field(ge=0, le=MAX_SEQUENCE, strict=True)]
Metadata = Annotated[
    dict[str, Any],
    AfterValidator(_within_convex),
    Field(description="Free-form JSON object: at most 16 KiB and 8 levels."),
]
Channel = Literal["voice", "chat"]
Speaker = Literal["user", "assistant", "system"]
SessionStatus = Literal["active", "completed", "abandoned", "failed"]
ReviewStatus = Literal["unreviewed", "in_review", "reviewed"]
UserKind = Literal["product", "team"]
UserStatus = Literal["active", "banned", "deleted"]
Order = Literal["asc", "desc"]
