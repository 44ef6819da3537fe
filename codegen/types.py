"""What a validator becomes in Python: a type, and the expressions that read and write a value."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from local.codegen.naming import RECORD_NAMES, is_integer, is_time, pascal, writer_name

Validator = dict[str, Any]

_PLAIN = {
    "string": "str",
    "id": "str",
    "boolean": "bool",
    "bytes": "bytes",
    "any": "Any",
    "null": "None",
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


@dataclass(slots=True)
class Shapes:
    """Turns validators into shapes and remembers the objects met on the way, by name.

    Args:
        reading: True for results (classes with `from_wire`), False for arguments (typed dicts).
    """

    reading: bool
    objects: dict[str, tuple[str, Validator]] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)

    def of(self, validator: Validator, path: str, name: str = "") -> Shape:
        """Return the shape of a validator.

        Args:
            validator: JSON of a Convex validator.
            path: where it is, for naming objects and for errors.
            name: name of the field that holds it, which decides what a number means.

        Raises:
            UnsupportedValidator: the value has no faithful Python type.
        """
        match validator["type"]:
            case "number":
                return self._number(name)
            case "array":
                return self._array(self.of(validator["value"], path, name))
            case "record":
                return self._record(self.of(validator["values"]["fieldType"], path, name))
            case "union":
                return self._union(validator["value"], path, name)
            case "object":
                return self._object(validator, path)
            case _:
                return _scalar(validator, path)

    def _number(self, name: str) -> Shape:
        if is_time(name):
            return Shape("datetime", "instant({})" if self.reading else "milliseconds({})")
        if is_integer(name):
            return Shape("int", "int({})" if self.reading else "{}")
        return Shape("float")

    def _array(self, item: Shape) -> Shape:
        if not self.reading:
            return Shape(
                f"Sequence[{item.type}]",
                "list({})" if item.plain else f"[{item.of('item')} for item in {{}}]",
            )
        if item.plain:
            return Shape(f"tuple[{item.type}, ...]", "tuple({})")
        return Shape(f"tuple[{item.type}, ...]", f"tuple({item.of('item')} for item in {{}})")

    def _record(self, value: Shape) -> Shape:
        if value.plain:
            return Shape(f"Mapping[str, {value.type}]")
        items = f"{{key: {value.of('item')} for key, item in {{}}.items()}}"
        return Shape(f"Mapping[str, {value.type}]", items)

    def _union(self, members: list[Validator], path: str, name: str) -> Shape:
        rest = [member for member in members if member["type"] != "null"]
        nullable = len(rest) < len(members)
        if len(rest) == 1:
            inner = self.of(rest[0], path, name)
        elif all(member["type"] == "literal" for member in rest):
            inner = Shape(f"Literal[{', '.join(json.dumps(item['value']) for item in rest)}]")
        else:
            inner = self._mixture(rest, path, name)
        return nullable_shape(inner) if nullable else inner

    def _mixture(self, members: list[Validator], path: str, name: str) -> Shape:
        """Return the shape of values that tell by themselves what they are, lists of them too."""
        scalars = [member for member in members if member["type"] != "array"]
        items = [member["value"] for member in members if member["type"] == "array"]
        shapes = [self.of(member, path, name) for member in [*scalars, *items]]
        if not all(shape.plain for shape in shapes):
            raise UnsupportedValidator(f"{path}: a union of objects, times or integers")
        lists = [self.of(member, path, name) for member in members if member["type"] == "array"]
        types = [shape.type for shape in [*shapes[: len(scalars)], *lists]]
        kind = " | ".join(dict.fromkeys(types))
        if not lists:
            return Shape(kind)
        found, made = ("list", "tuple") if self.reading else ("tuple", "list")
        return Shape(kind, f"{made}({{}}) if isinstance({{}}, {found}) else {{}}")

    def _object(self, validator: Validator, path: str) -> Shape:
        fields = validator["value"]
        if self.reading and fields.keys() == {"items", "nextCursor"}:
            item = self.of(fields["items"]["fieldType"]["value"], path)
            items = f"tuple({item.of('item')} for item in {{}}['items'])"
            return Shape(f"Page[{item.type}]", f"Page({items}, {{}}['nextCursor'])")
        name = self._name(validator, path)
        return Shape(
            name, f"{name}.from_wire({{}})" if self.reading else f"{writer_name(name)}({{}})"
        )

    def _name(self, validator: Validator, path: str) -> str:
        """Return the name of an object: of the same shape if it was met before."""
        key = json.dumps(validator, sort_keys=True)
        if key not in self._names:
            name = RECORD_NAMES.get(path) or pascal(path) + ("Result" if self.reading else "Args")
            if name in self.objects:
                name = pascal(path) + ("Result" if self.reading else "Args")
            self._names[key] = name
            self.objects[name] = (path, validator)
        return self._names[key]


def nullable_shape(inner: Shape) -> Shape:
    """Return the shape of `inner` or None."""
    if inner.type.endswith("| None"):
        return inner
    kind = f"{inner.type} | None"
    if inner.plain:
        return Shape(kind)
    return Shape(kind, f"None if {{}} is None else {inner.conversion}")


def _scalar(validator: Validator, path: str) -> Shape:
    """Return the shape of a value that is taken as it is."""
    kind = validator["type"]
    if kind == "literal":
        return Shape(f"Literal[{json.dumps(validator['value'])}]")
    if kind not in _PLAIN:
        raise UnsupportedValidator(f"{path}: {kind}")
    return Shape(_PLAIN[kind])
