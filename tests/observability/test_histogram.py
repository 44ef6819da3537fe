"""Percentiles are within 1%, whatever the distribution and however the parts are merged."""

from __future__ import annotations

import json
import math
import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lib.observability.histogram import (
    MAX_VALUE,
    MIN_VALUE,
    RELATIVE_ERROR,
    Histogram,
    bin_value,
    merged,
)

VALUES = st.floats(MIN_VALUE * 1.0001, MAX_VALUE, allow_nan=False)
SAMPLES = st.lists(
    st.one_of(VALUES, st.sampled_from([1.0, 1.01, 0.99, 500.0, 1e6])), min_size=1, max_size=300
)
QUANTILES = st.floats(0, 1)


def of(values: list[float]) -> Histogram:
    histogram = Histogram()
    for value in values:
        histogram.add(value)
    return histogram


def exact(values: list[float], q: float) -> float:
    return sorted(values)[math.floor(q * (len(values) - 1))]


@given(SAMPLES, QUANTILES)
@example([1.0] * 99 + [1e6], 0.99)
@example([MAX_VALUE], 0.5)
def test_a_quantile_is_within_one_percent(values: list[float], q: float) -> None:
    assert of(values).quantile(q) == pytest.approx(exact(values, q), rel=RELATIVE_ERROR * 1.0001)


@pytest.mark.parametrize(
    "draw",
    [
        lambda pick: pick.lognormvariate(3, 2),
        lambda pick: pick.paretovariate(0.8),
        lambda pick: pick.expovariate(0.01) + 0.1,
        lambda pick: pick.choice([1.0, 999.0, 1e5]),
        lambda pick: 100 * 1.02 ** pick.randrange(50),
    ],
)
def test_adversarial_distributions_are_within_one_percent(draw: object) -> None:
    pick = random.Random(7)  # noqa: S311  # a fixed sequence
    values = [min(draw(pick), MAX_VALUE) for _ in range(20_000)]  # type: ignore[operator]
    histogram = of(values)
    for q in (0.5, 0.9, 0.95, 0.99, 0.999):
        assert histogram.quantile(q) == pytest.approx(exact(values, q), rel=0.0101)


@given(st.lists(SAMPLES, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_merging_in_any_order_is_the_same_as_counting_together(
    parts: list[list[float]], pick: random.Random
) -> None:
    together = of([value for part in parts for value in part])
    shuffled = [of(part) for part in parts]
    pick.shuffle(shuffled)
    assert merged(shuffled) == together


@given(SAMPLES)
def test_the_wire_form_comes_back_the_same_and_survives_floats(values: list[float]) -> None:
    histogram = of([*values, 0.0])
    wire = json.loads(json.dumps(histogram.to_wire()), parse_int=float)
    assert Histogram.from_wire(wire) == histogram


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=50))
def test_any_number_is_counted_in_a_bounded_number_of_bins(values: list[float]) -> None:
    histogram = of(values)
    assert histogram.count == len(values)
    assert all(-196 <= index <= 806 for index in histogram.counts)


def test_nothing_has_no_quantile() -> None:
    assert Histogram().quantile(0.5) is None
    assert Histogram().share_at_most(1) is None


@given(SAMPLES, VALUES)
def test_the_share_below_a_limit_is_exact_but_for_one_bin(
    values: list[float], limit: float
) -> None:
    share = of(values).share_at_most(limit)
    assert share is not None
    slack = 1 + 2.1 * RELATIVE_ERROR
    assert sum(v <= limit / slack for v in values) <= share * len(values) + 1e-9
    assert share * len(values) <= sum(v <= limit * slack for v in values) + 1e-9


def test_a_bin_stands_for_its_values() -> None:
    # 2 g^i / (g + 1) with g = 1.01 / 0.99: the form that the functions in Convex use, too.
    assert bin_value(0) == pytest.approx(0.99)
    assert bin_value(1) == pytest.approx(1.01)
