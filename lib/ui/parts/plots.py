"""Plotly figures and their tables. Pure; fonts come from the theme, colours from the caller."""

from __future__ import annotations

import html
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from lib.observability.histogram import bin_value
from lib.product import figures as fmt
from lib.ui.parts.rollup_sums import Sum

HEIGHT: Final = 300
SMALL: Final = 220
QUANTILES: Final = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
MILLISECONDS: Final = "milliseconds"
"""Unit of `limit_figure` that is drawn as durations."""

_USUAL_SHARE: Final = 0.9
_HEADROOM: Final = 1.25
_OUTLIER: Final = 2.0
"""Values more than so many times beyond what is usual are cut."""
_MOST_TICKS: Final = 6
_TICKS_MS: Final = tuple(
    size * unit
    for unit, sizes in (
        (1, (1, 2, 5, 10, 20, 50, 100, 200, 500)),
        (1_000, (1, 2, 5, 10, 15, 30)),
        (60_000, (1, 2, 5, 10, 15, 30)),
        (3_600_000, (1, 2, 6, 12, 24, 48, 120, 240, 720)),
    )
    for size in sizes
)
_JOINED: Final = timedelta(days=2)
"""Scores of days further apart are not joined by a line."""
CONFIG: Final[dict[str, Any]] = {"displayModeBar": False, "scrollZoom": False}

Points = Sequence[tuple[datetime, Sum]]


def percentiles_frame(points: Points, zone: ZoneInfo) -> pd.DataFrame:
    """Return the table behind a latency chart: a row per step, times in the viewer's zone."""
    rows = []
    for at, part in points:
        values = part.histogram.quantiles(QUANTILES.values())
        row: dict[str, object] = {"Time": at.astimezone(zone)}
        row |= {
            f"{name} (ms)": _whole(value) for name, value in zip(QUANTILES, values, strict=True)
        }
        rows.append(row | {"Operations": part.count, "Failures": part.failures})
    names = ["Time", *(f"{name} (ms)" for name in QUANTILES), "Operations", "Failures"]
    return pd.DataFrame(rows, columns=names)


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def latency_figure(
    points: Points,
    zone: ZoneInfo,
    objective_ms: float,
    colours: Mapping[str, str],
    before: Points = (),
    height: int = HEIGHT,
) -> go.Figure:
    """Draw p50, p95 and p99 over time against the objective.

    Args:
        points: sums by step; empty steps leave a gap, they are not zero.
        zone: time zone of the viewer.
        objective_ms: drawn as a line; the p95 should stay below.
        colours: of `p50`, `p95`, `p99`, `objective` and `before`.
        before: sums of the previous period by step; its p95 is drawn behind, shifted to now.
        height: in pixels.
    """
    times = [at.astimezone(zone) for at, _ in points]
    lines = {
        name: [part.histogram.quantile(share) for _, part in points]
        for name, share in QUANTILES.items()
    }
    earlier = [part.histogram.quantile(0.95) for _, part in before]
    scale = _Scale.of([*lines["p95"], *lines["p99"]], objective_ms, fmt.latency)
    figure = go.Figure()
    if any(value is not None for value in earlier):
        style = {"color": colours["before"], "width": 1.4, "dash": "dot"}
        scale.line(figure, times, earlier, "p95, previous period", style)
    for name, width in (("p99", 1.2), ("p95", 2.6), ("p50", 1.6)):
        style = {"color": colours[name], "width": width}
        scale.line(figure, times, lines[name], name, style, markers=True)
    scale.mark_beyond(figure, times, lines["p99"], colours["p99"])
    _limit_line(figure, objective_ms, f"objective: p95 under {fmt.latency(objective_ms)}", colours)
    figure.update_yaxes(range=[0, scale.top], **_duration_ticks(scale.top))
    return _finished(figure, zone, height)


