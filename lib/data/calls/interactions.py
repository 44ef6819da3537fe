"""Interactions: the turns of a session.

Generated from the Convex functions by `python -m codegen`; a test proves that it is current.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

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


def append(
    caller: Caller,
    session_id: str,
    interactions: Sequence[NewInteraction],
    *,
    idempotency_key: str | None = None,
) -> Appended:
    """Store 1 to 500 interactions (at most 4 MiB) of a session in one transaction.

    An interaction is identified by its session and sequence: one that is already there with the
    same content counts as a duplicate, so any order and any repetition of batches ends in the same
    state. Nothing of a batch is stored if any of it is refused.

    `lag_ms` is how long after the end of the newest of them, as the writer dates it, they are
    stored; absent if nothing is new, or if it is so old that it is backfill.

    Raises:
        Refused: LIMIT_EXCEEDED for too many or too large; CONFLICT for a sequence that is there
            with other content.
    """
    return caller.mutation(
        INTERACTIONS_APPEND,
        InteractionsAppendArgs(session_id=session_id, interactions=interactions),
        idempotency_key,
    )


def by_request_id(caller: Caller, interaction_request_id: str) -> tuple[Interaction, ...]:
    """Return the turns that one request of the product caused, at most 50."""
    return caller.query(
        INTERACTIONS_BY_REQUEST_ID,
        InteractionsByRequestIdArgs(interaction_request_id=interaction_request_id),
    )


def page(caller: Caller, session_id: str, *, cursor: str | None, limit: int) -> Page[Interaction]:
    """Return one page of a session's turns by sequence, each with its recording if it has one."""
    return caller.query(
        INTERACTIONS_LIST, InteractionsListArgs(session_id=session_id, cursor=cursor, limit=limit)
    )


def search(caller: Caller, **arguments: Unpack[InteractionsSearchArgs]) -> tuple[SearchHit, ...]:
    """Return turns whose text holds all words of `query`, best first, with their sessions.

    The text is searched as the caller may see it; at most `limit` (1 to 50) are returned. The last
    word matches by its beginning. Of sessions that the filters of `userSessions:list` select, or of
    one.
    """
    return caller.query(INTERACTIONS_SEARCH, arguments)
