"""What the generated records are made of: descriptions of functions, pages, and time.

Convex keeps times as Unix milliseconds (float64); Python sees aware datetimes in UTC. Which fields
are times or integers is decided by name when the records are generated (`local/codegen`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

Wire = dict[str, Any]
Record = TypeVar("Record")
Args = TypeVar("Args", bound=Mapping[str, Any])
Result = TypeVar("Result")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Page(Generic[Record]):
    """One page of a list; `next_cursor` is None on the last one."""

    items: tuple[Record, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Query(Generic[Args, Result]):
    """A public query: its path, how its arguments are written, how its answer is read."""

    path: str
    encode: Callable[[Args], Wire]
    decode: Callable[[Any], Result]


@dataclass(frozen=True, slots=True)
class Mutation(Generic[Args, Result]):
    """A public mutation: like `Query`, and repeated safely under an idempotency key."""

    path: str
    encode: Callable[[Args], Wire]
    decode: Callable[[Any], Result]


@dataclass(frozen=True, slots=True)
class Argument:
    """One field among arguments: its name in Python and on the wire, and how it is written.

    `nullable` fields send None as null; others leave the field out.
    """

    name: str
    wire: str
    write: Callable[[Any], Any] | None = None
    nullable: bool = False


def writer(*fields: Argument) -> Callable[[Mapping[str, Any]], Wire]:
    """Return the function that turns a typed dict of these fields into what is sent."""

    def write(args: Mapping[str, Any]) -> Wire:
        wire: Wire = {}
        for field in fields:
            value = args.get(field.name)
            if value is not None:
                wire[field.wire] = field.write(value) if field.write else value
            elif field.nullable and field.name in args:
                wire[field.wire] = None
        return wire

    return write


def instant(milliseconds: float) -> datetime:
    """Return the moment that Unix milliseconds stand for."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


def milliseconds(moment: datetime) -> float:
    """Return a moment as Unix milliseconds.

    Raises:
        TypeError: the datetime is naive.
    """
    return (moment - _EPOCH) / _MILLISECOND


def rfc3339(moment: datetime) -> str:
    """Return a moment as RFC 3339 in UTC with milliseconds."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
