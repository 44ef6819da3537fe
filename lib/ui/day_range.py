"""Ranges of UTC days, as they stand in the address. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

_FIRST_YEAR, _LAST_YEAR = 2000, 2199


def day_of(value: object) -> date | None:
    """Return the day that a field or the address names; None for anything else."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, date) and _FIRST_YEAR <= value.year <= _LAST_YEAR else None


def bounds_of(first: object, last: object) -> tuple[datetime | None, datetime | None]:
    """Return the start of the first day and the end of the last one, which is exclusive."""
    start, end = day_of(first), day_of(last)
    return (
        None if start is None else _midnight(start),
        None if end is None else _midnight(end) + timedelta(days=1),
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
