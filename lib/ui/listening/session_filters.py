"""Filters of the list of sessions, and their form in the address. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, Literal

from lib.product import limits
from lib.product.facets import FACETS
from lib.product.texts import sanitized, shortened
from lib.ui.parts.periods import bounds_of, day_of


@dataclass(frozen=True, slots=True)
class Sort:
    """How the list is sorted: by start, or by a figure among the newest sessions that match."""

    order: Literal["asc", "desc"]
    by: Literal["worstTurn", "length", "cost", "score"] | None = None


CHANNELS: Final = {"Voice": "voice", "Chat": "chat"}
OUTCOMES: Final = {
    "Active": "active",
    "Completed": "completed",
    "Abandoned": "abandoned",
    "Failed": "failed",
}
REVIEWS: Final = {"Unreviewed": "unreviewed", "In review": "in_review", "Reviewed": "reviewed"}
RECORDINGS: Final = {"With audio": True, "Without audio": False}
LATENCIES: Final = {"Slow turns": True, "No slow turns": False}
PERIODS: Final = {"Last 24 hours": 1, "Last 7 days": 7, "Last 30 days": 30}
SORTS: Final[Mapping[str, Sort]] = {
    "Newest first": Sort("desc"),
    "Oldest first": Sort("asc"),
    "Slowest turn first": Sort("desc", "worstTurn"),
    "Fastest first": Sort("asc", "worstTurn"),
    "Longest first": Sort("desc", "length"),
    "Shortest first": Sort("asc", "length"),
    "Most expensive first": Sort("desc", "cost"),
    "Least expensive first": Sort("asc", "cost"),
    "Lowest score first": Sort("asc", "score"),
    "Highest score first": Sort("desc", "score"),
}
NEWEST: Final = "Newest first"
HEADINGS: Final[Mapping[str, tuple[str, str]]] = {
    "Started": (NEWEST, "Oldest first"),
    "Duration": ("Longest first", "Shortest first"),
    "Review": ("Lowest score first", "Highest score first"),
    "Slowest turn": ("Slowest turn first", "Fastest first"),
    "Cost": ("Most expensive first", "Least expensive first"),
}
"""What a heading of the list sorts by, when it is pressed first and when it is pressed again."""

_CHOICES: Final[Mapping[str, Mapping[str, object]]] = {
    "status": OUTCOMES,
    "channel": CHANNELS,
    "review": REVIEWS,
    "audio": RECORDINGS,
    "latency": LATENCIES,
    "period": PERIODS,
    "sort": SORTS,
}
_MINUTE_MS: Final = 60_000
_SECOND_MS: Final = 1000
_BOUNDS: Final = {"shortest": 1440.0, "longest": 1440.0, "slowest": 3600.0}
_SCORES: Final = ("score_from", "score_to")
_LONGEST: Final = {
    "label": limits.LABEL_CHARS,
    **dict.fromkeys(("provider", "model", "user"), limits.IDENTIFIER_CHARS),
    "scored": limits.SCORE_NAME_CHARS,
    **dict.fromkeys(FACETS, limits.FACET_CHARS),
}


@dataclass(frozen=True, slots=True)
class SessionFilters:
    """One view of the list; each attribute is named as in the address, None or "" if not set.

    Attributes:
        status, channel, review, audio, latency, period, sort: one of the choices above.
        label, provider, model, user: exact values; `user` is a Clerk id.
        agent_id, agent_version, environment, direction, language, end_reason: exact values.
        shortest, longest: bounds of the length in minutes.
        slowest: what the slowest full turn took at least, in seconds.
        scored: name of a score that the session or one of its turns has.
        score_from, score_to: bounds of its value, inclusive.
        since, until: first and last UTC day on which sessions started; they override `period`.
    """

    status: str = ""
    channel: str = ""
    review: str = ""
    audio: str = ""
    latency: str = ""
    label: str = ""
    provider: str = ""
    model: str = ""
    user: str = ""
    agent_id: str = ""
    agent_version: str = ""
    environment: str = ""
    direction: str = ""
    language: str = ""
    end_reason: str = ""
    shortest: float | None = None
    longest: float | None = None
    slowest: float | None = None
    scored: str = ""
    score_from: float | None = None
    score_to: float | None = None
    period: str = ""
    since: date | None = None
    until: date | None = None
    sort: str = NEWEST

    @classmethod
    def from_view(cls, view: Mapping[str, object]) -> SessionFilters:
        """Read the values of the address or the fields; invalid ones are ignored."""
        found: dict[str, Any] = {name: _choice(name, view.get(name)) for name in _CHOICES}
        found |= {name: _text(view.get(name), longest) for name, longest in _LONGEST.items()}
        found |= {name: _number(view.get(name), most) for name, most in _BOUNDS.items()}
        found |= {name: _value(view.get(name)) for name in _SCORES}
        del found["sort"]
        return cls(
            **found,
            since=day_of(view.get("since")),
            until=day_of(view.get("until")),
            sort=_choice("sort", view.get("sort")) or NEWEST,
        )

    def to_view(self) -> dict[str, str]:
        """Return the query parameters of the filters that are set."""
        view = {field.name: getattr(self, field.name) for field in fields(self)}
        if self.sort == NEWEST:
            del view["sort"]
        return {name: str(value) for name, value in view.items() if value not in {None, ""}}

    @property
    def is_set(self) -> bool:
        """Whether any filter is set."""
        return bool({name for name in self.to_view() if name != "sort"})

    def arguments(self, now: datetime) -> dict[str, Any]:
        """Return the arguments of `userSessions:list`.

        Args:
            now: a period counts from the full hour before, so that the pages of one list agree on
                where it begins.
        """
        start, end = self._bounds(now)
        found = {
            "status": OUTCOMES.get(self.status),
            "channel": CHANNELS.get(self.channel),
            "review_status": REVIEWS.get(self.review),
            "has_audio": RECORDINGS.get(self.audio),
            "slow": LATENCIES.get(self.latency),
            "label": self.label or None,
            "provider": self.provider or None,
            "model_id": self.model or None,
            "clerk_id": self.user or None,
            **{facet: getattr(self, facet) or None for facet in FACETS},
            "min_duration_ms": _times(self.shortest, _MINUTE_MS),
            "max_duration_ms": _times(self.longest, _MINUTE_MS),
            "min_latency_ms": _times(self.slowest, _SECOND_MS),
            "from_": start,
            "to": end,
        }
        return {name: value for name, value in found.items() if value is not None}

    def score_arguments(self) -> dict[str, Any]:
        """Return what `userSessions:list` takes besides; other functions know no scores."""
        if not self.scored:
            return {}
        found = {"score_min": self.score_from, "score_max": self.score_to}
        bounds = {name: value for name, value in found.items() if value is not None}
        return {"score_name": self.scored, **bounds}

    def _bounds(self, now: datetime) -> tuple[datetime | None, datetime | None]:
        if self.since or self.until:
            return bounds_of(self.since, self.until)
        days = PERIODS.get(self.period)
        if days is None:
            return None, None
        hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        return hour - timedelta(days=days), None


def _choice(name: str, value: object) -> str:
    return value if isinstance(value, str) and value in _CHOICES[name] else ""


def _number(value: object, most: float) -> float | None:
    """Return a positive number up to a bound; None for anything else."""
    try:
        number = float(value) if isinstance(value, str | int | float) else 0.0
    except ValueError:
        return None
    return number if 0 < number <= most else None


def _value(value: object) -> float | None:
    """Return a value that a score may have; None for anything else."""
    try:
        number = float(value) if isinstance(value, str | int | float) else math.nan
    except ValueError:
        return None
    return number if abs(number) <= limits.MAX_SCORE_VALUE else None


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def _text(value: object, longest: int) -> str:
    if not isinstance(value, str):
        return ""
    return shortened(sanitized(value).strip(), longest).strip()
