"""Periods are whole steps, made of rollups that are still kept."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.product.lifetimes import ROLLUPS
from lib.ui.parts import periods
from lib.ui.parts.periods import WIDTHS

NOW = datetime(2026, 3, 4, 15, 37, 12, tzinfo=UTC)


@pytest.mark.parametrize("window", periods.WINDOWS, ids=lambda window: window.label)
def test_a_window_covers_now_in_whole_steps(window: periods.Window) -> None:
    period = window.until(NOW)
    assert period.start < NOW < period.end
    assert period.length == window.length
    starts = period.starts()
    assert starts[0] == period.start
    assert all(later - earlier == window.step for earlier, later in pairwise(starts))
    assert starts[-1] + window.step == period.end
    assert window.step % WIDTHS[window.resolution] == timedelta(0)


@given(
    st.integers(0, 500 * 1440).map(lambda minutes: NOW - timedelta(minutes=minutes)),
    st.integers(1, 366 * 1440).map(lambda minutes: timedelta(minutes=minutes)),
)
def test_any_range_is_covered_by_few_whole_steps_that_are_kept(
    start: datetime, length: timedelta
) -> None:
    period = periods.custom(start, start + length, NOW)
    assert period.start <= start
    assert period.end >= start + length
    assert period.length % period.step == timedelta(0)
    assert period.step % WIDTHS[period.resolution] == timedelta(0)
    assert 1 <= len(period.starts()) <= 367
    oldest = period.before().start
    assert (
        period.resolution == "day" or NOW - oldest <= ROLLUPS[period.resolution] + period.step * 2
    )


def test_the_period_before_ends_where_this_one_starts() -> None:
    day = periods.DAY.until(NOW)
    before = day.before()
    assert (before.end, before.length) == (day.start, day.length)


@pytest.mark.parametrize(
    ("days", "words"), [(0, "after the start"), (-1, "after the start"), (367, "at most 366 days")]
)
def test_a_range_that_cannot_be_drawn_says_why(days: int, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        periods.custom(NOW, NOW + timedelta(days=days), NOW)
