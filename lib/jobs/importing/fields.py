"""The shapes of records in files: names as in the HTTP API, limits as in `convex/model/limits.ts`.

Unknown fields are refused; null means the same as leaving out.
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
    ValidationError,
)
from pydantic.alias_generators import to_camel

from lib.jobs.importing.model import Channel, Speaker

MAX_SEQUENCE: Final = 1_000_000
DAY_MS: Final = 86_400_000
TEXT_BYTES: Final = 32 * 1024
METADATA_BYTES: Final = 16 * 1024
METADATA_DEPTH: Final = 8
_FIRST_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LAST_TIME: Final = datetime(2200, 1, 1, tzinfo=UTC)
_LARGEST: Final = 2**53
_REASON_CHARS: Final = 200


def _only_text(value: object) -> object:
    if isinstance(value, str | datetime):
        return value
    raise ValueError("must be an RFC 3339 time, such as 2026-01-31T12:00:00Z")


def _in_range(value: datetime) -> datetime:
    if not _FIRST_TIME <= value < _LAST_TIME:
        raise ValueError("must be between the years 2000 and 2200")
    return value


def _short(value: str) -> str:
    if len(value.encode()) > TEXT_BYTES:
        raise ValueError(f"must have at most {TEXT_BYTES} bytes")
    return value


def _clean(value: str) -> str:
    if value != value.strip() or any(char < " " or char == "\x7f" for char in value):
        raise ValueError("must not hold control characters or blanks at its ends")
    return value


def _within_convex(value: dict[str, Any]) -> dict[str, Any]:
    _check(value, 1)
    if len(json.dumps(value, ensure_ascii=False).encode()) > METADATA_BYTES:
        raise ValueError(f"must have at most {METADATA_BYTES} bytes as JSON")
    return value


def _check(value: object, level: int) -> None:
    """Refuse what Convex cannot hold: deep nesting, odd names, numbers that would change."""
    if isinstance(value, dict | list) and level > METADATA_DEPTH:
        raise ValueError(f"must have at most {METADATA_DEPTH} levels")
    if isinstance(value, dict):
        for name, item in value.items():
            if name.startswith(("$", "_")) or not (name.isascii() and name.isprintable() and name):
                raise ValueError("names must be printable ASCII and not begin with $ or _")
            _check(item, level + 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, level + 1)
    elif isinstance(value, int | float) and not -_LARGEST <= value <= _LARGEST:
        raise ValueError("numbers must be between -2^53 and 2^53")


Moment = Annotated[AwareDatetime, BeforeValidator(_only_text), AfterValidator(_in_range)]
Identifier = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_clean)]
ClerkId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:@|-]{0,199}$")]
Milliseconds = Annotated[float, Field(ge=0, le=DAY_MS, strict=True, allow_inf_nan=False)]
Tokens = Annotated[int, Field(ge=0, le=10_000_000, strict=True)]
FileName = Annotated[str, Field(min_length=1, max_length=1024)]


class Sent(BaseModel):
    """A record as it stands in a file."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid")


class SentTurn(Sent):
    """A turn; `sequence` left out: its place among the turns. `audio` names a file."""

    sequence: Annotated[int, Field(ge=0, le=MAX_SEQUENCE, strict=True)] | None = None
    speaker: Speaker
    text: Annotated[str, AfterValidator(_short)]
    started_at_ms: Milliseconds
    duration_ms: Milliseconds | None = None
    request_id: Identifier | None = None
    provider: Identifier | None = None
    model_id: Identifier | None = None
    tokens_in: Tokens | None = None
    tokens_out: Tokens | None = None
    cost: Annotated[float, Field(ge=0, le=10_000, strict=True, allow_inf_nan=False)] | None = None
    ttft_ms: Milliseconds | None = None
    latency_ms: Milliseconds | None = None
    audio: FileName | None = None


class SentUser(Sent):
    """A user who is created if they are not there."""

    clerk_id: ClerkId
    email: Annotated[str, Field(min_length=3, max_length=320)] | None = None
    name: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    image_url: Annotated[str, Field(min_length=1, max_length=2048)] | None = None


class SentSession(Sent):
    """A session; either `userId` of a known user, or `user`."""

    external_id: Identifier
    user_id: ClerkId | None = None
    user: SentUser | None = None
    channel: Channel
    title: Annotated[str, Field(min_length=1, max_length=300)] | None = None
    started_at: Moment
    ended_at: Moment | None = None
    provider: Identifier | None = None
    model_id: Identifier | None = None
    metadata: Annotated[dict[str, Any], AfterValidator(_within_convex)] | None = None
    status: Literal["active", "completed", "abandoned", "failed"] | None = None
    assessment_ms: Milliseconds | None = None
    assessed_at: Moment | None = None
    labels: (
        Annotated[
            list[Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_clean)]],
            Field(max_length=32),
        ]
        | None
    ) = None
    review_status: Literal["unreviewed", "in_review", "reviewed"] | None = None
    score: Annotated[float, Field(ge=1, le=5, multiple_of=1, strict=True)] | None = None
    audio: FileName | None = None


def first_problem(error: ValidationError) -> tuple[str, str]:
    """Return path and reason of the first problem, without the value that has it."""
    problem = error.errors(include_url=False, include_input=False, include_context=False)[0]
    path = ".".join(str(part)[:64] for part in problem["loc"][:8])
    return path, problem["msg"].removeprefix("Value error, ")[:_REASON_CHARS]
