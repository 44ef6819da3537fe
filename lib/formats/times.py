"""Times of cues, read as leniently as programs write them; one reader for all formats.

Standards (W3C WebVTT, section 3.3; SubRip by custom) want `HH:MM:SS.mmm` or `HH:MM:SS,mmm`.
Programs leave out hours, write one digit or three, no fraction or nine digits of it.
"""

from __future__ import annotations

import re
from typing import Final

# WebVTT's white space, and what editors put there unseen.
_BLANKS: Final = "[ \t\f\u00a0\ufeff]*"
# Programs that typeset turn the arrow into other signs; it counts only between two times.
_ARROW: Final = "(?:-{1,3} ?>|[\u2013\u2014] ?>|\u2192)"
# A colon before the fraction only where it cannot be anything else.
_TIME: Final = (
    r"(?:([0-9]{1,9}):)?([0-9]{1,9}):([0-9]{1,9})(?:[.,]([0-9]{0,9})|(?<=:[0-9]{2}):([0-9]{3}))?"
)
_TIMING: Final = re.compile(rf"{_BLANKS}{_TIME}{_BLANKS}{_ARROW}{_BLANKS}{_TIME}(?![0-9:.,])")
_LIKE_TIMING: Final = re.compile(
    r"[ \t\f]*[0-9][0-9.,]{0,9}:[0-9:.,]{0,24}[^\w:.,]{1,9}[0-9][0-9.,]{0,9}:"
)
_FIELD: Final = 60
_MS: Final = 1000.0


def read_timing(line: str) -> tuple[float, float] | None:
    """Return start and end (milliseconds) of a line `time --> time`, whatever follows it.

    None if it is no such line, or a field of it is out of range.
    """
    found = _TIMING.match(line)
    if found is None:
        return None
    parts = found.groups()
    start, end = _milliseconds(parts[:5]), _milliseconds(parts[5:])
    return None if start is None or end is None else (start, end)


def looks_timed(line: str) -> bool:
    """Tell whether a line seems to be meant as two times, readable or not."""
    return _LIKE_TIMING.match(line) is not None


def _milliseconds(parts: tuple[str | None, ...]) -> float | None:
    hours, minutes, seconds, fraction, thousandths = parts
    if thousandths is not None and hours is None:
        return None
    # Without hours, minutes may be as many as they like.
    if int(seconds or 0) >= _FIELD or (hours is not None and int(minutes or 0) >= _FIELD):
        return None
    whole = (int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)
    rest = fraction or thousandths or "0"
    return float(whole * _MS + int(rest) * _MS / 10.0 ** len(rest))
