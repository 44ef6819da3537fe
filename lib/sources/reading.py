"""Reads the fields of a payload one by one: what is asked for, what is not, and what is malformed.

A value that cannot be right leaves its field out with a reason and nothing else. A text that is too
long is cut between characters, which is said too. Limits are those of `lib.data.fields`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from lib.data import fields
from lib.formats.conversation import MAX_REFUSALS, Refusal
from lib.product import limits
from lib.product.texts import sanitized, shortened, shortened_to_bytes

_Value = TypeVar("_Value")

MAX_NAMES: Final = 500
"""Names of unmapped fields that are told apart in one delivery."""

ANOTHER: Final = "(a field with another kind of name)"
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,63}")
_LINK: Final = re.compile(r"https://[\x21-\x7e]{1,8000}")
_BLANKS: Final = re.compile(r"[\x00-\x20\x7f-\x9f\ufeff]+")

DURATION: Final[TypeAdapter[float]] = TypeAdapter(fields.Duration)
TOKENS: Final[TypeAdapter[int]] = TypeAdapter(fields.Tokens)
MOMENT: Final[TypeAdapter[datetime]] = TypeAdapter(fields.Moment)
METADATA: Final[TypeAdapter[dict[str, Any]]] = TypeAdapter(fields.Metadata)
LANGUAGE: Final[TypeAdapter[str]] = TypeAdapter(fields.Language)


class Notes:
    """What a delivery holds besides what is mapped."""

    def __init__(self) -> None:
        self.unmapped: Counter[str] = Counter()
        self.left_out: list[Refusal] = []
        self.left_out_count = 0

    def leave_out(self, path: str, reason: str, line: int = 0) -> None:
        """Note what is left out; the reason never quotes a value."""
        self.left_out_count += 1
        if len(self.left_out) < MAX_REFUSALS:
            self.left_out.append(Refusal(line, reason, path))

    def not_mapped(self, name: str) -> None:
        """Count a field that has no place here."""
        known = name in self.unmapped or len(self.unmapped) < MAX_NAMES
        self.unmapped[name if known else ANOTHER] += 1


class Fields:
    """The fields of one object of a payload.

    Args:
        record: the object; anything else counts as one without fields.
        notes: of the delivery.
        path: where it stands, with indices.
        label: what stands for the path in names of unmapped fields; default the path itself.
    """

    def __init__(self, record: object, notes: Notes, path: str = "", label: str = "") -> None:
        self._record: Mapping[str, Any] = record if isinstance(record, Mapping) else {}
        self._notes = notes
        self._asked: set[str] = set()
        self._children: dict[str, Fields] = {}
        self._label = label
        self.path = path

    def __bool__(self) -> bool:
        return bool(self._record)

    def at(self, name: str) -> str:
        """Return the path of a field."""
        shown = name if _NAME.fullmatch(name) else ANOTHER
        return f"{self.path}.{shown}" if self.path else shown

    def raw(self, name: str) -> Any:
        """Return a value as it is, None if it is not there."""
        self._asked.add(name)
        return self._record.get(name)

    def names(self) -> tuple[str, ...]:
        """Return the names of all fields."""
        return tuple(self._record)

    def ignore(self, *names: str) -> None:
        """Say that fields repeat what is read elsewhere."""
        self._asked.update(names)

    def child(self, name: str) -> Fields:
        """Return the object in a field; one without fields if there is none."""
        if name not in self._children:
            value = self.raw(name)
            if value is not None and not isinstance(value, Mapping):
                self.refuse(name, "not an object")
            self._children[name] = Fields(value, self._notes, self.at(name))
        return self._children[name]

    def children(self, name: str) -> Iterator[tuple[str, object]]:
        """Yield the items of a list with their paths."""
        value = self.raw(name)
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield f"{self.at(name)}.{index}", item
        elif value is not None:
            self.refuse(name, "not a list")

    def entries(self, name: str) -> Iterator[tuple[str, str, object]]:
        """Yield the names, paths and values of an object whose names are anybody's."""
        value = self.raw(name)
        if isinstance(value, Mapping):
            for key, item in value.items():
                yield key, f"{self.at(name)}.*", item
        elif value is not None:
            self.refuse(name, "not an object")

    def text(self, name: str, most: int = limits.IDENTIFIER_CHARS) -> str | None:
        """Return a text on one line, None if there is none or it is empty.

        Args:
            name: of the field.
            most: characters to keep.
        """
        value = self.raw(name)
        if value is None:
            return None
        if not isinstance(value, str):
            self.refuse(name, "not a text")
            return None
        line = sanitized(_BLANKS.sub(" ", value)).strip()
        if len(line) > most:
            self.refuse(name, f"cut to {most} characters")
        return shortened(line, most).strip() or None

    def words(self, name: str) -> str | None:
        """Return a text of any number of lines, fit to be the text of a turn."""
        value = self.raw(name)
        if value is None or isinstance(value, str):
            return None if value is None else self.fitting(name, value)
        self.refuse(name, "not a text")
        return None

    def fitting(self, name: str, text: str, most: int = limits.TEXT_BYTES) -> str:
        """Return a text without unfit characters, cut to a number of bytes in UTF-8."""
        whole = sanitized(text)
        cut = shortened_to_bytes(whole, most)
        if cut != whole:
            self.refuse(name, f"cut to {most} bytes")
        return cut

    def number(self, name: str) -> float | None:
        """Return a number, None if there is none."""
        value = self.raw(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.refuse(name, "not a number")
            return None
        if not abs(value) < 2**63:
            self.refuse(name, "out of range")
            return None
        return float(value)

    def milliseconds(self, name: str, factor: float = 1.0) -> float | None:
        """Return a duration in ms; `factor` turns the field's unit into ms."""
        value = self.number(name)
        return None if value is None else self.take(name, value * factor, DURATION)

    def tokens(self, name: str) -> int | None:
        """Return a count of tokens."""
        value = self.number(name)
        whole = int(value) if value is not None and value == int(value) else value
        return None if whole is None else self.take(name, whole, TOKENS)

    def flag(self, name: str) -> bool | None:
        """Return a yes or no, None if there is none."""
        value = self.raw(name)
        if value is not None and not isinstance(value, bool):
            self.refuse(name, "not a boolean")
            return None
        return value

    def moment(self, name: str) -> datetime | None:
        """Return an RFC 3339 time, None if there is none."""
        value = self.raw(name)
        return None if value is None else self.take(name, value, MOMENT)

    def epoch_ms(self, name: str) -> datetime | None:
        """Return a time that is given in ms since 1970."""
        value = self.number(name)
        if value is None:
            return None
        if not limits.FIRST_TIME_MS <= value < limits.LAST_TIME_MS:
            self.refuse(name, "must be between the years 2000 and 2200")
            return None
        return datetime.fromtimestamp(value / 1000, UTC)

    def language(self, name: str) -> str | None:
        """Return a BCP 47 tag."""
        value = self.text(name)
        return None if value is None else self.take(name, value, LANGUAGE)

    def take(self, name: str, value: object, kind: TypeAdapter[_Value]) -> _Value | None:
        """Return a value if it is of a kind; else it is left out, with the reason."""
        try:
            return kind.validate_python(value)
        except ValidationError as error:
            problem = error.errors(include_url=False, include_input=False, include_context=False)
            self.refuse(name, problem[0]["msg"].removeprefix("Value error, "))
            return None

    def refuse(self, name: str, reason: str) -> None:
        """Note that a field is left out."""
        self._notes.leave_out(self.at(name), reason)

    def link(self, name: str) -> str | None:
        """Return an https address."""
        value = self.raw(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str) or not _LINK.fullmatch(value):
            self.refuse(name, "not an https address")
            return None
        return value

    def close(self) -> None:
        """Count the fields that nobody asked for, also of the objects in it."""
        for child in self._children.values():
            child.close()
        for name, value in self._record.items():
            if name not in self._asked and value is not None:
                self._notes.not_mapped(_without_indices(self._named(name)))

    def _named(self, name: str) -> str:
        path = self.at(name)
        return self._label + path.removeprefix(self.path) if self._label else path


def _without_indices(path: str) -> str:
    return re.sub(r"\.[0-9]+(?=\.|$)", "[]", path)
