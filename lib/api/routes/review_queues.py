"""Review queues: sessions, progress and agreement of reviewers; read-only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from fastapi import APIRouter
from pydantic import Field

from lib.api.access import AccessDep
from lib.api.lists import At
from lib.api.models import DocumentId, OutMoment, ResponseModel
from lib.api.problems import NOT_FOUND, Problem, errors
from lib.api.route import ApiRoute
from lib.api.routes.sessions import Session
from lib.data import review_queues
from lib.data.fields import Channel, ReviewStatus, SessionStatus

if TYPE_CHECKING:
    from lib.work.agreement import Agreement, Pair

router = APIRouter(tags=["review queues"], route_class=ApiRoute)


class QueueFilters(ResponseModel):
    """Sessions that enter a queue when they end; null means no condition."""

    user_id: str | None = Field(
        validation_alias="clerk_id", serialization_alias="userId", description="Clerk user id."
    )
    from_: OutMoment | None = Field(serialization_alias="from", description="Started at or after.")
    to: OutMoment | None = Field(description="Started before.")
    status: SessionStatus | None
    channel: Channel | None
    review_status: ReviewStatus | None
    label: str | None
    has_audio: bool | None
    provider: str | None
    model_id: str | None
    agent_id: str | None
    agent_version: str | None
    environment: str | None
    direction: str | None
    language: str | None
    end_reason: str | None
    slow: bool | None


class Sampling(ResponseModel):
    """Sample of these sessions: all, a percentage, or a number per user."""

    kind: Literal["all", "percentage", "perUser"]
    percent: float | None
    quota: int | None
    period: Literal["day", "total"] | None


class Progress(ResponseModel):
    """Progress of a queue."""

    items: int = Field(description="Sessions.")
    items_done: int = Field(description="Sessions with all their reviews.")
    wanted: int = Field(description="Reviews.")
    done: int = Field(description="Submitted reviews.")
    in_work: int = Field(description="Reviews in progress.")
    left: int = Field(description="Reviews not started.")


class ReviewQueue(ResponseModel):
    """A queue and its progress."""

    id: str
    name: str
    description: str | None
    state: Literal["open", "closed"]
    rubric_id: str
    filters: QueueFilters
    sampling: Sampling
    target: int = Field(description="Reviews per session.")
    order: Literal["oldest", "newest", "slowest", "random"]
    priority: int
    lease_ms: float = Field(description="How long a reviewer's claim lasts without activity.")
    progress: Progress
    created_by: str = Field(description="Clerk user id, or the name of a machine.")
    created_at: OutMoment


class ReviewQueuePage(ResponseModel):
    """One page of queues."""

    items: list[ReviewQueue]
    next_cursor: str | None


class Slot(ResponseModel):
    """A reviewer's assignment, claim or review of a session."""

    reviewer_id: str = Field(description="Clerk user id.")
    reviewer_name: str | None
    state: Literal["assigned", "claimed", "submitted"]
    lease_until: OutMoment | None


class QueueItem(ResponseModel):
    """A session in a queue."""

    id: str
    queue_id: str
    session: Session
    state: Literal["open", "done"]
    target: int
    submitted: int
    priority: int
    slots: list[Slot]
    dispute: Literal["open", "settled"] | None = Field(
        description="Whether its reviews disagree, and whether an admin has adjudicated."
    )
    created_at: OutMoment


class QueueItemPage(ResponseModel):
    """One page of a queue's sessions."""

    items: list[QueueItem]
    next_cursor: str | None


class ReviewerProgress(ResponseModel):
    """Progress of one reviewer in a queue."""

    reviewer_id: str = Field(description="Clerk user id.")
    reviewer_name: str | None
    done: int
    in_work: int
    assigned: int


class QueueReviewers(ResponseModel):
    """The reviewers of a queue; there is one page."""

    items: list[ReviewerProgress]
    next_cursor: None = None


