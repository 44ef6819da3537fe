"""Text in CSV that no spreadsheet program takes for a formula (OWASP: CSV injection)."""

from __future__ import annotations

from typing import Final

_BEGINNINGS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# What some programs skip in front of a formula.
_SKIPPED: Final = " \ufeff\u00a0\u200b\u2060"


def inert(text: str | None) -> str:
    """Return a text that begins no formula: with an apostrophe in front if it could.

    None is an empty cell. Full-width signs count, because some programs fold them.
    """
    if text is None:
        return ""
    begins = text.startswith(_BEGINNINGS) or text.lstrip(_SKIPPED).startswith(_BEGINNINGS)
    return f"'{text}" if begins else text
