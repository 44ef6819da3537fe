"""JSON from files, without what JSON leaves open: names twice, `NaN`, endless nesting."""

from __future__ import annotations

import json
from typing import Any

from lib.formats.conversation import UnreadableError
from lib.formats.text_file import decoded


def parse_json(data: bytes, line: int) -> Any:
    """Return the value of a JSON text.

    Args:
        data: UTF-8, or UTF-16 with a byte order mark.
        line: where the text begins in its file.

    Raises:
        UnreadableError: it is not acceptable JSON.
    """
    text = decoded(data, line)
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise UnreadableError(line + error.lineno - 1, f"not JSON: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        detail = str(error) if isinstance(error, _AmbiguousError) else "numbers or nesting"
        raise UnreadableError(line, f"not acceptable JSON: {detail}") from None


class _AmbiguousError(ValueError):
    """Readers of this JSON would disagree."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _AmbiguousError("a name twice in one object")
    return value


def _no_constant(_name: str) -> None:
    raise _AmbiguousError("NaN and Infinity are no numbers of JSON")
