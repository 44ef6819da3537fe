"""`make load`: dashboard users and API writers at once on one stack, everything on this machine.

    python -m benchmarks.load

`EARSHOT_LOAD_SECONDS` (600), `EARSHOT_LOAD_USERS` (50), `EARSHOT_LOAD_WRITERS` (50),
`EARSHOT_LOAD_TURNS` a second (200), `EARSHOT_LOAD_BATCH` turns per request (2),
`EARSHOT_LOAD_REVIEWERS` (20) and `EARSHOT_LOAD_SEED` change the plan; `EARSHOT_TEST_HOME` names a
running stack to use. The result goes to docs/load.json and docs/load.md when the whole plan was
run, else to the terminal only.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import platform
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from benchmarks.crowd import Crowd, Plan, Records
from benchmarks.load_outcome import Outcome
from benchmarks.load_report import FOLDER, markdown
from benchmarks.processes import ProcessWatch, Usage
from lib.auth.service import mint
from lib.data import Caller, Client, user_sessions, users
from local.stack import SERVICE_ISSUER, Stack
from tests.support.reviewers import ReviewRoom
from tests.support.stack import RunningStack, attached, running_stack
from tests.support.writer import Writer

FULL: Final = Plan(
    visitors=50,
    view_seconds=10,
    writers=50,
    turns_per_second=200,
    batch=2,
    reviewers=20,
    seconds=600,
    warm_seconds=30,
    seed=0,
)
PAGES: Final = [
    "/",
    "/sessions",
    "/session",
    "/users",
    "/user",
    "/review",
    "/storage",
    "/latency",
    "/auth-errors",
    "/alerts",
    "/status",
    "/audit",
]


def main() -> int:
    """Run the plan, print and keep the report; 1 if a target was missed."""
    plan = plan_from_environment()
    print(f"EARSHOT_LOAD_SEED={plan.seed}", flush=True)
    with stack_to_load() as running:
        outcome = run(running, plan, PAGES)
    kept = outcome.kept()
    text = markdown(kept)
    print(text)
    if plan == replaced(FULL, seed=plan.seed):
        (FOLDER / "load.json").write_text(json.dumps(kept, indent=1) + "\n")
        (FOLDER / "load.md").write_text(text)
    return 0 if all(target["met"] for target in kept["targets"]) else 1


def plan_from_environment() -> Plan:
    """Return the whole plan, with what the environment changes."""

    def number(name: str, default: float) -> float:
        return float(os.environ.get(f"EARSHOT_LOAD_{name}") or default)

    return replaced(
        FULL,
        visitors=int(number("USERS", FULL.visitors)),
        writers=int(number("WRITERS", FULL.writers)),
        turns_per_second=number("TURNS", FULL.turns_per_second),
        batch=int(number("BATCH", FULL.batch)),
        reviewers=int(number("REVIEWERS", FULL.reviewers)),
        seconds=number("SECONDS", FULL.seconds),
        warm_seconds=number("WARM_SECONDS", FULL.warm_seconds),
        seed=int(number("SEED", random.SystemRandom().randrange(2**32))),
    )


def replaced(plan: Plan, **changes: Any) -> Plan:
    """Return a plan with changes."""
    return Plan(**{**asdict(plan), **changes})


@contextlib.contextmanager
def stack_to_load() -> Iterator[RunningStack]:
    """Return the stack that the environment names, or start one with demo data."""
    home = os.environ.get("EARSHOT_TEST_HOME")
    if home:
        yield attached(Path(home))
        return
    with (
        tempfile.TemporaryDirectory() as folder,
        running_stack(Path(folder) / "home") as running,
    ):
        yield running


def run(running: RunningStack, plan: Plan, pages: list[str]) -> Outcome:
    """Let a crowd work on a running stack.

    Args:
        running: the stack.
        plan: how many do what.
        pages: that the users walk over.
    """
    stack = Stack.load(running.home)
    crowd = Crowd(stack, plan, pages)
    watch = ProcessWatch({**running.info["pids"], "generator": os.getpid()})
    log = ErrorLines(running.home / "logs" / "app.log")
    gc.freeze()
    with worker_of(stack) as caller:
        seconds = asyncio.run(crowd.run(newest_records(caller), watch.start))
        watch.stop()
        stored = _stored(caller, crowd.writers)
        problem = _review_problem(crowd.reviewers, caller)
    return Outcome(
        plan=asdict(plan),
        machine=machine(),
        seconds=seconds,
        views={
            what: _figures(values, seconds)
            for what, values in sorted(
                [*crowd.tally.seconds.items(), ("claim", crowd.reviewers.seconds)]
            )
            if values
        },
        failures=dict(crowd.tally.failures),
        told=crowd.tally.told,
        errors_logged=log.count(),
        acknowledged=sum(talk.turns for one in crowd.writers for talk in one.conversations),
        stored=stored,
        reviews=len(crowd.reviewers.submitted),
        review_problem=problem,
        processes={name: _usage(usage) for name, usage in watch.usage.items()},
        memory={
            name: [round(mib, 1) for mib in usage.by_minute()]
            for name, usage in watch.usage.items()
        },
        all_views=[
            1000 * one
            for what, values in crowd.tally.seconds.items()
            if what.startswith("/")
            for one in values
        ],
    )


class ErrorLines:
    """Lines of the level error that are added to a log from now on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._from = path.stat().st_size

    def count(self) -> int:
        """Return how many there are by now."""
        with self._path.open(errors="replace") as lines:
            lines.seek(self._from)
            return sum('"level": "error"' in line or "Traceback" in line for line in lines)


