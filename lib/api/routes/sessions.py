"""Sessions: one conversation of a user."""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Query, Request, Response
from pydantic import AliasPath, Field, ValidationInfo, field_validator

from lib.api import measurements
from lib.api.access import AccessDep, ServicesDep
from lib.api.idempotency import Key
from lib.api.lists import At
from lib.api.middleware import log_fields
from lib.api.models import (
    Distribution,
    DocumentId,
    Moment,
    Order,
    OutMoment,
    ResponseModel,
)
from lib.api.problems import NOT_FOUND, Problem, errors
from lib.api.route import ApiRoute
from lib.data import user_sessions
from lib.data.fields import (
    Channel,
    ClerkId,
    Facet,
    Identifier,
    Label,
    Language,
    ReviewStatus,
    ScoreName,
    SessionStatus,
)
from lib.data.records import NewPerson
from lib.data.session_fields import Person, SessionChanges, SessionStart
from lib.product.limits import MAX_SCORE_VALUE

router = APIRouter(prefix="/sessions", tags=["sessions"], route_class=ApiRoute)


ScoreBound = Annotated[float, Field(ge=-MAX_SCORE_VALUE, le=MAX_SCORE_VALUE, allow_inf_nan=False)]


class NewSession(SessionStart):
    """A conversation that begins."""

    user_id: ClerkId | None = Field(
        default=None, description="Clerk's id, or Earshot's, of a known user; or else `user`."
    )
    user: Annotated[Person | None, Field(validate_default=True)] = None

    @field_validator("user")
    @classmethod
    def _either(cls, value: Person | None, info: ValidationInfo) -> Person | None:
        if (value is None) == (info.data.get("user_id") is None):
            raise ValueError("either userId or user is needed")
        return value


class CreatedSession(ResponseModel):
    """The id of the session."""

    id: str
    created: bool = Field(description="False if it existed.")
    user_conflict: list[Literal["clerk", "phone", "source"]] | None = Field(
        description="Kinds of identities in `user` that name somebody else than the session's user."
    )


class SessionUser(ResponseModel):
    """User of the session."""

    clerk_id: str = Field(description="Clerk's id; Earshot's of those who have none.")
    anonymous: bool | None = Field(description="True of a caller without an identity.")
    name: str | None
    phone: str | None
    email: str | None
    image_url: str | None


class Session(ResponseModel):
    """A session with its counters."""

    id: str
    external_id: str
    user_id: str = Field(
        validation_alias=AliasPath("user", "clerk_id"),
        serialization_alias="userId",
        description="Clerk's id of the user; Earshot's of those who have none.",
    )
    user: SessionUser
    title: str | None
    channel: Channel
    status: SessionStatus
    started_at: OutMoment
    ended_at: OutMoment | None
    duration_ms: float | None
    interaction_count: int
    audio_count: int
    provider: str | None
    model_id: str | None
    agent_id: str | None
    agent_version: str | None
    environment: str | None
    direction: str | None
    language: str | None
    end_reason: str | None
    tokens_in: int
    tokens_out: int
    cost: float = Field(description="US dollars.")
    worst_ttft_ms: float | None
    worst_latency_ms: float | None
    assessment_ms: float | None
    assessed_at: OutMoment | None
    review_status: ReviewStatus
    score: float | None
    labels: list[str]
    metadata: dict[str, Any] | None
    legal_hold: bool = Field(description="Under legal hold: exempt from retention and erasure.")
    created_at: OutMoment


class SessionPage(ResponseModel):
    """One page of sessions."""

    items: list[Session]
    next_cursor: str | None


class SessionSummary(ResponseModel):
    """Latency, cost and token figures of a session."""

    session_id: str
    duration_ms: float | None
    assessment_ms: float | None
    interactions: int
    audio_count: int
    tokens_in: int
    tokens_out: int
    cost: float
    ttft: Distribution
    latency: Distribution
    worst_ttft_ms: float | None
    worst_latency_ms: float | None


