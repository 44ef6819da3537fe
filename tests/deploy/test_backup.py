"""Backup, restore and upgrade of docs/deployment.md, rehearsed on the local stack."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from lib.commands import data as data_commands
from lib.data import interactions, migrations, repair, user_sessions, users
from lib.data.records import NewInteraction
from lib.storage.client import ensure_bucket
from lib.work import playback
from lib.work.services import Services
from lib.worker import analysis_job, reconciliation
from lib.worker.analyser import Analyser
from local.snapshot import export_snapshot, import_snapshot
from tests.support.audio import recording
from tests.support.convex import ConvexRuntime, running_convex
from tests.support.s3 import LocalS3, settings_for
from tests.support.services import new_room

DATA = recording("audio/mpeg", 1.0)
TURNS = 40


@dataclass
class Place:
    """A deployment with its bucket, and the services over both."""

    convex: ConvexRuntime
    s3: LocalS3
    services: Services

    @property
    def convex_folder(self) -> Path:
        return Path(self.convex.stack.home) / "convex"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with running_convex(tmp_path_factory.mktemp("original")) as convex:
        s3 = LocalS3(tmp_path_factory.mktemp("bucket") / "data")
        s3.start()
        services = services_over(convex, s3)
        yield Place(convex, s3, services)
        services.close()
        s3.stop()


def services_over(convex: ConvexRuntime, s3: LocalS3) -> Services:
    settings = settings_for(
        s3.endpoint,
        CONVEX_URL=convex.stack.convex_url,
        EARSHOT_SERVICE_KEY=convex.stack.service_key_pem,
    )
    ensure_bucket(settings)
    return Services(settings)


def spoken(place: Place) -> tuple[str, str, str]:
    """Store a conversation with a recording; return user, session and recording."""
    room = new_room(place.services)
    turns: list[NewInteraction] = [
        {"sequence": n, "speaker": "user", "text": f"turn {n}", "started_at_ms": float(n * 1000)}
        for n in range(TURNS)
    ]
    interactions.append(room.caller, session_id=room.session_id, interactions=turns)
    row = room.stored(DATA, "audio/mpeg")
    analyser = Analyser(place.services.storage)
    analysis_job.analyse_due(
        place.services.worker_caller, place.services.storage, analyser, lambda: False
    )
    analyser.close()
    return room.clerk_id, room.session_id, row.id


def test_a_restored_backup_is_complete_and_agrees_with_itself(
    original: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciliation, "SETTLED_AFTER", timedelta(0))
    clerk_id, session_id, audio_id = spoken(original)
    # The rows first: an object without a row is harmless, a row without its object is a loss.
    snapshot = tmp_path / "snapshot.zip"
    counts = export_snapshot(original.convex_folder, snapshot)
    assert counts["interactions"] >= TURNS
    copied = tmp_path / "bucket" / "data"
    shutil.copytree(original.s3.folder, copied)

    with running_convex(tmp_path / "restored") as convex:
        stack = convex.stack
        imported = import_snapshot(snapshot, stack.convex_url, stack.convex_admin_key)
        assert imported == sum(counts.values())
        s3 = LocalS3(copied)
        s3.endpoint = original.s3.endpoint.__class__(
            f"http://127.0.0.1:{s3.port}",
            original.s3.endpoint.access_key,
            original.s3.endpoint.secret_key,
            original.s3.endpoint.bucket,
        )
        s3.start()
        services = services_over(convex, s3)
        try:
            check_restored(services, clerk_id, session_id, audio_id)
        finally:
            services.close()
            s3.stop()


def check_restored(services: Services, clerk_id: str, session_id: str, audio_id: str) -> None:
    caller = services.worker_caller()
    user = users.get(caller, clerk_id)
    session = user_sessions.get(caller, session_id)
    assert user is not None
    assert session is not None
    assert (user.session_count, session.interaction_count, session.audio_count) == (1, TURNS, 1)
    turns = list(interactions.every(caller, session_id))
    assert [turn.text for turn in turns] == [f"turn {n}" for n in range(TURNS)]
    url = playback.issue_url(caller, services.storage, audio_id).url
    with httpx.Client(trust_env=False) as http:
        assert http.get(url).content == DATA
    reports = [*repair.sessions(caller, fix=False), *repair.users(caller, "product", fix=False)]
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    reports += repair.day(caller, today, fix=False)
    assert [report.drift for report in reports if report.drift] == []
    report = reconciliation.Reconciliation(caller, services.storage).run()
    assert (report.objects, report.rows, report.findings) == (2, 1, {})
    # Life goes on: ids of the restored deployment do not collide.
    assert new_room(services).session_id != session_id


def test_an_upgrade_may_run_its_migrations_twice(
    original: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken(original)
    monkeypatch.setattr(data_commands, "settings_with", lambda *_: original.services.settings)
    first = CliRunner().invoke(data_commands.cli, ["migrate"])
    again = CliRunner().invoke(data_commands.cli, ["migrate", "--restart"])
    assert (first.exit_code, again.exit_code) == (0, 0), first.output + again.output
    runs = migrations.status(original.services.worker_caller())
    assert all(run.done for run in runs)
    for line in again.output.splitlines():
        assert line.endswith(" 0 changed"), line
