"""`python -m lib import`, as an operator runs it: killed, cut off, run again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from lib.data import Caller, audio_objects, interactions, user_sessions, users
from lib.data.records import User
from lib.work.services import Services
from tests.support.audio import recording
from tests.support.convex import ConvexRuntime
from tests.support.s3 import LocalS3

ROOT = Path(__file__).resolve().parents[3]
SESSIONS = 120
TURNS = 60
PATIENCE_SECONDS = 120.0


@pytest.fixture
def environment(convex: ConvexRuntime, s3: LocalS3, services: Services) -> dict[str, str]:
    """What `.env` would hold."""
    return {
        **os.environ,
        **convex.stack.app_environment(),
        "S3_ENDPOINT_URL": s3.endpoint.url,
        "S3_BUCKET": s3.endpoint.bucket,
        "S3_ACCESS_KEY_ID": s3.endpoint.access_key,
        "S3_SECRET_ACCESS_KEY": s3.endpoint.secret_key,
    }


def command(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "lib", "import", *map(str, words)]


def run(environment: dict[str, str], *words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*words),
        cwd=ROOT,
        env=environment,
        timeout=240,
        capture_output=True,
        text=True,
        check=False,
    )


@dataclass(slots=True)
class Archive:
    """A JSONL file of many sessions of one new user, every tenth with a recording."""

    path: Path
    user: str
    names: list[str]

    @classmethod
    def make(cls, folder: Path) -> Archive:
        user, tag = f"user_{uuid4().hex}", uuid4().hex
        names = [f"{tag}-{number}" for number in range(SESSIONS)]
        (folder / "call.wav").write_bytes(recording("audio/wav"))
        path = folder / "archive.jsonl"
        path.write_text("".join(json.dumps(cls.line(user, name)) + "\n" for name in names))
        return cls(path, user, names)

    @staticmethod
    def line(user: str, name: str) -> dict[str, Any]:
        turn = {"speaker": "user", "text": f"said in {name}", "tokensIn": 3, "cost": 0.5}
        return {
            "externalId": name,
            "user": {"clerkId": user},
            "channel": "voice",
            "startedAt": "2026-02-03T10:00:00Z",
            "labels": ["archive"],
            "interactions": [{**turn, "startedAtMs": place * 10} for place in range(TURNS)],
            **({"audio": "call.wav"} if name.endswith("0") else {}),
        }

    def stored(self, services: Services) -> int:
        caller = services.worker_caller()
        found = (user_sessions.by_external_id(caller, name) for name in self.names)
        return sum(session is not None for session in found)

    def wait_for(self, services: Services, index: int) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while user_sessions.by_external_id(services.worker_caller(), self.names[index]) is None:
            assert time.monotonic() < deadline, "the import did not get so far"
            time.sleep(0.01)

    def check_exact(self, services: Services) -> None:
        """Compare every row and counter with what was sent."""
        caller = services.worker_caller()
        for name in self.names:
            session = user_sessions.by_external_id(caller, name)
            assert session is not None
            assert (session.status, session.labels) == ("completed", ("archive",))
            counts = (session.interaction_count, session.tokens_in, session.cost)
            assert counts == (TURNS, 3 * TURNS, 0.5 * TURNS)
            turns = list(interactions.every(caller, session.id))
            assert [turn.sequence for turn in turns] == list(range(TURNS))
            rows = [row.status for row in audio_objects.for_session(caller, session.id)]
            assert rows == (["stored"] if name.endswith("0") else [])
        assert self.settled_user(caller).session_count == SESSIONS

    def settled_user(self, caller: Caller) -> User:
        """Return the user once all starts are in the counters."""
        deadline = time.monotonic() + 60
        while True:
            user = users.get(caller, self.user)
            assert user is not None
            if user.as_of is None:
                return user
            assert time.monotonic() < deadline, "the counters stay behind"
            time.sleep(0.2)


def test_a_killed_import_run_again_ends_with_exactly_the_rows_of_the_file(
    environment: dict[str, str], services: Services, tmp_path: Path
) -> None:
    archive = Archive.make(tmp_path)
    for place in (SESSIONS // 6, SESSIONS // 2):
        child = subprocess.Popen(
            command(archive.path),
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            archive.wait_for(services, place)
        finally:
            child.kill()
            child.wait()
        assert archive.stored(services) < SESSIONS
    report = tmp_path / "report.json"
    done = run(environment, archive.path, "--report", report)
    assert done.returncode == 0, done.stderr
    found = json.loads(report.read_text())
    assert found["complete"]
    assert found["sessionsCreated"] + found["sessionsPresent"] == SESSIONS
    assert found["sessionsPresent"] >= SESSIONS // 2
    archive.check_exact(services)


@pytest.mark.long
def test_an_import_lives_through_a_crash_of_convex(
    environment: dict[str, str], services: Services, convex: ConvexRuntime, tmp_path: Path
) -> None:
    archive = Archive.make(tmp_path)
    child = subprocess.Popen(
        command(archive.path),
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        archive.wait_for(services, SESSIONS // 4)
        convex.kill()
        convex.start()
        output, errors = child.communicate(timeout=PATIENCE_SECONDS)
    finally:
        child.kill()
        child.wait()
    assert child.returncode == 0, errors
    assert json.loads(output)["refusedCount"] == 0
    archive.check_exact(services)


def test_what_is_refused_is_reported_with_file_line_and_reason(
    environment: dict[str, str], tmp_path: Path
) -> None:
    archive = tmp_path / "a.jsonl"
    good = Archive.line(f"user_{uuid4().hex}", f"{uuid4().hex}-1")
    archive.write_text(f"{json.dumps(good)}\n{{broken\n{json.dumps({**good, 'channel': 'fax'})}\n")
    other = tmp_path / "b.txt"
    other.write_text("x")
    report = tmp_path / "report.json"
    done = run(environment, archive, other, "--report", report)
    assert done.returncode == 1, done.stderr
    assert f"{archive}:2" in done.stderr
    found = json.loads(report.read_text())
    assert [(item["file"], item.get("line"), item.get("field")) for item in found["refused"]] == [
        (str(archive), 2, None),
        (str(archive), 3, "channel"),
        (str(other), None, None),
    ]
    assert (found["complete"], found["refusedCount"], found["sessionsCreated"]) == (True, 3, 1)


def test_names_in_files_neither_command_the_terminal_nor_break_the_report(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"\\u001b[2J": 1}\n{"\\ud800": 1}\n{"externalId": "\\u001b[2J"}\n')
    report = tmp_path / "report.json"
    done = run({"PATH": os.environ["PATH"]}, path, "--check", "--report", report)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stderr
    assert [item["line"] for item in json.loads(report.read_text())["refused"]] == [1, 2, 3]


def test_a_check_stores_nothing_and_needs_no_services(tmp_path: Path) -> None:
    path = tmp_path / "call.srt"
    path.write_text("1\n00:00:01,000 --> 00:00:02,000\nMary Jones: hi\n")
    words = (path, "--check", "--user", "u", "--started-at", "2026-01-31T12:00:00Z")
    plain = {"PATH": os.environ["PATH"]}
    assert run(plain, *words).returncode == 1
    done = run(plain, *words, "--speaker", "mary  jones=user")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["sessionsRead"] == 1


def test_a_run_that_cannot_go_on_says_so_and_keeps_its_report(
    environment: dict[str, str], tmp_path: Path
) -> None:
    archive = Archive.make(tmp_path)
    report = tmp_path / "report.json"
    locked_out = {**environment, "S3_SECRET_ACCESS_KEY": "wrong" * 8}
    done = run(locked_out, archive.path, "--report", report)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    found = json.loads(report.read_text())
    assert not found["complete"]
    assert "denied" in found["stopped"]


@pytest.mark.parametrize(
    "words",
    [
        ("--speaker", "Mary=queen"),
        ("--started-at", "yesterday"),
        ("--started-at", "2026-01-31T12:00:00"),
        ("--report", "/nowhere/report.json"),
    ],
)
def test_options_that_mean_nothing_are_refused(tmp_path: Path, words: tuple[str, ...]) -> None:
    path = tmp_path / "x.jsonl"
    path.touch()
    done = run({"PATH": os.environ["PATH"]}, path, "--check", *words)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
