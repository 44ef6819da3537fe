"""Writes the modules of lib/data/calls: one function for each public Convex function."""

from __future__ import annotations

import re
import textwrap
from typing import Any, Final

from codegen.naming import CALLS, call_name, constant, pascal, snake
from codegen.records import Functions
from codegen.types import Shape, Shapes

MOST_NAMED: Final = 3
"""Functions with more arguments take them as keywords of a typed dict."""

HEADER = '''"""{}

Generated from the Convex functions by `python -m codegen`; a test proves that it is current.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Unpack

from lib.data.client import Caller
from lib.data.functions import Page
from lib.data.records import {}
'''


class UndocumentedFunction(Exception):  # noqa: N818  # named after what is the case
    """A function whose comment lacks a first sentence that fits into a line."""


def call_texts(functions: Functions, modules: dict[str, str]) -> dict[str, str]:
    """Return the text of each module by its name.

    Args:
        functions: what `validators.ts` printed.
        modules: comment of each Convex module.

    Raises:
        UndocumentedFunction: the comment of a function does not begin with a short sentence.
    """
    texts: dict[str, list[str]] = {}
    for path in sorted(functions, key=call_name):
        module, name = call_name(path)
        texts.setdefault(module, []).append(_call(name, path, functions[path]))
    return {
        module: "\n\n".join([HEADER.format(_about(module, modules), _imports(calls)), *calls])
        for module, calls in texts.items()
    }


def _about(module: str, modules: dict[str, str]) -> str:
    """Return what a module is about: as its namesake says, else as all do whose calls it has."""
    sources = {source for source in modules if snake(source) == module} or {
        path.split(":")[0] for path, (target, _) in CALLS.items() if target == module
    }
    return " ".join(first_sentence(modules[source], source) for source in sorted(sources))


def first_sentence(comment: str, path: str, longest: int = 96) -> str:
    """Return the first sentence of a comment.

    Raises:
        UndocumentedFunction: there is none, or it is longer than so many characters.
    """
    paragraph = re.sub(r"\s+", " ", comment.split("\n\n", maxsplit=1)[0])
    found = re.match(r"[^.]*(?:\.(?!\s|$)[^.]*)*\.", paragraph)
    if found is None or len(found[0]) > longest:
        raise UndocumentedFunction(f"{path}: a first sentence of at most {longest} characters")
    return found[0]


def _imports(calls: list[str]) -> str:
    """Return the names that calls take from the records."""
    known = {"Caller", "Literal", "Mapping", "None", "Page", "Sequence", "Unpack", "Any"}
    code = re.sub(r'""".*?"""', "", "\n".join(calls), flags=re.DOTALL)
    code = re.sub(r'"[^"]*"', "", code)
    names = set(re.findall(r"\b[A-Z]\w+", code)) - known
    return f"({', '.join(sorted(names))})"


def _call(name: str, path: str, function: dict[str, Any]) -> str:
    """Return the text of one function."""
    result = Shapes(reading=True).of(function["returns"], path).type.replace("Moment", "datetime")
    arguments = Shapes(reading=False)
    shapes = {wire: arguments.of(item, path) for wire, item in function["args"].items()}
    optional = {wire for wire, item in function["args"].items() if item["optional"]}
    parameters, given = ["caller: Caller"], f"{pascal(path)}Args()"
    keywords: list[str] = []
    if len(shapes) > MOST_NAMED:
        given = "arguments"
    elif shapes:
        positional = [wire for wire in shapes if wire not in optional and _by_place(wire, shapes)]
        parameters += [f"{snake(wire)}: {shapes[wire].type}" for wire in positional]
        keywords = [
            f"{snake(wire)}: "
            + (f"{shape.nullable().type} = None" if wire in optional else shape.type)
            for wire, shape in shapes.items()
            if wire not in positional
        ]
        passed = ", ".join(f"{snake(wire)}={snake(wire)}" for wire in shapes)
        given = f"{pascal(path)}Args({passed})"
    run, key = _WAYS[function["answer"]]
    keywords += ["idempotency_key: str | None = None"] if key else []
    if keywords:
        parameters += ["*", *keywords]
    if len(shapes) > MOST_NAMED:
        parameters.append(f"**arguments: Unpack[{pascal(path)}Args]")
    last = ", idempotency_key" if key else ""
    return "\n".join(
        [
            f"def {name}({', '.join(parameters)}) -> {result}:",
            f'    """{_documentation(function["comment"], path)}"""',
            f"    return caller.{run}({constant(path)}, {given}{last})",
        ]
    )


def _by_place(wire: str, shapes: dict[str, Shape]) -> bool:
    """Whether an argument may be given without its name."""
    return wire not in {"cursor", "limit"} and shapes[wire].type != "bool"


_WAYS: Final = {
    None: ("query", False),  # Queries have no answer to keep.
    "kept": ("mutation", True),
    "once": ("mutation_once", False),
    "repeatable": ("mutation_repeatable", False),
}
"""The method of `Caller` that runs a function, and whether it takes a key; by `answer`."""


def _documentation(comment: str, path: str) -> str:
    """Return a docstring's text: names as in Python, what is thrown as what is raised."""
    text, _, thrown = comment.partition("@throws ")
    summary = first_sentence(text, path, longest=89)
    first, *more = (re.sub(r"\s+", " ", part).strip() for part in text.strip().split("\n\n"))
    parts = [_wrapped(_python(part)) for part in [first[len(summary) :].strip(), *more] if part]
    if thrown:
        reasons = re.sub(r"\s+", " ", thrown).strip()
        why = _wrapped(_python(f"Refused: {reasons}"), " " * 8, "    ")
        parts.append(f"    Raises:\n{why}")
    return "\n\n".join([_python(summary), *parts]) + ("\n    " if parts else "")


def _python(text: str) -> str:
    """Return a comment with names and constants as Python writes them."""
    words = {"false": "False", "null": "None", "true": "True"}
    text = re.sub(r"`(\w+)`", lambda found: f"`{words.get(found[1]) or snake(found[1])}`", text)
    return re.sub(r"\b[Nn]ull\b", "None", text)


def _wrapped(text: str, margin: str = "    ", hanging: str = "") -> str:
    return textwrap.fill(
        text,
        100,
        initial_indent=margin,
        subsequent_indent=margin + hanging,
        break_on_hyphens=False,
    )
