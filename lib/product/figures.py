"""Numbers and times as people read them: times in the viewer's zone, UTC in the tooltip.

Components have the same rules in `lib/ui/parts/figures.ts`; one table of cases holds both to them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from zoneinfo import ZoneInfo

NONE = "\N{EN DASH}"
_SECOND_MS = 1000
_MINUTE = 60
_HOUR = 3600
_DAY = timedelta(days=1)
_BINARY = 1024
_LEAST_DOLLARS: Final = Decimal("1e-9")
"""Costs are kept to the billionth of a dollar."""
_CENTS_FROM: Final = Decimal("0.095")


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


def clock(ms: float | None) -> str:
    """Return a position or length in milliseconds as a clock: `0:07`, `12:30`, `1:02:03`."""
    if ms is None:
        return NONE
    total = max(0, int(ms // _SECOND_MS))
    hours, rest = divmod(total, _HOUR)
    minutes, seconds = divmod(rest, _MINUTE)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def latency(ms: float | None) -> str:
    """Return a latency with its unit: `812 ms`, `1.93 s`."""
    if ms is None:
        return NONE
    whole = _rounded(ms, 0)
    return f"{whole} ms" if whole < _SECOND_MS else f"{_rounded(ms / _SECOND_MS, 2)} s"


def round_duration(ms: float) -> str:
    """Return a round length of time for axes and bands: `0`, `200 ms`, `1.5 s`, `75 s`, `6 h`."""
    if ms == 0:
        return "0"
    for unit, size in (("h", 3_600_000), ("min", 60_000), ("s", _SECOND_MS)):
        if ms >= size and (2 * ms) % size == 0:
            return f"{number(ms / size)} {unit}"
    return f"{number(ms, 3)} ms"


def dollars(cost: float | None) -> str:
    """Return US dollars with as many digits as it takes to say something: `$12.50`, `$0.000015`."""
    if cost is None:
        return NONE
    amount = Decimal(str(cost))
    if amount == 0:
        return "$0"
    if amount < _LEAST_DOLLARS:
        return f"<${_LEAST_DOLLARS:f}"
    if amount >= _CENTS_FROM:
        return f"${_rounded(cost, 2):,}"
    return f"${_brief(amount, amount)}"


def count(number: float | None) -> str:
    """Return a whole number with thousands apart: `12,480`."""
    return NONE if number is None else f"{_rounded(number, 0):,}"


def number(value: float | None, digits: int | None = None) -> str:
    """Return a number without an exponent, thousands apart: `14.2`, `1,234,567.5`.

    Args:
        value: the number.
        digits: so many digits count, and all before the point; None keeps every digit.
    """
    if value is None:
        return NONE
    exact = Decimal(str(value))
    if digits is not None:
        exact = Decimal(_brief(exact, exact, digits))
    text = f"{exact:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: float | None) -> str:
    """Return a share of 1 as a percentage: `0.42%`, `12%`, `99.96%`.

    Two digits of it count, or of what is missing to 100%, so that only all is 100% and only nothing
    is 0%.
    """
    if share is None:
        return NONE
    hundredths = 100 * Decimal(str(share))
    return f"{_brief(hundredths, min(hundredths, 100 - hundredths))}%"


def share(part: float, whole: float) -> str:
    """Return the percentage that a part is of a whole, a dash of nothing."""
    return percent(part / whole) if whole else NONE


def size(octets: int) -> str:
    """Return bytes in the unit that fits: `812 B`, `1.4 MiB`."""
    if octets < _BINARY:
        return f"{octets} B"
    value = octets / _BINARY
    for unit in ("KiB", "MiB"):
        if _rounded(value, 1) < _BINARY:
            return f"{_rounded(value, 1)} {unit}"
        value /= _BINARY
    return f"{_rounded(value, 1)} GiB"


def _rounded(value: float, digits: int) -> Decimal:
    """Return a number with so many digits after the point; halves go up, as people learn it."""
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def _brief(value: Decimal, significant: Decimal, digits: int = 2) -> str:
    """Return a number with so many decimals that `digits` digits of `significant` show."""
    decimals = max(0, digits - 1 - significant.adjusted()) if significant else 0
    text = f"{value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):f}"
    return text.rstrip("0").rstrip(".") if decimals else text


def initials(name: str) -> str:
    """Return up to two initials of a name."""
    letters = [word[0] for word in name.split() if word[0].isalnum()]
    return "".join(letters[:1] + letters[-1:] if len(letters) > 1 else letters).upper() or "?"
