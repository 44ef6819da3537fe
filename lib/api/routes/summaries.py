"""Figures over many sessions: per day, and per user."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query

from lib.api.access import Admitted
from lib.api.errors import errors
from lib.api.fields import Answer, Moment, OutMoment
from lib.api.figures import Figures
from lib.api.problems import NOT_FOUND, VALIDATION, Problem
from lib.api.route import ApiRoute
from lib.data import FieldError, user_sessions, users
from lib.data.fields import ClerkId

router = APIRouter(tags=["summaries"], route_class=ApiRoute)

DAILY_WINDOW: Final = timedelta(days=30)
USER_WINDOW: Final = timedelta(days=365)

Start = Annotated[Moment | None, Query(alias="from", description="Default: 30 days before `to`.")]
End = Annotated[Moment | None, Query(alias="to", description="Exclusive; default: now.")]


class DayFigures(Figures):
    """Figures of the sessions that started on one UTC day."""

    day: OutMoment


class Days(Answer):
    """Days on which sessions started."""

    items: list[DayFigures]


class UserFigures(Answer):
    """Figures of one user's sessions: all together, and per day."""

    total: Figures
    days: list[DayFigures]


@router.get("/summaries/daily", summary="Figures per day", responses=errors())
def summarise_days(access: Admitted, start: Start = None, end: End = None) -> Days:
    """Return figures per UTC day on which sessions started; at most 30 days."""
    first, last = _window(start, end, DAILY_WINDOW)
    found = user_sessions.daily(access.caller, first, last)
    return Days(items=[DayFigures.model_validate(day) for day in found])


@router.get("/users/{clerkId}/summary", summary="Figures of a user", responses=errors(404))
def summarise_user(
    clerkId: ClerkId,  # noqa: N803  # the name in the path
    access: Admitted,
    start: Start = None,
    end: End = None,
) -> UserFigures:
    """Return figures of the sessions that a user started; at most 365 days."""
    first, last = _window(start, end, USER_WINDOW)
    found = users.summary(access.caller, clerk_id=clerkId, from_=first, to=last)
    if found is None:
        raise Problem(NOT_FOUND, "There is no user with this Clerk id.")
    return UserFigures.model_validate(found)


def _window(
    start: datetime | None, end: datetime | None, longest: timedelta
) -> tuple[datetime, datetime]:
    last = end or datetime.now(UTC)
    first = start or last - DAILY_WINDOW
    if not first < last <= first + longest:
        message = f"must be after from, by at most {longest.days} days"
        raise Problem(VALIDATION, "The window is not acceptable.", [FieldError("to", message)])
    return first, last
