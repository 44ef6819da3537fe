"""From measurements to a message, through the real functions and a real receiver."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from lib.data import alerts, job_leases
from lib.data.records import Histogram as Wire
from lib.data.records import Incident, JobRun, Rollup
from lib.observability.alert_rules import RULES
from lib.observability.burn_rate import Counts, within
from lib.observability.recorder import ALERT_VALUE
from lib.worker.alerts.delivery import LONGEST_PAUSE_SECONDS, deliver, pause_ms
from lib.worker.alerts.evaluation import Evaluation
from lib.worker.alerts.signals import (
    BucketSum,
    SignalReader,
    drift,
    overdue_jobs,
    storage_failures,
    times_usual,
)
from tests.worker.alerts.conftest import Desk

NOW = datetime(2026, 3, 1, 12, 20, tzinfo=UTC)


def evaluate(desk: Desk, evaluation: Evaluation | None = None) -> dict[str, object]:
    return (evaluation or Evaluation({})).run(desk.services, lambda: False)


def send(desk: Desk) -> dict[str, int]:
    return deliver(desk.services, lambda: False)


def incidents(desk: Desk) -> tuple[Incident, ...]:
    return alerts.page(desk.runtime.member("ops"), cursor=None, limit=20).items


def test_a_loss_of_measurements_is_told_once_and_shown(desk: Desk) -> None:
    desk.measured("telemetry.dropped", 4, {"kind": "rollup", "source": "demo"})
    assert evaluate(desk)["opened"] == 0
    desk.measured("telemetry.dropped", 3, {"kind": "rollup"})
    evaluation = Evaluation({})
    assert evaluate(desk, evaluation) == {
        "rules": len(RULES),
        "applied": True,
        "opened": 1,
        "resolved": 0,
        "announced": 1,
    }
    assert send(desk) == {"sent": 1, "failed": 0}
    assert evaluate(desk, evaluation)["announced"] == 0
    assert evaluate(desk)["opened"] == 0
    assert send(desk) == {"sent": 0, "failed": 0}
    (got,) = desk.receiver.requests
    (told,) = got.content["alerts"]
    assert (told["rule"], told["value"], told["change"]) == ("telemetry-dropped", 3, "firing")
    (incident,) = incidents(desk)
    assert (incident.id, incident.status) == (told["incidentId"], "firing")
    (batch,) = desk.services.recorder.drain()
    values = [item for item in batch.rollups if item["metric"] == ALERT_VALUE]
    assert {"rule": "telemetry-dropped"} in [item["dimensions"] for item in values]


def test_a_receiver_that_fails_gets_the_same_message_later(desk: Desk) -> None:
    desk.measured("telemetry.dropped", 1, {"kind": "rollup"})
    evaluate(desk)
    desk.receiver.answer = lambda _: (503, {})
    assert send(desk) == {"sent": 0, "failed": 1}
    assert send(desk) == {"sent": 0, "failed": 0}
    desk.receiver.answer = lambda _: (204, {})
    (waiting,) = alerts.deliveries(desk.runtime.member("ops"), cursor=None, limit=5).items
    assert (waiting.status, waiting.attempts, waiting.problem) == ("waiting", 1, "HTTP 503")
    while datetime.now(UTC) < waiting.due_at:
        time.sleep(0.05)
    assert send(desk) == {"sent": 1, "failed": 0}
    first, second = desk.receiver.requests
    assert (first.delivery_id, first.body) == (second.delivery_id, second.body)
    (sent,) = alerts.deliveries(desk.runtime.member("ops"), cursor=None, limit=5).items
    assert (sent.status, sent.attempts, sent.problem) == ("sent", 2, None)


def test_late_batches_are_counted_and_demo_data_is_not(desk: Desk) -> None:
    reader, caller = SignalReader({}), desk.services.worker_caller()

    def counts() -> Counts:
        now = datetime.now(UTC)
        series = reader.read(caller, now).counts["storage.failures"]
        minutes = within(series["minute"], now, timedelta(hours=1))
        assert within(series["hour"], now, timedelta(days=3)) == minutes
        return minutes

    assert counts() == Counts()
    failed = {"operation": "GetObject", "outcome": "timeout"}
    desk.measured("storage.operation", 5, failed)
    assert counts() == Counts(5, 5)
    desk.measured("storage.operation", 2, failed)
    desk.measured("storage.operation", 9, {"operation": "GetObject", "outcome": "ok"})
    desk.measured("storage.operation", 90, {**failed, "source": "demo"})
    assert counts() == Counts(16, 7)


def test_reconciliation_is_judged_by_its_report(desk: Desk) -> None:
    caller = desk.services.worker_caller()
    job = "audio.reconciliation"
    for report, opened, resolved in [
        ('{"findings":{"unknown_key":2},"repaired":{}}', 1, 0),
        ('{"findings":{"unknown_key":2},"repaired":{"unknown_key":2}}', 0, 1),
    ]:
        job_leases.acquire(caller, name=job, holder="w", ttl_ms=9000, due_every_ms=0)
        job_leases.finish(caller, name=job, holder="w", ok=True, report=report, duration_ms=1)
        done = evaluate(desk)
        assert (done["opened"], done["resolved"]) == (opened, resolved)


def run(name: str, **more: object) -> JobRun:
    values: dict[str, object] = {
        "name": name,
        "lease_until": NOW - timedelta(days=1),
        "runs": 1,
        "failures": 0,
        "last_ok": True,
        "last_started_at": NOW,
        "last_finished_at": NOW,
        **more,
    }
    return JobRun(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("job", "overdue"),
    [
        (run("a"), 0),
        (run("a", last_ok=False), 1),
        (run("other", last_ok=False), None),
        (
            run(
                "a",
                last_started_at=NOW - timedelta(minutes=7),
                last_finished_at=NOW - timedelta(minutes=7),
            ),
            0,
        ),
        (
            run(
                "a",
                last_started_at=NOW - timedelta(minutes=9),
                last_finished_at=NOW - timedelta(minutes=9),
            ),
            1,
        ),
        (
            run(
                "a",
                last_started_at=NOW - timedelta(minutes=9),
                holder="w",
                lease_until=NOW + timedelta(seconds=30),
            ),
            0,
        ),
        (
            run(
                "a",
                last_started_at=NOW - timedelta(hours=2),
                holder="w",
                lease_until=NOW + timedelta(seconds=30),
            ),
            1,
        ),
        (run("a", last_started_at=NOW - timedelta(hours=2), last_finished_at=None, holder="w"), 1),
    ],
)
def test_a_job_is_overdue_when_it_failed_or_is_late(job: JobRun, overdue: float | None) -> None:
    assert overdue_jobs([job], {"a": 60}, NOW) == overdue


@pytest.mark.parametrize(
    ("job", "found"),
    [
        (
            run(
                "audio.reconciliation", last_report='{"findings":{"a":2,"b":1},"repaired":{"a":1}}'
            ),
            2,
        ),
        (run("audio.reconciliation", last_report='{"objects":3,"truncated":true}'), None),
        (run("audio.reconciliation", last_report="{}", last_ok=False), None),
        (run("other", last_report='{"findings":{"a":2}}'), None),
    ],
)
def test_drift_is_what_was_not_repaired(job: JobRun, found: float | None) -> None:
    assert drift([job]) == found


def test_a_surge_is_measured_against_the_day_before_and_never_against_nothing() -> None:
    hour = NOW.replace(minute=0)
    calm = {hour - timedelta(hours=back): BucketSum(60) for back in range(25)}
    recent = {NOW - timedelta(minutes=3): BucketSum(60), NOW: BucketSum(40)}
    assert times_usual(recent, calm, NOW).value == pytest.approx(10)
    assert times_usual(recent, {}, NOW).value == 100
    assert times_usual({}, calm, NOW).value == 0


@pytest.mark.parametrize(
    ("operation", "outcome", "failed"),
    [
        ("GetObject", "ok", 0),
        ("GetObject", "missing", 0),
        ("GetObject", "denied", 7),
        ("HeadObject", "denied", 0),
        ("HeadObject", "timeout", 7),
        ("PutObject", "throttled", 7),
    ],
)
def test_an_answer_is_not_a_failure(operation: str, outcome: str, failed: int) -> None:
    rollup = Rollup(
        metric="storage.operation",
        dimensions={"operation": operation, "outcome": outcome},
        bucket_start=NOW,
        count=7,
        errors={},
        sum=1,
        max=1,
        resolution="minute",
        histogram=Wire(zero=7, counts={}),
    )
    assert storage_failures(rollup) == failed


def test_pauses_double_up_to_a_bound() -> None:
    assert 4000 <= pause_ms(1) <= 6000
    assert 16_000 <= pause_ms(3) <= 24_000
    assert pause_ms(12) <= LONGEST_PAUSE_SECONDS * 1200
