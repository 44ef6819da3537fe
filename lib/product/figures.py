"""Numbers and times as people read them: times in the viewer's zone, UTC in the tooltip."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

NONE = "\N{EN DASH}"
_SECOND_MS = 1000
_MINUTE = 60
_HOUR = 3600
_DAY = timedelta(days=1)


def moment(at: datetime, zone: ZoneInfo, now: datetime | None = None) -> str:
    """Return a time of day, with the date unless it is today: `14:05`, `Mon 23 Nov, 14:05`."""
    local = at.astimezone(zone)
    today = (now or datetime.now(UTC)).astimezone(zone)
    clock = f"{local:%H:%M}"
    if local.date() == today.date():
        return f"Today, {clock}"
    if local.year == today.year:
        return f"{local:%a} {local.day} {local:%b}, {clock}"
    return f"{local.day} {local:%b %Y}, {clock}"


def utc(at: datetime) -> str:
    """Return the time in UTC, exact to the second, for tooltips."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def ago(at: datetime, now: datetime | None = None) -> str:
    """Return how long ago something was: `just now`, `12 min ago`, `3 days ago`."""
    seconds = int(((now or datetime.now(UTC)) - at).total_seconds())
    if seconds < _MINUTE:
        return "just now"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min ago"
    if seconds < _DAY.total_seconds():
        return f"{seconds // _HOUR} h ago"
    days = seconds // int(_DAY.total_seconds())
    return "yesterday" if days == 1 else f"{days} days ago"


def span(duration: timedelta) -> str:
    """Return a rough length of time: `40 s`, `12 min`, `3 h`, `5 days`."""
    seconds = int(duration.total_seconds())
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min"
    hours = seconds // _HOUR
    return f"{hours} h" if hours < 48 else f"{hours // 24} days"  # noqa: PLR2004


def length(ms: float | None) -> str:
    """Return how long something took, as a clock: `0:07`, `12:30`, `1:02:03`."""
    if ms is None:
        return NONE
    total = int(ms // _SECOND_MS)
    hours, rest = divmod(total, _HOUR)
    minutes, seconds = divmod(rest, _MINUTE)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def latency(ms: float | None) -> str:
    """Return a latency with its unit: `812 ms`, `1.93 s`."""
    if ms is None:
        return NONE
    return f"{ms:.0f} ms" if ms < _SECOND_MS else f"{ms / _SECOND_MS:.2f} s"


def dollars(cost: float | None) -> str:
    """Return US dollars with as many digits as it takes to say something."""
    if cost is None:
        return NONE
    if cost == 0:
        return "$0"
    return f"${cost:,.2f}" if cost >= 0.1 else f"${cost:.2g}"  # noqa: PLR2004


def count(number: float | None) -> str:
    """Return a whole number with thousands apart: `12,480`."""
    return NONE if number is None else f"{number:,.0f}"


def share(part: float, whole: float) -> str:
    """Return a percentage, a dash of nothing: `0.42%`, `12%`."""
    if not whole:
        return NONE
    percent = 100 * part / whole
    return f"{percent:.0f}%" if percent >= 10 or percent == 0 else f"{percent:.2g}%"  # noqa: PLR2004


def size(octets: int) -> str:
    """Return bytes in the unit that fits: `812 B`, `1.4 MiB`."""
    value = float(octets)
    for unit in ("B", "KiB", "MiB"):
        if value < 1024:  # noqa: PLR2004  # the definition of the units
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.1f} GiB"


def initials(name: str) -> str:
    """Return up to two initials of a name."""
    letters = [word[0] for word in name.split() if word[0].isalnum()]
    return "".join(letters[:1] + letters[-1:] if len(letters) > 1 else letters).upper() or "?"
