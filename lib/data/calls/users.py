"""Users of the product and team members: provisioning, look-up, lists.

Generated from the Convex functions by `python -m codegen`; a test proves that it is current.
"""

from __future__ import annotations

from datetime import datetime
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


def get(caller: Caller, clerk_id: str) -> User | None:
    """Return the user of a Clerk id, or None."""
    return caller.query(USERS_GET, UsersGetArgs(clerk_id=clerk_id))


def page(caller: Caller, **arguments: Unpack[UsersListArgs]) -> Page[User]:
    """Return one page of the users of one kind (default: product), newest first by default.

    In the order of `last_seen_at` the sessions of the last seconds may not count yet.

    With `search`, those whose name, e-mail address and Clerk id, as the caller may see them, hold
    all its words, the last one by its beginning: an exact Clerk id first, then by the alphabet of
    the words that match. The sort order then does not apply.
    """
    return caller.query(USERS_LIST, arguments)


def summary(
    caller: Caller, clerk_id: str, *, from_: datetime | None = None, to: datetime | None = None
) -> UserSummary | None:
    """Return figures of a user's sessions, in sum and by the UTC day of their start.

    Of the days from `from_` to `to` (default: the last 92 days), at most 366. None for an unknown
    user. With `as_of`, what was written after that moment is not in the figures yet.
    """
    return caller.query(USERS_SUMMARY, UsersSummaryArgs(clerk_id=clerk_id, from_=from_, to=to))


def upsert(
    caller: Caller, *, idempotency_key: str | None = None, **arguments: Unpack[UsersUpsertArgs]
) -> Upserted:
    """Create or update the user of a Clerk id.

    Fields left out keep their values, those named in `clear` lose them; `last_seen_at` never goes
    back; a profile older (`clerk_updated_at`) than the stored one changes nothing.

    Raises:
        Refused: GONE if the user was erased: nobody comes back under that id.
    """
    return caller.mutation(USERS_UPSERT, arguments, idempotency_key)
