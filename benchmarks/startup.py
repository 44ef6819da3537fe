"""Start-up and memory: from `make run` to an app that is ready, and what each process holds then.

Packages are installed and demo data is off. The first start makes keys, database and bucket; the
second finds them; the last finds 100,000 sessions. Memory is resident memory after that last start.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from benchmarks.dataset import SIZES, private_copy
from benchmarks.figures import Figure
from benchmarks.sampling import memory_mib
from tests.support.stack import RunningStack, running_stack


def measure() -> Iterator[Figure]:
    """Yield seconds until the stack is ready, and memory by process."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        home.mkdir()
        for which in ("first", "second"):
            seconds, _ = started(running_stack(home, demo=False))
            yield Figure(f"{which} start, until ready", seconds, "s")
    with private_copy(SIZES[-1]) as home:
        seconds, memory = started(running_stack(home, demo=False))
    yield Figure(f"start with {SIZES[-1]:,} sessions, until ready", seconds, "s")
    for name, mib in memory.items():
        yield Figure(f"resident memory of {name}", mib, "MiB")
    yield Figure("resident memory of all", sum(memory.values()), "MiB")


def started(stack: AbstractContextManager[RunningStack]) -> tuple[float, dict[str, float]]:
    """Start a stack and end it; seconds until it was ready, and MiB by process then."""
    began = time.monotonic()
    with stack as running:
        seconds = time.monotonic() - began
        return seconds, {name: memory_mib(pid) for name, pid in running.info["pids"].items()}
