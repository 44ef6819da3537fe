"""Fields of turns that several mappers make, cut to what can be stored."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from lib.product import limits
from lib.product.texts import sanitized, shortened, shortened_to_bytes
from lib.sources.reading import METADATA, Fields

_SUMMARY_BYTES: Final = 4096
"""Of one text in the metadata of a session, which has 16 KiB."""


def as_text(value: object) -> str:
    """Return text as it is, and any other value as JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def tool(
    *,
    call_id: object,
    name: object,
    arguments: object = None,
    result: object = None,
    is_error: bool | None = None,
    latency_ms: float | None = None,
) -> dict[str, Any] | None:
    """Return the `tool` of a turn; None if nothing pairs it and names it.

    Args:
        call_id: what pairs a call with its result; default the name.
        name: of the tool.
        arguments: text or JSON; the turn's own limits cut it and say so.
        result: likewise.
        is_error: whether the tool failed.
        latency_ms: from call to result.
    """
    named, paired = _identifier(name), _identifier(call_id)
    if (paired or named) is None or (named is None and result is None):
        return None
    return without_gaps(
        {
            "callId": paired or named,
            "name": named,
            "arguments": None if arguments is None else sanitized(as_text(arguments)),
            "result": None if result is None else sanitized(as_text(result)),
            "isError": is_error,
            "latencyMs": latency_ms,
        }
    )


def without_gaps(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is there."""
    return {name: value for name, value in found.items() if value is not None}


def _identifier(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    return shortened(" ".join(sanitized(value).split()), limits.IDENTIFIER_CHARS) or None


def metadata_of(found: Mapping[str, Any], fields: Fields) -> dict[str, Any] | None:
    """Return what can be stored of a session's metadata; what cannot is left out with a reason."""
    kept: dict[str, Any] = {}
    for name, value in found.items():
        if value is None or value in ({}, []):
            continue
        given = (
            shortened_to_bytes(sanitized(value), _SUMMARY_BYTES)
            if isinstance(value, str)
            else value
        )
        if fields.take(name, {**kept, name: given}, METADATA) is not None:
            kept[name] = given
    return kept or None
