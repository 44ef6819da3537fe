"""Interactions: the turns of a session."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lib.data.calls.interactions import append, by_request_id, page, search
from lib.data.client import Caller
from lib.data.functions import every_item
from lib.data.records import Interaction

__all__ = ["MOST_PER_PAGE", "PAGE_SIZE", "append", "by_request_id", "every", "page", "search"]

PAGE_SIZE: Final = 500
MOST_PER_PAGE: Final = 2000
"""Turns that one call may ask for; Convex hands out fewer when texts are long."""


def every(caller: Caller, session_id: str, page_size: int = PAGE_SIZE) -> Iterator[Interaction]:
    """Yield all turns of a session by sequence, page after page."""
    return every_item(lambda cursor: page(caller, session_id, cursor=cursor, limit=page_size))
