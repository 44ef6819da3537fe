"""The smoke test itself: it passes on a sound stack, and says what is wrong with a broken one."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from botocore.config import Config

from lib.jobs.smoke.marks import address_of, is_address, is_mark, new_mark
from lib.jobs.smoke.story import CLEAN_UP, STORY
from local.identity.instance import Instance
from local.stack import Stack
from tests.support.stack import ROOT, RunningStack, running_stack

MINUTES = 60
needs_stack = [pytest.mark.stack, pytest.mark.browser, pytest.mark.timeout(8 * MINUTES)]
NAMES = [step.name for step in (*STORY, CLEAN_UP)]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    with running_stack(tmp_path_factory.mktemp("smoke") / "home", demo=False) as running:
        yield running


def environment(stack: RunningStack) -> dict[str, str]:
    """Return the settings of a stack, and none of the caller's own."""
    own = ("CLERK_", "EARSHOT_", "CONVEX_", "S3_")
    bare = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    return {**bare, **Stack.load(stack.home).app_environment()}


def smoke(stack: RunningStack, *options: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run the command as `make smoke` does, with the settings of a stack."""
    done = subprocess.run(
        [sys.executable, "-m", "lib", "smoke", *options],
        cwd=ROOT,
        env={**environment(stack), **changes},
        capture_output=True,
        text=True,
        timeout=5 * MINUTES,
        check=False,
    )
    assert_keeps_secrets(stack, done.stdout + done.stderr)
    assert "Traceback" not in done.stderr
    return done


def assert_keeps_secrets(stack: RunningStack, text: str) -> None:
    state = Stack.load(stack.home)
    secrets = (
        state.clerk_secret_key,
        state.s3_secret_key,
        state.cookie_key,
        *state.service_key_pem.splitlines()[1:-1],
    )
    assert not [secret for secret in secrets if secret in text]
    assert not [word for word in ("X-Amz-Signature", "eyJ", "ticket_") if word in text]


def report(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def failures(told: dict[str, Any]) -> dict[str, str]:
    return {row["name"]: row["sentence"] for row in told["steps"] if row["status"] == "FAIL"}


def strangers_in(stack: RunningStack) -> set[str]:
    """Return users of Earshot whom Clerk does not know, or that carry a mark."""
    with Instance(Stack.load(stack.home)).database.read() as db:
        rows = db.execute("SELECT id, external_id FROM users").fetchall()
    known = {row["id"] for row in rows if not is_mark(row["external_id"] or "")}
    return (users_of(stack, "product") | users_of(stack, "team")) - known


def users_of(stack: RunningStack, kind: str) -> set[str]:
    answer = httpx.get(
        f"http://127.0.0.1:{stack.port}/api/v1/users",
        params={"limit": 200, "kind": kind},
        headers={"Authorization": f"Bearer {stack.token('worker')}"},
        timeout=20,
        trust_env=False,
    )
    assert answer.status_code == 200, answer.text
    return {user["clerkId"] for user in answer.json()["items"]}


def recordings_of(stack: RunningStack) -> list[str]:
    bucket = boto3.client(
        "s3",
        endpoint_url=stack.info["s3Endpoint"],
        aws_access_key_id=stack.info["s3AccessKey"],
        aws_secret_access_key=stack.info["s3SecretKey"],
        region_name="us-east-1",
        config=Config(s3={"addressing_style": "path"}),
    )
    listed = bucket.list_objects_v2(Bucket=stack.info["s3Bucket"], Prefix="audio/")
    return [item["Key"] for item in listed.get("Contents", [])]


class TestOnAStack:
    pytestmark = needs_stack

    def test_the_whole_story_passes_and_leaves_nothing_behind(self, stack: RunningStack) -> None:
        done = smoke(stack, "--json")
        told = report(done)
        assert failures(told) == {}
        assert [(row["name"], row["status"]) for row in told["steps"]] == [
            (name, "PASS") for name in NAMES
        ]
        assert done.returncode == 0
        assert strangers_in(stack) == set()
        assert recordings_of(stack) == []
        assert report(smoke(stack, "--clean", "--json")) == {"erased": [], "failure": ""}

    def test_a_stopped_bucket_fails_with_reasons_and_what_is_left_is_erased_later(
        self, stack: RunningStack
    ) -> None:
        Instance(Stack.load(stack.home)).configure(token_seconds=30)  # the revoke is seen sooner
        server = stack.refresh()["pids"]["s3"]
        os.kill(server, signal.SIGSTOP)
        try:
            done = smoke(stack)
        finally:
            os.kill(server, signal.SIGCONT)
        assert done.returncode == 1
        lines = {
            name: next(line for line in done.stdout.splitlines() if f" ms  {name} " in line)
            for name in NAMES
        }
        assert lines["App is ready"].startswith("FAIL")
        assert "do not answer: storage" in lines["App is ready"]
        assert lines["Upload audio"].startswith("FAIL")
        assert lines["Bucket as wanted"].endswith("S3: HeadBucket: timeout.")
        assert lines["Play in ranges"].endswith('It needs "Upload audio", which did not pass.')
        assert lines["Sign in"].startswith("PASS")
        assert "Left behind under smoke-" in lines["Clean up"]

        cleaned = smoke(stack, "--clean")
        assert cleaned.returncode == 0
        assert "recordings erased; receipt verified, bucket empty." in cleaned.stdout
        assert strangers_in(stack) == set()
        assert recordings_of(stack) == []

    def test_an_interrupted_run_still_cleans_up(self, stack: RunningStack) -> None:
        with subprocess.Popen(
            [sys.executable, "-m", "lib", "smoke"],
            cwd=ROOT,
            env={**environment(stack), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            text=True,
        ) as run:
            assert run.stdout
            told = []
            for line in run.stdout:
                told.append(line)
                if "Upload audio" in line:
                    run.send_signal(signal.SIGTERM)
        assert run.returncode == 1
        assert any("The run was interrupted." in line for line in told)
        assert next(line for line in told if "Clean up" in line).startswith("PASS")
        assert strangers_in(stack) == set()
        assert recordings_of(stack) == []

    def test_without_a_browser_the_rest_is_told_and_the_reason_given(
        self, stack: RunningStack
    ) -> None:
        Instance(Stack.load(stack.home)).configure(token_seconds=30)
        told = report(smoke(stack, "--json", PATH="", PLAYWRIGHT_BROWSERS_PATH="/nonexistent"))
        assert failures(told) == {}
        skipped = [row for row in told["steps"] if row["status"] == "SKIPPED"]
        assert [row["name"] for row in skipped] == [
            "See it in the dashboard",
            "Hear it in the dashboard",
        ]
        assert "apt-get install chromium" in skipped[0]["sentence"]


def test_incomplete_settings_are_named_without_values(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lib", "smoke"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "CLERK_SECRET_KEY": "sk_live_abcdefgh"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "CLERK_PUBLISHABLE_KEY" in done.stderr
    assert "abcdefgh" not in done.stderr
    assert "Traceback" not in done.stderr


def test_only_exact_marks_are_taken_for_marks() -> None:
    mark = new_mark()
    assert is_mark(mark)
    assert is_address(address_of(mark))
    for text in ("smoke-signals", f"{mark}x", f"x{mark}", f"{mark}\n", "", "smoke-bob@example.com"):
        assert not is_mark(text)
        assert not is_address(text)
        assert not is_address(address_of(text))


def test_the_document_lists_every_step_and_no_other() -> None:
    rows = re.findall(r"^\| ([A-Z][^|]+?) \| ", (ROOT / "docs/smoke.md").read_text(), re.MULTILINE)
    assert rows == NAMES
