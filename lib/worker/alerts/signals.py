"""Signals of the alert rules, from rollups, reports of jobs and the oldest due recording.

Rollups are cached by bucket: each round reads only the newest ones again, which late batches may
still change, and once an hour all of them. Demo data is excluded.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

from lib.data import Caller, audio_objects, job_leases, metrics
from lib.data.paging import each
from lib.data.records import AudioObject, JobRun, Rollup
from lib.observability.alert_evaluation import Gauge, Resolution, Signals
from lib.observability.burn_rate import AHEAD, Bucket, by_failure, by_limit
from lib.observability.histogram import Histogram, merged
from lib.product.objectives import STORAGE_LATENCY

REREAD_ALL: Final = timedelta(hours=1)
DEMO: Final = "demo"

_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_PROBED: Final = 5 * _MINUTE
_SURGE: Final = 10 * _MINUTE
_USUAL: Final = 24 * _HOUR
_RECENT: Final = 15 * _MINUTE
_GRACE: Final = 5 * _MINUTE
_RUNS_LATE: Final = 3


@dataclass(slots=True)
class BucketSum:
    """Sum of the rollups of one bucket."""

    count: int = 0
    failed: int = 0
    histogram: Histogram = field(default_factory=Histogram)


class RollupCache:
    """Cache of the rollups of one metric, by bucket.

    Args:
        metric: name.
        resolution: of the rollups.
        span: how far back the longest window goes.
        fresh: how far back buckets are read again in every round.
        dimensions: only series with these values.
        failed: how many events of a rollup count as bad.
    """

    def __init__(
        self,
        metric: str,
        resolution: Resolution,
        span: timedelta,
        fresh: timedelta,
        dimensions: Mapping[str, str] | None = None,
        failed: Callable[[Rollup], int] = lambda _: 0,
    ) -> None:
        self._metric, self._resolution, self._dimensions = metric, resolution, dimensions
        self._span, self._fresh, self._failed = span, fresh, failed
        self._cells: dict[datetime, BucketSum] = {}
        self._read_all_at: datetime | None = None

    def read(self, caller: Caller, now: datetime) -> Mapping[datetime, BucketSum]:
        """Return the cells by start of bucket, up to date."""
        is_old = (
            self._read_all_at is None or not timedelta() <= now - self._read_all_at < REREAD_ALL
        )
        start = now - (self._span if is_old else self._fresh)
        read = metrics.between(
            caller, self._metric, start, now + AHEAD + _MINUTE, self._resolution, self._dimensions
        )
        found = cells((it for it in read if it.dimensions.get("source") != DEMO), self._failed)
        kept = {} if is_old else self._cells
        self._cells = {
            **{at: cell for at, cell in kept.items() if now - self._span <= at < start},
            **found,
        }
        if is_old:
            self._read_all_at = now
        return self._cells


def cells(
    rollups: Iterable[Rollup], failed: Callable[[Rollup], int] = lambda _: 0
) -> dict[datetime, BucketSum]:
    """Return the sums of rollups by bucket.

    Args:
        rollups: of one metric and one resolution.
        failed: how many events of a rollup count as bad.
    """
    found: dict[datetime, BucketSum] = {}
    for rollup in rollups:
        cell = found.setdefault(rollup.bucket_start, BucketSum())
        cell.count += rollup.count
        cell.failed += failed(rollup)
        counts = {int(index): count for index, count in rollup.histogram.counts.items()}
        cell.histogram.merge(Histogram(rollup.histogram.zero, counts))
    return found


def storage_failures(rollup: Rollup) -> int:
    """Return the number of operations that failed in storage, not by the caller's mistake.

    A missing object is not a failure. Nor is `denied` for a HEAD: without permission to list, that
    is the response for a missing object. Invalid credentials show in the other operations.
    """
    outcome = rollup.dimensions.get("outcome", "ok")
    is_answer = outcome in {"ok", "missing"}
    is_answer |= outcome == "denied" and rollup.dimensions.get("operation") == "HeadObject"
    return 0 if is_answer else rollup.count


class SignalReader:
    """Reads the signals of all rules; one per worker, for its lifetime.

    Args:
        intervals: seconds between the runs of each job, by its name.
    """

    def __init__(self, intervals: Mapping[str, float]) -> None:
        self._intervals = intervals
        storage = "storage.operation"
        self._storage: dict[Resolution, RollupCache] = {
            "minute": RollupCache(
                storage, "minute", 66 * _MINUTE, 10 * _MINUTE, failed=storage_failures
            ),
            "hour": RollupCache(storage, "hour", 73 * _HOUR, 2 * _HOUR, failed=storage_failures),
        }
        denied = {"outcome": "denied"}
        self._denied = RollupCache("auth.decision", "minute", _SURGE, _SURGE, denied)
        self._denied_before = RollupCache(
            "auth.decision", "hour", _USUAL + _HOUR, 2 * _HOUR, denied
        )
        self._lag = RollupCache("ingestion.lag", "minute", _RECENT, _RECENT)
        self._dropped = RollupCache("telemetry.dropped", "minute", _RECENT, _RECENT)

    def read(self, caller: Caller, now: datetime) -> Signals:
        """Return the signals of this moment.

        Args:
            caller: with the role worker.
            now: by the clock of Convex.
        """
        storage = {name: kept.read(caller, now) for name, kept in self._storage.items()}
        jobs = job_leases.every(caller)
        return Signals(
            counts={
                "storage.failures": {name: list(failures(it)) for name, it in storage.items()},
                "storage.latency": {name: list(_slow(it)) for name, it in storage.items()},
            },
            gauges={
                "storage.probe.failed": Gauge(probe_failures(jobs, now)),
                "auth.denied.usual": times_usual(
                    self._denied.read(caller, now), self._denied_before.read(caller, now), now
                ),
                "ingestion.lag.p95": _p95(self._lag.read(caller, now)),
                "telemetry.dropped": Gauge(_total(self._dropped.read(caller, now))),
                "retention.overdue": Gauge(overdue_ms(caller, now)),
                "reconciliation.drift": Gauge(drift(jobs)),
                "jobs.overdue": Gauge(overdue_jobs(jobs, self._intervals, now)),
            },
        )


def failures(cells: Mapping[datetime, BucketSum]) -> Iterator[Bucket]:
    """Yield counts of failed operations by bucket."""
    for start, cell in cells.items():
        yield Bucket(start, by_failure(cell.count, cell.failed))


def _slow(cells: Mapping[datetime, BucketSum]) -> Iterator[Bucket]:
    for start, cell in cells.items():
        yield Bucket(start, by_limit(cell.histogram, STORAGE_LATENCY.limit_ms))


def times_usual(
    recent: Mapping[datetime, BucketSum], before: Mapping[datetime, BucketSum], now: datetime
) -> Gauge:
    """Return the ratio of the count in the last ten minutes to the average of ten minutes.

    The average is over the last day without the current hour, and at least one, so that rare events
    are not a surge.
    """
    hour = now.replace(minute=0, second=0, microsecond=0)
    usual = sum(cell.count for start, cell in before.items() if hour - _USUAL <= start < hour)
    count = sum(cell.count for cell in recent.values())
    return Gauge(count / max(usual * (_SURGE / _USUAL), 1.0), count)


def _p95(cells: Mapping[datetime, BucketSum]) -> Gauge:
    whole = merged(cell.histogram for cell in cells.values())
    return Gauge(whole.quantile(0.95), whole.count)


def _total(cells: Mapping[datetime, BucketSum]) -> int:
    return sum(cell.count for cell in cells.values())


def overdue_ms(caller: Caller, now: datetime) -> float:
    """Return how long ago the oldest recording that is still stored should have gone."""
    kinds: tuple[Literal["expired", "expiring"], ...] = ("expired", "expiring")
    ended = [row.expires_at for kind in kinds if (row := _first_due(caller, kind, now)) is not None]
    return (now - min(ended, default=now)).total_seconds() * 1000


def _first_due(
    caller: Caller, kind: Literal["expired", "expiring"], now: datetime
) -> AudioObject | None:
    """Return the recording that has waited longest; held ones leave gaps, so pages may be empty."""
    rows = each(
        lambda cursor: audio_objects.due(caller, kind=kind, before=now, cursor=cursor, limit=1)
    )
    return next(rows, None)


def probe_failures(jobs: Sequence[JobRun], now: datetime) -> float | None:
    """Return the rounds of the storage probe that failed in a row; None if it did not run lately.

    From the report of the job, which is there seconds earlier than its measurements.
    """
    for job in jobs:
        if job.name == "storage.probe" and job.last_ok and job.last_report:
            at = job.last_finished_at
            if at is not None and now - at <= _PROBED:
                return float(json.loads(job.last_report).get("failed", 0))
    return None


def drift(jobs: Sequence[JobRun]) -> float | None:
    """Return the unrepaired findings of the last reconciliation; None before the first."""
    for job in jobs:
        if job.name == "audio.reconciliation" and job.last_ok and job.last_report:
            report = json.loads(job.last_report)
            found, repaired = report.get("findings"), report.get("repaired", {})
            if isinstance(found, dict):
                return float(sum(found.values()) - sum(repaired.values()))
    return None


def overdue_jobs(
    jobs: Sequence[JobRun], intervals: Mapping[str, float], now: datetime
) -> float | None:
    """Return the number of jobs whose last run failed or that are overdue.

    Overdue: by three intervals and five minutes, or by an hour while it is running.
    """
    known = [job for job in jobs if job.name in intervals]
    if not known:
        return None
    return float(sum(_is_overdue(job, intervals[job.name], now) for job in known))


def _is_overdue(job: JobRun, every: float, now: datetime) -> bool:
    if job.last_ok is False:
        return True
    allowed = _GRACE + _RUNS_LATE * timedelta(seconds=every)
    if job.holder is not None and job.lease_until > now:
        # It is running, and some runs are long.
        return job.last_started_at is not None and now - job.last_started_at > max(allowed, _HOUR)
    last = max((at for at in (job.last_started_at, job.last_finished_at) if at), default=None)
    return last is not None and now - last > allowed
