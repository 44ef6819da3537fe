"""People: users of the product and team members."""

from __future__ import annotations

from typing import Unpack

from lib.data.client import Caller
from lib.data.functions import Page
from lib.data.records import (
    USERS_GET,
    USERS_LIST,
    USERS_SUMMARY,
    USERS_UPSERT,
    Upserted,
    User,
    UsersGetArgs,
    UsersListArgs,
    UsersSummaryArgs,
    UserSummary,
    UsersUpsertArgs,
)


def upsert(
    caller: Caller, *, idempotency_key: str | None = None, **user: Unpack[UsersUpsertArgs]
) -> Upserted:
    """Create or change the user with this Clerk id; fields left out stay, those in `clear` go."""
    return caller.mutation(USERS_UPSERT, user, idempotency_key)


def get(caller: Caller, clerk_id: str) -> User | None:
    """Return the user with this Clerk id."""
    return caller.query(USERS_GET, UsersGetArgs(clerk_id=clerk_id))


def page(caller: Caller, **filters: Unpack[UsersListArgs]) -> Page[User]:
    """Return one page of users."""
    return caller.query(USERS_LIST, filters)


def summary(caller: Caller, **whose: Unpack[UsersSummaryArgs]) -> UserSummary | None:
    """Return figures of all sessions of a user, and per day of their start."""
    return caller.query(USERS_SUMMARY, whose)
