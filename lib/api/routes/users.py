"""Users of the product."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field, ValidationInfo, field_validator

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
from lib.data.session_fields import Person
from lib.product.limits import QUERY_CHARS
from lib.work.erasure import proven

router = APIRouter(prefix="/users", tags=["users"], route_class=ApiRoute)


class NewUser(Sent):
    """A user as the product's backend knows them; fields left out keep their values."""

    clerk_id: ClerkId | None = Field(default=None, description="Clerk user id; or else `user`.")
    user: Annotated[Person | None, Field(validate_default=True)] = None
    kind: UserKind = "product"
    email: Email | None = None
    name: Name | None = Field(default=None, examples=["Ada Lovelace"])
    image_url: ImageUrl | None = None
    status: UserStatus | None = None
    last_seen_at: Moment | None = None
    created_at: Moment | None = Field(default=None, description="Default: now.")

    @field_validator("user")
    @classmethod
    def _known(cls, value: Person | None, info: ValidationInfo) -> Person | None:
        if (value is None) == (info.data.get("clerk_id") is None):
            raise ValueError("either clerkId or user is needed")
        if value and not (value.clerk_id or value.phone or value.external_id):
            raise ValueError("needs a clerkId, phone or externalId")
        return value


class Identity(ResponseModel):
    """One way in which a user is known."""

    kind: Literal["clerk", "phone", "source"]
    source: str | None = Field(description="Of `source`: the writer who chose it; `own` is you.")
    value: str


class User(ResponseModel):
    """A user."""

    id: str = Field(description="Earshot's id.")
    clerk_id: str = Field(description="Clerk's id; Earshot's of those who have none.")
    kind: UserKind
    anonymous: bool | None = Field(description="True of a caller without an identity.")
    phone: str | None = Field(description="The first one that is known.")
    identities: list[Identity] | None = Field(description="Null in lists.")
    email: str | None
    name: str | None
    image_url: str | None
    status: str = Field(description="active, banned, deleted or erasing.")
    last_seen_at: OutMoment
    session_count: int
    created_at: OutMoment


class UpsertedUser(User):
    """A user after a write."""

    user_conflict: list[Literal["clerk", "phone", "source"]] | None = Field(
        default=None, description="Kinds of identities in `user` that are another user's."
    )


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
        409,
        410,
        body=True,
        also={200: {"model": UpsertedUser, "description": "The user existed."}},
    ),
)
def upsert_user(
    new: NewUser, access: AccessDep, key: Key, request: Request, response: Response
) -> UpsertedUser:
    """Create the user with this Clerk id or these identities, or change the one who exists.

    An erased user does not come back under the same Clerk id: 410.
    """
    done = users.upsert(access.caller, idempotency_key=key, **_sent(new))
    stored = users.get(access.caller, done.id)
    if stored is None:
        raise Problem(NOT_FOUND, "The user was erased meanwhile.")
    if not done.created:
        response.status_code = 200
    response.headers["Location"] = request.url_for("get_user", clerkId=stored.clerk_id).path
    conflict = list(done.user_conflict) if done.user_conflict else None
    answer = UpsertedUser.model_validate(stored)
    return answer.model_copy(update={"user_conflict": conflict})


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
            description="Words of a name, address, phone number or Clerk id.",
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
    """Return the user with this id, Clerk's or Earshot's. Access by team members is audited."""
    found = users.get(access.caller, clerkId)
    if found is None:
        raise Problem(NOT_FOUND, "There is no user with this id.")
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
    person = new.user or Person.model_validate({"clerkId": new.clerk_id})
    return records.UsersUpsertArgs(
        clerk_id=person.clerk_id,
        external_id=person.external_id,
        phones=[person.phone] if person.phone else None,
        kind=new.kind,
        email=person.email or new.email,
        name=person.name or new.name,
        image_url=person.image_url or new.image_url,
        status=new.status,
        last_seen_at=new.last_seen_at,
        created_at=new.created_at,
        source="api",
    )
