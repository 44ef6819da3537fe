"""The form of a review queue, new or known, with what it would take before it is saved."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

import streamlit as st

from lib.data import Refused, review_queues
from lib.data.records import (
    NewQueueFilters,
    NewSampling,
    QueueFilters,
    ReviewQueue,
    Rubric,
    Sampling,
)
from lib.product import figures as fmt
from lib.product.facets import FACETS
from lib.ui.parts import filters, known
from lib.ui.review.queue_rule import (
    MINUTE_MS,
    SAMPLES,
    SECOND_MS,
    filters_to_send,
    sample_of,
    sampling_to_send,
    set_filters,
)
from lib.ui.shell import notices
from lib.ui.shell.visitor import Visitor, require_role

_DAYS: Final = 7
_CHANNELS: Final[tuple[Literal["voice", "chat"], ...]] = ("voice", "chat")
_OUTCOMES: Final[tuple[Literal["completed", "abandoned", "failed"], ...]] = (
    "completed",
    "abandoned",
    "failed",
)
_ORDERS: Final[dict[str, Literal["oldest", "newest", "slowest", "random"]]] = {
    "Oldest first": "oldest",
    "Newest first": "newest",
    "Slowest first": "slowest",
    "Random": "random",
}
_RECORDINGS: Final = {"With a recording": True, "Without": False}
_LATENCIES: Final = {"Slow turns": True, "No slow turns": False}
_DEFAULT_LEASE_MS: Final = 15 * MINUTE_MS


@st.fragment
def new_queue(rubrics: Sequence[Rubric]) -> None:
    """Draw the form of a new queue."""
    visitor = require_role("/review")
    key = "new-queue"
    seed = st.session_state.setdefault(f"{key}-seed", uuid.uuid4().hex)
    with st.container(border=True, key=key):
        name, description, rubric_id, priority, lease_ms = _about(key, rubrics, None)
        left, right = st.columns(2)
        with left:
            target = st.segmented_control(
                "Reviews per session", [1, 2, 3], default=1, required=True, key=f"{key}-target"
            )
        with right:
            order = st.selectbox("Order", list(_ORDERS), key=f"{key}-order")
        wanted, sampling = _rule(visitor, key, QueueFilters(), Sampling(kind="all"))
        _preview(visitor, wanted, sampling, seed)
        if not st.button("Create queue", type="primary", key=f"{key}-save"):
            return
        if not name:
            st.warning("Enter a name for the queue.")
            return
        try:
            review_queues.create(
                visitor.caller,
                name=name,
                description=description or None,
                rubric_id=rubric_id,
                filters=wanted,
                sampling=sampling,
                seed=seed,
                target=int(target or 1),
                order=_ORDERS[order],
                priority=priority,
                lease_ms=lease_ms,
            )
        except Refused as refused:
            _say(refused)
            return
    for field in [name for name in st.session_state if str(name).startswith(f"{key}-")]:
        del st.session_state[field]
    st.toast("Queue created")
    st.rerun()


@st.fragment
def change_queue(queue: ReviewQueue, rubrics: Sequence[Rubric]) -> None:
    """Draw the form by which a queue is changed."""
    visitor = require_role("/review")
    key = f"queue-{queue.id}"
    st.caption(
        "Changes hold for sessions that end from now on. What is in the queue stays in it. Reviews "
        "per session and order cannot be changed."
    )
    name, description, rubric_id, priority, lease_ms = _about(key, rubrics, queue)
    wanted, sampling = _rule(visitor, key, queue.filters, queue.sampling)
    _preview(visitor, wanted, sampling, queue.seed)
    if not st.button("Save changes", type="primary", key=f"{key}-save"):
        return
    if not name:
        st.warning("Enter a name for the queue.")
        return
    try:
        review_queues.update(
            visitor.caller,
            id=queue.id,
            name=name,
            description=description,
            rubric_id=rubric_id,
            filters=wanted,
            sampling=sampling,
            priority=priority,
            lease_ms=lease_ms,
        )
    except Refused as refused:
        _say(refused)
        return
    st.toast("Queue changed")
    st.rerun()


def _say(refused: Refused) -> None:
    st.warning("The queue was not saved.")
    st.text(refused.message)
    for problem in refused.fields:
        st.text(f"{problem.field}: {problem.message}")


def _about(
    key: str, rubrics: Sequence[Rubric], queue: ReviewQueue | None
) -> tuple[str, str, str, int, float]:
    """Draw name, description, rubric, priority and claim; return them."""
    name = st.text_input(
        "Name", queue.name if queue else "", max_chars=100, key=f"{key}-name", live=True
    )
    description = st.text_input(
        "Description",
        (queue.description or "") if queue else "",
        max_chars=500,
        key=f"{key}-description",
    )
    ids = [rubric.id for rubric in rubrics]
    known_id = queue.rubric_id if queue and queue.rubric_id in ids else None
    rubric = st.selectbox(
        "Rubric",
        rubrics,
        index=ids.index(known_id) if known_id else 0,
        format_func=lambda rubric: f"{rubric.name}, version {rubric.version}",
        key=f"{key}-rubric",
    )
    left, right = st.columns(2)
    priority = left.number_input(
        "Priority (9 is highest)", 0, 9, queue.priority if queue else 0, key=f"{key}-priority"
    )
    lease = right.number_input(
        "Claim duration (minutes)",
        1,
        24 * 60,
        int((queue.lease_ms if queue else _DEFAULT_LEASE_MS) // MINUTE_MS) or 1,
        key=f"{key}-lease",
    )
    return name.strip(), description.strip(), rubric.id, int(priority), int(lease) * MINUTE_MS


def _rule(
    visitor: Visitor, key: str, start: QueueFilters, sampling: Sampling
) -> tuple[NewQueueFilters, NewSampling]:
    """Draw the filters and the sampling, beginning with known ones; return them."""
    newest = known.newest(visitor)
    st.markdown("**Which sessions enter**")
    left, right = st.columns(2)
    found: NewQueueFilters = filters_to_send(start)
    with left:
        found["channel"] = st.pills(
            "Channel", _CHANNELS, default=start.channel, key=f"{key}-channel"
        )
        recording = st.pills(
            "Recording",
            list(_RECORDINGS),
            default=_word(_RECORDINGS, start.has_audio),
            key=f"{key}-audio",
        )
        found["min_duration_ms"] = _amount(
            "Minutes, at least", f"{key}-least", start.min_duration_ms
        )
        found["model_id"] = _suggested("Model", newest.models, f"{key}-model", start.model_id)
        found["label"] = _suggested("Label", newest.labels, f"{key}-label", start.label)
    with right:
        outcome = start.status if start.status != "active" else None
        found["status"] = st.pills("Outcome", _OUTCOMES, default=outcome, key=f"{key}-status")
        latency = st.pills(
            "Latency", list(_LATENCIES), default=_word(_LATENCIES, start.slow), key=f"{key}-slow"
        )
        found["max_duration_ms"] = _amount("Minutes, at most", f"{key}-most", start.max_duration_ms)
        found["provider"] = _suggested(
            "Provider", newest.providers, f"{key}-provider", start.provider
        )
        seconds = _amount(
            "Slowest turn, seconds at least", f"{key}-slowest", start.min_latency_ms, SECOND_MS
        )
        found["min_latency_ms"] = seconds
    facets = {}
    for index, (facet, label) in enumerate(FACETS.items()):
        with left if index % 2 == 0 else right:
            known_ones = newest.facets[facet]
            facets[facet] = _suggested(label, known_ones, f"{key}-{facet}", getattr(start, facet))
    found["has_audio"] = _RECORDINGS.get(recording or "")
    found["slow"] = _LATENCIES.get(latency or "")
    found["clerk_id"] = _user(visitor, key, start.clerk_id) or None
    kind, amount = sample_of(sampling)
    left, right = st.columns(2)
    chosen = left.selectbox("Of these", SAMPLES, SAMPLES.index(kind), key=f"{key}-sample")
    number = right.number_input(
        "Percentage or number per user",
        1,
        100,
        max(1, amount),
        key=f"{key}-amount",
        disabled=chosen == "All sessions",
    )
    return set_filters({**found, **facets}), sampling_to_send(chosen, int(number))


def _user(visitor: Visitor, key: str, start: str | None) -> str:
    """Draw the choice of a user by name; return their Clerk id, "" for everybody."""
    place = f"{key}-user"
    chosen: str = st.session_state.setdefault(place, start or "")

    def choose(clerk_id: str) -> None:
        st.session_state[place] = clerk_id
        st.session_state[f"{place}-pick-words"] = ""

    name = known.user_name(visitor, chosen) if chosen else "everybody"
    with st.popover("User", icon=":material/person:", key=f"{place}-popover"):
        hint = "Name or Clerk id"
        find = known.users_by_name(visitor)
        filters.pick("User", hint, f"{place}-pick", chosen, find, choose)
    st.text(f"Sessions of {name}")
    return chosen


def _preview(visitor: Visitor, wanted: NewQueueFilters, sampling: NewSampling, seed: str) -> None:
    """Say what the queue would take of the last days."""
    since = datetime.now(UTC) - timedelta(days=_DAYS)
    with notices.error_boundary(visitor.caller.request_id, "count the sessions"):
        try:
            found = review_queues.preview(
                visitor.caller, since=since, filters=wanted, sampling=sampling, seed=seed
            )
        except Refused as refused:
            _say(refused)
            return
    st.info(
        preview_words(found.taken, found.among, is_all=found.is_all), icon=":material/filter_alt:"
    )


def preview_words(taken: int, among: int, *, is_all: bool) -> str:
    """Say how many sessions a queue would take.

    Args:
        taken: those that it would take.
        among: those that ended and were looked at.
        is_all: whether they are all of the last days.
    """
    if not is_all:
        return f"Would take {fmt.count(taken)} of the newest {fmt.count(among)} sessions."
    if not among:
        return f"No session ended in the last {_DAYS} days."
    of = f"{fmt.count(among)} sessions of the last {_DAYS} days"
    return f"Would take {fmt.count(taken)} of the {of}."


def _suggested(label: str, options: Sequence[str], key: str, start: str | None) -> str | None:
    known_ones = list(dict.fromkeys([*([start] if start else []), *options]))
    value = st.selectbox(
        label,
        known_ones,
        0 if start else None,
        placeholder="Any: choose or type",
        key=key,
        accept_new_options=True,
    )
    return (value or "").strip() or None


def _amount(label: str, key: str, start_ms: float | None, unit_ms: int = MINUTE_MS) -> float | None:
    start = None if start_ms is None else start_ms / unit_ms
    value = st.number_input(
        label, 0.0, None, start, step=1.0, format="%g", placeholder="Any", key=key
    )
    return value * unit_ms if value else None


def _word(words: dict[str, bool], value: bool | None) -> str | None:
    return next((word for word, meaning in words.items() if meaning is value), None)
