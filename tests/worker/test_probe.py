"""An outage of the bucket is noticed in two minutes, one slow call is not."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.data.records import JobRun
from lib.observability.alert_evaluation import Change, Gauge, Signals, State
from lib.observability.alert_rules import BY_NAME
from lib.observability.burn_rate import Bucket, Counts
from lib.observability.recorder import Recorder
from lib.product.schedule import EVERY, PROBE_PAUSE, PROBE_ROUNDS
from lib.storage.errors import StorageError
from lib.worker import probe as module
from lib.worker.alerts.signals import probe_failures
from lib.worker.flush import INTERVAL_SECONDS
from lib.worker.worker import RETRY_SECONDS

TWO_MINUTES = 120.0
LATEST = 1.1
"""Jitter of the worker's pauses."""
PAGE_WAITS_SECONDS = 2.0
"""A call of a page gives up after so long (`lib.storage.client`)."""
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def longest_gap(job: str) -> float:
    """Return seconds between two starts of a job at worst: it asks just too early, then waits."""
    every = EVERY[job].total_seconds()
    return every + min(every, RETRY_SECONDS) * LATEST


@pytest.mark.parametrize(("failing", "failed"), [(0, 0), (1, 0), (2, 0), (3, 3), (9, 3)])
def test_only_rounds_that_fail_in_a_row_are_a_failure(
    failing: int, failed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds = iter([True] * failing + [False] * 9)

    def one_round(_storage: object) -> None:
        if next(rounds):
            raise StorageError("timeout", "PutObject")

    monkeypatch.setattr(module, "_round", one_round)
    pauses: list[float] = []
    storage: Any = None
    recorder = Recorder()
    report = module.probe(storage, recorder, lambda: False, pauses.append)
    assert report["failed"] == failed
    assert report["outcome"] == ("timeout" if failed else "ok")
    assert pauses == [PROBE_PAUSE.total_seconds()] * min(failing, PROBE_ROUNDS - 1)
    measured = sum(series.count for series in recorder.since_start().values())
    assert measured == min(failing + 1, PROBE_ROUNDS)


@pytest.mark.parametrize(("failed", "change"), [(0, None), (1, None), (2, None), (3, "firing")])
def test_the_rule_fires_with_the_first_report_of_a_row_of_failures(
    failed: int, change: Change | None
) -> None:
    run = JobRun(
        name="storage.probe",
        lease_until=NOW,
        runs=1,
        failures=0,
        last_ok=True,
        last_finished_at=NOW,
        last_report=json.dumps({"failed": failed}),
    )
    signals = Signals(gauges={"storage.probe.failed": Gauge(probe_failures([run], NOW))})
    assert BY_NAME["storage-probe"].evaluate(signals, State(), NOW)[2] == change
    assert probe_failures([run], NOW + timedelta(minutes=6)) is None, "an old report says nothing"


def test_the_schedule_leaves_time_to_tell_people_within_two_minutes() -> None:
    rounds = PROBE_ROUNDS * PAGE_WAITS_SECONDS + (PROBE_ROUNDS - 1) * PROBE_PAUSE.total_seconds()
    jobs = ("storage.probe", "alerts.evaluation", "alerts.delivery")
    assert sum(map(longest_gap, jobs)) + rounds < TWO_MINUTES


@given(st.integers(0, 59), st.integers(1, 20))
def test_operations_that_fail_are_noticed_within_two_minutes_too(
    second: int, per_second: int
) -> None:
    began = NOW + second * SECOND
    told_after = longest_gap("alerts.evaluation") + longest_gap("alerts.delivery")
    seen = began + (TWO_MINUTES - told_after) * SECOND
    known_until = seen - INTERVAL_SECONDS * SECOND
    minutes: dict[datetime, Counts] = {}
    at = NOW - timedelta(minutes=5)
    while at < known_until:
        minute = at.replace(second=0)
        bad = per_second if at >= began else 0
        minutes[minute] = minutes.get(minute, Counts()) + Counts(per_second, bad)
        at += SECOND
    buckets = [Bucket(start, counts) for start, counts in minutes.items()]
    signals = Signals({"storage.failures": {"minute": buckets, "hour": []}})
    assert BY_NAME["storage-failures-fast"].evaluate(signals, State(), seen)[2] == "firing"
