"""Users of the product."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from lib.api.access import AccessDep
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
from lib.data import audit, records, users
from lib.data.fields import ClerkId, Email, ImageUrl, Name, Sent
from lib.product.limits import QUERY_CHARS

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


class UserPage(ResponseModel):
    """One page of users."""

    items: list[User]
    next_cursor: str | None


@router.post(
    "",
    status_code=201,
    summary="Create or change a user",
    responses=errors(
        409, body=True, also={200: {"model": User, "description": "The user existed."}}
    ),
)
def upsert_user(
    new: NewUser, access: AccessDep, key: Key, request: Request, response: Response
) -> User:
    """Create the user with this Clerk id, or change the one that exists."""
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
    """Return users of one kind, newest first by default; with `search` the best matches."""
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
