"""Charts and their tables begin at nothing: no steps, empty steps, one value."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lib.ui.parts import plots, rollup_sums
from lib.ui.parts.rollup_sums import Sum

START = datetime(2026, 3, 4, 15, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
COLOURS = dict.fromkeys(("p50", "p95", "p99", "objective", "before", "bad"), "#112233")


def points_of(steps: list[list[float]]) -> list[tuple[datetime, Sum]]:
    """Return sums by minute of these durations in milliseconds."""
    points = []
    for index, values in enumerate(steps):
        part = Sum(count=len(values), max=max(values, default=0.0))
        for value in values:
            part.histogram.add(value)
        points.append((START + timedelta(minutes=index), part))
    return points


STEPS = st.lists(st.lists(st.floats(0, 1e6), max_size=3), max_size=4)
VALUES = st.lists(st.none() | st.floats(0, 1e6), max_size=4)


@settings(max_examples=15)  # each draws three charts
@given(STEPS, STEPS)
@example([], [])
@example([[]], [[]])
def test_charts_of_durations_are_drawn_from_nothing_on(
    steps: list[list[float]], earlier: list[list[float]]
) -> None:
    points, before = points_of(steps), points_of(earlier[: len(steps)])
    frame = plots.percentiles_frame(points, ZONE)
    assert len(frame) == len(steps)
    assert next(iter(frame)) == "Time"
    for figure in (
        plots.latency_figure(points, ZONE, 500.0, COLOURS, before),
        plots.rate_figure(points, before, ZONE, 1.0, COLOURS),
        plots.heat_figure(plots.bands_frame(points, ZONE), ZONE, 500.0, ["#000", "#fff"], COLOURS),
    ):
        assert figure.to_json()
    assert rollup_sums.merged(part for _, part in points).count == sum(map(len, steps))


@settings(max_examples=15)
@given(st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3))
@example({})
@example({"a": []})
def test_charts_of_values_are_drawn_from_nothing_on(
    named: dict[str, list[float | None]],
) -> None:
    points = {
        name: [(START + timedelta(minutes=index), value) for index, value in enumerate(values)]
        for name, values in named.items()
    }
    counted = {
        name: [(at, int(value or 0)) for at, value in values] for name, values in points.items()
    }
    figures = [
        plots.scores_figure(points, ZONE, ["#112233"]),
        plots.stacked_figure(counted, ZONE, "denials", ["#112233"]),
        *(plots.limit_figure(values, ZONE, 0.0, "ms", COLOURS) for values in points.values()),
    ]
    plots.mark_unusual(figures[1], counted.get("a", []), ZONE, "#112233")
    assert all(figure.to_json() for figure in figures)
    frame = plots.counts_frame(points, ZONE)
    assert list(frame) == ["Time", *points]
    assert all(isinstance(plots.values_frame(item, ZONE), pd.DataFrame) for item in points.values())


def test_rollups_that_are_not_there_add_up_to_nothing() -> None:
    assert rollup_sums.total([]).count == 0
    assert rollup_sums.by_dimension([], "operation") == {}
    assert rollup_sums.total([]).histogram.quantile(0.95) is None
