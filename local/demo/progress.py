"""Shows how far a load is: bars on a terminal, nothing that moves elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Advance = Callable[[], None]


class Steps(Protocol):
    """Where steps are announced."""

    def step(self, name: str, total: int) -> Advance:
        """Announce a step of `total` pieces; call the result once per piece, from any thread."""


ShowSteps = Callable[[], AbstractContextManager[Steps]]


class _Bars:
    def __init__(self, display: Progress) -> None:
        self._display = display

    def step(self, name: str, total: int) -> Advance:
        task = self._display.add_task(name, total=total)
        return lambda: self._display.advance(task)


@contextmanager
def bars() -> Iterator[Steps]:
    """Show one bar per step on standard error."""
    columns = (
        TextColumn("  {task.description:<14}"),
        BarColumn(bar_width=32),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as display:
        yield _Bars(display)


@contextmanager
def silent() -> Iterator[Steps]:
    """Show nothing."""
    yield _Silent()


class _Silent:
    def step(self, name: str, total: int) -> Advance:  # noqa: ARG002  # nothing is shown
        return lambda: None
