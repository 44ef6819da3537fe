"""Interactions: the turns of a session."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Unpack

from lib.data.client import Caller
from lib.data.functions import Page
from lib.data.records import (
    INTERACTIONS_APPEND,
    INTERACTIONS_BY_REQUEST_ID,
    INTERACTIONS_LIST,
    INTERACTIONS_SEARCH,
    Appended,
    Interaction,
    InteractionsAppendArgs,
    InteractionsByRequestIdArgs,
    InteractionsListArgs,
    InteractionsSearchArgs,
    NewInteraction,
    SearchHit,
)

PAGE_SIZE: Final = 500
MOST_PER_PAGE: Final = 2000
"""Turns that one call may ask for; Convex hands out fewer when texts are long."""


def append(
    caller: Caller,
    session_id: str,
    interactions: Sequence[NewInteraction],
    *,
    idempotency_key: str | None = None,
) -> Appended:
    """Store 1 to 500 turns in one transaction; turns that are there already count as duplicates."""
    return caller.mutation(
        INTERACTIONS_APPEND,
        InteractionsAppendArgs(session_id=session_id, interactions=interactions),
        idempotency_key,
    )


def page(caller: Caller, **filters: Unpack[InteractionsListArgs]) -> Page[Interaction]:
    """Return one page of a session's turns, by sequence."""
    return caller.query(INTERACTIONS_LIST, filters)


def every(caller: Caller, session_id: str, page_size: int = PAGE_SIZE) -> Iterator[Interaction]:
    """Yield all turns of a session by sequence, page after page."""
    cursor: str | None = None
    while True:
        found = page(caller, session_id=session_id, cursor=cursor, limit=page_size)
        yield from found.items
        cursor = found.next_cursor
        if cursor is None:
            return


def search(caller: Caller, **query: Unpack[InteractionsSearchArgs]) -> tuple[SearchHit, ...]:
    """Return turns whose text holds the words of the query, with their sessions."""
    return caller.query(INTERACTIONS_SEARCH, query)


def by_request_id(caller: Caller, request_id: str) -> tuple[Interaction, ...]:
    """Return the turns that one request of the product caused."""
    args = InteractionsByRequestIdArgs(interaction_request_id=request_id)
    return caller.query(INTERACTIONS_BY_REQUEST_ID, args)
