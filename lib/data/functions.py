"""What the generated records are made of: structures, descriptions of functions, pages, and time.

Convex keeps times as Unix milliseconds (float64); Python sees aware datetimes in UTC. Convex has
one type of number; where its validators say that one is whole, Python sees an int.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import msgspec
from convex import json_to_convex

from lib.data.errors import FunctionFailed
from lib.product.texts import sanitized

Wire = dict[str, Any]
Item = TypeVar("Item")
Args = TypeVar("Args", bound=Mapping[str, Any])
Result = TypeVar("Result")


class Continued(Protocol):
    """What names the place where the next call goes on."""

    @property
    def next_cursor(self) -> str | None:
        """None once there is no more."""


Report = TypeVar("Report", bound=Continued)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_SAFE_INTEGER = 2**53


if TYPE_CHECKING:
    from typing import Literal as Literal  # noqa: PLC0414

    Moment = datetime
else:

    class Literal:
        """`typing.Literal` for type checkers, any text at run time.

        Functions are deployed before the app, so an app may meet words that only the next release
        knows. It shows them as they are; `lib.product.words.Words` is a table that has an answer.
        """

        def __class_getitem__(cls, words: object) -> type[str]:
            return str

    class _Moment(type):
        def __instancecheck__(cls, value: object) -> bool:
            return isinstance(value, datetime)

    class Moment(metaclass=_Moment):
        """A datetime that is Unix milliseconds on the wire.

        msgspec reads numbers as datetimes by a rule of its own (seconds), but leaves types that it
        does not know to `_read`: this is one, and every datetime is an instance of it.
        """


class Record(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Base of what functions return: immutable, equal by value, names on the wire in camel case.

    `msgspec.json.encode` writes one as JSON, times as RFC 3339 in UTC; `msgspec.structs` has
    `replace` and `asdict`.
    """


class Page(Record, Generic[Item], frozen=True):
    """One page of a list; `next_cursor` is None on the last one."""

    items: tuple[Item, ...]
    next_cursor: str | None


class Reader(Generic[Result]):
    """Reads what a function answers.

    Args:
        kind: the type of its result.
    """

    def __init__(self, kind: Any) -> None:
        self._kind = kind

    @cached_property
    def _decoder(self) -> msgspec.json.Decoder[Result]:
        # Not strict: a whole number is `3` or `3.0`, as the engine likes.
        return msgspec.json.Decoder(
            self._kind, dec_hook=_read, float_hook=lambda text: _number(float(text)), strict=False
        )

    def __call__(self, body: bytes) -> Result:
        """Return the result that a JSON text in Convex's encoding stands for.

        Raises:
            FunctionFailed: it is not of the type that the function's validators promised.
        """
        try:
            # Encoded values are objects with one name that begins with `$`: rare.
            if b'"$' not in body:
                try:
                    return self._decoder.decode(body)
                except msgspec.ValidationError:
                    raise
                except msgspec.DecodeError:
                    pass  # Half of a surrogate pair, which only the other parser accepts.
            value = json_to_convex(json.loads(body, parse_int=float))
            result: Result = from_wire(self._kind, _plain(value))
        except msgspec.ValidationError as error:
            raise FunctionFailed(f"an answer of another shape: {error}") from error
        return result


def from_wire(kind: type[Result], value: Any) -> Result:
    """Return what a value with names and moments as on the wire stands for.

    Raises:
        msgspec.ValidationError: it is not of this type.
    """
    return msgspec.convert(value, kind, dec_hook=_read, strict=False)


def _number(value: float) -> float:
    """Return a number that no validator describes: an int if whole, whatever the engine wrote."""
    is_whole = value.is_integer() and abs(value) < _SAFE_INTEGER and str(value) != "-0.0"
    return int(value) if is_whole else value


def _plain(value: Any) -> Any:
    match value:
        case float():
            return _number(value)
        case str():
            return sanitized(value)
        case list():
            return [_plain(item) for item in value]
        case dict():
            return {name: _plain(item) for name, item in value.items()}
        case _:
            return value


def _read(_kind: type[Moment], value: float) -> datetime:
    return instant(value)


@dataclass(frozen=True, slots=True)
class Query(Generic[Args, Result]):
    """A public query: its path, how its arguments are written, how its answer is read."""

    path: str
    encode: Callable[[Args], Wire]
    decode: Callable[[bytes], Result]


@dataclass(frozen=True, slots=True)
class Mutation(Generic[Args, Result]):
    """A public mutation: like `Query`, and repeated safely under an idempotency key."""

    path: str
    encode: Callable[[Args], Wire]
    decode: Callable[[bytes], Result]


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
    """Return the moment that Unix milliseconds stand for.

    Raises:
        ValueError: it is beyond the calendar.
    """
    try:
        return _EPOCH + milliseconds * _MILLISECOND
    except OverflowError as error:
        raise ValueError("a time beyond the calendar") from error


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


def every_item(call: Callable[[str | None], Page[Item]]) -> Iterator[Item]:
    """Yield the items of all pages of a list.

    Args:
        call: returns the page at a cursor.
    """
    return (item for found in every_report(call) for item in found.items)


def every_report(call: Callable[[str | None], Report]) -> Iterator[Report]:
    """Yield what a function answers until it has no more to say.

    Args:
        call: runs the function from a cursor.
    """
    cursor: str | None = None
    while True:
        found = call(cursor)
        yield found
        cursor = found.next_cursor
        if cursor is None:
            return
