"""Reviews: submitted, amended, taken back, decided; and what they say together."""

from __future__ import annotations

from datetime import datetime
from typing import Unpack

from lib.data.client import Caller
from lib.data.functions import Page
from lib.data.records import (
    REVIEWS_ADJUDICATE,
    REVIEWS_AGREEMENTS,
    REVIEWS_AMEND,
    REVIEWS_HISTORY,
    REVIEWS_LIST,
    REVIEWS_OF_SESSION,
    REVIEWS_SUBMIT,
    REVIEWS_TRENDS,
    REVIEWS_UNDO,
    Claim,
    Review,
    ReviewAgreement,
    ReviewsAdjudicateArgs,
    ReviewsAgreementsArgs,
    ReviewsAmendArgs,
    ReviewsHistoryArgs,
    ReviewsListArgs,
    ReviewsOfSessionArgs,
    ReviewsSubmitArgs,
    ReviewsTrendsArgs,
    ReviewsUndoArgs,
    ScoreTrend,
    SubmittedReview,
)


def submit(
    caller: Caller, *, idempotency_key: str | None = None, **review: Unpack[ReviewsSubmitArgs]
) -> SubmittedReview:
    """Submit a review; with `next`, claim the next session in the same transaction."""
    return caller.mutation(REVIEWS_SUBMIT, review, idempotency_key)


def amend(
    caller: Caller, *, idempotency_key: str | None = None, **review: Unpack[ReviewsAmendArgs]
) -> Review:
    """Put a new version in the place of the caller's review."""
    return caller.mutation(REVIEWS_AMEND, review, idempotency_key)


def undo(caller: Caller, item_id: str, *, idempotency_key: str | None = None) -> Claim:
    """Take a review back within two minutes: it is a draft again, and its session claimed."""
    return caller.mutation(REVIEWS_UNDO, ReviewsUndoArgs(item_id=item_id), idempotency_key)


def adjudicate(
    caller: Caller, *, idempotency_key: str | None = None, **decision: Unpack[ReviewsAdjudicateArgs]
) -> Review:
    """Record the final decision about a session."""
    return caller.mutation(REVIEWS_ADJUDICATE, decision, idempotency_key)


def of_session(caller: Caller, session_id: str) -> tuple[Review, ...]:
    """Return the reviews and decisions of a session that the caller may see."""
    return caller.query(REVIEWS_OF_SESSION, ReviewsOfSessionArgs(session_id=session_id))


def page(caller: Caller, **filters: Unpack[ReviewsListArgs]) -> Page[Review]:
    """Return one page of reviews and decisions."""
    return caller.query(REVIEWS_LIST, filters)


def history(caller: Caller, **version: Unpack[ReviewsHistoryArgs]) -> Page[Review]:
    """Return one page of the versions of a review, newest first."""
    return caller.query(REVIEWS_HISTORY, version)


def agreements(caller: Caller, **queue: Unpack[ReviewsAgreementsArgs]) -> Page[ReviewAgreement]:
    """Return one page of how pairs of a queue's reviewers answered the same questions."""
    return caller.query(REVIEWS_AGREEMENTS, queue)


def trends(
    caller: Caller, start: datetime, end: datetime, rubric_id: str | None = None
) -> tuple[ScoreTrend, ...]:
    """Return mean scores per day, rubric and model of sessions that started in [start, end)."""
    args = ReviewsTrendsArgs(from_=start, to=end)
    if rubric_id is not None:
        args["rubric_id"] = rubric_id
    return caller.query(REVIEWS_TRENDS, args)
