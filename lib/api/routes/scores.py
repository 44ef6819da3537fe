"""Scores: judgements of a session or of one of its turns."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import APIRouter
from pydantic import Field

from lib.api.access import AccessDep
from lib.api.idempotency import Key
from lib.api.lists import At
from lib.api.models import DocumentId, OutMoment, ResponseModel
from lib.api.problems import errors
from lib.api.route import ApiRoute
from lib.api.routes.sessions import no_session
from lib.data import audit, scores, user_sessions
from lib.data.fields import ScoreOrigin, Sent
from lib.data.records import NewScore
from lib.data.score_fields import SentScore
from lib.product.limits import SCORES_PER_CALL

router = APIRouter(prefix="/sessions/{id}/scores", tags=["scores"], route_class=ApiRoute)


class NewScores(Sent):
    """Scores, stored in one transaction."""

    scores: Annotated[list[SentScore], Field(min_length=1, max_length=SCORES_PER_CALL)]


class ScoresAdded(ResponseModel):
    """Result: a score is new, a new version, or was already stored with the same content."""

    accepted: int
    duplicates: int
    versions: int = Field(description="How many of the accepted ones replace an earlier version.")


class Score(ResponseModel):
    """The latest version of a score."""

    id: str
    sequence: int | None = Field(description="Of the turn; null: of the whole session.")
    name: str
    value: float | None
    label: str | None
    explanation: str | None
    origin: ScoreOrigin
    evaluator: str
    written_by: str = Field(description="Who stored it.")
    created_at: OutMoment


class ScorePage(ResponseModel):
    """One page of scores."""

    items: list[Score]
    next_cursor: str | None


@router.post(
    "", status_code=201, summary="Store scores", responses=errors(404, 409, 410, body=True)
)
def add_scores(id: DocumentId, sent: NewScores, access: AccessDep, key: Key) -> ScoresAdded:  # noqa: A002
    """Store 1 to 50 scores of a session or of its turns, in one transaction.

    Session, turn, name, evaluator and writer identify a score. Sending it again changes nothing;
    with another value, label, explanation or origin it is a new version, and the latest counts.
    """
    new = [cast("NewScore", score.model_dump()) for score in sent.scores]
    done = scores.add(access.caller, id, new, idempotency_key=key)
    return ScoresAdded.model_validate(done)


@router.get("", summary="List scores", responses=errors(404))
def list_scores(id: DocumentId, access: AccessDep, at: At) -> ScorePage:  # noqa: A002
    """Return the scores that count, oldest first. Access by team members is audited."""
    page = scores.page(access.caller, session_id=id, cursor=at.cursor, limit=at.limit)
    if not page.items and user_sessions.get(access.caller, id) is None:
        raise no_session()
    if access.principal.kind == "member" and at.cursor is None:
        audit.record(
            access.caller, action="session.view", subject_type="userSession", subject_id=id
        )
    return ScorePage(**at.answer(page, Score.model_validate))
