"""The audit trail."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from lib.api.access import AccessDep
from lib.api.lists import At
from lib.api.models import Moment, Order, OutMoment, ResponseModel
from lib.api.problems import errors
from lib.api.route import ApiRoute
from lib.data import audit
from lib.data.fields import Identifier

router = APIRouter(prefix="/audit", tags=["audit"], route_class=ApiRoute)


class AuditEvent(ResponseModel):
    """An audited action of an actor on a subject."""

    id: str
    action: str = Field(examples=["audio.play"])
    subject_type: str
    subject_id: str
    actor_id: str
    actor_role: str
    impersonator_id: str | None = Field(
        description="Clerk user id of the impersonator, if there was one."
    )
    session_id: str | None = Field(description="The session that it was about, if any.")
    user_id: str | None = Field(description="Clerk id of the user whom it was about, if any.")
    details: dict[str, Any] | None
    request_id: str | None
    created_at: OutMoment


class AuditPage(ResponseModel):
    """One page of the trail."""

    items: list[AuditEvent]
    next_cursor: str | None


@router.get("", summary="Read the audit trail", responses=errors())
def list_audit_events(
    access: AccessDep,
    at: At,
    start: Annotated[Moment | None, Query(alias="from")] = None,
    end: Annotated[Moment | None, Query(alias="to", description="Exclusive.")] = None,
    actor_id: Annotated[Identifier | None, Query(alias="actorId")] = None,
    subject_id: Annotated[Identifier | None, Query(alias="subjectId")] = None,
    session_id: Annotated[
        Identifier | None, Query(alias="sessionId", description="All that was about it.")
    ] = None,
    user_id: Annotated[
        Identifier | None, Query(alias="userId", description="All that was about them (Clerk id).")
    ] = None,
    action: Identifier | None = None,
    order: Order = "desc",
) -> AuditPage:
    """Return audit events, newest first by default."""
    page = audit.page(
        access.caller,
        cursor=at.cursor,
        limit=at.limit,
        from_=start,
        to=end,
        actor_id=actor_id,
        subject_id=subject_id,
        session_id=session_id,
        user_id=user_id,
        action=action,
        order=order,
    )
    return AuditPage(**at.answer(page, AuditEvent.model_validate))
