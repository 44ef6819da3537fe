"""What charts show is what the rollups say."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from lib.data.records import Histogram as WireHistogram
from lib.data.records import Rollup
from lib.observability.histogram import Histogram
from lib.ui.parts import periods, plots, rollup_sums

NOW = datetime(2026, 3, 4, 15, 37, 12, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")
COLOURS = {"p50": "#111111", "p95": "#222222", "p99": "#333333", "objective": "#444444"}


def rollup(
    at: datetime, values: list[float], errors: dict[str, int] | None = None, **dimensions: str
) -> Rollup:
    histogram = Histogram()
    for value in values:
        histogram.add(value)
    wire = histogram.to_wire()
    return Rollup(
        metric="storage.operation",
        dimensions=dimensions,
        bucket_start=at,
        count=len(values),
        errors=errors or {},
        sum=sum(values),
        max=max(values, default=0),
        resolution="hour",
        histogram=WireHistogram(zero=wire["zero"], counts=wire["counts"]),
    )


def week() -> periods.Period:
    return next(item for item in periods.WINDOWS if item.label == "7 days").until(NOW)


def test_what_is_outside_of_a_period_is_not_counted_in_it() -> None:
    period = week()
    edges = [period.start - timedelta(hours=1), period.start, period.end]
    parts = [rollup(at, [1.0]) for at in edges]
    assert sum(part.count for _, part in rollup_sums.over_time(parts, period)) == 1
    before, after = rollup_sums.split(parts, period.start)
    assert [item.bucket_start for item in before] == edges[:1]
    assert [item.bucket_start for item in after] == edges[1:]


def test_percentiles_of_a_step_come_from_all_of_its_values() -> None:
    period = week()
    start = period.start
    values = [1.01 ** (number * 7919 % 900) for number in range(900)]
    parts = [rollup(start + timedelta(hours=hour), values[hour::3]) for hour in range(3)]
    first = rollup_sums.over_time(parts, period)[0][1]
    exact = sorted(values)[round(0.95 * (len(values) - 1))]
    assert first.histogram.quantile(0.95) == pytest.approx(exact, rel=0.02)


def test_steps_without_measurements_are_gaps_and_not_zeros() -> None:
    day = periods.DAY.until(NOW)
    frame = plots.percentiles_frame(
        rollup_sums.over_time([rollup(day.start, [10.0])], day), UTC_ZONE
    )
    assert frame["p95 (ms)"].notna().tolist() == [True] + [False] * 23
    assert frame["Operations"].tolist() == [1] + [0] * 23


def test_failures_are_counted_by_class_and_demo_data_is_known_as_such() -> None:
    whole = rollup_sums.total(
        [
            rollup(NOW, [1.0, 2.0], {"timeout": 2}, source="demo"),
            rollup(NOW, [3.0], {"timeout": 1, "denied": 1}),
        ]
    )
    assert (whole.count, whole.failures, dict(whole.errors)) == (3, 4, {"timeout": 3, "denied": 1})
    assert whole.has_demo
    assert not rollup_sums.total([rollup(NOW, [1.0])]).has_demo


def test_dimensions_are_listed_from_the_most_frequent() -> None:
    found = rollup_sums.by_dimension(
        [rollup(NOW, [1.0], reason="a"), rollup(NOW, [1.0, 2.0], reason="b")], "reason"
    )
    assert list(found) == ["b", "a"]


def test_the_objective_is_in_the_picture_even_when_all_is_far_below_or_above() -> None:
    period = periods.WINDOWS[0].until(NOW)
    start = period.start
    for value in (3.0, 90_000.0):
        points = rollup_sums.over_time([rollup(start, [value])], period)
        figure = plots.latency_figure(points, UTC_ZONE, 500, COLOURS)
        low, high = figure.layout.yaxis.range
        assert low == 0
        assert high > max(500, value)
        assert figure.layout.shapes[0].y0 == 500
        assert figure.layout.yaxis.ticktext[-1].endswith((" ms", " s", " min"))


def test_the_table_behind_a_chart_holds_the_same_counts() -> None:
    period = periods.WINDOWS[0].until(NOW)
    start = period.start
    parts = [rollup(start, [1.0, 2.0], reason="a"), rollup(start, [1.0], reason="b")]
    counted = rollup_sums.counts_over_time(parts, period, "reason")
    frame = plots.counts_frame(counted, UTC_ZONE)
    assert frame.iloc[0].tolist() == [pd.Timestamp(start.astimezone(UTC_ZONE)), 2, 1]
    figure = plots.stacked_figure(counted, UTC_ZONE, "denied requests", ["#111111"])
    assert [sum(bar.y) for bar in figure.data] == [2, 1]


def test_adding_sums_is_the_same_as_adding_their_rollups() -> None:
    parts = [
        rollup(NOW, [1.0, 900.0], {"timeout": 1}, operation="a"),
        rollup(NOW, [40.0], operation="b", source="demo"),
        rollup(NOW + timedelta(hours=1), [7.0, 0.0], {"denied": 2}, operation="a"),
    ]
    assert rollup_sums.merged(
        rollup_sums.by_dimension(parts, "operation").values()
    ) == rollup_sums.total(parts)
