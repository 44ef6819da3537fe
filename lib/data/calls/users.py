"""Users of the product and team members: provisioning, look-up, lists.

Generated from the Convex functions by `python -m codegen`; a test proves that it is current.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Unpack

from lib.data.client import Caller
from lib.data.functions import Page
from lib.data.records import (
    USERS_BY_IDENTITY,
    USERS_GET,
    USERS_LIST,
    USERS_SUMMARY,
    USERS_UPSERT,
    User,
    UsersByIdentityArgs,
    UsersGetArgs,
    UsersListArgs,
    UsersSummaryArgs,
    UserSummary,
    UsersUpsertArgs,
    UserUpserted,
)


def by_identity(
    caller: Caller,
    kind: Literal["clerk", "phone", "source"],
    value: str,
    *,
    source: str | None = None,
) -> User | None:
    """Return the user whom an identity names, with all identities, or None."""
    return caller.query(
        USERS_BY_IDENTITY, UsersByIdentityArgs(kind=kind, source=source, value=value)
    )


def get(caller: Caller, clerk_id: str) -> User | None:
    """Return the user of an id (Clerk's, or Earshot's) with all identities, or None."""
    return caller.query(USERS_GET, UsersGetArgs(clerk_id=clerk_id))


def page(caller: Caller, **arguments: Unpack[UsersListArgs]) -> Page[User]:
    """Return one page of the users of one kind (default: product), newest first by default.

    In the order of `last_seen_at` the sessions of the last seconds may not count yet.

    With `search`, those whose name, e-mail address, phone number and Clerk id, as the caller may
    see them, hold all its words, the last one by its beginning: an exact id first, then by the
    alphabet of the words that match. The sort order then does not apply.
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
) -> UserUpserted:
    """Create or update the user whom identities name.

    They are a Clerk id, the writer's own id and phone numbers; the strongest one that is known
    decides.

    Fields left out keep their values, those named in `clear` lose them; `last_seen_at` never goes
    back; a profile older (`clerk_updated_at`) than the stored one changes nothing. A source does
    not change what others said of a user. `user_conflict` names kinds of identities that are
    another user's.

    Raises:
        Refused: GONE if the user was erased: nobody comes back under that Clerk id; CONFLICT if
            they are being erased; FORBIDDEN for a `source_id` of who is not the worker.
    """
    return caller.mutation(USERS_UPSERT, arguments, idempotency_key)
