"""Users of the product."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from lib.api.access import AccessDep, ServicesDep
from lib.api.idempotency import Key
from lib.api.lists import At
from lib.api.models import (
    Moment,
    Order,
    OutMoment,
    ResponseModel,
    UserKind,
    UserStatus,
)
from lib.api.problems import NOT_FOUND, Problem, errors
from lib.api.route import ApiRoute
from lib.data import audit, erasure, records, users
from lib.data.fields import ClerkId, Email, ImageUrl, Name, Sent
from lib.product.limits import QUERY_CHARS
from lib.work.erasure import proven

router = APIRouter(prefix="/users", tags=["users"], route_class=ApiRoute)


class NewUser(Sent):
    """A user as the product's backend knows them; fields left out keep their values."""

    clerk_id: ClerkId = Field(description="Clerk user id.")
    kind: UserKind = "product"
    email: Email | None = None
    name: Name | None = Field(default=None, examples=["Ada Lovelace"])
    image_url: ImageUrl | None = None
    status: UserStatus | None = None
    last_seen_at: Moment | None = None
    created_at: Moment | None = Field(default=None, description="Default: now.")


class User(ResponseModel):
    """A user."""

    clerk_id: str = Field(description="Clerk user id.")
    kind: UserKind
    email: str | None
    name: str | None
    image_url: str | None
    status: str = Field(description="active, banned, deleted or erasing.")
    last_seen_at: OutMoment
    session_count: int
    created_at: OutMoment


class Erasure(ResponseModel):
    """An erasure: its progress, and its proof."""

    clerk_id: str
    started_by: str = Field(description="Clerk user id or service.")
    started_at: OutMoment
    finished_at: OutMoment | None
    uploads_until: OutMoment | None = Field(
        description="Until when a URL signed before the erasure could be used for an upload."
    )
    swept_at: OutMoment | None = Field(
        description="When the bucket was compared again after that, and nothing was left."
    )
    counts: dict[str, int] = Field(description="Rows deleted so far, by table.")
    receipt: str | None = Field(description="Signed (RFC 7515, RS256) by this deployment.")
    proves: dict[str, Any] | None = Field(
        description="Contents of the receipt; null if there is none or its signature is not ours."
    )


class UserPage(ResponseModel):
    """One page of users."""

    items: list[User]
    next_cursor: str | None


@router.post(
    "",
    status_code=201,
    summary="Create or change a user",
    responses=errors(
        409, 410, body=True, also={200: {"model": User, "description": "The user existed."}}
    ),
)
def upsert_user(
    new: NewUser, access: AccessDep, key: Key, request: Request, response: Response
) -> User:
    """Create the user with this Clerk id, or change the one that exists.

    An erased user does not come back under the same id: 410.
    """
    done = users.upsert(access.caller, idempotency_key=key, **_sent(new))
    stored = users.get(access.caller, new.clerk_id)
    if stored is None:
        raise Problem(NOT_FOUND, "The user was erased meanwhile.")
    if not done.created:
        response.status_code = 200
    response.headers["Location"] = request.url_for("get_user", clerkId=new.clerk_id).path
    return User.model_validate(stored)


@router.get("", summary="List users", responses=errors())
def list_users(
    access: AccessDep,
    at: At,
    kind: UserKind = "product",
    status: UserStatus | None = None,
    search: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=QUERY_CHARS,
            description="Words of a name, address or Clerk id.",
        ),
    ] = None,
    sort: Literal["createdAt", "lastSeenAt"] = "createdAt",
    order: Order = "desc",
) -> UserPage:
    """Return users of one kind, newest first by default; with `search` by the words that match."""
    page = users.page(
        access.caller,
        cursor=at.cursor,
        limit=at.limit,
        kind=kind,
        status=status,
        search=search,
        sort=sort,
        order=order,
    )
    return UserPage(**at.answer(page, User.model_validate))


@router.get("/{clerkId}", summary="Read a user", responses=errors(404))
def get_user(clerkId: ClerkId, access: AccessDep) -> User:  # noqa: N803  # the name in the path
    """Return the user with this Clerk id. Access by team members is audited."""
    found = users.get(access.caller, clerkId)
    if found is None:
        raise Problem(NOT_FOUND, "There is no user with this Clerk id.")
    if access.principal.kind == "member":
        audit.record(access.caller, action="user.view", subject_type="user", subject_id=clerkId)
    return User.model_validate(found)


@router.get("/{clerkId}/erasure", summary="Read the receipt of an erasure", responses=errors(404))
def get_erasure(
    clerkId: ClerkId,  # noqa: N803
    access: AccessDep,
    services: ServicesDep,
) -> Erasure:
    """Return the latest erasure of a user and what its receipt proves, checked now."""
    found = erasure.get(access.caller, clerkId)
    if found is None:
        raise Problem(NOT_FOUND, "No erasure of this user was started.")
    return Erasure(
        clerk_id=found.clerk_id,
        started_by=found.started_by,
        started_at=found.started_at,
        finished_at=found.finished_at,
        uploads_until=found.uploads_until,
        swept_at=found.swept_at,
        counts=dict(found.counts),
        receipt=found.receipt,
        proves=proven(found, services.settings),
    )


def _sent(new: NewUser) -> records.UsersUpsertArgs:
    return records.UsersUpsertArgs(
        clerk_id=new.clerk_id,
        kind=new.kind,
        email=new.email,
        name=new.name,
        image_url=new.image_url,
        status=new.status,
        last_seen_at=new.last_seen_at,
        created_at=new.created_at,
        source="api",
    )
