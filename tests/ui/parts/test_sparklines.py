"""The line in a card: where it is joined, what does not fit, and its name."""

from __future__ import annotations

import re
from urllib.parse import unquote

from lib.ui.parts.sparklines import sparkline

COLOURS = {"p95": "#111111", "objective": "#222222", "bad": "#333333"}


def picture(image: str) -> str:
    """Return the SVG of an image."""
    (source,) = re.findall(r'src="data:image/svg\+xml,([^"]*)"', image)
    return unquote(str(source))


def drawn(image: str) -> str:
    """Return the path of the line."""
    (path,) = re.findall(r'<path d="([^"]*)" stroke="#111111"', picture(image))
    return str(path)


def test_neighbours_are_joined_and_gaps_are_not() -> None:
    image = sparkline([0.0, 100.0, None, None, 50.0], 50.0, "p95", COLOURS)
    assert drawn(image) == "M2.0 24.0L26.0 2.0M98.0 13.0"
    assert '<g fill="#111111"><circle cx="98.0" cy="13.0" r="2"/></g>' in picture(image)


def test_an_outlier_is_a_dot_at_the_edge_and_the_objective_keeps_its_place() -> None:
    svg = picture(sparkline([10.0, 9000.0, 20.0], 50.0, "p95", COLOURS))
    assert re.findall(r"<circle[^>]*>", svg) == ['<circle cx="50.0" cy="2.0" r="2"/>']
    assert '<path d="M0 13H100" stroke="#222222"' in svg


def test_a_share_is_drawn_up_to_its_top() -> None:
    path = drawn(sparkline([1.0, 0.995], 0.995, "success", COLOURS, top=1.0))
    assert path == "M2.0 2.0L98.0 13.0"


def test_without_values_only_the_objective_is_drawn_and_the_name_is_text() -> None:
    image = sparkline([None, None], 50.0, 'p95 "<of>"', COLOURS)
    assert drawn(image) == ""
    assert 'alt="p95 &quot;&lt;of&gt;&quot;"' in image
