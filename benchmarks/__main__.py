"""`python -m benchmarks [NAME ...]`: run benchmarks by name, or all; `make bench` runs all.

Prints the figures with their targets and keeps them: `docs/benchmarks/NAME.json`, its plots,
`docs/benchmarks.md` and the targets in `docs/requirements.md`. Ends with 1 if a target was missed
or a benchmark failed, with 2 for a name that there is not.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Annotated, Final

import typer

from benchmarks import NAMES
from benchmarks.figures import Curve, Figure, amount
from benchmarks.machine import load
from benchmarks.page import write_pages
from benchmarks.plots import draw
from benchmarks.results import keep, kept_results, result
from tests.support.browser import chromium

CALM: Final = 2.0
"""Load average at which the next benchmark may begin."""
CALM_SECONDS: Final = 120


def main(
    names: Annotated[list[str] | None, typer.Argument(help=f"of: {', '.join(NAMES)}")] = None,
    *,
    discard: Annotated[bool, typer.Option("--discard", help="print only, keep nothing")] = False,
    page_only: Annotated[bool, typer.Option("--page", help="only write the pages anew")] = False,
) -> None:
    """Measure, one benchmark after the other and never two at once."""
    unknown = [name for name in names or () if name not in NAMES]
    if unknown:
        typer.echo(f"There is no benchmark {unknown[0]}. There are: {', '.join(NAMES)}", err=True)
        raise typer.Exit(2)
    if page_only:
        write_pages(kept_results())
        return
    if names and len(names) == 1:
        fine = run(names[0], discard=discard)
    else:
        fine = run_apart(names or list(NAMES), discard=discard)
    raise typer.Exit(0 if fine else 1)


def run(name: str, *, discard: bool) -> bool:
    """Run a benchmark here; return whether every target was met."""
    measure: Callable[[], Iterator[Figure | Curve]] = import_module(f"benchmarks.{name}").measure
    before, began = load(), time.monotonic()
    typer.echo(f"--- {name} (load average {before:.1f})")
    measured = []
    for item in measure():
        measured.append(item)
        if isinstance(item, Figure):
            typer.echo(line(item))
    if not discard:
        kept = result(name, measured, seconds=time.monotonic() - began, load_before=before)
        keep(kept)
        with chromium() as browser:
            draw(kept, browser)
        write_pages(kept_results())
    return all(item.met is not False for item in measured if isinstance(item, Figure))


def run_apart(names: list[str], *, discard: bool) -> bool:
    """Run benchmarks in a process each, so that one's memory and failures stay its own."""
    options = ["--discard"] if discard else []
    fine = True
    for name in names:
        _calm()
        command = [sys.executable, "-m", "benchmarks", name, *options]
        fine &= subprocess.run(command, check=False).returncode == 0  # noqa: S603  # ourselves
    return fine


def _calm() -> None:
    """Wait until the machine has done with what ran before, two minutes at most."""
    deadline = time.monotonic() + CALM_SECONDS
    while load() > CALM and time.monotonic() < deadline:
        time.sleep(1)


def line(figure: Figure) -> str:
    """Write a figure as it is printed."""
    text = f"{figure.name:<60} {amount(figure.value, figure.unit):>14}"
    if figure.target is None:
        return text
    return f"{text}   {figure.target}: {'met' if figure.met else 'MISSED'}"


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(main)
    app()
