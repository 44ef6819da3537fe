"""JSON request bodies: limited in size and depth, strict about duplicates and constants."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from lib.api.problems import (
    BAD_REQUEST,
    LIMIT_EXCEEDED,
    VALIDATION,
    Problem,
)
from lib.data import FieldError
from lib.product.texts import UNFIT_MESSAGE, unfit

MAX_BODY_BYTES: Final = 4 * 1024 * 1024
MAX_DEPTH: Final = 16
MAX_CONTAINERS: Final = 20_000

# The closing quote is optional: otherwise the regex would retry from every quote inside.
_STRING: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
# Without any of these bytes no text can be unfit: control characters and surrogates are escaped, or
# in the two ranges that JSON lets stand.
_MAYBE_UNFIT: Final = re.compile(rb"\\[ubf]|\x7f|\xc2[\x80-\x9f]")
_OPENING: Final = b"[{"
_NOT_BRACKETS: Final = bytes(byte for byte in range(256) if byte not in b"[]{}")
_LARGE_BYTES: Final = 64 * 1024  # Larger bodies are parsed in a thread.


class JsonRequest(Request):
    """A request whose body is rejected if it is too large, malformed, too deep or ambiguous."""

    async def body(self) -> bytes:
        """Return the body.

        Raises:
            Problem: it is longer than `MAX_BODY_BYTES`, or declared to be.
        """
        if not hasattr(self, "_body"):
            claimed = self.headers.get("content-length", "0")
            chunks: list[bytes] = []
            size = int(claimed) if claimed.isascii() and claimed.isdigit() else 0
            if size > MAX_BODY_BYTES:
                raise _too_large()
            size = 0
            async for chunk in self.stream():
                size += len(chunk)
                if size > MAX_BODY_BYTES:
                    raise _too_large()
                chunks.append(chunk)
            self._body = b"".join(chunks)
        return self._body

    async def json(self) -> Any:
        """Return the parsed body.

        Raises:
            Problem: it is not valid JSON.
        """
        body = await self.body()
        if len(body) > _LARGE_BYTES:
            return await run_in_threadpool(parse_json, body)
        return parse_json(body)


def parse_json(body: bytes) -> Any:
    """Return the value of a JSON text.

    Raises:
        Problem: malformed, not UTF-8, nested deeper than `MAX_DEPTH`, more than `MAX_CONTAINERS`
            arrays and objects, a duplicate name in an object, a constant such as NaN, or a text
            with control characters or halves of surrogate pairs.
    """
    _check_structure(body)
    try:
        value = json.loads(
            body.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant
        )
    except (ValueError, RecursionError) as error:
        raise Problem(BAD_REQUEST, "The body is not valid JSON.") from error
    if _MAYBE_UNFIT.search(body):
        _refuse_unfit(value)
    return value


def _refuse_unfit(value: Any) -> None:
    problems = [FieldError(path or "body", UNFIT_MESSAGE) for path in unfit(value)]
    if problems:
        raise Problem(VALIDATION, f"{len(problems)} field(s) were refused.", problems)


def _too_large() -> Problem:
    return Problem(LIMIT_EXCEEDED, f"The body is longer than {MAX_BODY_BYTES} bytes.")


def _check_structure(body: bytes) -> None:
    """Refuse too many or too deeply nested brackets before parsing.

    The parser recurses, and each pair costs far more memory than its two bytes.
    """
    depth = 0
    brackets = _STRING.sub(b"", body).translate(None, _NOT_BRACKETS)
    if len(brackets) > 2 * MAX_CONTAINERS:
        raise Problem(BAD_REQUEST, f"The JSON has more than {MAX_CONTAINERS} arrays and objects.")
    for byte in brackets:
        depth += 1 if byte in _OPENING else -1
        if depth > MAX_DEPTH:
            raise Problem(BAD_REQUEST, f"The JSON is nested deeper than {MAX_DEPTH} levels.")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("duplicate name in an object")
    return value


def _no_constant(name: str) -> None:
    raise ValueError(name)
