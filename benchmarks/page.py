"""`docs/benchmarks.md` and the summary in `docs/requirements.md`, made from the kept results.

What stands around the figures are the benchmarks' docstrings.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from benchmarks import NAMES
from benchmarks.figures import amount
from benchmarks.results import Result, plot_name

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
REQUIREMENTS: Final = PAGE.with_name("requirements.md")
_TARGETS: Final = re.compile(
    r"(?<=<!-- targets: written by `python -m benchmarks` -->\n).*?"
    r"(?=<!-- end of the targets -->\n)",
    re.DOTALL,
)

_INTRODUCTION = """\
# Benchmarks

`make bench` measures all of this and writes this page; `python -m benchmarks NAME` measures one
part. The numbers are in [docs/benchmarks](benchmarks) as JSON. Both cores should be free meanwhile.
Most figures are the median of five runs. The large data set (100,000 sessions with 1.2 million
interactions) is made once, which takes 5 to 30 minutes, and is kept under `EARSHOT_BENCH_CACHE`.
"""


def write_pages(results: Iterable[Result]) -> None:
    """Write both pages anew."""
    kept = list(results)
    PAGE.write_text(page(kept))
    REQUIREMENTS.write_text(with_targets(REQUIREMENTS.read_text(), kept))


def with_targets(requirements: str, results: Iterable[Result]) -> str:
    """Return the page of requirements with how many targets are met, and those that are missed.

    Raises:
        ValueError: the page has no place for them.
    """
    told = _summary(results, "benchmarks.md")
    text, places = _TARGETS.subn(lambda _: f"\n{told}\n", requirements)
    if places != 1:
        raise ValueError("docs/requirements.md has no place for the targets")
    return text


def page(results: Iterable[Result]) -> str:
    """Write the page in Markdown."""
    kept = {result["benchmark"]: result for result in results}
    parts = [_INTRODUCTION, _summary(kept.values()), _machines(kept.values())]
    parts += [_section(name, kept.get(name)) for name in NAMES]
    return "\n".join(part for part in parts if part)


def _summary(results: Iterable[Result], path: str = "") -> str:
    judged = _judged(results)
    missed = [(name, figure) for name, figure in judged if not figure["met"]]
    text = f"{len(judged) - len(missed)} of {len(judged)} targets are met."
    if not missed:
        return text + "\n"
    rows = [
        [f"[{name}]({path}#{name})", figure["name"], figure["target"], _value(figure)]
        for name, figure in missed
    ]
    return f"{text} Missed:\n\n" + _table(["benchmark", "figure", "target", "measured"], rows)


def _judged(results: Iterable[Result]) -> list[tuple[str, dict[str, Any]]]:
    kept = {result["benchmark"]: result["figures"] for result in results}
    return [
        (name, figure)
        for name in NAMES
        for figure in kept.get(name, [])
        if figure["target"] is not None
    ]


def _machines(results: Iterable[Result]) -> str:
    described: dict[str, list[str]] = {}
    for result in results:
        machine, versions = result["machine"], result["versions"]
        line = ", ".join(
            [
                machine["processor"],
                f"{machine['cores']} cores",
                machine["memory"],
                machine["system"],
                *(f"{name} {version}" for name, version in versions.items()),
            ]
        )
        described.setdefault(line, []).append(result["benchmark"])
    if len(described) == 1:
        return f"Measured on: {next(iter(described))}.\n"
    return "".join(f"- {', '.join(names)}: {line}.\n" for line, names in described.items())


def _section(name: str, result: Result | None) -> str:
    parts = [f"## {name}\n", f"`python -m benchmarks {name}`\n", _docstring(name) + "\n"]
    if result is None:
        return "\n".join([*parts, "Not measured yet.\n"])
    parts.append(
        f"Measured {result['measuredAt'][:16].replace('T', ' ')} UTC in {result['seconds']} s, "
        f"load average before: {result['loadBefore']}.\n"
    )
    rows = [
        [figure["name"], figure["target"] or "", _value(figure), _verdict(figure)]
        for figure in result["figures"]
    ]
    parts.append(_table(["figure", "target", "measured", ""], rows))
    parts += [_plot(name, curve) for curve in result["curves"]]
    return "\n".join(parts)


def _plot(name: str, curve: dict[str, Any]) -> str:
    series: dict[str, list[tuple[float, float]]] = curve["series"]
    values = {label: dict(points) for label, points in series.items()}
    steps = sorted({x for points in values.values() for x in points})
    rows = [
        [
            amount(x, ""),
            *(amount(values[label][x], "") if x in values[label] else "" for label in series),
        ]
        for x in steps
    ]
    table = _table([curve["x"], *(f"{label} ({curve['unit']})" for label in series)], rows)
    return f"![{curve['title']}](benchmarks/{plot_name(name, curve['title'])})\n\n{table}"


def _value(figure: dict[str, Any]) -> str:
    return amount(figure["value"], figure["unit"])


def _verdict(figure: dict[str, Any]) -> str:
    if figure["met"] is None:
        return ""
    return "met" if figure["met"] else "**missed**"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _docstring(name: str) -> str:
    source = Path(__file__).with_name(f"{name}.py").read_text()
    return ast.get_docstring(ast.parse(source)) or ""
