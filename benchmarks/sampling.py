"""How benchmarks measure: latencies of a call, medians of several runs, memory of a process."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

REPEATS: Final = 5
"""Runs of which the median is taken."""

_TICKS: Final = os.sysconf("SC_CLK_TCK")

WARM_UP: Final = 10
"""Calls before the clock starts."""


def latencies(call: Callable[[], object], count: int) -> tuple[float, float]:
    """Median and 95th percentile of a call in milliseconds, after a few calls to warm up."""
    for _ in range(min(WARM_UP, count)):
        call()
    times = []
    for _ in range(count):
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1000)
    return percentiles(times)


def percentiles(times: list[float]) -> tuple[float, float]:
    """Median and 95th percentile of some measurements (at least two)."""
    return statistics.median(times), statistics.quantiles(times, n=20)[-1]


def median_of(run: Callable[[], tuple[float, float]]) -> tuple[float, float]:
    """Medians of several runs."""
    runs = [run() for _ in range(REPEATS)]
    return statistics.median(p50 for p50, _ in runs), statistics.median(p95 for _, p95 in runs)


def processor_seconds(pid: int) -> float:
    """Processor time that a process has used so far.

    Raises:
        FileNotFoundError: there is no such process.
    """
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def memory_mib(pid: int) -> float:
    """Resident memory of a process in MiB.

    Raises:
        FileNotFoundError: there is no such process.
    """
    status = Path(f"/proc/{pid}/status").read_text()
    kib = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(kib) / 1024
