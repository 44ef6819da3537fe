"""Sessions of users: one conversation each, with its counters.

Generated from the Convex functions by `python -m codegen`; a test proves that it is current.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Unpack

from lib.data.client import Caller
from lib.data.functions import Page
from lib.data.records import (
    USER_SESSIONS_BY_EXTERNAL_ID,
    USER_SESSIONS_CREATE,
    USER_SESSIONS_DAILY,
    USER_SESSIONS_GET,
    USER_SESSIONS_LIST,
    USER_SESSIONS_NEWER,
    USER_SESSIONS_RANKED,
    USER_SESSIONS_SET_LEGAL_HOLD,
    USER_SESSIONS_SET_REVIEW,
    USER_SESSIONS_SUMMARY,
    USER_SESSIONS_UPDATE,
    DaySummary,
    NewerSessions,
    RankedSessions,
    SessionCreated,
    SessionSummary,
    UserSession,
    UserSessionsByExternalIdArgs,
    UserSessionsCreateArgs,
    UserSessionsDailyArgs,
    UserSessionsGetArgs,
    UserSessionsListArgs,
    UserSessionsNewerArgs,
    UserSessionsRankedArgs,
    UserSessionsSetLegalHoldArgs,
    UserSessionsSetReviewArgs,
    UserSessionsSummaryArgs,
    UserSessionsUpdateArgs,
)


def by_external_id(
    caller: Caller, external_id: str, *, source_id: str | None = None
) -> UserSession | None:
    """Return the session that the product, or a source, knows under this id, or None."""
    return caller.query(
        USER_SESSIONS_BY_EXTERNAL_ID,
        UserSessionsByExternalIdArgs(external_id=external_id, source_id=source_id),
    )


def create(
    caller: Caller,
    *,
    idempotency_key: str | None = None,
    **arguments: Unpack[UserSessionsCreateArgs],
) -> SessionCreated:
    """Create the session of an external id, once.

    Its user is one who is there (`clerk_id`, Clerk's id or Earshot's), or `user`: whom these
    identities name, and who is created if there is none; an anonymous caller if there are none.
    `user_conflict` names the kinds of identities that name somebody else than the session's user.
    The same again returns the first one's id.

    Raises:
        Refused: NOT_FOUND for an unknown user; GONE if the user or the session was erased; CONFLICT
            if the external id has another user, channel or start; FORBIDDEN for a `source_id` of
            who is not the worker.
    """
    return caller.mutation(USER_SESSIONS_CREATE, arguments, idempotency_key)


def daily(caller: Caller, from_: datetime, to: datetime) -> tuple[DaySummary, ...]:
    """Return figures of everybody's sessions by the UTC day on which they started.

    `from_` is inclusive, `to` exclusive, at most 31 days; days without sessions are left out. With
    `as_of`, what was written after that moment is not in the figures yet.
    """
    return caller.query(USER_SESSIONS_DAILY, UserSessionsDailyArgs(from_=from_, to=to))


def get(caller: Caller, id: str) -> UserSession | None:
    """Return a session with its user and counters, or None."""
    return caller.query(USER_SESSIONS_GET, UserSessionsGetArgs(id=id))


def newer(caller: Caller, **arguments: Unpack[UserSessionsNewerArgs]) -> NewerSessions:
    """Count the sessions of a list that started after a moment.

    At most 50; then `more` says that there are others.
    """
    return caller.query(USER_SESSIONS_NEWER, arguments)


def page(caller: Caller, **arguments: Unpack[UserSessionsListArgs]) -> Page[UserSession]:
    """Return one page of sessions by start, newest first by default.

    `from_` is inclusive, `to` exclusive; `slow` asks for sessions with (or without) a full turn
    over the objective. `score_name` asks for sessions that have, or of which a turn has, a score of
    that name, with a value from `score_min` to `score_max` (inclusive) if they are given.
    """
    return caller.query(USER_SESSIONS_LIST, arguments)


def ranked(caller: Caller, **arguments: Unpack[UserSessionsRankedArgs]) -> RankedSessions:
    """Return one page of the newest sessions of a list, sorted by a figure.

    They are sorted among the newest 1,000 that pass the filters, or as many as one call can read:
    `among` says how many, `is_all` that there are no others. Sessions without the figure come last.
    """
    return caller.query(USER_SESSIONS_RANKED, arguments)


def set_legal_hold(
    caller: Caller, id: str, *, legal_hold: bool, idempotency_key: str | None = None
) -> UserSession:
    """Put a session under legal hold, or release it.

    While it is held, retention and erasure leave it alone. Recordings that are shown as expired had
    ended before. The bucket's own rule follows: `listening:open` says whether it has.
    """
    return caller.mutation(
        USER_SESSIONS_SET_LEGAL_HOLD,
        UserSessionsSetLegalHoldArgs(id=id, legal_hold=legal_hold),
        idempotency_key,
    )


def set_review(
    caller: Caller,
    id: str,
    review_status: Literal["unreviewed", "in_review", "reviewed"],
    *,
    score: float | None = None,
    idempotency_key: str | None = None,
) -> UserSession:
    """Note a review that was made elsewhere (imports); reviews that are made here outrank it."""
    return caller.mutation(
        USER_SESSIONS_SET_REVIEW,
        UserSessionsSetReviewArgs(id=id, review_status=review_status, score=score),
        idempotency_key,
    )


def summary(caller: Caller, id: str) -> SessionSummary | None:
    """Return latency, cost and token figures of one session, or None."""
    return caller.query(USER_SESSIONS_SUMMARY, UserSessionsSummaryArgs(id=id))


def update(
    caller: Caller,
    *,
    idempotency_key: str | None = None,
    **arguments: Unpack[UserSessionsUpdateArgs],
) -> UserSession:
    """Change a session; fields left out keep their values.

    Labels that reviewers set or took away stay as they left them.

    Raises:
        Refused: CONFLICT for a finished session that shall become active again.
    """
    return caller.mutation(USER_SESSIONS_UPDATE, arguments, idempotency_key)
