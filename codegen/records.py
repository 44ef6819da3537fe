"""Writes the text of lib/data/records.py."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from local.codegen.naming import RECORD_NAMES, pascal, snake, writer_name
from local.codegen.types import Shapes, Validator, nullable_shape

Functions = dict[str, dict[str, Any]]

ADDED_BY_CALLER = {"idempotencyKey", "requestId"}
"""Arguments that every function has; `lib.data.client.Caller` fills them in."""

HEADER = '''"""Records, arguments and descriptions of the public Convex functions.

Generated from their validators by `python -m local.codegen`; a test proves that it is current.
Moments are aware datetimes in UTC, counts are ints, optional fields are None when absent. Among
arguments, None in a field that Convex does not let be null means that it is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, NotRequired, TypedDict

from lib.data.functions import (
    Argument, Mutation, Page, Query, Wire, instant, milliseconds, writer,
)
'''


def render(functions: Functions) -> str:
    """Return the module's text for the validators of all public functions."""
    listed = [name.split("()")[0].split(".")[0] for name in RECORD_NAMES]
    order = sorted(functions, key=lambda path: [*listed, path].index(path))
    results, arguments = Shapes(reading=True), Shapes(reading=False)
    descriptions = [_function(path, functions[path], results, arguments) for path in order]
    records = _all(results, _record)
    inputs = _all(arguments, _input)
    writers = _in_order(dict(zip(arguments.objects, _all(arguments, _writes), strict=True)))
    parts = [HEADER, *sorted(records), *sorted(inputs), *writers, *sorted(descriptions)]
    return _formatted("\n\n".join(parts))


def _function(path: str, function: dict[str, Any], results: Shapes, arguments: Shapes) -> str:
    """Return the description of one function; its objects are noted in the shapes."""
    kind = {"query": "Query", "mutation": "Mutation"}[function["kind"]]
    result = results.of(function["returns"] or {"type": "any"}, path)
    fields = {
        name: item
        for name, item in function["args"]["value"].items()
        if name not in ADDED_BY_CALLER
    }
    name = f"{pascal(path)}Args"
    arguments.objects[name] = (f"{path}()", {"type": "object", "value": fields})
    constant = snake(pascal(path)).upper()
    return (
        f"{constant}: Final[{kind}[{name}, {result.type}]] = {kind}"
        f'("{path}", {writer_name(name)}, {result.function})'
    )


def _all(shapes: Shapes, write: Callable[[str, str, Validator, Shapes], str]) -> list[str]:
    """Write every object; objects found while writing are written too."""
    written: dict[str, str] = {}
    while missing := [name for name in shapes.objects if name not in written]:
        for name in missing:
            written[name] = write(name, *shapes.objects[name], shapes)
    return [written[name] for name in shapes.objects]


def _fields(validator: Validator) -> list[tuple[str, dict[str, Any]]]:
    """Return the fields of an object, the required ones first."""
    return sorted(validator["value"].items(), key=lambda item: bool(item[1].get("optional")))


def _record(name: str, path: str, validator: Validator, shapes: Shapes) -> str:
    """Return the frozen class of an object among results."""
    declared, read = [], []
    for wire, item in _fields(validator):
        shape = shapes.of(item["fieldType"], f"{path}.{wire}", wire)
        optional = bool(item.get("optional"))
        source = f'wire.get("{wire}")' if optional else f'wire["{wire}"]'
        if optional:
            shape = nullable_shape(shape)
        if not shape.plain and shape.type.endswith("| None"):
            expression = shape.of("_").replace("None if _ is", f"None if (_ := {source}) is", 1)
        else:
            expression = shape.of(source)
        declared.append(f"    {snake(wire)}: {shape.type}{' = None' if optional else ''}")
        read.append(f"            {snake(wire)}={expression},")
    return "\n".join(
        [
            "@dataclass(frozen=True, slots=True, kw_only=True)",
            f"class {name}:",
            f'    """What `{path}` returns."""\n',
            *declared,
            "",
            "    @classmethod",
            f"    def from_wire(cls, wire: Wire) -> {name}:",
            '        """Read the object as Convex sends it."""',
            "        return cls(",
            *read,
            "        )",
        ]
    )


def _input(name: str, path: str, validator: Validator, shapes: Shapes) -> str:
    """Return the typed dict of an object among arguments."""
    declared = []
    for wire, item in _fields(validator):
        kind = shapes.of(item["fieldType"], _inside(path, wire), wire)
        if item.get("optional"):
            declared.append(f"    {snake(wire)}: NotRequired[{nullable_shape(kind).type}]")
        else:
            declared.append(f"    {snake(wire)}: {kind.type}")
    documentation = f'    """Arguments of `{path.replace("()", " ").strip()}`."""\n'
    return "\n".join([f"class {name}(TypedDict):", documentation, *declared])


def _writes(name: str, path: str, validator: Validator, shapes: Shapes) -> str:
    """Return the function that writes an object among arguments."""
    fields = []
    for wire, item in _fields(validator):
        shape = shapes.of(item["fieldType"], _inside(path, wire), wire)
        options = f", {shape.function}" if not shape.plain else ""
        if shape.type.endswith("| None"):
            options += ", nullable=True"
        fields.append(f'    Argument("{snake(wire)}", "{wire}"{options}),')
    return "\n".join([f"{writer_name(name)} = writer(", *fields, ")"])


def _inside(path: str, field: str) -> str:
    return f"{path}{field}" if path.endswith("()") else f"{path}.{field}"


def _in_order(writers: dict[str, str]) -> list[str]:
    """Return the writers so that each stands after those that it uses."""
    ordered: list[str] = []
    left = dict(sorted(writers.items()))
    while left:
        for name, text in list(left.items()):
            if not any(
                other != name and re.search(rf"\b{writer_name(other)}\b", text) for other in left
            ):
                ordered.append(left.pop(name))
    return ordered


def _formatted(text: str) -> str:
    """Return the text as ruff lays it out, without imports that it does not need."""
    ruff = [sys.executable, "-m", "ruff"]
    stdin = ["--stdin-filename", "lib/data/records.py", "-"]
    for command in (["check", "--quiet", "--fix-only", "--select", "F401,I"], ["format"]):
        text = subprocess.run(  # noqa: S603  # our own commands
            [*ruff, *command, *stdin], input=text, capture_output=True, text=True, check=True
        ).stdout
    return text
