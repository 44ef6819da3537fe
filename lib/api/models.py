"""Base classes of the API's models, and types that several resources share.

Names on the wire are camelCase, times RFC 3339 in UTC with milliseconds. Bodies of requests are
`lib.data.fields.Sent`, with the limits of Convex.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    PlainSerializer,
    ValidatorFunctionWrapHandler,
)
from pydantic.alias_generators import to_camel

from lib.data import fields
from lib.data.functions import rfc3339


def _with_open_words(schema: Any) -> Any:
    """Return a schema in which every list of words takes other texts too."""
    if isinstance(schema, list | tuple):
        return type(schema)(map(_with_open_words, schema))
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "function-wrap" and schema["function"].get("function") is _any_word:
        return schema
    if schema.get("type") == "literal":
        passing = {"type": "no-info", "function": _any_word}
        return {"type": "function-wrap", "function": passing, "schema": schema}
    return {name: _with_open_words(value) for name, value in schema.items()}


def _any_word(value: Any, known: ValidatorFunctionWrapHandler) -> Any:
    return value if isinstance(value, str) else known(value)


class ResponseModel(BaseModel):
    """Base of responses: created from a record, or field by field."""

    model_config = ConfigDict(alias_generator=to_camel, from_attributes=True, validate_by_name=True)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler
    ) -> Any:
        """Let pass words that only the next release knows: its functions are deployed first."""
        return _with_open_words(handler(source))


_AS_TEXT = PlainSerializer(rfc3339, return_type=str)
Moment = fields.Moment
OutMoment = Annotated[datetime, _AS_TEXT, fields.MOMENT_SCHEMA]
DocumentId = Annotated[
    str,
    Field(
        pattern=r"^[0-9a-z]{16,64}$",
        description="Id that the creating operation returned.",
        examples=["k57f8vz0w1x2y3abcd4efgh5jk"],
    ),
]
UserKind = Literal["product", "team"]
UserStatus = Literal["active", "banned", "deleted"]
Order = Literal["asc", "desc"]


class Distribution(ResponseModel):
    """Distribution of a duration over turns, in milliseconds; percentiles within 1%."""

    count: int
    mean: float | None
    p50: float | None
    p95: float | None
    p99: float | None
    max: float | None


class Figures(ResponseModel):
    """Sums over sessions and the distributions of their turns. `cost` is in US dollars."""

    sessions: int
    interactions: int
    tokens_in: int
    tokens_out: int
    cost: float
    ttft: Distribution
    latency: Distribution
    as_of: OutMoment | None = Field(
        default=None, description="Given if what was stored after this is not in the figures yet."
    )
