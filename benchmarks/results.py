"""Kept results: one JSON file per benchmark under `docs/benchmarks`.

{benchmark, measuredAt (RFC 3339), seconds, loadBefore, machine: {name: text},
 versions: {name: text}, figures: [{name, value, unit, target: text|null, met: bool|null}],
 curves: [{title, x, unit, series: {name: [[x, y], ...]}, limit: number|null, logX: bool}]}
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from benchmarks import NAMES
from benchmarks.figures import Curve, Figure, rounded
from benchmarks.machine import machine, versions

FOLDER: Final = Path(__file__).resolve().parent.parent / "docs" / "benchmarks"

Result = dict[str, Any]


def result(
    name: str, measured: Iterable[Figure | Curve], *, seconds: float, load_before: float
) -> Result:
    """Put together what is kept of one run.

    Args:
        name: of the benchmark.
        measured: what it yielded.
        seconds: how long it took.
        load_before: the load average when it began.
    """
    items = list(measured)
    return {
        "benchmark": name,
        "measuredAt": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "seconds": round(seconds),
        "loadBefore": round(load_before, 1),
        "machine": machine(),
        "versions": versions(),
        "figures": [_figure(item) for item in items if isinstance(item, Figure)],
        "curves": [_curve(item) for item in items if isinstance(item, Curve)],
    }


def keep(kept: Result, folder: Path = FOLDER) -> None:
    """Write a result where its page is made from."""
    text = json.dumps(kept, indent=2, ensure_ascii=False)
    # A point on one line: [x, y].
    text = re.sub(r"\[\s+(-?[\d.e+]+),\s+(-?[\d.e+]+)\s+\]", r"[\1, \2]", text)
    (folder / f"{kept['benchmark']}.json").write_text(text + "\n")


def kept_results(folder: Path = FOLDER) -> list[Result]:
    """Read what is kept of each benchmark that has been measured, in their order."""
    files = [folder / f"{name}.json" for name in NAMES]
    return [json.loads(file.read_text()) for file in files if file.exists()]


def plot_name(benchmark: str, title: str) -> str:
    """Name the file of a curve's plot."""
    return f"{benchmark}-{re.sub(r'[^a-z0-9]+', '-', title.lower()).strip('-')}.svg"


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "name": figure.name,
        "value": rounded(figure.value),
        "unit": figure.unit,
        "target": figure.target,
        "met": figure.met,
    }


def _curve(curve: Curve) -> dict[str, Any]:
    return {
        "title": curve.title,
        "x": curve.x,
        "unit": curve.unit,
        "series": {
            name: [[x, rounded(y)] for x, y in points] for name, points in curve.series.items()
        },
        "limit": curve.limit,
        "logX": curve.log_x,
    }
