"""A chart answers its question: units, outliers, gaps and the zone are as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.observability.histogram import Histogram
from lib.ui.parts import plots
from lib.ui.parts.rollup_sums import Sum

START = datetime(2026, 11, 24, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
COLOURS = dict.fromkeys(("p50", "p95", "p99", "objective", "before", "bad"), "#000000")
HOUR = timedelta(hours=1)


def points(*values: float) -> list[tuple[datetime, Sum]]:
    found = []
    for number, value in enumerate(values):
        histogram = Histogram()
        histogram.add(value)
        found.append((START + number * HOUR, Sum(count=1, histogram=histogram)))
    return found


@pytest.mark.parametrize(
    ("top", "labels"),
    [
        (625.0, ["0", "200 ms", "400 ms", "600 ms"]),
        (4_100.0, ["0", "1 s", "2 s", "3 s", "4 s"]),
        (91_000.0, ["0", "30 s", "1 min", "1.5 min"]),
        (7.2 * 60_000.0, ["0", "2 min", "4 min", "6 min"]),
    ],
)
def test_an_axis_of_durations_has_round_steps_in_human_units(top: float, labels: list[str]) -> None:
    figure = plots.latency_figure(points(top / 1.25), ZONE, 1.0, COLOURS)
    assert list(figure.layout.yaxis.ticktext) == labels


@given(st.floats(min_value=1, max_value=1e9))
def test_no_axis_has_too_many_steps(top: float) -> None:
    figure = plots.limit_figure([(START, top)], ZONE, top / 2, plots.MILLISECONDS, COLOURS)
    assert 1 <= len(figure.layout.yaxis.ticktext) <= 60
    assert figure.layout.yaxis.title.text is None


def test_an_outlier_is_cut_and_marked_and_does_not_flatten_the_rest() -> None:
    usual, outlier = 400.0, 60_000.0
    figure = plots.latency_figure(points(*[usual] * 20, outlier), ZONE, 500.0, COLOURS)
    top = figure.layout.yaxis.range[1]
    assert 500 < top < 1_000
    p95 = next(trace for trace in figure.data if trace.name == "p95")
    assert p95.y[-1] == top
    assert p95.customdata[-1].endswith(" s"), "the tooltip has the true value"
    mark = next(trace for trace in figure.data if trace.name.startswith("higher, up to "))
    assert list(mark.x) == [p95.x[-1]]
    assert list(mark.y) == [top]


def test_without_an_outlier_nothing_is_cut() -> None:
    figure = plots.latency_figure(points(400.0, 900.0), ZONE, 500.0, COLOURS)
    assert figure.layout.yaxis.range[1] > 900
    assert not [trace for trace in figure.data if trace.name.startswith("higher")]


def test_every_chart_over_time_names_its_zone() -> None:
    line = points(10.0, 20.0)
    value = [(START, 1.0)]
    frame = plots.bands_frame(line, ZONE)
    figures = [
        plots.latency_figure(line, ZONE, 500.0, COLOURS),
        plots.limit_figure(value, ZONE, 1.0, "count", COLOURS),
        plots.stacked_figure({"a": [(START, 1)]}, ZONE, "sessions", ["#000000"]),
        plots.rate_figure(line, (), ZONE, 60, COLOURS),
        plots.heat_figure(frame, ZONE, 500.0, ["#000000", "#ffffff"], COLOURS),
        plots.scores_figure({"a": value}, ZONE, ["#000000"]),
    ]
    assert {figure.layout.xaxis.title.text for figure in figures} == {"time: Europe/Berlin"}


def test_points_that_are_weeks_apart_are_not_joined() -> None:
    far = START + timedelta(weeks=3)
    figure = plots.scores_figure({"a": [(START, 3.0), (far, 4.0)]}, ZONE, ["#000000"])
    assert [value is None for value in figure.data[0].y] == [False, True, False]
    near = plots.scores_figure({"a": [(START, 3.0), (START + 24 * HOUR, 4.0)]}, ZONE, ["#000000"])
    assert None not in near.data[0].y


def test_the_table_behind_a_chart_has_rounded_figures() -> None:
    frame = plots.percentiles_frame(points(123.456), ZONE)
    assert frame["p95 (ms)"].tolist() == [round(value) for value in frame["p95 (ms)"]]
    assert plots.values_frame([(START, 1.23456)], ZONE)["Value"].tolist() == [1.23]
    assert plots.counts_frame({"a": [(START, 3.14159)]}, ZONE)["a"].tolist() == [3.14]


def test_bands_of_latency_are_named_in_human_units() -> None:
    names = list(plots.bands_frame(points(1.0), ZONE).columns[1:])
    assert names[0] == "0 to 10 ms"
    assert names[5:7] == ["200 to 500 ms", "500 ms to 1 s"]
    assert names[-1] == "over 10 s"