def machine() -> dict[str, Any]:
    """Return what the figures depend on."""
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "streamlit": version("streamlit"),
        "date": time.strftime("%Y-%m-%d"),
        "loadAverages": os.getloadavg(),
    }


@contextlib.contextmanager
def worker_of(stack: Stack) -> Iterator[Caller]:
    """Return a caller with the role worker."""
    client = Client(stack.convex_url, 60)
    try:
        yield Caller(client, lambda: mint(stack.service_key_pem, SERVICE_ISSUER, "worker", "load"))
    finally:
        client.close()


def newest_records(caller: Caller) -> Records:
    """Return the newest sessions and users, which are also in the first page of their lists."""
    sessions = user_sessions.page(caller, cursor=None, limit=50, order="desc")
    people = users.page(caller, cursor=None, limit=50)
    return Records([one.id for one in sessions.items], [one.clerk_id for one in people.items])


def _stored(caller: Caller, writers: list[Writer]) -> int:
    """Count the turns that are stored of the sessions that were written."""
    counts: Counter[str] = Counter()
    for clerk_id in {talk.clerk_id for one in writers for talk in one.conversations}:
        cursor: str | None = None
        while True:
            page = user_sessions.page(caller, cursor=cursor, limit=200, clerk_id=clerk_id)
            counts.update({session.id: session.interaction_count for session in page.items})
            cursor = page.next_cursor
            if cursor is None:
                break
    return sum(counts[talk.id] for one in writers for talk in one.conversations)


def _review_problem(room: ReviewRoom, caller: Caller) -> str:
    """Say what was wrong with claims and reviews, if anything."""
    try:
        room.check(caller)
    except AssertionError as error:
        return str(error) or "not as acknowledged"
    return f"{room.failures} calls failed" if room.failures else ""


def _figures(seconds: list[float], measured: float) -> dict[str, float]:
    ordered = sorted(seconds)

    def at(share: float) -> float:
        return round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)

    return {
        "count": len(ordered),
        "perSecond": round(len(ordered) / measured, 2),
        "p50Ms": at(0.5),
        "p95Ms": at(0.95),
        "p99Ms": at(0.99),
        "maxMs": at(1.0),
    }


def _usage(usage: Usage) -> dict[str, float]:
    return {
        "cores": round(usage.cores(), 3),
        "firstMib": round(usage.mib[0], 1),
        "lastMib": round(usage.mib[-1], 1),
        "peakMib": round(max(usage.mib), 1),
        "growthMibPerMinute": round(usage.growth(), 3),
    }


if __name__ == "__main__":
    sys.exit(main())
