"""A whole stack: started, stopped, started again, and beside another one."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import httpx
import pytest

from tests.support.stack import RunningStack, running_stack, wait_until


def create_user(stack: RunningStack, clerk_id: str) -> None:
    token = stack.command("token", "--role", "ingest").strip()
    answer = httpx.post(
        f"http://127.0.0.1:{stack.port}/api/v1/users",
        json={"clerkId": clerk_id, "name": "Robin Ash"},
        headers={"Authorization": f"Bearer {token}"},
        timeout=20,
        trust_env=False,
    )
    assert answer.status_code in {200, 201}, answer.text


def has_user(stack: RunningStack, clerk_id: str) -> bool:
    answer = httpx.get(
        f"http://127.0.0.1:{stack.port}/api/v1/users/{clerk_id}",
        headers={"Authorization": f"Bearer {stack.token('ingest')}"},
        timeout=20,
        trust_env=False,
    )
    return answer.status_code == 200


@pytest.mark.long
def test_a_second_start_keeps_all_data_and_two_stacks_run_side_by_side(tmp_path: Path) -> None:
    with running_stack(tmp_path / "one", demo=False) as one:
        create_user(one, "user_kept")
    with (
        running_stack(tmp_path / "one", demo=False) as again,
        running_stack(tmp_path / "two", demo=False) as two,
    ):
        assert has_user(again, "user_kept")
        assert not has_user(two, "user_kept")
        assert again.ready()["checks"] == {"convex": "ok", "storage": "ok", "identity": "ok"}

        pid = again.info["pids"]["s3"]
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: again.refresh()["pids"].get("s3") not in {None, pid}, 30)
        wait_until(lambda: again.ready()["status"] == "ready", 30)
        assert "s3 ended" in again.output.read_text()
