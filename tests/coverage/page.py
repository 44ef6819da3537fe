"""Sums of measured files by part, compared with gates and written as a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

GATES: Final = {
    "lib": (78, 69),
    "local": (70, 60),
    "convex": (98, 94),
}
"""Part -> least percent of lines, of branches: what was reached, rounded down."""

NOT_HERE: Final = {
    "pages": "a few lines each, run by Streamlit",
    "local/runtime": "unit tests of storage and values only: the rest is driven as a process"
    " (`tests/runtime`), which is not measured",
    "components": "unit tests of pure parts only: Chromium runs the rest (`tests/browser`), which"
    " is not measured",
}
"""Part without a gate -> why its figure is low."""

_GAP: Final = 90
_HEAD: Final = """# Coverage

Written by `make coverage`: lines and branches that tests run, also in the app, the worker and the
commands that tests start. It fails when a part is below its gate.

"""


@dataclass(frozen=True, slots=True)
class File:
    """One measured file.

    Attributes:
        part: of the repository.
        lines: run, all.
        branches: run, all.
    """

    path: str
    part: str
    lines: tuple[int, int]
    branches: tuple[int, int]


def python_files(report: Mapping[str, Any]) -> list[File]:
    """Read coverage.py's JSON."""
    return [
        File(
            path,
            path.split("/")[0],
            (found["summary"]["covered_lines"], found["summary"]["num_statements"]),
            (found["summary"]["covered_branches"], found["summary"]["num_branches"]),
        )
        for path, found in sorted(report["files"].items())
    ]


def typescript_files(summary: Mapping[str, Any], root: Path) -> list[File]:
    """Read Vitest's JSON summary."""
    files = []
    for name, found in sorted(summary.items()):
        if name == "total":
            continue
        path = Path(name).relative_to(root).as_posix()
        part = "convex" if path.startswith("convex/") else "components"
        files.append(
            File(
                path,
                "local/runtime" if path.startswith("local/") else part,
                (found["lines"]["covered"], found["lines"]["total"]),
                (found["branches"]["covered"], found["branches"]["total"]),
            )
        )
    return files


def percent(counts: Iterable[tuple[int, int]]) -> float:
    """Return the share of what was run, 0 to 100; 100 where there is nothing to run."""
    run, total = (sum(column) for column in zip(*counts, (0, 0), strict=True))
    return 100 * run / total if total else 100.0


def below(files: Iterable[File], gates: Mapping[str, tuple[float, float]]) -> list[str]:
    """Return a sentence for each gate that is not reached; a part without files reaches none."""
    found = []
    for part, (lines, branches) in gates.items():
        own = [file for file in files if file.part == part]
        if not own:
            found.append(f"{part}: nothing was measured")
        for what, least, reached in (
            ("lines", lines, percent(file.lines for file in own)),
            ("branches", branches, percent(file.branches for file in own)),
        ):
            if reached < least:
                found.append(f"{part}: {reached:.1f}% of {what}, the gate is {least}%")
    return found


def page(files: list[File]) -> str:
    """Return docs/coverage.md: sums by part, then the files with gaps, largest first."""
    rows = ["| part | lines | branches | gate |", "|---|---|---|---|"]
    for part in dict.fromkeys(file.part for file in files):
        own = [file for file in files if file.part == part]
        gate = " / ".join(map(str, GATES[part])) if part in GATES else NOT_HERE[part]
        rows.append(f"| {part} | {_both(own)} | {gate} |")
    gaps = sorted(
        (file for file in files if file.part in GATES and _is_gap(file)),
        key=lambda file: file.lines[0] - file.lines[1] + file.branches[0] - file.branches[1],
    )
    rows += ["", "## Gaps", "", f"Files below {_GAP}% of lines or branches.", ""]
    rows += ["| file | lines | branches |", "|---|---|---|"]
    rows += [f"| `{file.path}` | {_both([file])} |" for file in gaps]
    return _HEAD + "\n".join(rows) + "\n"


def _both(files: list[File]) -> str:
    lines, branches = percent(f.lines for f in files), percent(f.branches for f in files)
    return f"{lines:.1f}% | {branches:.1f}%"


def _is_gap(file: File) -> bool:
    return min(percent([file.lines]), percent([file.branches])) < _GAP
