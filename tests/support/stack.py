"""A real local stack for tests: started on free ports, ended by its process id."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from local.stack import Stack, TokenRole, free_ports
from local.tokens import bearer_token

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 240.0


@dataclass(slots=True)
class RunningStack:
    """A stack that answers: its folder, its supervisor and what `python -m local info` says."""

    home: Path
    port: int
    process: subprocess.Popen[bytes] | None
    output: Path
    info: dict[str, Any]

    @property
    def app_url(self) -> str:
        url: str = self.info["appUrl"]
        return url

    def refresh(self) -> dict[str, Any]:
        """Read `python -m local info` again, for instance after a restart of a child."""
        self.info = json.loads(self.command("info"))
        return self.info

    def command(self, *arguments: str) -> str:
        """Run `python -m local ...` against this stack and return what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "local", *arguments],
            cwd=ROOT,
            env={**os.environ, "EARSHOT_HOME": str(self.home), "PORT": str(self.port)},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return done.stdout

    def token(self, role: TokenRole) -> str:
        """Return a bearer token of a role, valid at the API."""
        return bearer_token(Stack.load(self.home), role)

    def password(self, role: str) -> str:
        """Return the password of a demo sign-in."""
        word: str = self.info["users"][role]["password"]
        return word

    def ready(self) -> dict[str, Any]:
        """Return what `/api/v1/ready` says."""
        answer: dict[str, Any] = self.get("/api/v1/ready").json()
        return answer

    def get(self, path: str) -> httpx.Response:
        """GET a path of the app without credentials, following no redirect."""
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=10, trust_env=False)


@contextmanager
def running_stack(
    home: Path, *, demo: bool = True, mode: str = "development", **settings: str
) -> Iterator[RunningStack]:
    """Start a stack under `home` as `make run` does, wait until it is ready, end it afterwards.

    Args:
        home: where all of it lies.
        demo: with demo data.
        mode: of the local instance.
        settings: of the app, by their names in the environment.
    """
    port = free_ports(1)[0]
    output = home.with_suffix(".output")
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("CLERK_")},
        "EARSHOT_HOME": str(home),
        "PORT": str(port),
        "EARSHOT_DEMO": "1" if demo else "0",
        **settings,
    }
    with output.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "local", "run", "--mode", mode],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    stack = RunningStack(home, port, process, output, {})
    try:
        wait_until(
            lambda: "Earshot is ready" in output.read_text() or process.poll() is not None,
            START_SECONDS,
            lambda: f"the stack did not start:\n{output.read_text()}",
        )
        assert process.poll() is None, output.read_text()
        stack.refresh()
        yield stack
        pids = stack.refresh()["pids"]
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        assert process.returncode == 0, output.read_text()
        outlived = [name for name, pid in pids.items() if is_alive(pid)]
        assert not outlived, f"still running after the stack has stopped: {outlived}"
    finally:
        process.kill()
        process.wait()


def is_alive(pid: int) -> bool:
    """Tell whether a process runs (one that only waits to be reaped does not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def attached(home: Path) -> RunningStack:
    """Return a stack that somebody else started under `home`."""
    stack = RunningStack(home, Stack.load(home).app_port, None, home / "none", {})
    stack.refresh()
    return stack


def wait_until(
    condition: Callable[[], object],
    seconds: float,
    explain: Callable[[], str] = lambda: "the condition did not come true",
    interval: float = 0.1,
) -> None:
    """Poll `condition` until it is true; fail with `explain()` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(explain())
        time.sleep(interval)
