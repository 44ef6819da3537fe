"""What a queue takes is said in words, and the form gives back what it was given."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.data.records import QueueFilters, Sampling
from lib.ui.review.queue_form import preview_words
from lib.ui.review.queue_rule import (
    filter_words,
    filters_to_send,
    sample_of,
    sampling_to_send,
    sampling_words,
)


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        ({}, "all sessions"),
        ({"channel": "voice", "status": "failed"}, "voice, failed"),
        ({"has_audio": True, "slow": False}, "with a recording, without slow turns"),
        ({"min_duration_ms": 60_000.0, "max_duration_ms": 300_000.0}, "1:00 to 5:00 long"),
        ({"min_duration_ms": 60_000.0}, "1:00 or longer"),
        ({"max_duration_ms": 300_000.0}, "5:00 or shorter"),
        ({"min_latency_ms": 4000.0}, "slowest turn 4.00 s or more"),
        ({"model_id": "m", "label": "vip"}, "m, label vip"),
        ({"agent_version": "7", "end_reason": "hangup"}, "agent version 7, end reason hangup"),
        ({"clerk_id": "user_1"}, "user Ada"),
        ({"from_": datetime(2026, 3, 1, tzinfo=UTC)}, "from 2026-03-01 00:00 UTC"),
    ],
)
def test_filters_are_said_in_words(filters: dict[str, object], words: str) -> None:
    assert filter_words(QueueFilters(**filters), "Ada") == words  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sampling", "words"),
    [
        (Sampling(kind="all"), "all of them"),
        (Sampling(kind="percentage", percent=12.5), "12.5% of them"),
        (Sampling(kind="perUser", quota=1, period="total"), "the first one of each user in total"),
        (Sampling(kind="perUser", quota=3), "the first 3 of each user a day"),
    ],
)
def test_sampling_is_said_in_words(sampling: Sampling, words: str) -> None:
    assert sampling_words(sampling) == words


SAMPLINGS = st.one_of(
    st.just(Sampling(kind="all")),
    st.builds(Sampling, kind=st.just("percentage"), percent=st.integers(1, 100).map(float)),
    st.builds(
        Sampling,
        kind=st.just("perUser"),
        quota=st.integers(1, 100),
        period=st.sampled_from(["day", "total"]),
    ),
)


@given(SAMPLINGS)
def test_a_sampling_that_the_form_shows_is_the_one_that_it_sends(sampling: Sampling) -> None:
    assert Sampling(**sampling_to_send(*sample_of(sampling))) == sampling


def test_filters_that_the_form_does_not_show_are_sent_as_they_are() -> None:
    since = datetime(2026, 3, 1, tzinfo=UTC)
    filters = QueueFilters(from_=since, review_status="unreviewed", slow=False)
    assert filters_to_send(filters) == {
        "from_": since,
        "review_status": "unreviewed",
        "slow": False,
    }


def test_a_preview_says_of_how_many_sessions() -> None:
    assert (
        preview_words(43, 65, is_all=True) == "Would take 43 of the 65 sessions of the last 7 days."
    )
    assert preview_words(43, 4000, is_all=False) == "Would take 43 of the newest 4,000 sessions."
    assert preview_words(0, 0, is_all=True) == "No session ended in the last 7 days."
