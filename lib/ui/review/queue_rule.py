"""What a review queue takes, in words and as the fields of a form: filters and sampling. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Final, Literal, cast

from lib.data.records import NewQueueFilters, NewSampling, QueueFilters, Sampling
from lib.product import figures as fmt
from lib.product.facets import FACETS

SampleKind = Literal["All sessions", "Percentage", "Number per user per day", "Number per user"]
SAMPLES: Final[tuple[SampleKind, ...]] = (
    "All sessions",
    "Percentage",
    "Number per user per day",
    "Number per user",
)
MINUTE_MS: Final = 60_000
SECOND_MS: Final = 1000


def filters_to_send(filters: QueueFilters) -> NewQueueFilters:
    """Return filters of a queue as the functions take them."""
    found = {name: getattr(filters, name) for name in filters.__struct_fields__}
    return set_filters(found)


def set_filters(found: Mapping[str, object]) -> NewQueueFilters:
    """Return the filters that are not None."""
    set_ones = {name: value for name, value in found.items() if value is not None}
    return cast("NewQueueFilters", set_ones)


def filter_words(filters: QueueFilters, user_name: str = "") -> str:
    """Say which sessions pass the filters.

    Args:
        filters: of a queue.
        user_name: of the user of `clerk_id`.
    """
    found = [filters.channel, filters.status, _review(filters), _length(filters)]
    if filters.has_audio is not None:
        found.append("with a recording" if filters.has_audio else "without a recording")
    if filters.slow is not None:
        found.append("with slow turns" if filters.slow else "without slow turns")
    if filters.min_latency_ms is not None:
        found.append(f"slowest turn {fmt.latency(filters.min_latency_ms)} or more")
    found += [part for part in (filters.provider, filters.model_id) if part]
    facets = {words: getattr(filters, facet) for facet, words in FACETS.items()}
    found += [f"{words.lower()} {value}" for words, value in facets.items() if value]
    found.append(f"label {filters.label}" if filters.label else None)
    found.append(f"user {user_name or filters.clerk_id}" if filters.clerk_id else None)
    if filters.from_:
        found.append(f"from {filters.from_.astimezone(UTC):%Y-%m-%d %H:%M} UTC")
    if filters.to:
        found.append(f"before {filters.to.astimezone(UTC):%Y-%m-%d %H:%M} UTC")
    return ", ".join(part for part in found if part) or "all sessions"


def _review(filters: QueueFilters) -> str | None:
    return filters.review_status and filters.review_status.replace("_", " ")


def _length(filters: QueueFilters) -> str | None:
    least, most = filters.min_duration_ms, filters.max_duration_ms
    if least is not None and most is not None:
        return f"{fmt.clock(least)} to {fmt.clock(most)} long"
    if least is not None:
        return f"{fmt.clock(least)} or longer"
    return None if most is None else f"{fmt.clock(most)} or shorter"


def sampling_words(sampling: Sampling) -> str:
    """Say which of the sessions that pass the filters a queue takes."""
    if sampling.kind == "percentage":
        return f"{fmt.number(sampling.percent)}% of them"
    if sampling.kind == "perUser":
        period = "in total" if sampling.period == "total" else "a day"
        if sampling.quota == 1:
            return f"the first one of each user {period}"
        return f"the first {fmt.count(sampling.quota)} of each user {period}"
    return "all of them"


def sample_of(sampling: Sampling) -> tuple[SampleKind, int]:
    """Return kind and amount as the form shows them."""
    if sampling.kind == "percentage":
        return "Percentage", int(sampling.percent or 0)
    if sampling.kind == "perUser":
        kind: SampleKind = "Number per user"
        return kind if sampling.period == "total" else "Number per user per day", (
            sampling.quota or 1
        )
    return "All sessions", 10


def sampling_to_send(kind: SampleKind, amount: int) -> NewSampling:
    """Return the sampling that the form says."""
    if kind == "Percentage":
        return NewSampling(kind="percentage", percent=amount)
    if kind == "All sessions":
        return NewSampling(kind="all")
    period: Literal["day", "total"] = "total" if kind == "Number per user" else "day"
    return NewSampling(kind="perUser", quota=amount, period=period)
