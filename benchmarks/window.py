"""What a window of thirty days costs to show, whatever the number of operations in it.

Storage operations of thirty days, and of the thirty days before for comparison, are stored in
Convex as rollups of a minute with their histograms: 100 thousand operations in one deployment, 10
million in the other. Measured is what Storage health does on the server: read the rollups of both
periods, merge them by step, make the charts and the table. Memory is what Python allocates
(tracemalloc), at the peak.
"""

from __future__ import annotations

import math
import random
import tempfile
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from benchmarks.figures import Figure
from benchmarks.sampling import latencies, median_of
from lib.data import Caller, metrics
from lib.observability.histogram import Histogram
from lib.observability.recorder import BATCH_ROLLUPS
from lib.ui.parts import plots
from lib.ui.parts.periods import WINDOWS, Period
from lib.ui.parts.rollup_sums import by_dimension, merged, over_time, split
from tests.support.convex import running_convex

METRIC: Final = "storage.operation"
FEW, MANY = 100_000, 10_000_000
DAYS: Final = 30
MINUTES_PER_DAY: Final = 2
OPERATIONS: Final = ("PutObject", "GetObject", "HeadObject", "ReadBody", "DeleteObjects")
OUTCOMES: Final = (("ok", 0.99), ("timeout", 0.004), ("server", 0.003), ("throttled", 0.003))
RUNS: Final = 10
_MIB: Final = 1024 * 1024
_COLOURS: Final = dict.fromkeys(("p50", "p95", "p99", "objective", "before"), "#123456")


def measure() -> Iterator[Figure]:
    """Yield time and memory at 10 million operations, and how both compare with 100 thousand."""
    few = _window(FEW)
    many = _window(MANY)
    yield Figure("operations in the window", many.shown, "")
    yield Figure("30 days rendered, p50", many.alone[0], "ms", under=150)
    yield Figure("30 days rendered, p95", many.alone[1], "ms")
    yield Figure("with the 30 days before, p50", many.compared[0], "ms")
    yield Figure("memory at the peak, both periods", many.peak_mib, "MiB", under=64)
    yield Figure(f"30 days of {FEW:,} operations, p50", few.alone[0], "ms")
    ratio = many.alone[0] / few.alone[0]
    yield Figure("time at 10 million / at 100 thousand", ratio, "times", at_most=2)


@dataclass(frozen=True, slots=True)
class _Measured:
    """One deployment: p50 and p95 in milliseconds of the window alone and with comparison."""

    alone: tuple[float, float]
    compared: tuple[float, float]
    peak_mib: float
    shown: int


def _window(operations: int) -> _Measured:
    period = WINDOWS[-1].until(datetime.now(UTC))
    with tempfile.TemporaryDirectory() as folder, running_convex(Path(folder)) as convex:
        _fill(convex.caller("worker"), period, operations)
        caller = convex.member("ops")
        shown = render(caller, period, compare=True)
        alone = _times(caller, period, compare=False)
        compared = _times(caller, period, compare=True)
        tracemalloc.start()
        render(caller, period, compare=True)
        peak = tracemalloc.get_traced_memory()[1] / _MIB
        tracemalloc.stop()
    return _Measured(alone, compared, peak, shown)


def _times(caller: Caller, period: Period, *, compare: bool) -> tuple[float, float]:
    return median_of(lambda: latencies(lambda: render(caller, period, compare=compare), RUNS))


def render(caller: Caller, period: Period, *, compare: bool) -> int:
    """Make everything that the page draws of a window; return the number of operations in it."""
    zone = ZoneInfo("UTC")
    first = period.before().start if compare else period.start
    found = metrics.between(caller, METRIC, first, period.end, period.resolution)
    earlier, rollups = split(found, period.start)
    points, before = over_time(rollups, period), over_time(earlier, period.before())
    plots.latency_figure(points, zone, 500, _COLOURS, before)
    plots.rate_figure(points, before, zone, 1440, _COLOURS)
    plots.heat_figure(plots.bands_frame(points, zone), zone, 500, ("#ffffff", "#000000"), _COLOURS)
    for part in by_dimension(rollups, "operation").values():
        part.histogram.quantiles((0.5, 0.95, 0.99))
    return merged(part for _, part in points).count


def _fill(worker: Caller, period: Period, operations: int) -> None:
    pick = random.Random(operations)  # noqa: S311  # a fixed sequence
    each = operations / (DAYS * MINUTES_PER_DAY * len(OPERATIONS))
    rollups = _rollups(pick, period, each)
    number = 0
    while batch := list(islice(rollups, BATCH_ROLLUPS)):
        number += 1
        metrics.ingest(worker, f"window-{number}", rollups=batch, auth_events=[], storage_events=[])


def _rollups(pick: random.Random, period: Period, each: float) -> Iterator[dict[str, Any]]:
    """Yield some minutes of every day, each operation and outcome of which is one rollup."""
    carried = dict.fromkeys((outcome for outcome, _ in OUTCOMES), 0.0)
    for position in range(2 * DAYS * MINUTES_PER_DAY):
        at = period.before().start + position * timedelta(days=1) / MINUTES_PER_DAY
        for operation in OPERATIONS:
            for outcome, share in OUTCOMES:
                carried[outcome] += each * share
                count = int(carried[outcome])
                carried[outcome] -= count
                if count:
                    yield _rollup(pick, at, operation, outcome, count)


def _rollup(
    pick: random.Random, at: datetime, operation: str, outcome: str, count: int
) -> dict[str, Any]:
    histogram = Histogram()
    # Log-normal latencies; at most 500 of them are drawn, each then stands for several.
    drawn = min(count, 500)
    for position in range(drawn):
        value = pick.lognormvariate(math.log(60), 1.1)
        times = count // drawn + (position < count % drawn)
        one = Histogram()
        one.add(value)
        histogram.merge(Histogram(0, dict.fromkeys(one.counts, times)))
    return {
        "metric": METRIC,
        "dimensions": {"operation": operation, "outcome": outcome},
        "bucketStart": int(at.timestamp() * 1000) // 60_000 * 60_000,
        "count": count,
        "errors": {} if outcome == "ok" else {outcome: count},
        "sum": 60.0 * count,
        "max": 9_000.0,
        "histogram": histogram.to_wire(),
    }
