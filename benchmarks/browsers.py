"""What 1, 10 and 50 open dashboards cost: time of a view, processor, memory of the app.

Each is a signed-in member with a WebSocket session (`tests/support/visitor.py`) who opens a page
every two seconds, over the pages of `make load`, on a stack with demo data. The generator shares
the two cores.
"""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.figures import Curve, Figure
from benchmarks.load import FULL, PAGES, replaced, run, stack_to_load
from benchmarks.load_outcome import Outcome
from benchmarks.sampling import percentiles

NUMBERS = (1, 10, 50)
SECONDS = 30.0
VIEW_SECONDS = 2.0


def measure() -> Iterator[Figure | Curve]:
    """Measure each number of browsers on one stack."""
    times: dict[str, list[tuple[float, float]]] = {"p50": [], "p95": []}
    memory: dict[str, list[tuple[float, float]]] = {"app": []}
    cores: dict[str, list[tuple[float, float]]] = {"app": [], "convex": [], "generator": []}
    with stack_to_load() as running:
        for number in NUMBERS:
            plan = replaced(
                FULL,
                visitors=number,
                view_seconds=VIEW_SECONDS,
                writers=0,
                turns_per_second=0,
                reviewers=0,
                seconds=SECONDS,
                warm_seconds=5,
            )
            outcome = run(running, plan, PAGES)
            p50, p95 = percentiles(outcome.all_views)
            times["p50"].append((number, p50))
            times["p95"].append((number, p95))
            memory["app"].append((number, outcome.processes["app"]["lastMib"]))
            for name, points in cores.items():
                points.append((number, outcome.processes[name]["cores"]))
            yield Figure(f"{number} browsers: a view, p95", p95, "ms")
            yield Figure(f"{number} browsers: views", _per_second(outcome), "/s")
            yield Figure(f"{number} browsers: failed views", outcome.failed, "", at_most=0)
    yield Curve("time of a view", "browsers", "ms", times, log_x=True)
    yield Curve("busy cores", "browsers", "cores", cores, log_x=True)
    yield Curve("memory of the app", "browsers", "MiB", memory, log_x=True)


def _per_second(outcome: Outcome) -> float:
    return len(outcome.all_views) / outcome.seconds
