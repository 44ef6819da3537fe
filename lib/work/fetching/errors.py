"""Why a link was not fetched, and whether it is worth another try."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Literal

FetchFailure = Literal[
    "not_https",
    "not_allowed",
    "not_public",
    "no_address",
    "too_many_redirects",
    "refused",
    "missing",
    "busy",
    "unreachable",
    "bad_certificate",
    "too_slow",
    "too_large",
    "encoded",
    "cut_off",
]

REASONS: Final[Mapping[FetchFailure, str]] = {
    "not_https": "The link is not https.",
    "not_allowed": "The link leads to a host that is not on the list for this kind of source.",
    "not_public": "The host has an address that is not of the public internet.",
    "no_address": "The host has no address.",
    "too_many_redirects": "The link leads on and on.",
    "refused": "The host refused the request: see whether the source has the vendor's key.",
    "missing": "The recording is not there any more.",
    "busy": "The host is busy or broken.",
    "unreachable": "The host could not be reached.",
    "bad_certificate": "The host's certificate is not accepted.",
    "too_slow": "The recording did not arrive in time.",
    "too_large": "The recording is larger than is accepted.",
    "encoded": "The host sent the recording in a content encoding, which is not unpacked.",
    "cut_off": "The connection ended before the recording did.",
}

_PASSING: Final[frozenset[FetchFailure]] = frozenset(
    {"no_address", "busy", "unreachable", "too_slow", "cut_off"}
)
_PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360))
# A recording may be written after the report that names it.
_LATE: Final[frozenset[FetchFailure]] = frozenset({"missing", "refused"})
_LATE_PAUSES: Final = _PAUSES[:3]


class FetchError(Exception):
    """A link was not fetched.

    Attributes:
        failure: why.
    """

    def __init__(self, failure: FetchFailure) -> None:
        super().__init__(REASONS[failure])
        self.failure = failure


def pause_before_next(failure: FetchFailure, tries: int) -> timedelta | None:
    """Return how long to wait before a link is tried again; None if it is given up.

    Args:
        failure: of the last try.
        tries: how many there were, at least one.
    """
    pauses = _PAUSES if failure in _PASSING else _LATE_PAUSES if failure in _LATE else ()
    return pauses[tries - 1] if tries <= len(pauses) else None
