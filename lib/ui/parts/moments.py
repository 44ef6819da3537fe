"""Moments of a session as links name them. The player's `moment_link.ts` writes the same."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

TURN = "turn"
TIME = "t"
WORDS = "find"
"""Query parameter of the words that a reader searched for; the transcript marks them. It is not
`q`, because Streamlit takes that away with the search field that is bound to it."""


@dataclass(frozen=True, slots=True)
class NamedMoment:
    """A turn and a position, either of which may be missing.

    Attributes:
        sequence: of the turn; None for whichever is there at that time.
        ms: position in milliseconds from the start of the session; None for the turn's start.
    """

    sequence: int | None
    ms: float | None


def moment_in(address: Mapping[str, str]) -> NamedMoment | None:
    """Return the moment that an address names, None if it names none or something invalid.

    `t` beside a `turn` is in milliseconds. Alone it is in seconds, as in all links once.
    """
    sequence = _number(address.get(TURN))
    time = _number(address.get(TIME))
    if sequence is not None and sequence.is_integer():
        return NamedMoment(int(sequence), time)
    return None if time is None else NamedMoment(None, time * 1000)


def moment_params(session_id: str, sequence: int | None, ms: float | None) -> dict[str, str]:
    """Return the query parameters of a link to a turn of a session, or to a moment in it."""
    params = {"id": session_id}
    if sequence is not None:
        params[TURN] = str(sequence)
    if ms is not None:
        params[TIME] = str(int(ms)) if sequence is not None else str(ms / 1000)
    return params


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None
