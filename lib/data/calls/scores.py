"""Scores: judgements of sessions and turns by machines, vendors and end users.

Generated from the Convex functions by `python -m codegen`; a test proves that it is current.
"""

from __future__ import annotations

from collections.abc import Sequence

from lib.data.client import Caller
from lib.data.functions import Page
from lib.data.records import (
    SCORES_ADD,
    SCORES_LIST,
    NewScore,
    Score,
    ScoresAddArgs,
    ScoresAdded,
    ScoresListArgs,
)


def add(
    caller: Caller,
    session_id: str,
    scores: Sequence[NewScore],
    *,
    idempotency_key: str | None = None,
) -> ScoresAdded:
    """Store 1 to 50 scores of a session or of its turns, in one transaction.

    A score is identified by session, turn, name, evaluator and writer, who is the caller. The same
    again is a duplicate; another value, label, explanation or origin is a new version, and the
    latest counts. A turn may be stored later than its scores.

    Raises:
        Refused: NOT_FOUND or GONE for the session; LIMIT_EXCEEDED for more than 50.
    """
    return caller.mutation(
        SCORES_ADD, ScoresAddArgs(session_id=session_id, scores=scores), idempotency_key
    )


def page(caller: Caller, session_id: str, *, cursor: str | None, limit: int) -> Page[Score]:
    """Return one page of the scores that count for a session and its turns, oldest first."""
    return caller.query(
        SCORES_LIST, ScoresListArgs(session_id=session_id, cursor=cursor, limit=limit)
    )
