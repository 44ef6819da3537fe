"""The view of the list of sessions and its address say the same."""

from __future__ import annotations

from datetime import UTC, date, datetime
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.product.facets import FACETS
from lib.product.texts import is_fit
from lib.ui.listening.session_filters import (
    CHANNELS,
    LATENCIES,
    OUTCOMES,
    PERIODS,
    RECORDINGS,
    REVIEWS,
    SORTS,
    SessionFilters,
)

NOW = datetime(2026, 11, 24, 15, 42, 7, tzinfo=UTC)
DAYS = st.none() | st.dates(date(2000, 1, 1), date(2199, 12, 31))
LENGTHS = st.none() | st.floats(0.01, 1440)
EXACT = st.text(max_size=64).filter(is_fit).map(str.strip)


def one_of(options: object) -> st.SearchStrategy[str]:
    return st.sampled_from(["", *options])  # type: ignore[misc]


VIEWS = st.builds(
    SessionFilters,
    scored=EXACT,
    score_from=st.none() | st.floats(-1e9, 1e9),
    score_to=st.none() | st.floats(-1e9, 1e9),
    status=one_of(OUTCOMES),
    channel=one_of(CHANNELS),
    review=one_of(REVIEWS),
    audio=one_of(RECORDINGS),
    latency=one_of(LATENCIES),
    label=EXACT,
    provider=EXACT,
    model=EXACT,
    user=EXACT,
    **dict.fromkeys(FACETS, EXACT),
    shortest=LENGTHS,
    longest=LENGTHS,
    slowest=LENGTHS,
    period=one_of(PERIODS),
    since=DAYS,
    until=DAYS,
    sort=st.sampled_from([*SORTS]),
)


@given(VIEWS)
def test_a_view_comes_back_from_its_address(view: SessionFilters) -> None:
    address = urlencode(view.to_view())
    assert SessionFilters.from_view(dict(parse_qsl(address))) == view


@given(st.dictionaries(st.sampled_from([*SessionFilters().__slots__]), st.text(), max_size=13))
def test_any_address_is_a_view(view: dict[str, str]) -> None:
    found = SessionFilters.from_view(view)
    assert SessionFilters.from_view(found.to_view()) == found
    assert set(found.arguments(NOW)) <= {
        "status",
        "channel",
        "review_status",
        "has_audio",
        "slow",
        "label",
        "provider",
        "model_id",
        "clerk_id",
        *FACETS,
        "min_duration_ms",
        "max_duration_ms",
        "min_latency_ms",
        "from_",
        "to",
    }


def test_nothing_set_asks_for_everything_newest_first() -> None:
    view = SessionFilters.from_view({})
    assert view.to_view() == {}
    assert view.arguments(NOW) == {}
    assert not view.is_set
    assert not SessionFilters(sort="Oldest first").is_set


@pytest.mark.parametrize(
    ("view", "arguments"),
    [
        ({"status": "Failed"}, {"status": "failed"}),
        ({"review": "In review"}, {"review_status": "in_review"}),
        ({"audio": "Without audio"}, {"has_audio": False}),
        ({"latency": "Slow turns"}, {"slow": True}),
        ({"model": " gpt ", "provider": "x"}, {"model_id": "gpt", "provider": "x"}),
        (
            {"agent_version": " 7 ", "end_reason": "x" * 101, "direction": ""},
            {"agent_version": "7", "end_reason": "x" * 100},
        ),
        ({"user": "user_1"}, {"clerk_id": "user_1"}),
        (
            {"shortest": "2", "longest": "10.5", "slowest": "4"},
            {"min_duration_ms": 120_000, "max_duration_ms": 630_000, "min_latency_ms": 4000},
        ),
        ({"shortest": "-2", "longest": "inf", "slowest": "nan"}, {}),
        ({"period": "Last 7 days"}, {"from_": datetime(2026, 11, 17, 15, tzinfo=UTC)}),
        (
            {"since": "2026-11-01", "until": "2026-11-02", "period": "Last 7 days"},
            {
                "from_": datetime(2026, 11, 1, tzinfo=UTC),
                "to": datetime(2026, 11, 3, tzinfo=UTC),
            },
        ),
        ({"status": "nonsense", "since": "2026-13-01", "label": ""}, {}),
    ],
)
def test_an_address_becomes_arguments(view: dict[str, str], arguments: dict[str, object]) -> None:
    assert SessionFilters.from_view(view).arguments(NOW) == arguments


def test_a_score_is_asked_for_with_its_bounds_only_by_its_name() -> None:
    chosen = SessionFilters.from_view({"scored": "helpful", "score_from": "0", "score_to": "x"})
    assert chosen.score_arguments() == {"score_name": "helpful", "score_min": 0.0}
    assert "score_name" not in chosen.arguments(NOW)
    assert SessionFilters.from_view({"score_from": "1"}).score_arguments() == {}
