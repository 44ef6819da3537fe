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

from lib.smoke.marks import address_of, is_address, is_mark, new_mark
from lib.smoke.story import CLEAN_UP, STORY
from local.identity.instance import Instance
from local.stack import Stack
from tests.support.stack import ROOT, RunningStack, running_stack

MINUTES = 60
needs_stack = pytest.mark.timeout(8 * MINUTES)
Completed = subprocess.CompletedProcess[str]
NAMES = [step.name for step in (*STORY, CLEAN_UP)]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    with running_stack(tmp_path_factory.mktemp("smoke") / "home", demo=False) as running:
        # A revoke is seen when the last token has ended.
        Instance(Stack.load(running.home)).configure(token_seconds=15)
        yield running


@pytest.fixture(scope="module")
def broken(stack: RunningStack) -> Completed:
    """A run with the name of a bucket that does not exist, on a machine without Chromium."""
    nowhere = {"EARSHOT_CHROMIUM": "/nonexistent"}
    return smoke(stack, "--json", S3_BUCKET="not-the-bucket", **nowhere)


def environment(stack: RunningStack) -> dict[str, str]:
    """Return the settings of a stack, and none of the caller's own."""
    own = ("CLERK_", "EARSHOT_", "CONVEX_", "S3_")
    bare = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    return {**bare, **Stack.load(stack.home).app_environment()}


def smoke(stack: RunningStack, *options: str, **changes: str) -> Completed:
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


def ended_after_upload(stack: RunningStack, number: signal.Signals) -> tuple[int, list[str]]:
    """Start a run, send it a signal when its recording is stored, return its end and lines."""
    told = []
    with subprocess.Popen(
        [sys.executable, "-m", "lib", "smoke"],
        cwd=ROOT,
        env={**environment(stack), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    ) as run:
        assert run.stdout
        for line in run.stdout:
            told.append(line)
            if "Upload audio" in line:
                run.send_signal(number)
    return run.returncode, told


def report(done: Completed) -> dict[str, Any]:
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

    @pytest.mark.long
    def test_a_wrong_bucket_fails_with_reasons(self, broken: Completed) -> None:
        assert broken.returncode == 1
        told = failures(report(broken))
        assert set(told) == {"Refuse an expired URL", "Verify the bucket", "Clean up"}
        assert told["Refuse an expired URL"] == "A fresh URL of 2 s gets 404, not 200."
        assert told["Verify the bucket"].startswith("bucket: is absent, must exist.")
        assert told["Clean up"].startswith("Left behind under smoke-")

    def test_without_a_browser_the_rest_is_tried_and_the_reason_given(
        self, broken: Completed
    ) -> None:
        rows = {row["name"]: row for row in report(broken)["steps"]}
        skipped = [name for name, row in rows.items() if row["status"] == "SKIPPED"]
        assert skipped == [
            "See the session in the dashboard",
            "Play the recording in the dashboard",
        ]
        assert "make setup-dev browser" in rows[skipped[0]]["sentence"]
        assert rows["Sign in"]["status"] == rows["Revoke the session"]["status"] == "PASS"

    @pytest.mark.long
    def test_what_a_failed_run_left_is_erased_when_it_works_again(
        self, stack: RunningStack, broken: Completed
    ) -> None:
        assert report(broken)["mark"] in broken.stdout
        assert smoke(stack, "--clean").returncode == 0
        assert strangers_in(stack) == set()
        assert recordings_of(stack) == []

    @pytest.mark.long
    def test_an_interrupted_run_still_cleans_up(self, stack: RunningStack) -> None:
        code, told = ended_after_upload(stack, signal.SIGTERM)
        assert code == 1
        assert any("The run was interrupted." in line for line in told)
        assert next(line for line in told if "Clean up" in line).startswith("PASS")
        assert strangers_in(stack) == set()
        assert recordings_of(stack) == []

    @pytest.mark.long
    def test_what_a_killed_run_left_is_found_and_erased(self, stack: RunningStack) -> None:
        ended_after_upload(stack, signal.SIGKILL)
        assert len(recordings_of(stack)) >= 1
        left = report(smoke(stack, "--clean", "--json"))
        assert left["failure"] == ""
        assert sorted(is_mark(one["name"]) for one in left["erased"]) == [False, True]
        assert strangers_in(stack) == set()
        assert recordings_of(stack) == []


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


@pytest.mark.parametrize("moment", ["between steps", "within a step"])
def test_an_interruption_at_any_moment_ends_the_story_and_never_the_cleaning_up(
    moment: str,
) -> None:
    code = f"""
import os, signal
from lib.smoke.interruption import Interruption
from lib.smoke.steps import Step, perform
def interrupt(done=None):
    os.kill(os.getpid(), signal.SIGTERM)
    return "survived"
listening = Interruption()
listening.listen()
first = interrupt if {moment == "within a step"} else lambda _: "done"
story = [Step("first", first), Step("second", lambda _: "done")]
for row in perform(story, Step("last", interrupt), None, listening):
    if row.name == "first" and {moment == "between steps"}:
        interrupt()
    print(row.name, row.status)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    first = "FAIL" if moment == "within a step" else "PASS"
    assert done.stdout.splitlines() == [f"first {first}", "second SKIPPED", "last PASS"]


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
