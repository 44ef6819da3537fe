"""A line without axes in a card, as a picture with a text (Streamlit's own line has none)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from itertools import groupby
from typing import Final
from urllib.parse import quote

_WIDTH: Final = 100.0
_HEIGHT: Final = 26.0
_EDGE: Final = 2.0
"""Room for the width of the line."""


def sparkline(
    values: Sequence[float | None],
    limit: float,
    label: str,
    colours: Mapping[str, str],
    *,
    top: float | None = None,
) -> str:
    """Return a line as an image in HTML; the dashed objective is at half of its height.

    Neighbours are joined; steps without a value are a gap. What does not fit is a dot at the edge.

    Args:
        values: of steps of equal length, in the unit of `limit`.
        limit: the objective.
        label: what the line shows, for screen readers.
        colours: of `p95` (the line), `objective` and `bad` (what does not fit).
        top: at the upper edge; default twice the objective, so that the lower edge is 0.
    """
    high = 2 * limit if top is None else top
    low = 2 * limit - high
    wide = (_WIDTH - 2 * _EDGE) / max(1, len(values) - 1)
    tall = (_HEIGHT - 2 * _EDGE) / (high - low)
    path, lone, beyond = [], [], []
    measured = [(step, value) for step, value in enumerate(values) if value is not None]
    # Of neighbours, the difference to their place in the list is the same.
    for _, neighbours in groupby(enumerate(measured), lambda item: item[1][0] - item[0]):
        points = []
        for _, (step, value) in neighbours:
            x = _EDGE + step * wide
            y = _HEIGHT - _EDGE - (min(high, max(low, value)) - low) * tall
            points.append(f"{x:.1f} {y:.1f}")
            if not low <= value <= high:
                beyond.append(_dot(x, y))
        if len(points) == 1:
            lone.append(_dot(x, y))
        path.append("M" + "L".join(points))
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}"'
        ' fill="none">'
        f'<path d="M0 {_HEIGHT / 2:g}H{_WIDTH:g}" stroke="{colours["objective"]}"'
        ' stroke-dasharray="2 3"/>'
        f'<path d="{"".join(path)}" stroke="{colours["p95"]}" stroke-width="1.5"/>'
        f'<g fill="{colours["p95"]}">{"".join(lone)}</g>'
        f'<g fill="{colours["bad"]}">{"".join(beyond)}</g></svg>'
    )
    # Streamlit removes SVG from HTML, but not from the address of an image.
    return f'<img alt="{escape(label)}" width="100%" src="data:image/svg+xml,{quote(picture)}">'


def _dot(x: float, y: float) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2"/>'
