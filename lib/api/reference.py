"""The API reference as one HTML page from the OpenAPI document; no scripts, no other hosts."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any, Final

_STYLE: Final = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; }
pre { white-space: pre-wrap; }
section { border-top: 1px solid #8884; padding: 1rem 0; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; }
.method { font-weight: 700; text-transform: uppercase; }
"""
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def page(document: dict[str, Any]) -> str:
    """Return the page of an OpenAPI document."""
    info = document["info"]
    operations = [
        _operation(method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    schemas = [_schema(name, schema) for name, schema in document["components"]["schemas"].items()]
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(info["title"])}'
        f'</title><meta name="viewport" content="width=device-width"><style>{_STYLE}</style>'
        f"<h1>{escape(info['title'])}</h1><pre>{escape(info['description'])}</pre>"
        f'<p>Machine-readable: <a href="openapi.json">openapi.json</a></p>'
        f"{''.join(operations)}<h2>Models</h2>{''.join(schemas)}</html>"
    )


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    name = escape(operation["operationId"])
    parameters = [
        (
            f"<code>{escape(item['name'])}</code>",
            escape(item["in"]) + (", required" if item.get("required") else ""),
            _type(item["schema"]),
            escape(item.get("description", "")),
        )
        for item in operation.get("parameters", [])
    ]
    body = operation.get("requestBody", {}).get("content", {})
    sent = "".join(f"<p>Body: {_type(item['schema'])}</p>" for item in body.values())
    responses = [
        (f"<code>{status}</code>", _content(response), escape(response["description"]))
        for status, response in operation["responses"].items()
    ]
    return (
        f'<section id="{name}"><h3><span class="method">{method}</span> '
        f"<code>{escape(path)}</code></h3><p>{escape(operation.get('description', ''))}</p>"
        f"{_table(parameters)}{sent}{_table(responses)}</section>"
    )


def _schema(name: str, schema: dict[str, Any]) -> str:
    required = set(schema.get("required", ()))
    rows = [
        (
            f"<code>{escape(field)}</code>" + (" (required)" if field in required else ""),
            _type(item),
            escape(item.get("description", "")),
        )
        for field, item in schema.get("properties", {}).items()
    ]
    about = escape(schema.get("description", ""))
    title = escape(name)
    return f'<section id="{title}"><h3>{title}</h3><p>{about}</p>{_table(rows)}</section>'


def _content(response: dict[str, Any]) -> str:
    kinds = response.get("content", {}).items()
    return "<br>".join(f"{escape(kind)}: {_type(item.get('schema', {}))}" for kind, item in kinds)


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    if not rows:
        return ""
    cells = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>"


def _type(schema: dict[str, Any]) -> str:
    """Return a schema's type in a few words, with links to models."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return " or ".join(_type(item) for item in schema[key])
    if "enum" in schema:
        return ", ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return escape(" ".join(filter(None, [schema.get("type", "any"), schema.get("format")])))
