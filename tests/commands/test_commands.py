"""The command line, as an operator runs it: real processes against real services."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import jwt
import pytest

from lib.auth.api_keys import public_id
from lib.auth.blocking import run_here
from lib.data import audio_objects
from lib.work.services import Services
from tests.support.audio import recording
from tests.support.convex import ConvexRuntime
from tests.support.s3 import LocalS3
from tests.support.services import Room, new_room

ROOT = Path(__file__).resolve().parents[2]


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


def run(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lib", *words],
        cwd=ROOT,
        env=environment,
        timeout=120,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.long
def test_the_bucket_is_verified_and_what_the_endpoint_cannot_do_is_said(
    environment: dict[str, str],
) -> None:
    done = run(environment, "bucket", "verify")
    assert done.returncode == 0, done.stderr
    assert "lifecycle      unsupported" in done.stdout
    assert "the retention job deletes on every endpoint" in done.stdout


def test_a_bucket_that_is_not_there_is_planned_made_and_verified(
    environment: dict[str, str],
) -> None:
    fresh = {**environment, "S3_BUCKET": f"fresh-{os.getpid()}"}
    assert "is absent" in run(fresh, "bucket", "plan").stdout
    assert run(fresh, "bucket", "verify").returncode == 1
    assert run(fresh, "bucket", "apply").returncode == 0
    assert run(fresh, "bucket", "verify").returncode == 0


def test_an_endpoint_that_is_down_is_said_without_a_traceback(environment: dict[str, str]) -> None:
    done = run({**environment, "S3_ENDPOINT_URL": "http://127.0.0.1:9"}, "bucket", "verify")
    assert done.returncode == 2
    assert "connection" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_is_uploaded_found_consistent_and_erased(
    environment: dict[str, str], room: Room, tmp_path: Path
) -> None:
    path = tmp_path / "call.flac"
    path.write_bytes(recording("audio/flac"))
    done = run(environment, "audio", "upload", room.session_id, str(path))
    assert done.returncode == 0, done.stderr
    row = json.loads(done.stdout.splitlines()[-1])
    assert row["status"] == "stored"
    assert row["key"] in room.objects()
    done = run(environment, "audio", "reconcile")
    assert json.loads(done.stdout)["complete"]
    done = run(environment, "users", "erase", room.clerk_id, "--yes")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["objects"] == 1
    assert room.objects() == []
    done = run(environment, "users", "receipt", room.clerk_id)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["proves"]["objects"] == 1


def test_what_is_no_recording_is_not_uploaded(
    environment: dict[str, str], room: Room, tmp_path: Path
) -> None:
    path = tmp_path / "call.wav"
    path.write_text("hello")
    done = run(environment, "audio", "upload", room.session_id, str(path))
    assert done.returncode != 0
    assert "accepted format" in done.stderr


def test_a_service_token_is_minted(environment: dict[str, str]) -> None:
    done = run(environment, "token", "--role", "ingest", "--subject", "backend", "--ttl", "60")
    claims = jwt.decode(done.stdout.strip(), options={"verify_signature": False})
    assert (claims["role"], claims["sub"], claims["aud"]) == ("ingest", "backend", "earshot")
    assert run(environment, "token", "--role", "admin", "--subject", "x").returncode != 0


def test_the_public_keys_for_convex_are_printed_and_no_private_one(
    environment: dict[str, str],
) -> None:
    done = run(environment, "jwks")
    kind, _, encoded = done.stdout.strip().partition(",")
    keys = json.loads(base64.b64decode(encoded))["keys"]
    assert kind == "data:application/json;base64"
    assert [set(key) for key in keys] == [{"kty", "n", "e", "kid", "use", "alg"}]


@pytest.mark.long
def test_workers_share_the_work_and_survive_each_other(
    environment: dict[str, str], room: Room
) -> None:
    command = [sys.executable, "-m", "lib", "worker"]
    workers = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    try:
        first = room.stored(recording("audio/ogg"), "audio/ogg")
        until_ready(room, first.id)
        workers[0].kill()
        second = new_room(room.services).stored(recording("audio/mpeg"), "audio/mpeg")
        until_ready(room, second.id)
        workers[1].send_signal(signal.SIGTERM)
        _, errors = workers[1].communicate(timeout=60)
        assert workers[1].returncode == 0
        assert b"worker.stopped" in errors
        assert b"X-Amz-Signature" not in errors
    finally:
        for worker in workers:
            worker.kill()
            worker.communicate()


def until_ready(room: Room, audio_object_id: str) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        row = audio_objects.get(room.caller, audio_object_id)
        if row is not None and row.analysis == "ready":
            return
        time.sleep(0.1)
    raise AssertionError("the recording was not analysed")


def test_a_key_is_made_listed_rotated_and_revoked_and_shown_once(
    environment: dict[str, str], services: Services
) -> None:
    made = json.loads(
        run(environment, "key", "create", "--name", "backend", "--scope", "read").stdout
    )
    listed = [json.loads(line) for line in run(environment, "key", "list").stdout.splitlines()]
    (row,) = [one for one in listed if one["id"] == made["id"]]
    assert (row["name"], row["scope"], row["publicId"]) == (
        "backend",
        "read",
        public_id(made["key"]),
    )
    assert made["key"] not in json.dumps(listed)
    rotate = run(environment, "key", "rotate", made["id"], "--keep-hours", "0")
    again = json.loads(rotate.stdout)
    assert again["id"] == made["id"]
    assert run_here(services.api_keys.check(made["key"])) is None
    assert run_here(services.api_keys.check(again["key"])) is not None
    assert "revokedAt" in json.loads(run(environment, "key", "revoke", made["id"]).stdout)
    assert run(environment, "key", "rotate", made["id"]).returncode == 2
