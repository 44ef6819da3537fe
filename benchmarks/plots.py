"""Plots of curves as SVG: Plotly draws them in the system's Chromium.

Each file carries the curve that it shows, as JSON in its `metadata` element.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote
from xml.sax.saxutils import escape, unescape

import plotly.graph_objects as go
from playwright.sync_api import Browser
from plotly.offline import get_plotlyjs

from benchmarks.results import FOLDER, Result, plot_name

SIZE: Final = {"width": 720, "height": 320}

_COLOURS = ("#1f6f63", "#7a4a86", "#3a6ea5", "#9a7b12", "#74807b", "#b23a48")
_LIMIT_COLOUR = "#b8641b"
_TO_SVG = "([figure, size]) => Plotly.toImage(figure, {format: 'svg', ...size})"


def draw(kept: Result, browser: Browser, folder: Path = FOLDER) -> None:
    """Write the plots of a result, and remove those of an earlier one."""
    for old in folder.glob(f"{kept['benchmark']}-*.svg"):
        old.unlink()
    page = browser.new_page()
    page.add_script_tag(content=get_plotlyjs())
    for curve in kept["curves"]:
        image: str = page.evaluate(_TO_SVG, [json.loads(figure(curve).to_json()), SIZE])
        svg = unquote(image.partition(",")[2])
        file = folder / plot_name(kept["benchmark"], curve["title"])
        file.write_text(_with_data(svg, curve) + "\n")
    page.close()


def figure(curve: dict[str, Any]) -> go.Figure:
    """Return the chart of a kept curve: units on the axes, the target as a line."""
    chart = go.Figure()
    for number, (name, points) in enumerate(curve["series"].items()):
        chart.add_scatter(
            x=[x for x, _ in points],
            y=[y for _, y in points],
            name=name,
            mode="lines+markers",
            line={"color": _COLOURS[number % len(_COLOURS)]},
        )
    if curve["limit"] is not None:
        chart.add_hline(
            y=curve["limit"],
            line={"color": _LIMIT_COLOUR, "dash": "dash", "width": 1.5},
            annotation_text=f"target: {curve['limit']:g} {curve['unit']}",
            annotation_font_color=_LIMIT_COLOUR,
            annotation_position="top left",
        )
    chart.update_layout(
        template="plotly_white",
        showlegend=True,
        legend={"orientation": "h", "y": 1.15},
        font={"family": "sans-serif", "size": 13},
        margin={"l": 60, "r": 20, "t": 40, "b": 50},
    )
    chart.update_xaxes(title=curve["x"], type="log" if curve["logX"] else "linear")
    if curve["logX"]:
        steps = sorted({x for points in curve["series"].values() for x, _ in points})
        chart.update_xaxes(tickvals=steps, ticktext=[f"{x:,.0f}" for x in steps])
    chart.update_yaxes(title=curve["unit"], rangemode="tozero")
    return chart


def drawn_curve(file: Path) -> dict[str, Any]:
    """Return the curve that a plot shows."""
    data = re.search(r"<metadata>(.*?)</metadata>", file.read_text(), re.DOTALL)
    found: dict[str, Any] = json.loads(unescape(data[1])) if data else {}
    return found


def _with_data(svg: str, curve: dict[str, Any]) -> str:
    start, end = svg.split(">", 1)
    data = escape(json.dumps(curve, ensure_ascii=False))
    return f"{start}><title>{escape(curve['title'])}</title><metadata>{data}</metadata>{end}"
