"""Burn rates follow the definition, whatever the order in which parts are added."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.observability.burn_rate import (
    AHEAD,
    FAST,
    SLOW,
    Bucket,
    BurnWindow,
    Counts,
    budget_left,
    burn_rate,
    by_failure,
    by_limit,
    within,
)
from lib.observability.histogram import Histogram
from lib.product.objectives import PERIOD, Objective

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
THREE_NINES = Objective(0.999)
COUNTS = st.integers(0, 10_000).flatmap(
    lambda total: st.integers(0, total).map(lambda bad: Counts(total, bad))
)


@pytest.mark.parametrize(("window", "spent"), [(FAST[0], 0.02), (FAST[1], 0.05), (SLOW[0], 0.1)])
def test_the_windows_spend_what_the_workbook_says(window: BurnWindow, spent: float) -> None:
    assert window.factor * window.long / PERIOD == pytest.approx(spent)


def test_a_burn_rate_of_one_spends_the_budget_in_one_period() -> None:
    counts = Counts(100_000, 100)
    assert burn_rate(counts, THREE_NINES) == pytest.approx(1)
    assert budget_left(counts, THREE_NINES) == pytest.approx(0)
    assert budget_left(Counts(100_000, 0), THREE_NINES) == 1
    assert budget_left(Counts(100_000, 300), THREE_NINES) == pytest.approx(-2)


def test_no_events_burn_nothing_and_say_nothing() -> None:
    assert burn_rate(Counts(), THREE_NINES) is None
    assert budget_left(Counts(), THREE_NINES) is None


def test_more_failures_than_events_are_all_of_them() -> None:
    assert by_failure(3, 5) == Counts(3, 3)


@given(st.lists(st.floats(0.1, 5000), max_size=200), st.floats(1, 4000))
def test_counts_by_limit_are_exact_within_one_bin(durations: list[float], limit: float) -> None:
    histogram = Histogram()
    for duration in durations:
        histogram.add(duration)
    counts = by_limit(histogram, limit)
    assert counts.total == len(durations)
    surely_bad = sum(duration > limit * 1.03 for duration in durations)
    perhaps_bad = sum(duration > limit * 0.97 for duration in durations)
    assert surely_bad <= counts.bad <= perhaps_bad


@given(st.lists(st.tuples(st.integers(-10_000, 200), COUNTS), max_size=60), st.randoms())
def test_order_and_splitting_of_buckets_do_not_matter(
    parts: list[tuple[int, Counts]], chance: random.Random
) -> None:
    buckets = [Bucket(NOW + timedelta(seconds=offset), counts) for offset, counts in parts]
    known = within(buckets, NOW, timedelta(hours=1))
    chance.shuffle(buckets)
    assert within(buckets, NOW, timedelta(hours=1)) == known
    halves = [
        Bucket(bucket.start, half)
        for bucket in buckets
        for half in (
            Counts(bucket.counts.total - bucket.counts.bad, 0),
            Counts(bucket.counts.bad, bucket.counts.bad),
        )
    ]
    assert within(halves, NOW, timedelta(hours=1)) == known


@given(COUNTS.filter(lambda counts: counts.total > 0), st.integers(1, 100))
def test_more_bad_events_never_burn_less(counts: Counts, more: int) -> None:
    worse = counts + Counts(more, more)
    before, after = burn_rate(counts, THREE_NINES), burn_rate(worse, THREE_NINES)
    assert before is not None
    assert after is not None
    assert after >= before


def test_a_window_holds_what_began_in_it_and_nothing_of_a_wrong_clock() -> None:
    one = Counts(1, 0)
    starts = [
        NOW - timedelta(minutes=6),
        NOW - timedelta(minutes=5),
        NOW - timedelta(minutes=1),
        NOW,
        NOW + AHEAD,
        NOW + AHEAD + timedelta(minutes=1),
        NOW + timedelta(days=400),
    ]
    buckets = [Bucket(start, one) for start in starts]
    assert within(buckets, NOW, timedelta(minutes=5)).total == 4