class CriterionAgreement(ResponseModel):
    """Agreement of two reviewers on one question about the same sessions or turns."""

    key: str
    label: str
    pairs: int = Field(description="How often both answered it.")
    percent: float = Field(description="Percentage that agree.")
    kappa: float | None = Field(
        description="Cohen's kappa; null for numbers and labels, and where chance alone gives "
        "full agreement."
    )
    low: float | None = Field(description="Lower bound of kappa's 95% confidence interval.")
    high: float | None = Field(description="Upper bound of kappa's 95% confidence interval.")
    weighted_kappa: float | None = Field(description="Kappa of scores with linear weights.")


class PairAgreement(ResponseModel):
    """Two reviewers of a queue, by the rubric that both answered."""

    rubric_id: str
    first: str = Field(description="Clerk user id.")
    first_name: str | None
    second: str = Field(description="Clerk user id.")
    second_name: str | None
    criteria: list[CriterionAgreement]


class PairAgreementPage(ResponseModel):
    """One page of pairs."""

    items: list[PairAgreement]
    next_cursor: str | None


@router.get("/review-queues", summary="List review queues", responses=errors())
def list_queues(
    access: AccessDep, at: At, state: Literal["open", "closed"] | None = None
) -> ReviewQueuePage:
    """Return queues with their progress, the newest first; at most 50 a page."""
    limit = min(at.limit, review_queues.PAGE_QUEUES)
    page = review_queues.page(access.caller, cursor=at.cursor, limit=limit, state=state)
    return ReviewQueuePage(**at.answer(page, ReviewQueue.model_validate))


@router.get("/review-queues/{id}", summary="Read a review queue", responses=errors(404))
def read_queue(id: DocumentId, access: AccessDep) -> ReviewQueue:  # noqa: A002  # the name in the path
    """Return a queue with its progress."""
    found = review_queues.get(access.caller, id)
    if found is None:
        raise Problem(NOT_FOUND, "There is no review queue with this id.")
    return ReviewQueue.model_validate(found)


@router.get(
    "/review-queues/{id}/items", summary="List the sessions of a queue", responses=errors(404)
)
def list_queue_items(
    id: DocumentId,  # noqa: A002
    access: AccessDep,
    at: At,
    state: Literal["open", "done"] | None = None,
    dispute: Literal["open", "settled"] | None = None,
) -> QueueItemPage:
    """Return the sessions of a queue and who reviews them, newest entry first; 100 at most."""
    limit = min(at.limit, review_queues.PAGE_SESSIONS)
    page = review_queues.items(
        access.caller, queue_id=id, cursor=at.cursor, limit=limit, state=state, dispute=dispute
    )
    return QueueItemPage(**at.answer(page, QueueItem.model_validate))


@router.get(
    "/review-queues/{id}/reviewers", summary="List the reviewers of a queue", responses=errors(404)
)
def read_queue_reviewers(id: DocumentId, access: AccessDep) -> QueueReviewers:  # noqa: A002
    """Return the reviewers of a queue, those with most reviews first."""
    found = review_queues.reviewers(access.caller, id)
    return QueueReviewers(items=[ReviewerProgress.model_validate(one) for one in found])


@router.get(
    "/review-queues/{id}/agreement",
    summary="Read the agreement of reviewers",
    responses=errors(404),
)
def read_queue_agreement(id: DocumentId, access: AccessDep, at: At) -> PairAgreementPage:  # noqa: A002
    """Return pairs of reviewers of the same sessions with their agreement; at most 100 a page."""
    from lib.work import agreement  # noqa: PLC0415  # loads PyCM, which only this needs

    limit = min(at.limit, agreement.PAGE_PAIRS)
    page = agreement.page_of_queue(access.caller, id, at.cursor, limit)
    return PairAgreementPage(**at.answer(page, _pair))


def _pair(pair: Pair) -> PairAgreement:
    return PairAgreement(
        rubric_id=pair.rubric.id,
        first=pair.first,
        first_name=pair.first_name,
        second=pair.second,
        second_name=pair.second_name,
        criteria=[_criterion(found) for found in pair.criteria],
    )


def _criterion(found: Agreement) -> CriterionAgreement:
    return CriterionAgreement(
        key=found.criterion.key,
        label=found.criterion.label,
        pairs=found.pairs,
        percent=found.percent,
        kappa=found.kappa,
        low=found.low,
        high=found.high,
        weighted_kappa=found.weighted_kappa,
    )
