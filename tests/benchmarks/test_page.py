"""The page of benchmarks is what the kept results say, and a target is judged as it reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from benchmarks import NAMES
from benchmarks.figures import Curve, Figure, amount
from benchmarks.page import PAGE, REQUIREMENTS, page, with_targets
from benchmarks.plots import draw, drawn_curve
from benchmarks.results import FOLDER, Result, keep, kept_results, plot_name, result


def measured(*items: Figure | Curve) -> Result:
    return result("auth", items, seconds=12.4, load_before=0.26)


def test_the_page_is_what_the_kept_results_make() -> None:
    assert PAGE.read_text() == page(kept_results()), "run: python -m benchmarks --page"


def test_the_requirements_tell_each_target_as_measured_and_why_one_is_missed() -> None:
    text = REQUIREMENTS.read_text()
    assert text == with_targets(text, kept_results()), "run: python -m benchmarks --page"
    for kept in kept_results():
        for figure in kept["figures"]:
            told = figure["met"] is not False or f"\n- **{figure['name']}**: " in text
            assert told, f"docs/requirements.md does not say why {figure['name']} is missed"


def test_every_kept_result_belongs_to_a_benchmark() -> None:
    assert {file.stem for file in FOLDER.glob("*.json")} <= set(NAMES)


def test_every_plot_shows_the_kept_curve() -> None:
    curves = {
        plot_name(kept["benchmark"], curve["title"]): curve
        for kept in kept_results()
        for curve in kept["curves"]
    }
    assert {file.name: drawn_curve(file) for file in FOLDER.glob("*.svg")} == curves


@pytest.mark.parametrize(
    ("figure", "target", "met"),
    [
        (Figure("a", 6.0, "ms", under=6), "under 6 ms", False),
        (Figure("a", 5.99, "ms", under=6), "under 6 ms", True),
        (Figure("a", 1.3, "times", at_most=1.3), "at most 1.3 times", True),
        (Figure("a", 1.31, "times", at_most=1.3), "at most 1.3 times", False),
        (Figure("a", 3000, "/s", at_least=3000), "at least 3,000/s", True),
        (Figure("a", 2999, "/s", at_least=3000), "at least 3,000/s", False),
        (Figure("a", 1, "ms"), None, None),
    ],
)
def test_a_target_is_judged_as_it_reads(
    figure: Figure, target: str | None, met: bool | None
) -> None:
    assert (figure.target, figure.met) == (target, met)


def test_a_figure_has_one_target_at_most() -> None:
    with pytest.raises(ValueError, match="one target"):
        Figure("a", 1, "ms", under=6, at_least=2)


def test_a_missed_target_is_named_at_the_top_and_judged_on_what_was_measured() -> None:
    kept = measured(Figure("slow", 6.00001, "ms", at_most=6), Figure("fast", 1, "ms", under=6))
    top, _, rest = page([kept]).partition("## auth")
    assert "1 of 2 targets are met" in top
    assert "| [auth](#auth) | slow | at most 6 ms | 6 ms |" in top
    assert "fast" not in top
    assert "| slow | at most 6 ms | 6 ms | **missed** |" in rest
    assert "| fast | under 6 ms | 1 ms | met |" in rest


def test_a_curve_has_its_table_and_a_gap_where_nothing_was_measured() -> None:
    kept = measured(Curve("Reads", "sessions", "ms", {"p50": [(1, 2), (10, 3)], "p95": [(10, 4)]}))
    text = page([kept])
    assert "![Reads](benchmarks/auth-reads.svg)" in text
    assert "| sessions | p50 (ms) | p95 (ms) |" in text
    assert "| 1 | 2 |  |" in text
    assert "| 10 | 3 | 4 |" in text


def test_what_was_not_measured_says_so() -> None:
    assert page([]).count("Not measured yet.") == len(NAMES)


def test_a_kept_result_is_read_again(tmp_path: Path) -> None:
    kept = measured(Figure("a", 1.23456789, "ms"), Curve("b", "x", "ms", {"c": [(1, 2.5), (2, 3)]}))
    keep(kept, tmp_path)
    assert kept_results(tmp_path) == [json.loads(json.dumps(kept))]
    assert kept["figures"] == [
        {"name": "a", "value": 1.235, "unit": "ms", "target": None, "met": None}
    ]


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (39150.4, "/s", "39,150/s"),
        (0.01234, "s", "0.0123 s"),
        (226.7, "MiB", "227 MiB"),
        (3, "", "3"),
    ],
)
def test_numbers_are_written_for_people(value: float, unit: str, text: str) -> None:
    assert amount(value, unit) == text


def test_a_plot_is_drawn_with_its_units_and_replaces_an_earlier_one(
    browser: Browser, tmp_path: Path
) -> None:
    (tmp_path / "auth-gone.svg").write_text("<svg></svg>")
    curve = Curve("a < b", "sessions", "ms", {"p50": [(1000, 2), (100000, 3)]}, limit=6, log_x=True)
    kept = json.loads(json.dumps(measured(curve)))
    draw(kept, browser, tmp_path)
    (file,) = tmp_path.glob("*.svg")
    assert file.name == "auth-a-b.svg"
    assert drawn_curve(file) == kept["curves"][0]
    text = file.read_text()
    for part in (">sessions<", ">ms<", ">1,000<", "target: 6 ms"):
        assert part in text
