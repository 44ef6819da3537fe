"""The period that a page shows: presets that end now, custom ranges, and the picker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, Literal, Protocol, TypeVar
from zoneinfo import ZoneInfo

import streamlit as st

from lib.data.functions import Page
from lib.product.lifetimes import ROLLUPS
from lib.ui.shell import notices
from lib.ui.shell.visitor import chosen_time_zone

Resolution = Literal["minute", "hour", "day"]

WIDTHS: Final[dict[Resolution, timedelta]] = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}
LONGEST: Final = timedelta(days=366)
SHORTEST: Final = timedelta(minutes=5)

# Longest range, resolution of its rollups, and width of its steps.
_STEPS: Final[tuple[tuple[timedelta, Resolution, timedelta], ...]] = (
    (timedelta(hours=2), "minute", timedelta(minutes=1)),
    (timedelta(hours=8), "minute", timedelta(minutes=5)),
    (timedelta(hours=36), "hour", timedelta(hours=1)),
    (timedelta(days=8), "hour", timedelta(hours=3)),
    (LONGEST, "day", timedelta(days=1)),
)


@dataclass(frozen=True, slots=True)
class Period:
    """A period of time and its resolution.

    Attributes:
        label: in words, for instance `24 hours`.
        start: on a step boundary.
        end: exclusive, on a step boundary; later than now if the period goes on.
        resolution: of the rollups to read.
        step: of the points to draw; a multiple of the resolution.
        goes_on: it ends now, and so moves with the time.
    """

    label: str
    start: datetime
    end: datetime
    resolution: Resolution
    step: timedelta
    goes_on: bool = False

    @property
    def length(self) -> timedelta:
        """From start to end."""
        return self.end - self.start

    def before(self) -> Period:
        """Return the period of the same length just before."""
        label = f"{self.label}, previous"
        return Period(label, self.start - self.length, self.start, self.resolution, self.step)

    def starts(self) -> list[datetime]:
        """Return the start of every step."""
        return [self.start + index * self.step for index in range(self.length // self.step)]


@dataclass(frozen=True, slots=True)
class Window:
    """A preset: a length of time that ends now.

    Attributes:
        label: in the picker.
        length: up to now.
        resolution: of the rollups to read.
        step: of the points to draw.
    """

    label: str
    length: timedelta
    resolution: Resolution
    step: timedelta

    def until(self, now: datetime) -> Period:
        """Return the period that ends with the step in which `now` lies."""
        end = _floor(now, self.step) + self.step
        start = end - self.length
        return Period(self.label, start, end, self.resolution, self.step, goes_on=True)


WINDOWS: Final = (
    Window("1 hour", timedelta(hours=1), "minute", timedelta(minutes=1)),
    Window("6 hours", timedelta(hours=6), "minute", timedelta(minutes=5)),
    Window("24 hours", timedelta(hours=24), "hour", timedelta(hours=1)),
    Window("7 days", timedelta(days=7), "hour", timedelta(hours=3)),
    Window("30 days", timedelta(days=30), "day", timedelta(days=1)),
)
DAY: Final = WINDOWS[2]

_FIRST_YEAR, _LAST_YEAR = 2000, 2199


def custom(start: datetime, end: datetime, now: datetime, zone: tzinfo = UTC) -> Period:
    """Return a period from one time to another, in the finest steps that are kept and readable.

    Args:
        start: aware.
        end: aware.
        now: decides which rollups are still kept; older ranges have coarser steps.
        zone: of the times in the label.

    Raises:
        ValueError: the range is invalid; the message is for the reader.
    """
    if end <= start:
        raise ValueError("The end must lie after the start.")
    length = max(end - start, SHORTEST)
    if length > LONGEST:
        raise ValueError(f"A range may have at most {LONGEST.days} days.")
    # Twice the length, to include the previous period.
    age = now - start + length
    resolution, step = next(
        (resolution, step)
        for limit, resolution, step in _STEPS
        if length <= limit and (age <= ROLLUPS[resolution] or resolution == "day")
    )
    first = _floor(start, step)
    steps = -((first - end) // step)
    return Period(_words(start, end, zone), first, first + max(steps, 1) * step, resolution, step)


def _floor(at: datetime, step: timedelta) -> datetime:
    seconds = step.total_seconds()
    return datetime.fromtimestamp(at.timestamp() // seconds * seconds, UTC)


def _words(start: datetime, end: datetime, zone: tzinfo) -> str:
    first, last = start.astimezone(zone), end.astimezone(zone)
    if first.date() == last.date():
        return f"{first.day} {first:%b}, {first:%H:%M} to {last:%H:%M} {zone}"
    return f"{first.day} {first:%b %H:%M} to {last.day} {last:%b %H:%M} {zone}"


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


UTC_DAYS: Final = ZoneInfo("UTC")
"""Zone of charts by day: the totals of days are kept by UTC days, for everybody the same."""

CUSTOM: Final = "Custom"
_FORM: Final = "%Y-%m-%dT%H:%M"


def period_picker(default: str = DAY.label) -> None:
    """Draw the picker of the period that `chosen_period` returns.

    The address keeps it: `window` holds the preset or `Custom`, then `from` and `to` hold times in
    UTC, for instance `window=Custom&from=2026-11-24T10:00&to=2026-11-24T12:30`.
    """
    labels = [window.label for window in WINDOWS]
    with st.container(horizontal=True, vertical_alignment="bottom", width="content"):
        chosen = st.segmented_control(
            "Window",
            [*labels, CUSTOM],
            default=default,
            required=True,
            key="window",
            bind="query-params",
            label_visibility="collapsed",
        )
        if chosen == CUSTOM:
            for label, name in (("From", "from"), ("To", "to")):
                _time_field(label, name, _default(name, datetime.now(UTC)))
            given = {
                name: st.query_params[name] for name in ("from", "to") if name in st.query_params
            }
            notices.ignored({name: text for name, text in given.items() if not given_time(name)})


def _time_field(label: str, name: str, default: datetime) -> None:
    """Draw a field in the visitor's zone of a time that the address keeps in UTC."""
    zone = chosen_time_zone()
    at = given_time(name) or default
    # The key changes with the address and the zone: a field keeps its first value otherwise.
    key = f"{name} {at:{_FORM}} {zone}"

    def keep() -> None:
        value: datetime = st.session_state[key]
        st.query_params[name] = f"{value.replace(tzinfo=zone).astimezone(UTC):{_FORM}}"

    shown = at.astimezone(zone).replace(tzinfo=None)
    st.datetime_input(f"{label} ({zone})", shown, key=key, step=60, width=210, on_change=keep)


