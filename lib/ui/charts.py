"""Figures of the dashboard. Colours and fonts come from the theme; these are pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd
import plotly.graph_objects as go

from lib.ui.series import Sum

HEIGHT: Final = 300
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
    return pd.DataFrame(rows)


def latency_figure(
    points: Points, zone: ZoneInfo, objective_ms: float, colours: Mapping[str, str]
) -> go.Figure:
    """Draw p50, p95 and p99 over time against the objective.

    Args:
        points: sums by step; empty steps leave a gap, they are not zero.
        zone: of the viewer.
        objective_ms: drawn as a line; the p95 should stay below.
        colours: of `p50`, `p95`, `p99` and `objective`.
    """
    frame = percentiles_frame(points, zone)
    figure = go.Figure()
    for name, width in (("p99", 1.2), ("p95", 2.6), ("p50", 1.6)):
        figure.add_scatter(
            x=frame["Time"], y=frame[f"{name} (ms)"], name=name, mode="lines+markers",
            line={"color": colours[name], "width": width}, marker={"size": 4},
            connectgaps=False, hovertemplate="%{y:.0f} ms",
        )  # fmt: skip
    figure.add_hline(
        y=objective_ms, line={"color": colours["objective"], "width": 1.5, "dash": "dash"},
        annotation={
            "text": f"objective: p95 under {objective_ms:.0f} ms",
            "font": {"color": colours["objective"]},
        },
        annotation_position="top left",
    )  # fmt: skip
    known = frame[["p50 (ms)", "p95 (ms)", "p99 (ms)"]].max().max()
    top = max(objective_ms * 1.25, 0 if pd.isna(known) else float(known) * 1.1)
    figure.update_yaxes(title="milliseconds", range=[0, top], rangemode="tozero")
    return _finished(figure)


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
        zone: of the viewer.
        unit: what is counted, for the axis.
        colours: in the order of the series; repeated if there are more.
        height: in pixels.
    """
    figure = go.Figure()
    for index, (name, points) in enumerate(series.items()):
        figure.add_bar(
            x=[at.astimezone(zone) for at, _ in points], y=[number for _, number in points],
            name=name, marker={"color": colours[index % len(colours)]},
            hovertemplate="%{y}",
        )  # fmt: skip
    figure.update_layout(barmode="stack", bargap=0.15)
    figure.update_yaxes(title=unit, rangemode="tozero")
    return _finished(figure, height)


def counts_frame(
    series: Mapping[str, Sequence[tuple[datetime, int]]], zone: ZoneInfo
) -> pd.DataFrame:
    """Return the table behind a chart of counts: a row per step, a column per name."""
    columns = {
        name: pd.Series({at.astimezone(zone): number for at, number in points})
        for name, points in series.items()
    }
    return pd.DataFrame(columns).rename_axis("Time").reset_index()


def _finished(figure: go.Figure, height: int = HEIGHT) -> go.Figure:
    figure.update_layout(
        height=height, margin={"l": 8, "r": 8, "t": 24, "b": 8}, hovermode="x unified",
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 1, "xanchor": "right"},
    )  # fmt: skip
    return figure