@dataclass(frozen=True, slots=True)
class _Scale:
    """A value axis on which an outlier does not flatten the rest: it is cut, and marked.

    Attributes:
        top: highest value that is drawn; what lies beyond has a mark there.
        text: a value as people read it.
    """

    top: float
    text: Callable[[float | None], str]

    @classmethod
    def of(
        cls, values: Iterable[float | None], limit: float, text: Callable[[float | None], str]
    ) -> _Scale:
        """Return the axis for these values and a limit that must be seen."""
        known = sorted(value for value in values if value is not None)
        highest = known[-1] if known else 0.0
        usual = known[int(_USUAL_SHARE * (len(known) - 1))] if known else 0.0
        least = max(limit, usual) * _HEADROOM
        return cls(least if highest > _OUTLIER * least else max(least, highest * 1.1), text)

    def line(
        self,
        figure: go.Figure,
        times: Sequence[datetime],
        values: Sequence[float | None],
        name: str,
        style: Mapping[str, Any],
        *,
        markers: bool = False,
    ) -> None:
        """Draw values over time; gaps stay gaps, and the tooltip has the true value."""
        figure.add_scatter(
            x=times,
            y=[None if value is None else min(value, self.top) for value in values],
            name=name,
            mode="lines+markers" if markers else "lines",
            connectgaps=False,
            line=dict(style),
            marker={"size": 4},
            customdata=[self.text(value) for value in values],
            hovertemplate="%{customdata}",
        )

    def mark_beyond(
        self,
        figure: go.Figure,
        times: Sequence[datetime],
        values: Sequence[float | None],
        colour: str,
    ) -> None:
        """Mark, at the top, the values that lie beyond it."""
        beyond = [
            (at, value)
            for at, value in zip(times, values, strict=True)
            if value is not None and value > self.top
        ]
        if beyond:
            figure.add_scatter(
                x=[at for at, _ in beyond],
                y=[self.top] * len(beyond),
                name=f"higher, up to {self.text(max(value for _, value in beyond))}",
                mode="markers",
                marker={"symbol": "triangle-up", "size": 10, "color": colour},
                cliponaxis=False,
                hoverinfo="skip",
            )


def _limit_line(figure: go.Figure, limit: float, text: str, colours: Mapping[str, str]) -> None:
    figure.add_hline(
        y=limit,
        line={"color": colours["objective"], "width": 1.5, "dash": "dash"},
        annotation={"text": text, "font": {"color": colours["objective"]}},
        annotation_position="top left",
    )


