"""Writes the text of lib/data/records.py."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from codegen.naming import constant, pascal, snake, writer
from codegen.types import Shapes, Validator

Functions = dict[str, dict[str, Any]]
"""What `validators.ts` printed of each function, by `module:function`."""

HEADER = '''"""Records, arguments and descriptions of the public Convex functions.

Generated from their validators by `python -m codegen`; a test proves that it is current. Among
arguments, None in a field that Convex does not let be null means that it is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NotRequired, TypedDict

from msgspec import field

from lib.data.functions import (
    Reader, Argument, Literal, Moment, Mutation, Page, Query, Record, milliseconds, writer,
)
'''


def records_text(functions: Functions) -> str:
    """Return the module's text."""
    results, arguments = Shapes(reading=True), Shapes(reading=False)
    descriptions = [
        _function(path, functions[path], results, arguments) for path in sorted(functions)
    ]
    records = _all(results, _record)
    inputs = _all(arguments, _input)
    writers = _in_order(dict(zip(arguments.objects, _all(arguments, _writes), strict=True)))
    return "\n\n".join([HEADER, *sorted(records), *sorted(inputs), *writers, *sorted(descriptions)])


def _function(path: str, function: dict[str, Any], results: Shapes, arguments: Shapes) -> str:
    """Return the description of one function; its objects are noted in the shapes."""
    kind = function["kind"].capitalize()
    result = results.of(function["returns"], path)
    name = f"{pascal(path)}Args"
    arguments.objects[name] = {"path": path, "fields": function["args"]}
    return (
        f"{constant(path)}: Final[{kind}[{name}, {result.type}]] = {kind}"
        f'("{path}", {writer(name)}, Reader({result.type}))'
    )


def _all(shapes: Shapes, write: Callable[[str, Validator, Shapes], str]) -> list[str]:
    """Write every object; objects found while writing are written too."""
    written: dict[str, str] = {}
    while missing := [name for name in shapes.objects if name not in written]:
        for name in missing:
            written[name] = write(name, shapes.objects[name], shapes)
    return [written[name] for name in shapes.objects]


def _fields(validator: Validator) -> list[tuple[str, dict[str, Any]]]:
    """Return the fields of an object, the required ones first."""
    return sorted(validator["fields"].items(), key=lambda item: bool(item[1]["optional"]))


def _record(name: str, validator: Validator, shapes: Shapes) -> str:
    """Return the structure of an object among results."""
    return "\n".join(
        [
            f"class {name}(Record, frozen=True, kw_only=True):",
            f'    """{_place(validator["path"])}."""\n',
            *_declared(name, validator, shapes),
        ]
    )


def _place(path: str) -> str:
    """Return where an object is met first: a function, or a field of another object."""
    owner, _, name = path.partition(".")
    return f"`{snake(name)}` of `{owner}`" if name else f"What `{path}` returns"


def _declared(name: str, validator: Validator, shapes: Shapes) -> Iterator[str]:
    for wire, item in _fields(validator):
        shape, default = shapes.of(item, f"{name}.{wire}"), ""
        options = {} if _camel(snake(wire)) == wire else {"name": f'"{wire}"'}
        if item["optional"]:
            shape, default = shape.nullable(), " = None"
            options |= {"default": "None"} if options else {}
        if options:
            default = f" = field({', '.join(f'{key}={value}' for key, value in options.items())})"
        yield f"    {snake(wire)}: {shape.type}{default}"


def _camel(name: str) -> str:
    """Return the name that msgspec gives a field on the wire."""
    made = msgspec.defstruct("Probe", [name], rename="camel")
    return made.__struct_encode_fields__[0]


def _input(name: str, validator: Validator, shapes: Shapes) -> str:
    """Return the typed dict of an object among arguments."""
    declared = []
    for wire, item in _fields(validator):
        kind = shapes.of(item, f"{name}.{wire}")
        shown = f"NotRequired[{kind.nullable().type}]" if item["optional"] else kind.type
        declared.append(f"    {snake(wire)}: {shown}")
    about = f"Among arguments, at `{validator['path']}`"
    if name.endswith("Args"):
        about = f"Arguments of `{validator['path']}`"
    return "\n".join([f"class {name}(TypedDict):", f'    """{about}."""\n', *declared])


def _writes(name: str, validator: Validator, shapes: Shapes) -> str:
    """Return the function that writes an object among arguments."""
    fields = []
    for wire, item in _fields(validator):
        shape = shapes.of(item, f"{name}.{wire}")
        options = f", {shape.function}" if not shape.plain else ""
        if shape.type.endswith("| None"):
            options += ", nullable=True"
        fields.append(f'    Argument("{snake(wire)}", "{wire}"{options}),')
    return "\n".join([f"{writer(name)} = writer(", *fields, ")"])


def _in_order(writers: dict[str, str]) -> list[str]:
    """Return the writers so that each stands after those that it uses."""
    ordered: list[str] = []
    left = dict(sorted(writers.items()))
    while left:
        for name, text in list(left.items()):
            if not any(
                other != name and re.search(rf"\b{writer(other)}\b", text) for other in left
            ):
                ordered.append(left.pop(name))
    return ordered