@router.post(
    "",
    status_code=201,
    summary="Create a session",
    responses=errors(
        404,
        409,
        410,
        body=True,
        also={200: {"model": CreatedSession, "description": "The session existed."}},
    ),
)
def create_session(
    new: NewSession, access: AccessDep, key: Key, request: Request, response: Response
) -> CreatedSession:
    """Create a session; the same `externalId` gives the same session.

    `userId` names a known user. `user` is whom its identities name: the strongest one that is known
    (Clerk's id, the writer's id, the phone number) decides, and a new user is created if there is
    none. Without any it is an anonymous caller, the user of this session only.
    """
    log_fields(request.scope, provider=new.provider, modelId=new.model_id)
    given = dict(new)
    person = given.pop("user")
    done = user_sessions.create(
        access.caller,
        idempotency_key=key,
        clerk_id=given.pop("user_id"),
        user=cast("NewPerson", dict(person)) if person else None,
        source="api",
        **given,
    )
    if not done.created:
        response.status_code = 200
    response.headers["Location"] = request.url_for("get_session", id=done.id).path
    return CreatedSession.model_validate(done)


@router.get("", summary="List sessions", responses=errors())
def list_sessions(
    access: AccessDep,
    at: At,
    user_id: Annotated[
        ClerkId | None, Query(alias="userId", description="Clerk's id or Earshot's.")
    ] = None,
    start: Annotated[Moment | None, Query(alias="from", description="Earliest start.")] = None,
    end: Annotated[Moment | None, Query(alias="to", description="Starts before this.")] = None,
    status: SessionStatus | None = None,
    channel: Channel | None = None,
    review_status: Annotated[ReviewStatus | None, Query(alias="reviewStatus")] = None,
    label: Label | None = None,
    has_audio: Annotated[bool | None, Query(alias="hasAudio")] = None,
    provider: Identifier | None = None,
    model_id: Annotated[Identifier | None, Query(alias="modelId")] = None,
    agent_id: Annotated[Facet | None, Query(alias="agentId")] = None,
    agent_version: Annotated[Facet | None, Query(alias="agentVersion")] = None,
    environment: Facet | None = None,
    direction: Facet | None = None,
    language: Language | None = None,
    end_reason: Annotated[Facet | None, Query(alias="endReason")] = None,
    slow: Annotated[bool | None, Query(description="Has a turn slower than the objective.")] = None,
    score_name: Annotated[
        ScoreName | None,
        Query(alias="scoreName", description="Has a score of this name, or a turn has one."),
    ] = None,
    score_min: Annotated[
        ScoreBound | None, Query(alias="scoreMin", description="Of this value at least.")
    ] = None,
    score_max: Annotated[
        ScoreBound | None, Query(alias="scoreMax", description="Of this value at most.")
    ] = None,
    order: Order = "desc",
) -> SessionPage:
    """Return sessions by start, newest first by default.

    With `scoreName`, a page may be shorter than `limit`, or empty, and still have a `nextCursor`.
    """
    page = user_sessions.page(
        access.caller,
        cursor=at.cursor,
        limit=at.limit,
        clerk_id=user_id,
        from_=start,
        to=end,
        status=status,
        channel=channel,
        review_status=review_status,
        label=label,
        has_audio=has_audio,
        provider=provider,
        model_id=model_id,
        agent_id=agent_id,
        agent_version=agent_version,
        environment=environment,
        direction=direction,
        language=language,
        end_reason=end_reason,
        slow=slow,
        score_name=score_name,
        score_min=score_min,
        score_max=score_max,
        order=order,
    )
    return SessionPage(**at.answer(page, Session.model_validate))


@router.get("/{id}", summary="Read a session", responses=errors(404))
def get_session(id: DocumentId, access: AccessDep) -> Session:  # noqa: A002  # the name in the path
    """Return a session with its user and counters."""
    found = user_sessions.get(access.caller, id)
    if found is None:
        raise no_session()
    return Session.model_validate(found)


@router.patch("/{id}", summary="Change a session", responses=errors(404, 409, 410, body=True))
def change_session(
    id: DocumentId,  # noqa: A002
    changes: SessionChanges,
    access: AccessDep,
    key: Key,
    services: ServicesDep,
) -> Session:
    """Change a session; fields left out keep their values."""
    changed = user_sessions.update(access.caller, idempotency_key=key, id=id, **dict(changes))
    measurements.assessment(services, changed, changes.assessment_ms)
    return Session.model_validate(changed)


@router.get("/{id}/summary", summary="Summarize a session", responses=errors(404))
def summarise_session(id: DocumentId, access: AccessDep) -> SessionSummary:  # noqa: A002
    """Return latency, cost and token figures of a session."""
    found = user_sessions.summary(access.caller, id)
    if found is None:
        raise no_session()
    return SessionSummary.model_validate(found)


def no_session() -> Problem:
    """Return the problem of an unknown session."""
    return Problem(NOT_FOUND, "There is no session with this id.")