def given_time(name: str) -> datetime | None:
    """Return the time in UTC that the address gives by a name; None if there is none."""
    try:
        return datetime.fromisoformat(st.query_params.get(name, "")).replace(tzinfo=UTC)
    except ValueError:
        return None


def _default(name: str, now: datetime) -> datetime:
    minute = now.replace(second=0, microsecond=0)
    return minute - DAY.length if name == "from" else minute


def chosen_period(now: datetime, default: str = DAY.label) -> Period:
    """Return the chosen period; an invalid one is explained and ends the run."""
    chosen = st.session_state.get("window") or default
    if chosen != CUSTOM:
        return next(window for window in WINDOWS if window.label == chosen).until(now)
    start, end = (given_time(name) or _default(name, now) for name in ("from", "to"))
    try:
        return custom(start, end, now, chosen_time_zone())
    except ValueError as error:
        notices.empty("Invalid period", str(error))
        st.stop()


def period_params(*names: str) -> dict[str, str]:
    """Return the query parameters of the period, and those with these names."""
    wanted = ("window", "from", "to", "refresh", *names)
    return {name: st.query_params[name] for name in wanted if name in st.query_params}


class _Dated(Protocol):
    @property
    def at(self) -> datetime: ...


Event = TypeVar("Event", bound=_Dated)


def events_since(page: Page[Event], start: datetime) -> Page[Event]:
    """Return the events of a page (newest first) that are not before `start`.

    The query itself has no start, because a cursor belongs to one start and this one moves.
    """
    items = tuple(event for event in page.items if event.at >= start)
    return Page(items, page.next_cursor if len(items) == len(page.items) else None)
