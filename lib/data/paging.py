"""Walks cursor-paginated lists, one page in memory at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from lib.data import Page

Item = TypeVar("Item")


def each(
    fetch: Callable[[str | None], Page[Item]], stop: Callable[[], bool] = lambda: False
) -> Iterator[Item]:
    """Yield every item of a list.

    Args:
        fetch: returns the page behind a cursor.
        stop: asked before every item; True ends the walk.
    """
    cursor: str | None = None
    while True:
        page = fetch(cursor)
        for item in page.items:
            if stop():
                return
            yield item
        cursor = page.next_cursor
        if cursor is None:
            return
