"""What System status and the doctor say: judged once, shown twice, never with a secret."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from lib.__main__ import cli
from lib.commands import doctor
from lib.config.settings import Settings
from lib.data import job_leases
from lib.data.records import JobRun
from lib.observability.recorder import Recorder, Status
from lib.work import configuration, dependencies, health
from lib.work.services import Services
from tests.support.convex import ConvexRuntime

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
EVERY = {"a": timedelta(minutes=1)}


def run(name: str = "a", at: datetime = NOW - timedelta(seconds=30), **more: Any) -> JobRun:
    values = {"runs": 1, "failures": 0, "last_started_at": at, "last_ok": True, **more}
    return JobRun(name=name, lease_until=NOW, **values)


def status(**more: Any) -> Status:
    values: dict[str, Any] = {
        "series": 0,
        "events": 0,
        "waiting": 0,
        "delivered_at": NOW,
        "dropped": {},
    }
    return Status(**{**values, **more})


@pytest.mark.parametrize(
    ("runs", "state", "note"),
    [
        ([run()], "ok", ""),
        ([], "warning", "never run"),
        ([run(at=NOW - timedelta(minutes=6))], "warning", "6 minutes ago"),
        ([run(last_ok=False)], "failed", "failed"),
    ],
)
def test_a_job_is_judged_by_its_last_run_and_its_interval(
    runs: list[JobRun], state: str, note: str
) -> None:
    (found,) = health.job_states(runs, EVERY, NOW)
    assert found.state == state
    assert note in found.note


def test_the_worst_job_comes_first() -> None:
    other = run("z", last_ok=False)
    found = health.job_states([run(), other], EVERY, NOW)
    assert [job.name for job in found] == ["z", "a"]


@pytest.mark.parametrize(
    ("own", "dropped", "state", "note"),
    [
        (status(), {}, "ok", "delivered"),
        (None, {"rollup": 3}, "warning", "3 rollup"),
        (status(dropped={"auth_event": 7}), {}, "warning", "7 auth_event"),
        (status(waiting=2, delivered_at=NOW - timedelta(minutes=9)), {}, "failed", "since 11:51"),
        (status(waiting=2, delivered_at=None), {}, "failed", "since the start"),
        (status(waiting=2), {}, "ok", "delivered"),
        (status(), None, "warning", "unknown"),
    ],
)
def test_measurements_that_are_lost_or_stuck_are_said(
    own: Status | None, dropped: dict[str, int] | None, state: str, note: str
) -> None:
    found = health.telemetry(own, dropped, NOW)
    assert (found.state, note in found.note) == (state, True)


def test_no_secret_is_shown_and_every_setting_is(services: Services) -> None:
    settings = services.settings
    secrets = [
        settings.clerk_secret_key,
        settings.service_key,
        settings.s3_secret_access_key,
        *settings.cookie_keys,
    ]
    text = json.dumps([vars_of(item) for item in configuration.shown(settings)])
    for secret in secrets:
        assert secret is not None
        assert secret.get_secret_value()[:12] not in text
    shown = {item.variable for item in configuration.shown(settings)}
    assert shown == {field.alias for field in Settings.model_fields.values()}


def vars_of(item: configuration.Setting) -> dict[str, str]:
    return {"variable": item.variable, "value": item.value, "note": item.note}


def test_credentials_of_roles_and_in_addresses_are_hidden(services: Services) -> None:
    changed = services.settings.model_copy(
        update={
            "s3_role_credentials": {"reader": "AKIA:topsecret"},
            "s3_endpoint_url": "http://name:topsecret@127.0.0.1:9000",
        }
    )
    shown = {item.variable: item.value for item in configuration.shown(changed)}
    assert "topsecret" not in str(shown)
    assert shown["S3_ROLE_CREDENTIALS"] == "set for reader; hidden"
    assert shown["S3_ENDPOINT_URL"] == "http://127.0.0.1:9000"


def test_settings_that_keep_everybody_out_are_failures(services: Services) -> None:
    changed = services.settings.model_copy(
        update={"clerk_authorized_parties": ("https://other.example",), "service_key": None}
    )
    wrong = {item.variable: item.state for item in configuration.shown(changed)}
    assert wrong["CLERK_AUTHORIZED_PARTIES"] == "failed"
    assert wrong["EARSHOT_SERVICE_KEY"] == "failed"


def test_what_answers_is_well_and_what_does_not_is_named(services: Services) -> None:
    # Clerk is not there in these tests: its three parts fail, the others are asked all the same.
    found = {item.name: item for item in dependencies.ask_all(services)}
    assert found["convex"].state == "ok"
    assert found["convex"].version
    assert found["storage"].state == "ok"
    assert found["clerk.backend"].state == "failed"
    assert found["clerk.backend"].detail == "ApiUnavailableError"
    assert found["convex"].last_good is not None
    assert found["clerk.backend"].last_good is None


def test_the_job_keeps_when_each_was_last_well(
    services: Services, convex: ConvexRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder()
    asked = Services(services.settings, recorder)
    # Workers of other tests may have kept reports of their own in this deployment.
    monkeypatch.setattr(job_leases, "every", lambda _caller: ())
    report = dependencies.check(asked, lambda: False)
    last = run(dependencies.JOB, last_report=json.dumps(report))
    seen = dependencies.reported([last])
    assert {"convex", "storage"} <= seen.keys()
    assert "clerk.backend" not in seen
    # It fails later, in another process: the time of the last good answer is carried on.
    monkeypatch.setattr(job_leases, "every", lambda _caller: (last,))
    monkeypatch.setattr(httpx, "get", _refuse)
    monkeypatch.setattr(dependencies, "probes", _broken)
    elsewhere = Services(services.settings, recorder)
    later = dependencies.check(elsewhere, lambda: False)
    again = run(dependencies.JOB, last_report=json.dumps(later))
    assert dependencies.reported([again])["storage"] == seen["storage"]
    outcomes = {
        dict(labels)["outcome"]
        for (metric, labels) in recorder.since_start()
        if metric == dependencies.METRIC and dict(labels)["dependency"] == "storage"
    }
    assert outcomes == {"ok", "failed"}
    asked.close()
    elsewhere.close()


def _refuse(*_: object, **__: object) -> None:
    raise httpx.ConnectError("refused")


def _broken(_services: Services) -> dict[str, Any]:
    def fail() -> None:
        raise ConnectionError("down")

    return dict.fromkeys(("convex", "storage", "identity"), fail)


def test_the_doctor_prints_the_same_report_and_exits_by_severity(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "load_all", lambda: services.settings)
    done = CliRunner().invoke(cli, ["doctor", "--json"])
    told = json.loads(done.output)
    assert done.exit_code == 2  # Clerk is not there
    assert told["state"] == "failed"
    assert {item["name"] for item in told["dependencies"] if item["state"] == "ok"} >= {"convex"}
    printed = CliRunner().invoke(cli, ["doctor"])
    assert printed.exit_code == 2
    for item in told["dependencies"]:
        assert item["title"] in printed.output


def test_the_doctor_names_what_is_wrong_with_the_settings_and_not_its_value(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for field in Settings.model_fields.values():
        monkeypatch.delenv(str(field.alias), raising=False)
    monkeypatch.chdir(tmp_path)  # without a .env
    monkeypatch.setenv("CLERK_SECRET_KEY", "sk_live_hidden")
    done = CliRunner().invoke(cli, ["doctor"])
    assert done.exit_code == 2
    assert "CONVEX_URL" in done.output
    assert "sk_live_hidden" not in done.output
