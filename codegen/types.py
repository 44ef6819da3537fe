"""What a validator becomes in Python: a type and, for arguments, the expression that writes it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from codegen.naming import writer

Validator = dict[str, Any]
"""A validator as `validators.ts` prints it."""

_PLAIN = {
    "any": "Any",
    "boolean": "bool",
    "bytes": "bytes",
    "id": "str",
    "null": "None",
    "number": "float",
    "string": "str",
    "whole": "int",
}


class UnsupportedValidator(Exception):  # noqa: N818  # named after what is the case
    """A validator that has no faithful Python type here; the message names its place."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A Python type and a template that converts a value; `{}` stands for the value.

    `conversion` is `"{}"` when the value needs no conversion.
    """

    type: str
    conversion: str = "{}"

    @property
    def plain(self) -> bool:
        """Whether values are taken as they are."""
        return self.conversion == "{}"

    def of(self, expression: str) -> str:
        """Return the expression that converts `expression`."""
        return self.conversion.replace("{}", expression)

    @property
    def function(self) -> str:
        """The conversion as a function of one argument."""
        call = re.fullmatch(r"([\w.]+)\(\{\}\)", self.conversion)
        return call[1] if call else f"lambda value: {self.of('value')}"

    def nullable(self) -> Shape:
        """Return the shape of this or None."""
        if self.type.endswith("| None"):
            return self
        conversion = "{}" if self.plain else f"None if {{}} is None else {self.conversion}"
        return Shape(f"{self.type} | None", conversion)


@dataclass(slots=True)
class Shapes:
    """Turns validators into shapes and remembers the objects met on the way, by name.

    Args:
        reading: True for results (structures, which read themselves), False for arguments (typed
            dicts, which are written).
    """

    reading: bool
    objects: dict[str, Validator] = field(default_factory=dict)

    def of(self, validator: Validator, path: str) -> Shape:
        """Return the shape of a validator.

        Args:
            validator: what `validators.ts` printed.
            path: where it is, for errors.

        Raises:
            UnsupportedValidator: the value has no faithful Python type, or an object no name.
        """
        match validator["type"]:
            case kind if kind in _PLAIN:
                shape = Shape(_PLAIN[kind])
            case "moment" if self.reading:
                shape = Shape("Moment")
            case "moment":
                shape = Shape("datetime", "milliseconds({})")
            case "literal" if self.reading and not isinstance(validator["value"], str):
                raise UnsupportedValidator(f"{path}: a literal that is no text")
            case "literal":
                shape = Shape(f"Literal[{json.dumps(validator['value'])}]")
            case "array":
                shape = self._array(self.of(validator["value"], path))
            case "record":
                shape = self._record(self.of(validator["value"], path))
            case "union":
                shape = self._union(validator["value"], path)
            case "object":
                shape = self._object(validator, path)
            case kind:
                raise UnsupportedValidator(f"{path}: {kind}")
        return shape

    def _array(self, item: Shape) -> Shape:
        if self.reading:
            return Shape(f"tuple[{item.type}, ...]")
        each = "list({})" if item.plain else f"[{item.of('item')} for item in {{}}]"
        return Shape(f"Sequence[{item.type}]", each)

    def _record(self, value: Shape) -> Shape:
        if value.plain:
            return Shape(f"Mapping[str, {value.type}]")
        each = f"{{key: {value.of('item')} for key, item in {{}}.items()}}"
        return Shape(f"Mapping[str, {value.type}]", each)

    def _union(self, members: list[Validator], path: str) -> Shape:
        rest = [member for member in members if member["type"] != "null"]
        if len(rest) == 1:
            inner = self.of(rest[0], path)
        elif all(member["type"] == "literal" for member in rest):
            inner = Shape(f"Literal[{', '.join(json.dumps(item['value']) for item in rest)}]")
        else:
            inner = self._mixture(rest, path)
        return inner.nullable() if len(rest) < len(members) else inner

    def _mixture(self, members: list[Validator], path: str) -> Shape:
        """Return the shape of values that tell by themselves what they are, lists of them too."""
        kinds = [member["value"] if member["type"] == "array" else member for member in members]
        if any(kind["type"] not in {"boolean", "number", "string", "literal"} for kind in kinds):
            raise UnsupportedValidator(f"{path}: a union of objects, moments or whole numbers")
        types = " | ".join(dict.fromkeys(self.of(member, path).type for member in members))
        if self.reading or all(member["type"] != "array" for member in members):
            return Shape(types)
        return Shape(types, "list({}) if isinstance({}, tuple) else {}")

    def _object(self, validator: Validator, path: str) -> Shape:
        fields = validator["fields"]
        if self.reading and fields.keys() == {"items", "nextCursor"}:
            return Shape(f"Page[{self.of(fields['items']['value'], path).type}]")
        name: str | None = validator["name"]
        if name is None:
            raise UnsupportedValidator(f"{path}: an object without a name; see `named`")
        if not self.reading and not name.startswith("New"):
            name = f"New{name}"
        known = self.objects.setdefault(name, {**validator, "path": path})
        if known["fields"] != fields:
            raise UnsupportedValidator(f"{path}: another object is called {name}")
        return Shape(name) if self.reading else Shape(name, f"{writer(name)}({{}})")
