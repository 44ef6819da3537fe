"""What charts show is what the rollups say."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from lib.data.records import Histogram as WireHistogram
from lib.data.records import Rollup
from lib.observability.histogram import Histogram
from lib.ui import charts, series

WIDTHS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}
NOW = datetime(2026, 3, 4, 15, 37, 12, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")
COLOURS = {"p50": "#111111", "p95": "#222222", "p99": "#333333", "objective": "#444444"}


def rollup(at: datetime, values: list[float], errors: dict[str, int] | None = None, **dimensions: str) -> Rollup:  # noqa: E501  # fmt: skip
    histogram = Histogram()
    for value in values:
        histogram.add(value)
    wire = histogram.to_wire()
    return Rollup(
        metric="storage.operation", dimensions=dimensions, bucket_start=at, count=len(values),
        errors=errors or {}, sum=sum(values), max=max(values, default=0), resolution="hour",
        histogram=WireHistogram(zero=wire["zero"], counts=wire["counts"]),
    )  # fmt: skip


@pytest.mark.parametrize("window", series.WINDOWS, ids=lambda window: window.label)
def test_a_window_covers_now_in_whole_steps(window: series.Window) -> None:
    start, end = window.bounds(NOW)
    assert start < NOW < end
    assert end - start == window.length
    points = series.over_time([], window, NOW)
    assert points[0][0] == start
    assert all(later[0] - earlier[0] == window.step for earlier, later in pairwise(points))
    assert points[-1][0] + window.step == end
    assert window.step % WIDTHS[window.resolution] == timedelta(0)


def test_percentiles_of_a_step_come_from_all_of_its_values() -> None:
    window = next(item for item in series.WINDOWS if item.label == "7 days")
    start, _ = window.bounds(NOW)
    values = [1.01 ** (number * 7919 % 900) for number in range(900)]
    parts = [rollup(start + timedelta(hours=hour), values[hour::3]) for hour in range(3)]
    first = series.over_time(parts, window, NOW)[0][1]
    exact = sorted(values)[round(0.95 * (len(values) - 1))]
    assert first.histogram.quantile(0.95) == pytest.approx(exact, rel=0.02)


def test_steps_without_measurements_are_gaps_and_not_zeros() -> None:
    window = next(item for item in series.WINDOWS if item.label == "24 hours")
    start, _ = window.bounds(NOW)
    frame = charts.percentiles_frame(
        series.over_time([rollup(start, [10.0])], window, NOW), UTC_ZONE
    )
    assert frame["p95 (ms)"].notna().tolist() == [True] + [False] * 23
    assert frame["Operations"].tolist() == [1] + [0] * 23


def test_failures_are_counted_by_class_and_demo_data_is_known_as_such() -> None:
    whole = series.total(
        [
            rollup(NOW, [1.0, 2.0], {"timeout": 2}, source="demo"),
            rollup(NOW, [3.0], {"timeout": 1, "denied": 1}),
        ]
    )
    assert (whole.count, whole.failures, dict(whole.errors)) == (3, 4, {"timeout": 3, "denied": 1})
    assert whole.has_demo
    assert not series.total([rollup(NOW, [1.0])]).has_demo


def test_dimensions_are_listed_from_the_most_frequent() -> None:
    found = series.by_dimension(
        [rollup(NOW, [1.0], reason="a"), rollup(NOW, [1.0, 2.0], reason="b")], "reason"
    )
    assert list(found) == ["b", "a"]


def test_the_objective_is_in_the_picture_even_when_all_is_far_below_or_above() -> None:
    window = series.WINDOWS[0]
    start, _ = window.bounds(NOW)
    for value in (3.0, 90_000.0):
        points = series.over_time([rollup(start, [value])], window, NOW)
        figure = charts.latency_figure(points, UTC_ZONE, 500, COLOURS)
        low, high = figure.layout.yaxis.range
        assert low == 0
        assert high > max(500, value)
        assert figure.layout.shapes[0].y0 == 500
        assert "milliseconds" in figure.layout.yaxis.title.text


def test_the_table_behind_a_chart_holds_the_same_counts() -> None:
    window = series.WINDOWS[0]
    start, _ = window.bounds(NOW)
    parts = [rollup(start, [1.0, 2.0], reason="a"), rollup(start, [1.0], reason="b")]
    counted = series.counts_over_time(parts, window, NOW, "reason")
    frame = charts.counts_frame(counted, UTC_ZONE)
    assert frame.iloc[0].tolist() == [pd.Timestamp(start.astimezone(UTC_ZONE)), 2, 1]
    figure = charts.stacked_figure(counted, UTC_ZONE, "denied requests", ["#111111"])
    assert [sum(bar.y) for bar in figure.data] == [2, 1]
