"""Writes docs/functions.md: who may call what, with which arguments, for which result."""

from __future__ import annotations

import json
from typing import Any

from codegen.calls import first_sentence
from codegen.records import Functions
from codegen.types import Validator

HEADER = """# Convex functions

Generated from the functions in `convex/` and `lib/auth/permissions.json` by `python -m codegen`; a
test proves that it is current. Every function also takes `requestId`, every mutation
`idempotencyKey`. `?` marks what may be left out; `whole` is a whole number, `moment` Unix
milliseconds. Roles that inherit one of those named may call as well. Whole contracts are the
comments above the functions; [architecture.md](architecture.md) says what all have in common.
"""


def table_text(functions: Functions, modules: dict[str, str], roles: dict[str, list[str]]) -> str:
    """Return the page's text.

    Args:
        functions: what `validators.ts` printed.
        modules: comment of each Convex module.
        roles: who may call each function, as `lib/auth/permissions.json` says.
    """
    parts = [HEADER]
    for module in sorted(modules):
        parts.append(f"## {module}\n\n{' '.join(modules[module].split())}\n")
        rows = [
            _row(path, functions[path], roles[path])
            for path in sorted(functions)
            if path.startswith(f"{module}:")
        ]
        heading = "| function | arguments -> result | roles | what it does |\n|---|---|---|---|"
        parts.append("\n".join([heading, *rows]) + "\n")
    parts.append(f"## Objects\n\n{_objects(functions)}")
    return "\n".join(parts)


def _row(path: str, function: dict[str, Any], roles: list[str]) -> str:
    arguments = ", ".join(_field(name, item) for name, item in function["args"].items())
    signature = f"{arguments or '-'} -> {_shown(function['returns'])}"
    sentence = first_sentence(function["comment"], path)
    return f"| `{path}` | {signature} | {', '.join(roles)} | {sentence} |".replace("||", "| |")


def _field(name: str, item: Validator) -> str:
    kind = _shown(item)
    optional = "?" if item["optional"] else ""
    return f"{name}{optional}" if kind == "string" else f"{name}{optional}: {kind}"


def _shown(validator: Validator) -> str:
    """Return a validator in a few words."""
    match validator["type"]:
        case "literal":
            shown = json.dumps(validator["value"])
        case "array":
            shown = f"[{_shown(validator['value'])}]"
        case "record":
            shown = f"{{name: {_shown(validator['value'])}}}"
        case "union":
            shown = " or ".join(_shown(member) for member in validator["value"])
        case "object" if validator["name"] is None:
            shown = f"page of {_shown(validator['fields']['items']['value'])}"
        case "object":
            shown = validator["name"]
        case "id":
            shown = "string"
        case kind:
            shown = kind
    return shown


def _objects(functions: Functions) -> str:
    """Return the list of the named objects with their fields."""
    found: dict[str, Validator] = {}
    for function in functions.values():
        for validator in [*function["args"].values(), function["returns"]]:
            _collect(validator, found)
    lines = [
        f"- **{name}**: {', '.join(_field(*field) for field in validator['fields'].items())}"
        for name, validator in sorted(found.items())
    ]
    return "\n".join(lines) + "\n"


def _collect(validator: Validator, found: dict[str, Validator]) -> None:
    inner = validator.get("value")
    for item in [
        *(inner if isinstance(inner, list) else [inner]),
        *validator.get("fields", {}).values(),
    ]:
        if isinstance(item, dict):
            _collect(item, found)
    if validator["type"] == "object" and validator["name"] is not None:
        found[validator["name"]] = validator
