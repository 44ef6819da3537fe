"""The query parameters `from` and `to` of a time range."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from fastapi import Query

from lib.api.models import Moment
from lib.api.problems import VALIDATION, Problem
from lib.data import FieldError

DEFAULT_WINDOW: Final = timedelta(days=30)

Start = Annotated[Moment | None, Query(alias="from", description="Default: 30 days before `to`.")]
End = Annotated[Moment | None, Query(alias="to", description="Exclusive; default: now.")]


def window(
    start: datetime | None, end: datetime | None, longest: timedelta
) -> tuple[datetime, datetime]:
    """Return start and end of a time range.

    Raises:
        Problem: it is empty, or longer than `longest`.
    """
    last = end or datetime.now(UTC)
    first = start or last - DEFAULT_WINDOW
    if not first < last <= first + longest:
        message = f"must be after from, at most {longest.days} days later"
        raise Problem(VALIDATION, "The time range is invalid.", [FieldError("to", message)])
    return first, last
