"""Health report: shown by the System status page, printed by `python -m lib doctor`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from lib.data import Caller, DataError, job_leases, metrics
from lib.data.records import JobRun
from lib.observability.recorder import DROPPED, Status
from lib.product import figures as fmt
from lib.product.schedule import EVERY
from lib.work.configuration import Setting, shown
from lib.work.dependencies import SEVERITY, Dependency, State, ask_all
from lib.work.services import Services

LATE: Final = timedelta(minutes=2)
"""Tolerance, beyond three intervals, before a job counts as overdue."""
UNDELIVERED: Final = timedelta(minutes=5)
"""How long measurements may be undelivered before that is a failure."""
_DROPS: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class JobState:
    """A background job.

    Attributes:
        name: of the job.
        state: failed if its last run failed, a warning if it is overdue or has never run.
        note: why.
        run: its last run, None if it has never run.
        every: its interval, None if this version does not know the job.
    """

    name: str
    state: State
    note: str
    run: JobRun | None
    every: timedelta | None


@dataclass(frozen=True, slots=True)
class Telemetry:
    """Delivery of measurements.

    Attributes:
        state: of delivery and drops.
        note: why.
        own: status of this process's recorder; None where nothing is sent, as on the command line.
        dropped: measurements that all processes dropped in the last 24 hours, by kind; None if
            Convex is not responding.
    """

    state: State
    note: str
    own: Status | None
    dropped: Mapping[str, int] | None


@dataclass(frozen=True, slots=True)
class Health:
    """The whole report."""

    at: datetime
    dependencies: Sequence[Dependency]
    settings: Sequence[Setting]
    telemetry: Telemetry
    jobs: Sequence[JobState]

    @property
    def state(self) -> State:
        """The worst state of all parts."""
        found = [self.telemetry.state]
        found += [item.state for item in self.dependencies]
        found += [item.state for item in self.settings]
        found += [item.state for item in self.jobs]
        return max(found, key=lambda state: SEVERITY[state])


def examine(services: Services, caller: Caller, *, sends: bool) -> Health:
    """Check everything.

    Args:
        services: of the process.
        caller: with the role ops or worker, for jobs and drops.
        sends: this process delivers measurements, so its own recorder counts.
    """
    now = datetime.now(UTC)
    dependencies = ask_all(services)
    try:
        jobs = job_states(job_leases.every(caller), EVERY, now)
        dropped: Mapping[str, int] | None = drops(caller, now)
    except DataError:
        jobs, dropped = [], None  # the failed check of Convex reports this
    own = services.recorder.status() if sends else None
    return Health(now, dependencies, shown(services.settings), telemetry(own, dropped, now), jobs)


def job_states(
    runs: Sequence[JobRun], every: Mapping[str, timedelta], now: datetime
) -> list[JobState]:
    """Return the state of every job, the worst first."""
    known = {run.name: run for run in runs}
    states = [
        _job_state(name, known.get(name), every.get(name), now) for name in sorted({*known, *every})
    ]
    return sorted(states, key=lambda job: -SEVERITY[job.state])


def _job_state(name: str, run: JobRun | None, every: timedelta | None, now: datetime) -> JobState:
    if run is None or run.last_started_at is None:
        return JobState(name, "warning", "has never run", run, every)
    if run.last_ok is False:
        return JobState(name, "failed", "its last run failed", run, every)
    overdue = now - run.last_started_at - 3 * every - LATE if every else timedelta()
    if overdue > timedelta():
        late = f"{int((now - run.last_started_at).total_seconds() // 60)} minutes ago"
        return JobState(name, "warning", f"last started {late}", run, every)
    return JobState(name, "ok", "", run, every)


def drops(caller: Caller, now: datetime) -> dict[str, int]:
    """Return what all processes dropped in the last 24 hours, by kind."""
    counts: dict[str, int] = {}
    for rollup in metrics.between(caller, DROPPED, now - _DROPS, now, "hour"):
        kind = rollup.dimensions.get("kind", "")
        counts[kind] = counts.get(kind, 0) + rollup.count
    return counts


def telemetry(own: Status | None, dropped: Mapping[str, int] | None, now: datetime) -> Telemetry:
    """Return the state of delivery and drops."""
    lost = {**(dropped or {})}
    if (
        own is not None
        and own.waiting
        and (own.delivered_at is None or now - own.delivered_at > UNDELIVERED)
    ):
        since = f"since {own.delivered_at:%H:%M} UTC" if own.delivered_at else "since the start"
        return Telemetry("failed", f"nothing delivered {since}", own, dropped)
    if own is not None:
        for kind, count in own.dropped.items():
            lost[kind] = max(lost.get(kind, 0), count)
    if dropped is None:
        return Telemetry(
            "warning", "dropped measurements unknown: Convex is not responding", own, None
        )
    if any(lost.values()):
        words = ", ".join(
            f"{fmt.count(count)} {kind}" for kind, count in sorted(lost.items()) if count
        )
        return Telemetry("warning", f"dropped: {words}", own, dropped)
    return Telemetry("ok", "all measurements delivered", own, dropped)
