"""A page about one long run of tests: what ran, how much of it, with which seeds, what failed.

A plugin of pytest: `-p tests.support.run_report --run-report docs/fuzz.md`.
"""

from __future__ import annotations

import os
import time
from collections import defaultdict
from pathlib import Path
from typing import Final

import pytest

from benchmarks.machine import machine, versions

_PAGE: Final = """\
# Run of `make {name}`

Written by `make {name}`. {date}, {machine}. {versions}.

**{outcome}** in {minutes:.1f} minutes.

How long it is, is set by: {knobs}.

| tests | passed | failed | skipped | seconds |
|---|---:|---:|---:|---:|
{rows}
{counted}{failed}"""


class RunReport:
    """Collects the outcomes of a run and writes the page at its end.

    Attributes:
        target: the page; its name without suffix, up to a dash, is the target in the Makefile.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        self._began = time.monotonic()
        self._reports: dict[str, list[pytest.TestReport]] = defaultdict(list)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what decides: the call, or a set-up or tear-down that went wrong or was skipped."""
        if report.when == "call" or report.outcome != "passed":
            self._reports[report.nodeid.partition("::")[0]].append(report)

    def pytest_sessionfinish(self) -> None:
        """Write the page."""
        self.target.write_text(self._page())

    def _page(self) -> str:
        every = [report for reports in self._reports.values() for report in reports]
        failed = [report for report in every if report.failed]
        where = machine()
        return _PAGE.format(
            name=self.target.stem.partition("-")[0],
            date=time.strftime("%Y-%m-%d"),
            machine=f"{where['cores']} cores ({where['processor']}), {where['memory']}",
            versions=", ".join(f"{name} {number}" for name, number in versions().items()),
            outcome=f"{_count(every, 'passed')} passed, {len(failed)} failed, "
            f"{_count(every, 'skipped')} skipped",
            minutes=(time.monotonic() - self._began) / 60,
            knobs=", ".join(
                f"`{name}={value}`"
                for name, value in sorted(os.environ.items())
                if name.startswith("EARSHOT_") and "/" not in value
            ),
            rows="\n".join(_row(path, reports) for path, reports in self._reports.items()),
            counted=_list(
                "Counted by the tests themselves",
                [f"{_name(r)}: {key} {value}" for r in every for key, value in r.user_properties],
            ),
            failed=_list("Failed", [_name(report) for report in failed]),
        )


def _count(reports: list[pytest.TestReport], outcome: str) -> int:
    return sum(report.outcome == outcome for report in reports)


def _row(path: str, reports: list[pytest.TestReport]) -> str:
    counts = " | ".join(
        str(_count(reports, outcome)) for outcome in ("passed", "failed", "skipped")
    )
    return f"| `{path}` | {counts} | {sum(report.duration for report in reports):.0f} |"


def _name(report: pytest.TestReport) -> str:
    return f"`{report.nodeid.partition('::')[2]}`"


def _list(title: str, lines: list[str]) -> str:
    return f"\n{title}:\n\n" + "".join(f"- {line}\n" for line in lines) if lines else ""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that asks for the page."""
    parser.addoption("--run-report", type=Path, help="write a page about this run")


def pytest_configure(config: pytest.Config) -> None:
    """Collect, if a page was asked for."""
    target = config.getoption("--run-report")
    if target is not None:
        config.pluginmanager.register(RunReport(target))
