"""Sessions of users: one conversation each, with its counters."""

from __future__ import annotations

from datetime import datetime
from typing import Unpack

from lib.data.client import Caller
from lib.data.functions import Page
from lib.data.records import (
    USER_SESSIONS_BY_EXTERNAL_ID,
    USER_SESSIONS_CREATE,
    USER_SESSIONS_DAILY,
    USER_SESSIONS_GET,
    USER_SESSIONS_LIST,
    USER_SESSIONS_NEWER,
    USER_SESSIONS_SET_LEGAL_HOLD,
    USER_SESSIONS_SET_REVIEW,
    USER_SESSIONS_SUMMARY,
    USER_SESSIONS_UPDATE,
    DaySummary,
    NewerSessions,
    SessionSummary,
    Upserted,
    UserSession,
    UserSessionsByExternalIdArgs,
    UserSessionsCreateArgs,
    UserSessionsDailyArgs,
    UserSessionsGetArgs,
    UserSessionsListArgs,
    UserSessionsNewerArgs,
    UserSessionsSetLegalHoldArgs,
    UserSessionsSetReviewArgs,
    UserSessionsSummaryArgs,
    UserSessionsUpdateArgs,
)


def create(
    caller: Caller, *, idempotency_key: str | None = None, **session: Unpack[UserSessionsCreateArgs]
) -> Upserted:
    """Create a session, or find the one with the same external id."""
    return caller.mutation(USER_SESSIONS_CREATE, session, idempotency_key)


def update(
    caller: Caller, *, idempotency_key: str | None = None, **changes: Unpack[UserSessionsUpdateArgs]
) -> UserSession:
    """Change a session; fields left out stay as they are."""
    return caller.mutation(USER_SESSIONS_UPDATE, changes, idempotency_key)


def set_review(
    caller: Caller,
    *,
    idempotency_key: str | None = None,
    **review: Unpack[UserSessionsSetReviewArgs],
) -> UserSession:
    """Note a review that was made elsewhere."""
    return caller.mutation(USER_SESSIONS_SET_REVIEW, review, idempotency_key)


def get(caller: Caller, session_id: str) -> UserSession | None:
    """Return a session with its user."""
    return caller.query(USER_SESSIONS_GET, UserSessionsGetArgs(id=session_id))


def by_external_id(caller: Caller, external_id: str) -> UserSession | None:
    """Return the session that the product's backend knows under this id."""
    return caller.query(
        USER_SESSIONS_BY_EXTERNAL_ID, UserSessionsByExternalIdArgs(external_id=external_id)
    )


def page(caller: Caller, **filters: Unpack[UserSessionsListArgs]) -> Page[UserSession]:
    """Return one page of sessions."""
    return caller.query(USER_SESSIONS_LIST, filters)


def newer(caller: Caller, **than: Unpack[UserSessionsNewerArgs]) -> NewerSessions:
    """Count the sessions of a list that started after a moment, at most 50."""
    return caller.query(USER_SESSIONS_NEWER, than)


def summary(caller: Caller, session_id: str) -> SessionSummary | None:
    """Return latency, cost and token figures of a session."""
    return caller.query(USER_SESSIONS_SUMMARY, UserSessionsSummaryArgs(id=session_id))


def set_legal_hold(caller: Caller, session_id: str, *, legal_hold: bool) -> UserSession:
    """Put a session under legal hold, or release it: retention leaves it alone meanwhile."""
    args = UserSessionsSetLegalHoldArgs(id=session_id, legal_hold=legal_hold)
    return caller.mutation(USER_SESSIONS_SET_LEGAL_HOLD, args)


def daily(caller: Caller, start: datetime, end: datetime) -> tuple[DaySummary, ...]:
    """Return figures per UTC day on which sessions started, for days in [start, end)."""
    return caller.query(USER_SESSIONS_DAILY, UserSessionsDailyArgs(from_=start, to=end))
