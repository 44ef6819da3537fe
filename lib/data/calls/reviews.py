"""Reviews: submitted, amended, taken back, decided; and what they say together.

Generated from the Convex functions by `python -m codegen`; a test proves that it is current.
"""

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


def adjudicate(
    caller: Caller,
    *,
    idempotency_key: str | None = None,
    **arguments: Unpack[ReviewsAdjudicateArgs],
) -> Review:
    """Decide about a session whose reviews are in: the decision's score is the session's.

    A later decision takes the place of an earlier one; all stay as history.

    Raises:
        Refused: CONFLICT while reviews are missing.
    """
    return caller.mutation(REVIEWS_ADJUDICATE, arguments, idempotency_key)


def agreements(
    caller: Caller, queue_id: str, *, cursor: str | None, limit: int
) -> Page[ReviewAgreement]:
    """Return one page of how pairs of a queue's reviewers answered the same questions."""
    return caller.query(
        REVIEWS_AGREEMENTS, ReviewsAgreementsArgs(cursor=cursor, limit=limit, queue_id=queue_id)
    )


def amend(
    caller: Caller, *, idempotency_key: str | None = None, **arguments: Unpack[ReviewsAmendArgs]
) -> Review:
    """Put a new version in the place of the caller's submitted review.

    Once the caller could read those of others, the version before keeps its place in the agreement.

    Raises:
        Refused: CONFLICT if there is none, or the session was decided.
    """
    return caller.mutation(REVIEWS_AMEND, arguments, idempotency_key)


def history(caller: Caller, **arguments: Unpack[ReviewsHistoryArgs]) -> Page[Review]:
    """Return one page of the versions of one reviewer's review or decision, newest first.

    Those that were taken back are among them. Reviewers see their own; admins everybody's.

    Raises:
        Refused: FORBIDDEN for another reviewer's.
    """
    return caller.query(REVIEWS_HISTORY, arguments)


def of_session(caller: Caller, session_id: str) -> tuple[Review, ...]:
    """Return the reviews and decisions of a session that count.

    A reviewer sees those of others once their own is submitted, or when no open queue wants one any
    more. `differs` names the answers that another review shown here does not share.
    """
    return caller.query(REVIEWS_OF_SESSION, ReviewsOfSessionArgs(session_id=session_id))


def page(caller: Caller, **arguments: Unpack[ReviewsListArgs]) -> Page[Review]:
    """Return one page of the reviews and decisions that count, newest first by default.

    `from_` is inclusive, `to` exclusive, by submission. What `of_session` keeps from a reviewer is
    left out. With `named`, up to 50 reviews come with the titles of their sessions.
    """
    return caller.query(REVIEWS_LIST, arguments)


def submit(
    caller: Caller, *, idempotency_key: str | None = None, **arguments: Unpack[ReviewsSubmitArgs]
) -> SubmittedReview:
    """Submit the caller's review; with `next`, claim the next session in the same transaction.

    A claim whose lease is over will do, as long as there is a place.

    Raises:
        Refused: VALIDATION naming what the rubric does not allow or asks for; CONFLICT if all
            places went to others, the review is submitted already, or it was not begun and the
            queue is closed.
    """
    return caller.mutation(REVIEWS_SUBMIT, arguments, idempotency_key)


def trends(
    caller: Caller, from_: datetime, to: datetime, *, rubric_id: str | None = None
) -> tuple[ScoreTrend, ...]:
    """Return mean scores by the UTC day on which sessions started, rubric and model.

    `from_` is inclusive, `to` exclusive, at most 366 days. Decisions are not counted.

    Raises:
        Refused: LIMIT_EXCEEDED if the answer has too many rows: ask for fewer days.
    """
    return caller.query(REVIEWS_TRENDS, ReviewsTrendsArgs(from_=from_, to=to, rubric_id=rubric_id))


def undo(caller: Caller, item_id: str, *, idempotency_key: str | None = None) -> Claim:
    """Take a review back within two minutes: it is a draft again, and its session claimed.

    Another claim in the same queue is given up, its draft stays.

    Raises:
        Refused: CONFLICT if it is too late, it was amended, or the session was decided.
    """
    return caller.mutation(REVIEWS_UNDO, ReviewsUndoArgs(item_id=item_id), idempotency_key)
