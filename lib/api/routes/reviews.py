"""Reviews and scores; read-only."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from lib.api.access import AccessDep
from lib.api.lists import At
from lib.api.models import DocumentId, Moment, Order, OutMoment, ResponseModel
from lib.api.problems import errors
from lib.api.route import ApiRoute
from lib.api.routes.sessions import no_session
from lib.api.time_ranges import End, Start, window
from lib.data import reviews, user_sessions
from lib.data.fields import Identifier

router = APIRouter(tags=["reviews"], route_class=ApiRoute)

TREND_WINDOW: Final = timedelta(days=365)

Kind = Literal["review", "decision"]
Answers = Annotated[
    dict[str, bool | float | str | list[str]],
    Field(description="By the question's key in the rubric.", examples=[{"helpful": 4}]),
]


class TurnAnswers(ResponseModel):
    """Answers about one turn."""

    sequence: int
    answers: Answers


class ReviewComment(ResponseModel):
    """A remark, about the session, a turn of it or a moment."""

    text: str
    sequence: int | None
    at_ms: float | None


class Correction(ResponseModel):
    """Corrected text of a turn."""

    sequence: int
    text: str


class Review(ResponseModel):
    """A submitted review of a session, or the final decision between several."""

    id: str
    session_id: str
    queue_id: str
    item_id: str
    reviewer_id: str = Field(description="Clerk user id.")
    reviewer_name: str | None
    kind: Kind
    rubric_id: str
    version: int = Field(description="1 for the first submission; amendments count up.")
    latest: bool = Field(description="False for a version that an amendment replaced.")
    answers: Answers
    score: float | None
    turns: list[TurnAnswers]
    comments: list[ReviewComment]
    corrections: list[Correction]
    duration_ms: float | None = Field(description="Time that the reviewer spent.")
    withdrawn_at: OutMoment | None
    created_at: OutMoment


class ReviewPage(ResponseModel):
    """One page of reviews."""

    items: list[Review]
    next_cursor: str | None


class SessionReviews(ResponseModel):
    """The reviews and decisions of one session; there is one page."""

    items: list[Review]
    next_cursor: None = None


@router.get("/reviews", summary="List reviews", responses=errors())
def list_reviews(
    access: AccessDep,
    at: At,
    queue_id: Annotated[DocumentId | None, Query(alias="queueId")] = None,
    reviewer_id: Annotated[
        Identifier | None, Query(alias="reviewerId", description="Clerk user id.")
    ] = None,
    rubric_id: Annotated[DocumentId | None, Query(alias="rubricId")] = None,
    kind: Kind | None = None,
    start: Annotated[
        Moment | None, Query(alias="from", description="Submitted at or after.")
    ] = None,
    end: Annotated[Moment | None, Query(alias="to", description="Submitted before.")] = None,
    order: Order = "desc",
) -> ReviewPage:
    """Return current reviews and decisions, newest first by default.

    Reviewers do not see others' reviews of a session before they submit their own.
    """
    page = reviews.page(
        access.caller,
        cursor=at.cursor,
        limit=at.limit,
        queue_id=queue_id,
        reviewer_id=reviewer_id,
        rubric_id=rubric_id,
        kind=kind,
        from_=start,
        to=end,
        order=order,
    )
    return ReviewPage(**at.answer(page, Review.model_validate))


class ScoreTrend(ResponseModel):
    """The mean score of the sessions that started on one UTC day, by rubric and model."""

    day: OutMoment
    rubric_id: str
    provider: str | None
    model_id: str | None
    review_count: int = Field(description="Reviews with a score.")
    mean_score: float = Field(description="1 to 5.")


class ScoreTrends(ResponseModel):
    """Days with scores, the oldest first."""

    items: list[ScoreTrend]


@router.get("/reviews/trends", summary="Scores per day", responses=errors())
def read_trends(
    access: AccessDep,
    start: Start = None,
    end: End = None,
    rubric_id: Annotated[DocumentId | None, Query(alias="rubricId")] = None,
) -> ScoreTrends:
    """Return mean scores per UTC day, rubric and model; at most 365 days."""
    first, last = window(start, end, TREND_WINDOW)
    found = reviews.trends(access.caller, first, last, rubric_id=rubric_id)
    return ScoreTrends(items=[ScoreTrend.model_validate(trend) for trend in found])


@router.get(
    "/sessions/{id}/reviews", summary="Read the reviews of a session", responses=errors(404)
)
def read_session_reviews(id: DocumentId, access: AccessDep) -> SessionReviews:  # noqa: A002  # the name in the path
    """Return the current reviews and decisions of a session.

    Reviewers do not see others' reviews before they submit their own.
    """
    if user_sessions.get(access.caller, id) is None:
        raise no_session()
    found = reviews.of_session(access.caller, id)
    return SessionReviews(items=[Review.model_validate(review) for review in found])
