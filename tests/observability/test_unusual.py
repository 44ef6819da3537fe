"""What is marked as unusual is, and noise is not."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.observability.unusual import LEAST, threshold


@given(st.lists(st.integers(0, 10_000), max_size=200))
def test_the_limit_is_never_below_the_floor_or_the_usual(before: list[int]) -> None:
    limit = threshold(before)
    assert limit >= LEAST
    if before:
        assert limit > sorted(before)[(len(before) - 1) // 2]


@pytest.mark.parametrize("rate", [0.2, 4, 60, 900])
def test_the_noise_of_steady_traffic_is_not_unusual(rate: float) -> None:
    pick = random.Random(3)  # noqa: S311  # a fixed sequence
    counts = [poisson(pick, rate) for _ in range(2_000)]
    limit = threshold(counts[:1_000])
    assert sum(count >= limit for count in counts[1_000:]) <= 1


@pytest.mark.parametrize("rate", [0.2, 4, 60, 900])
def test_three_times_the_usual_and_more_is_unusual(rate: float) -> None:
    pick = random.Random(3)  # noqa: S311
    before = [poisson(pick, rate) for _ in range(48)]
    assert 3 * rate + 5 * math.sqrt(rate) + LEAST >= threshold(before)


def test_an_incident_before_does_not_hide_the_next_one() -> None:
    quiet = [3, 5, 4, 6, 4, 5, 3, 4, 5, 4]
    assert threshold([*quiet, 900, 1200]) == pytest.approx(threshold(quiet), rel=0.5)


def poisson(pick: random.Random, rate: float) -> int:
    """Return a draw: arrivals within one unit of time."""
    count, at = 0, pick.expovariate(rate)
    while at < 1:
        count += 1
        at += pick.expovariate(rate)
    return count
