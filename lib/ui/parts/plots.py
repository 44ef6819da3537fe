"""Plotly figures and their tables. Pure; fonts come from the theme, colours from the caller."""

from __future__ import annotations

import html
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import datetime
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
CONFIG: Final[dict[str, Any]] = {"displayModeBar": False, "scrollZoom": False}

Points = Sequence[tuple[datetime, Sum]]


def percentiles_frame(points: Points, zone: ZoneInfo) -> pd.DataFrame:
    """Return the table behind a latency chart: a row per step, times in the viewer's zone."""
    rows = []
    for at, part in points:
        values = part.histogram.quantiles(QUANTILES.values())
        row: dict[str, object] = {"Time": at.astimezone(zone)}
        row |= {f"{name} (ms)": value for name, value in zip(QUANTILES, values, strict=True)}
        rows.append(row | {"Operations": part.count, "Failures": part.failures})
    names = ["Time", *(f"{name} (ms)" for name in QUANTILES), "Operations", "Failures"]
    return pd.DataFrame(rows, columns=names)


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
    frame = percentiles_frame(points, zone)
    figure = go.Figure()
    if any(part.count for _, part in before):
        figure.add_scatter(
            x=frame["Time"],
            y=[part.histogram.quantile(0.95) for _, part in before],
            name="p95, previous period",
            mode="lines",
            connectgaps=False,
            line={"color": colours["before"], "width": 1.4, "dash": "dot"},
            hovertemplate="%{y:.0f} ms",
        )
    for name, width in (("p99", 1.2), ("p95", 2.6), ("p50", 1.6)):
        figure.add_scatter(
            x=frame["Time"],
            y=frame[f"{name} (ms)"],
            name=name,
            mode="lines+markers",
            line={"color": colours[name], "width": width},
            marker={"size": 4},
            connectgaps=False,
            hovertemplate="%{y:.0f} ms",
        )
    figure.add_hline(
        y=objective_ms,
        line={"color": colours["objective"], "width": 1.5, "dash": "dash"},
        annotation={
            "text": f"objective: p95 under {objective_ms:.0f} ms",
            "font": {"color": colours["objective"]},
        },
        annotation_position="top left",
    )
    known = frame[["p50 (ms)", "p95 (ms)", "p99 (ms)"]].max().max()
    top = max(objective_ms * 1.25, 0 if pd.isna(known) else float(known) * 1.1)
    figure.update_yaxes(title="milliseconds", range=[0, top], rangemode="tozero")
    return _finished(figure, height)


def values_frame(points: Sequence[tuple[datetime, float | None]], zone: ZoneInfo) -> pd.DataFrame:
    """Return the table behind a chart of one value over time."""
    return pd.DataFrame(
        {
            "Time": [at.astimezone(zone) for at, _ in points],
            "Value": [value for _, value in points],
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
        unit: of both, for the axis.
        colours: of `bad` and `objective`.
        height: in pixels.
    """
    figure = go.Figure()
    figure.add_scatter(
        x=[at.astimezone(zone) for at, _ in points],
        y=[value for _, value in points],
        name="value",
        mode="lines+markers",
        connectgaps=False,
        line={"color": colours["bad"], "width": 2.2},
        marker={"size": 4},
        hovertemplate="%{y:,.3~r}",
    )
    figure.add_hline(
        y=limit,
        line={"color": colours["objective"], "width": 1.5, "dash": "dash"},
        annotation={
            "text": f"threshold: {fmt.number(limit)}",
            "font": {"color": colours["objective"]},
        },
        annotation_position="top left",
    )
    known = [value for _, value in points if value is not None]
    figure.update_yaxes(
        title=unit, range=[0, 1.15 * max([limit * 1.1, *known]) or 1], rangemode="tozero"
    )
    return _finished(figure, height)


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
    return _finished(figure, height)


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
    return _finished(figure, SMALL)


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
    frame: pd.DataFrame, objective_ms: float, scale: Sequence[str], colours: Mapping[str, str]
) -> go.Figure:
    """Draw how many operations took how long, over time, with the objective as a line.

    Args:
        frame: of `bands_frame`.
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
            "text": f"objective: {objective_ms:.0f} ms",
            "font": {"color": colours["objective"]},
        },
        annotation_position="top left",
    )
    figure.update_yaxes(title="latency", type="category", showgrid=False)
    finished = _finished(figure)
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
    lower = ("0", *(f"{border:,}" for border in BANDS))
    named = [f"{low} to {high:,} ms" for low, high in zip(lower, BANDS, strict=False)]
    return [*named, f"over {BANDS[-1]:,} ms"]


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
    for index, (name, points) in enumerate(series.items()):
        figure.add_scatter(
            x=[at.astimezone(zone) for at, _ in points],
            y=[score for _, score in points],
            name=html.escape(name),
            mode="lines+markers",
            line={"color": colours[index % len(colours)], "width": 1.8},
            hovertemplate="%{y:.2f} of 5",
        )
    figure.update_yaxes(title="score, 1 to 5", range=[0.8, 5.2], dtick=1)
    return _finished(figure)


def counts_frame(
    series: Mapping[str, Sequence[tuple[datetime, float | None]]], zone: ZoneInfo
) -> pd.DataFrame:
    """Return the table behind a chart of counts: a row per step, a column per name."""
    columns = {
        name: pd.Series({at.astimezone(zone): number for at, number in points})
        for name, points in series.items()
    }
    return pd.DataFrame(columns).rename_axis("Time").reset_index()


def _finished(figure: go.Figure, height: int = HEIGHT) -> go.Figure:
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 24, "b": 8},
        hovermode="x unified",
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 1, "xanchor": "right"},
    )
    return figure
