"""Pagination: `limit`, opaque signed cursors, and the link to the next page."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import parse_qsl, urlencode

from fastapi import Depends, Query, Request

from lib.api.problems import BAD_REQUEST, Problem
from lib.data import Page
from lib.product.limits import PAGE_ITEMS

MAX_CURSOR_CHARS: Final = 4096
_TAG_BYTES: Final = 16
_PLACE: Final = ("cursor", "limit")  # Query parameters that are not filters.


class Cursors:
    """Signs and checks cursors.

    Args:
        secrets: shared keys, the signing one first; the others are still accepted.
    """

    def __init__(self, secrets: list[str]) -> None:
        self._keys = [hashlib.sha256(b"cursor:" + secret.encode()).digest() for secret in secrets]

    def seal(self, request: Request, cursor: str | None) -> str | None:
        """Return the signed cursor for the page after this request's."""
        if cursor is None:
            return None
        tag = _tag(self._keys[0], request, cursor)
        return base64.urlsafe_b64encode(tag + cursor.encode()).decode().rstrip("=")

    def open(self, request: Request, sealed: str | None) -> str | None:
        """Return Convex's cursor.

        Raises:
            Problem: the cursor was not issued for this list.
        """
        if sealed is None:
            return None
        try:
            raw = base64.b64decode(sealed + "=" * (-len(sealed) % 4), b"-_", validate=True)
            cursor = raw[_TAG_BYTES:].decode()
        except (binascii.Error, ValueError) as error:
            raise _foreign() from error
        tag = raw[:_TAG_BYTES]
        if not any(hmac.compare_digest(tag, _tag(key, request, cursor)) for key in self._keys):
            raise _foreign()
        return cursor


def link_next(request: Request, cursor: str | None) -> None:
    """Add the `Link` to the next page (RFC 8288), if there is one."""
    if cursor is None:
        return
    kept = [(name, value) for name, value in _query(request) if name != "cursor"]
    path = request.scope.get("root_path", "") + request.scope["path"].removeprefix(
        request.scope.get("root_path", "")
    )
    link = f'<{path}?{urlencode([*kept, ("cursor", cursor)])}>; rel="next"'
    state = request.scope["state"]
    state["headers"] = {**state.get("headers", {}), "Link": link}


def _tag(key: bytes, request: Request, cursor: str) -> bytes:
    filters = sorted((name, value) for name, value in _query(request) if name not in _PLACE)
    text = "\n".join([request.scope["path"], urlencode(filters), cursor])
    return hmac.new(key, text.encode(), hashlib.sha256).digest()[:_TAG_BYTES]


def _query(request: Request) -> list[tuple[str, str]]:
    # As bytes: `request.url` fails for a query that is not UTF-8.
    query: bytes = request.scope["query_string"]
    return parse_qsl(query.decode("latin-1"), keep_blank_values=True)


def _foreign() -> Problem:
    return Problem(BAD_REQUEST, "The cursor does not belong to this list and its filters.")


DEFAULT_LIMIT: Final = 50

Record = TypeVar("Record")
Item = TypeVar("Item")

LimitParameter = Annotated[int, Query(ge=1, le=PAGE_ITEMS, description="Maximum items per page.")]
CursorParameter = Annotated[
    str | None,
    Query(
        max_length=MAX_CURSOR_CHARS,
        description="`nextCursor` of the previous page; valid only with the same filters.",
    ),
]


@dataclass(frozen=True, slots=True)
class Position:
    """Position of a request in a list.

    Attributes:
        cursor: Convex's own, None for the first page.
        limit: items wanted.
    """

    cursor: str | None
    limit: int
    _request: Request
    _cursors: Cursors

    def answer(self, page: Page[Record], convert: Callable[[Record], Item]) -> dict[str, Any]:
        """Return the fields of a page, and add the `Link` header to the next one."""
        following = self._cursors.seal(self._request, page.next_cursor)
        link_next(self._request, following)
        return {"items": [convert(item) for item in page.items], "next_cursor": following}


async def position(
    request: Request,
    limit: LimitParameter = DEFAULT_LIMIT,
    cursor: CursorParameter = None,
) -> Position:
    """Read the position in a list from a request's query."""
    cursors: Cursors = request.app.state.cursors
    return Position(cursors.open(request, cursor), limit, request, cursors)


At = Annotated[Position, Depends(position)]
