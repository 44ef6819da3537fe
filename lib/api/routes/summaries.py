"""Totals and latency over many sessions: per day, and per user."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fastapi import APIRouter

from lib.api.access import AccessDep
from lib.api.models import Figures, OutMoment, ResponseModel
from lib.api.problems import NOT_FOUND, Problem, errors
from lib.api.route import ApiRoute
from lib.api.time_ranges import End, Start, window
from lib.data import user_sessions, users
from lib.data.fields import ClerkId

router = APIRouter(tags=["summaries"], route_class=ApiRoute)

DAILY_WINDOW: Final = timedelta(days=30)
USER_WINDOW: Final = timedelta(days=365)


class DayFigures(Figures):
    """Figures of the sessions that started on one UTC day."""

    day: OutMoment


class Days(ResponseModel):
    """Days on which sessions started."""

    items: list[DayFigures]


class UserFigures(ResponseModel):
    """Figures of one user's sessions: all together, and per day."""

    total: Figures
    days: list[DayFigures]


@router.get("/summaries/daily", summary="Summarize sessions per day", responses=errors())
def summarise_days(access: AccessDep, start: Start = None, end: End = None) -> Days:
    """Return figures per UTC day on which sessions started; at most 30 days."""
    first, last = window(start, end, DAILY_WINDOW)
    found = user_sessions.daily(access.caller, first, last)
    return Days(items=[DayFigures.model_validate(day) for day in found])


@router.get(
    "/users/{clerkId}/summary", summary="Summarize a user's sessions", responses=errors(404)
)
def summarise_user(
    clerkId: ClerkId,  # noqa: N803  # the name in the path
    access: AccessDep,
    start: Start = None,
    end: End = None,
) -> UserFigures:
    """Return figures of the sessions that a user started; at most 365 days."""
    first, last = window(start, end, USER_WINDOW)
    found = users.summary(access.caller, clerk_id=clerkId, from_=first, to=last)
    if found is None:
        raise Problem(NOT_FOUND, "There is no user with this Clerk id.")
    return UserFigures.model_validate(found)
