"""Types of single fields as Convex accepts them, for whatever takes them from outside.

The HTTP API and the importer build their models of these, so that nothing passes here that the
functions refuse there. Durations are milliseconds, costs US dollars.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel

from lib.product import limits
from lib.product.phones import phone_number
from lib.product.texts import UNFIT_MESSAGE, is_fit

MAX_NAMES: Final = 1024
"""Convex's limit of names in an object, and of characters in a name."""

_FIRST_TIME: Final = datetime.fromtimestamp(limits.FIRST_TIME_MS / 1000, UTC)
_LAST_TIME: Final = datetime.fromtimestamp(limits.LAST_TIME_MS / 1000, UTC)
_SAFE_INTEGER: Final = 2**53
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]")
# No control characters, no blanks at the ends; readable by both Rust's and ECMAScript's engines.
_EDGE = r"[^\s\x00-\x1f\x7f-\x9f" + "\ufeff]"
_CLEAN = rf"^{_EDGE}([^\x00-\x1f\x7f-\x9f]*{_EDGE})?$"


def _only_text(value: object) -> object:
    # Numbers, as text too, would be taken as seconds or milliseconds, depending on their size.
    if isinstance(value, datetime) or (isinstance(value, str) and _DATE.match(value)):
        return value
    raise ValueError("must be an RFC 3339 time, such as 2026-01-31T12:00:00Z")


def _in_range(value: datetime) -> datetime:
    if not _FIRST_TIME <= value < _LAST_TIME:
        raise ValueError("must be between the years 2000 and 2200")
    return value


def _fit(value: str) -> str:
    if not is_fit(value):
        raise ValueError(UNFIT_MESSAGE)
    return value


def _short_enough(value: str) -> str:
    if len(value.encode()) > limits.TEXT_BYTES:
        raise ValueError(f"must have at most {limits.TEXT_BYTES} bytes in UTF-8")
    return value


def _distinct(values: list[str]) -> list[str]:
    if len(set(values)) < len(values):
        raise ValueError("must not repeat an entry")
    return values


def _within_convex(value: dict[str, Any]) -> dict[str, Any]:
    """Refuse what Convex cannot hold: deep nesting, odd names, numbers that would change."""
    _check_value(value, 1)
    if (
        len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
        > limits.METADATA_BYTES
    ):
        raise ValueError(f"must have at most {limits.METADATA_BYTES} bytes as JSON")
    return value


def _check_name(name: str) -> None:
    if not name or name.startswith(("$", "_")) or not (name.isascii() and name.isprintable()):
        raise ValueError("names must be printable ASCII and not begin with $ or _")
    if len(name) > MAX_NAMES:
        raise ValueError(f"names must have at most {MAX_NAMES} characters")


def _check_value(value: object, level: int) -> None:
    if isinstance(value, dict | list) and level > limits.METADATA_DEPTH:
        raise ValueError(f"must have at most {limits.METADATA_DEPTH} levels")
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
        _fit(value)
    elif isinstance(value, int | float) and not -_SAFE_INTEGER <= value <= _SAFE_INTEGER:
        raise ValueError("numbers must be between -2^53 and 2^53")


class Sent(BaseModel):
    """Base of what is sent from outside: names in camel case, unknown ones are refused.

    Null means the same as leaving out.
    """

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid")


MOMENT_SCHEMA: Final = WithJsonSchema(
    {"type": "string", "format": "date-time", "examples": ["2026-01-31T12:00:00.000Z"]}
)
Moment = Annotated[
    AwareDatetime, BeforeValidator(_only_text), AfterValidator(_in_range), MOMENT_SCHEMA
]
Identifier = Annotated[str, Field(min_length=1, max_length=limits.IDENTIFIER_CHARS, pattern=_CLEAN)]
Facet = Annotated[str, Field(min_length=1, max_length=limits.FACET_CHARS, pattern=_CLEAN)]
# A path segment as it is: nothing that would need escaping there.
ClerkId = Annotated[
    str,
    Field(
        pattern=rf"^[A-Za-z0-9][A-Za-z0-9_.:@|-]{{0,{limits.IDENTIFIER_CHARS - 1}}}$",
        description="Clerk user id.",
        examples=["user_2b9XkQ"],
    ),
]
Name = Annotated[str, AfterValidator(_fit), Field(min_length=1, max_length=limits.NAME_CHARS)]
Email = Annotated[str, AfterValidator(_fit), Field(min_length=1, max_length=limits.EMAIL_CHARS)]
ImageUrl = Annotated[str, AfterValidator(_fit), Field(min_length=1, max_length=limits.URL_CHARS)]
Phone = Annotated[
    str | None,
    BeforeValidator(lambda value: phone_number(value) if isinstance(value, str) else value),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string", "maxLength": 100}, {"type": "null"}],
            "examples": ["+4930901820"],
        }
    ),
    Field(description="With country code; a withheld one (`anonymous`) is the same as none."),
]
Title = Annotated[str, AfterValidator(_fit), Field(min_length=1, max_length=limits.TITLE_CHARS)]
Text = Annotated[str, AfterValidator(_fit), AfterValidator(_short_enough)]
AnyText = Annotated[str, AfterValidator(_fit)]
Label = Annotated[str, Field(min_length=1, max_length=limits.LABEL_CHARS, pattern=_CLEAN)]
Labels = Annotated[list[Label], AfterValidator(_distinct), Field(max_length=limits.LABELS)]
Duration = Annotated[
    float, Field(ge=0, le=limits.MAX_DURATION_MS, strict=True, allow_inf_nan=False)
]
Tokens = Annotated[int, Field(ge=0, le=limits.MAX_TOKENS, strict=True)]
Cost = Annotated[float, Field(ge=0, le=limits.MAX_COST, strict=True, allow_inf_nan=False)]
Sequence = Annotated[int, Field(ge=0, le=limits.MAX_SEQUENCE, strict=True)]
Score = Annotated[float, Field(ge=1, le=limits.MAX_SCORE, multiple_of=1, strict=True)]
Metadata = Annotated[
    dict[str, Any],
    AfterValidator(_within_convex),
    Field(description="Free-form JSON object: at most 16 KiB and 8 levels."),
]
Language = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$",
        max_length=35,
        description="BCP 47 tag (RFC 5646).",
        examples=["de-CH"],
    ),
]
Channel = Literal["voice", "chat"]
Speaker = Literal["user", "assistant", "system", "tool"]
ScoreOrigin = Literal["machine", "vendor", "user"]
ScoreName = Annotated[str, Field(min_length=1, max_length=limits.SCORE_NAME_CHARS, pattern=_CLEAN)]
ScoreLabel = Annotated[
    str, Field(min_length=1, max_length=limits.SCORE_LABEL_CHARS, pattern=_CLEAN)
]
Timing = Literal["measured", "vendor", "derived", "none"]
SessionStatus = Literal["active", "completed", "abandoned", "failed"]
ReviewStatus = Literal["unreviewed", "in_review", "reviewed"]
