"""Interactions: the turns of a session, stored singly or in batches."""

from __future__ import annotations

from typing import Annotated, Any, cast

from fastapi import APIRouter, Body, Request
from pydantic import Discriminator, Field, Tag

from lib.api import measurements
from lib.api.access import AccessDep, ServicesDep
from lib.api.idempotency import Key
from lib.api.lists import At
from lib.api.middleware import log_fields
from lib.api.models import DocumentId, OutMoment, ResponseModel
from lib.api.problems import ALTERNATIVE, errors
from lib.api.recording import Recording
from lib.api.route import ApiRoute
from lib.api.routes.sessions import no_session
from lib.data import audit, interactions, user_sessions
from lib.data.fields import Sent, Sequence, Speaker, Timing
from lib.data.records import NewInteraction
from lib.data.turn_fields import TurnFields
from lib.product.limits import APPEND_ITEMS

router = APIRouter(
    prefix="/sessions/{id}/interactions", tags=["interactions"], route_class=ApiRoute
)

_ONE, _MANY = f"{ALTERNATIVE}one", f"{ALTERNATIVE}many"


class NewTurn(TurnFields):
    """One turn; `sequence` is its position in the session."""

    sequence: Sequence


class NewTurns(Sent):
    """A batch of turns, stored in one transaction."""

    interactions: Annotated[list[NewTurn], Field(min_length=1, max_length=APPEND_ITEMS)]


def _one_or_many(value: Any) -> str:
    many = isinstance(value, NewTurns) or (isinstance(value, dict) and "interactions" in value)
    return _MANY if many else _ONE


OneOrMany = Annotated[
    Annotated[NewTurn, Tag(_ONE)] | Annotated[NewTurns, Tag(_MANY)],
    Discriminator(_one_or_many),
]


class Appended(ResponseModel):
    """Result: each turn is new, or was already stored with the same content."""

    accepted: int
    duplicates: int


class ToolCall(ResponseModel):
    """A call of a tool, its result, or both; the other half has the same `callId`."""

    call_id: str
    name: str | None
    arguments: str | None
    result: str | None
    is_error: bool | None
    latency_ms: float | None
    arguments_cut: bool | None = Field(description="Whether the arguments were longer.")
    result_cut: bool | None = Field(description="Whether the result was longer.")


class Stages(ResponseModel):
    """Parts of an answer's latency, milliseconds."""

    end_of_turn_ms: float | None
    speech_to_text_ms: float | None
    model_ms: float | None
    text_to_speech_ms: float | None
    tool_ms: float | None


class Turn(ResponseModel):
    """One turn of a session."""

    sequence: int
    speaker: Speaker
    text: str
    started_at_ms: float
    duration_ms: float | None
    request_id: str | None
    provider: str | None
    model_id: str | None
    tokens_in: int | None
    tokens_out: int | None
    cost: float | None
    ttft_ms: float | None
    latency_ms: float | None
    tool: ToolCall | None
    interrupted: bool | None
    stages: Stages | None
    timing: Timing | None = Field(
        description="Null: measured. With `none`, startedAtMs is an order and no time."
    )
    language: str | None
    created_at: OutMoment
    audio: Recording | None


class TurnPage(ResponseModel):
    """One page of turns."""

    items: list[Turn]
    next_cursor: str | None


@router.post("", status_code=201, summary="Store turns", responses=errors(404, 409, 410, body=True))
def append_turns(
    id: DocumentId,  # noqa: A002  # the name in the path
    sent: Annotated[OneOrMany, Body()],
    access: AccessDep,
    key: Key,
    request: Request,
    services: ServicesDep,
) -> Appended:
    """Store one turn, or a batch of 1 to 500 (at most 4 MiB), in one transaction.

    Session and sequence identify a turn. Sending it again changes nothing; with different content
    it is a conflict, and nothing of the batch is stored.
    """
    turns = sent.interactions if isinstance(sent, NewTurns) else [sent]
    _note_usage(request, turns)
    done = interactions.append(
        access.caller, id, [_record(turn) for turn in turns], idempotency_key=key
    )
    measurements.turns(services, turns, done.accepted)
    measurements.lag(services, done.lag_ms)
    return Appended.model_validate(done)


@router.get("", summary="List turns", responses=errors(404))
def list_turns(id: DocumentId, access: AccessDep, at: At) -> TurnPage:  # noqa: A002
    """Return the turns of a session by sequence. Access by team members is audited."""
    page = interactions.page(access.caller, session_id=id, cursor=at.cursor, limit=at.limit)
    if not page.items and user_sessions.get(access.caller, id) is None:
        raise no_session()
    if access.principal.kind == "member" and at.cursor is None:
        audit.record(
            access.caller, action="session.view", subject_type="userSession", subject_id=id
        )
    return TurnPage(**at.answer(page, Turn.model_validate))


def _record(turn: NewTurn) -> NewInteraction:
    return cast("NewInteraction", turn.model_dump())


def _note_usage(request: Request, turns: list[NewTurn]) -> None:
    """Add provider, model, tokens and cost to the request's log line."""
    tokens = sum((turn.tokens_in or 0) + (turn.tokens_out or 0) for turn in turns)
    cost = sum(turn.cost or 0 for turn in turns)
    log_fields(
        request.scope,
        provider=next((turn.provider for turn in turns if turn.provider), None),
        modelId=next((turn.model_id for turn in turns if turn.model_id), None),
        tokens=tokens or None,
        cost=round(cost, 9) or None,
        interactions=len(turns),
    )
