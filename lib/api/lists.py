"""What every list has: `limit`, `cursor`, and the way to the next page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeVar

from fastapi import Depends, Query, Request, Response

from lib.api.cursors import MAX_CURSOR_CHARS, Cursors, link_next
from lib.data import Page
from lib.product.limits import PAGE_ITEMS

DEFAULT_LIMIT: Final = 50

Record = TypeVar("Record")
Item = TypeVar("Item")

LimitParameter = Annotated[int, Query(ge=1, le=PAGE_ITEMS, description="Items per page, at most.")]
CursorParameter = Annotated[
    str | None,
    Query(
        max_length=MAX_CURSOR_CHARS,
        description="`nextCursor` of the page before; good for this list and its filters only.",
    ),
]


@dataclass(frozen=True, slots=True)
class Position:
    """Where in a list a request is.

    Attributes:
        cursor: Convex's own, None for the first page.
        limit: items wanted.
    """

    cursor: str | None
    limit: int
    _request: Request
    _response: Response
    _cursors: Cursors

    def answer(self, page: Page[Record], convert: Callable[[Record], Item]) -> dict[str, Any]:
        """Return the fields of a page, and name the next one in the answer's headers."""
        following = self._cursors.seal(self._request, page.next_cursor)
        link_next(self._request, self._response, following)
        return {"items": [convert(item) for item in page.items], "next_cursor": following}


async def position(
    request: Request,
    response: Response,
    limit: LimitParameter = DEFAULT_LIMIT,
    cursor: CursorParameter = None,
) -> Position:
    """Read the place in a list from a request's query."""
    cursors: Cursors = request.app.state.cursors
    return Position(cursors.open(request, cursor), limit, request, response, cursors)


At = Annotated[Position, Depends(position)]