def _duration_ticks(top_ms: float) -> dict[str, Any]:
    """Return the settings of an axis of durations: round steps, in the unit that fits."""
    step = next((step for step in _TICKS_MS if top_ms / step <= _MOST_TICKS), _TICKS_MS[-1])
    ticks = [index * step for index in range(int(top_ms // step) + 1)]
    return {"tickvals": ticks, "ticktext": [fmt.round_duration(tick) for tick in ticks]}


def values_frame(points: Sequence[tuple[datetime, float | None]], zone: ZoneInfo) -> pd.DataFrame:
    """Return the table behind a chart of one value over time."""
    return pd.DataFrame(
        {
            "Time": [at.astimezone(zone) for at, _ in points],
            "Value": [None if value is None else float(f"{value:.3g}") for _, value in points],
        }
    )


def limit_figure(
    points: Sequence[tuple[datetime, float | None]],
    zone: ZoneInfo,
    limit: float,
    unit: str,
    colours: Mapping[str, str],
    height: int = SMALL,
) -> go.Figure:
    """Draw one value over time with its limit.

    Args:
        points: highest value by step; None leaves a gap.
        zone: time zone of the viewer.
        limit: drawn as a line.
        unit: of both, for the axis; `milliseconds` are drawn as durations.
        colours: of `bad` and `objective`.
        height: in pixels.
    """
    times = [at.astimezone(zone) for at, _ in points]
    values = [value for _, value in points]
    is_time = unit == MILLISECONDS
    scale = _Scale.of(values, limit, fmt.latency if is_time else _number)
    figure = go.Figure()
    style = {"color": colours["bad"], "width": 2.2}
    scale.line(figure, times, values, "value", style, markers=True)
    scale.mark_beyond(figure, times, values, colours["bad"])
    _limit_line(figure, limit, f"threshold: {scale.text(limit)}", colours)
    if is_time:
        figure.update_yaxes(range=[0, scale.top], **_duration_ticks(scale.top))
    else:
        figure.update_yaxes(title=unit, range=[0, scale.top or 1], rangemode="tozero")
    return _finished(figure, zone, height)


def _number(value: float | None) -> str:
    return fmt.number(value, 3)


def stacked_figure(
    series: Mapping[str, Sequence[tuple[datetime, int]]],
    zone: ZoneInfo,
    unit: str,
    colours: Sequence[str],
    height: int = HEIGHT,
) -> go.Figure:
    """Draw counts over time, one colour per name, on top of each other.

    Args:
        series: points by name.
        zone: time zone of the viewer.
        unit: what is counted, for the axis.
        colours: in the order of the series; repeated if there are more.
        height: in pixels.
    """
    figure = go.Figure()
    for index, (name, points) in enumerate(series.items()):
        figure.add_bar(
            x=[at.astimezone(zone) for at, _ in points],
            y=[number for _, number in points],
            name=name,
            marker={"color": colours[index % len(colours)]},
            hovertemplate="%{y}",
        )
    figure.update_layout(barmode="stack", bargap=0.15)
    figure.update_yaxes(title=unit, rangemode="tozero")
    return _finished(figure, zone, height)


def mark_unusual(
    figure: go.Figure, steps: Sequence[tuple[datetime, int]], zone: ZoneInfo, colour: str
) -> None:
    """Put a mark above each step whose count is unusual."""
    if steps:
        figure.add_scatter(
            x=[at.astimezone(zone) for at, _ in steps],
            y=[number * 1.04 for _, number in steps],
            name="unusual",
            mode="markers",
            marker={"symbol": "triangle-down", "size": 11, "color": colour},
            hovertemplate="unusual",
        )


def rate_figure(
    points: Points, before: Points, zone: ZoneInfo, minutes: float, colours: Mapping[str, str]
) -> go.Figure:
    """Draw operations per minute over time, with the previous period behind.

    Args:
        points: sums by step.
        before: sums of the previous period by step.
        zone: time zone of the viewer.
        minutes: length of a step.
        colours: of `p95` and `before`.
    """
    times = [at.astimezone(zone) for at, _ in points]
    figure = go.Figure()
    if any(part.count for _, part in before):
        figure.add_scatter(
            x=times,
            y=[part.count / minutes for _, part in before],
            name="previous period",
            mode="lines",
            line={"color": colours["before"], "width": 1.4, "dash": "dot"},
            hovertemplate="%{y:.1f}/min",
        )
    figure.add_scatter(
        x=times,
        y=[part.count / minutes for _, part in points],
        name="this period",
        mode="lines",
        line={"color": colours["p95"], "width": 2.2},
        hovertemplate="%{y:.1f}/min",
    )
    figure.update_yaxes(title="operations per minute", rangemode="tozero")
    return _finished(figure, zone, SMALL)


BANDS: Final = (10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
"""Upper bounds of the heat map's rows in milliseconds; the top row is open."""


def bands_frame(points: Points, zone: ZoneInfo) -> pd.DataFrame:
    """Return the table behind the heat map: a row per step, a column per band of latency."""
    rows = []
    for at, part in points:
        counts = [0] * (len(BANDS) + 1)
        counts[0] = part.histogram.zero
        for index, number in part.histogram.counts.items():
            counts[bisect_left(BANDS, bin_value(index))] += number
        rows.append({"Time": at.astimezone(zone), **dict(zip(_band_names(), counts, strict=True))})
    return pd.DataFrame(rows, columns=["Time", *_band_names()])


def heat_figure(
    frame: pd.DataFrame,
    zone: ZoneInfo,
    objective_ms: float,
    scale: Sequence[str],
    colours: Mapping[str, str],
) -> go.Figure:
    """Draw how many operations took how long, over time, with the objective as a line.

    Args:
        frame: of `bands_frame`.
        zone: time zone of the viewer.
        objective_ms: drawn between two rows, or in the row of the band that it lies in.
        scale: colours from few to many.
        colours: of `objective`.
    """
    names = _band_names()
    counts = frame[names].to_numpy(dtype=float)
    figure = go.Figure(
        go.Heatmap(
            x=frame["Time"],
            y=names,
            z=np.where(counts > 0, np.log10(counts + 1), np.nan).T,
            customdata=counts.T,
            colorscale=list(scale),
            showscale=False,
            xgap=1,
            ygap=1,
            hovertemplate="%{x|%d %b %H:%M}<br>%{y}: %{customdata:.0f} operations<extra></extra>",
        )
    )
    figure.add_hline(
        y=_band_position(objective_ms),
        line={"color": colours["objective"], "width": 1.5, "dash": "dash"},
        annotation={
            "text": f"objective: {fmt.latency(objective_ms)}",
            "font": {"color": colours["objective"]},
        },
        annotation_position="top left",
    )
    figure.update_yaxes(type="category", showgrid=False)
    finished = _finished(figure, zone)
    finished.update_layout(hovermode="closest")
    return finished


def _band_position(ms: float) -> float:
    """Return where a latency lies on the axis of bands: row `i` is centred on `i`, one high."""
    row = bisect_left(BANDS, ms)
    if row == len(BANDS):
        return float(row)  # the open row above has no end to measure against
    lower = BANDS[row - 1] if row else 0
    return row - 0.5 + (ms - lower) / (BANDS[row] - lower)


def _band_names() -> list[str]:
    borders = [fmt.round_duration(border) for border in (0, *BANDS)]
    named = [
        f"{low.removesuffix(unit)} to {high}"
        for low, high in pairwise(borders)
        for unit in (f" {high.rpartition(' ')[2]}",)
    ]
    return [*named, f"over {borders[-1]}"]


def scores_figure(
    series: Mapping[str, Sequence[tuple[datetime, float | None]]],
    zone: ZoneInfo,
    colours: Sequence[str],
) -> go.Figure:
    """Draw mean scores, 1 to 5, over time, a line per name.

    Args:
        series: points by name.
        zone: time zone of the viewer.
        colours: in the order of the series; repeated if there are more.
    """
    figure = go.Figure()
    for index, (name, found) in enumerate(series.items()):
        points = with_gaps(found, _JOINED)
        figure.add_scatter(
            x=[at.astimezone(zone) for at, _ in points],
            y=[score for _, score in points],
            name=html.escape(name),
            mode="lines+markers",
            line={"color": colours[index % len(colours)], "width": 1.8},
            hovertemplate="%{y:.2f} of 5",
        )
    figure.update_yaxes(title="score, 1 to 5", range=[0.8, 5.2], dtick=1)
    return _finished(figure, zone)


def with_gaps(
    points: Sequence[tuple[datetime, float | None]], longest: timedelta
) -> list[tuple[datetime, float | None]]:
    """Return points with a gap where two are further apart than `longest`: no line joins them."""
    found: list[tuple[datetime, float | None]] = []
    for point in points:
        if found and point[0] - found[-1][0] > longest:
            found.append((found[-1][0] + longest, None))
        found.append(point)
    return found


def counts_frame(
    series: Mapping[str, Sequence[tuple[datetime, float | None]]], zone: ZoneInfo
) -> pd.DataFrame:
    """Return the table behind a chart of counts: a row per step, a column per name."""
    columns = {
        name: pd.Series({at.astimezone(zone): _short(number) for at, number in points})
        for name, points in series.items()
    }
    return pd.DataFrame(columns).rename_axis("Time").reset_index()


def _short(number: float | None) -> float | None:
    return number if number is None or isinstance(number, int) else round(number, 2)


def _finished(figure: go.Figure, zone: tzinfo, height: int = HEIGHT) -> go.Figure:
    figure.update_xaxes(title={"text": f"time: {zone}", "font": {"size": 11}})
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 24, "b": 8},
        hovermode="x unified",
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 1, "xanchor": "right"},
    )
    return figure
