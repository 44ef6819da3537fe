"""Child processes of the supervisor: started, watched, restarted with back-off, ended by id."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

BACKOFF_SECONDS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
STEADY_SECONDS = 60.0  # A child that lived this long starts again at the first back-off step.
STOP_SECONDS = 8.0
_PR_SET_PDEATHSIG = 1
_DIRECT = build_opener(ProxyHandler({}))


@dataclass(slots=True)
class Child:
    """One long-running process.

    Attributes:
        name: short name, also of its log file.
        command: program and arguments.
        environment: the whole environment of the process.
        folder: working directory.
        health_url: answers (below 500) when the child is ready.
        log: file that takes its standard output and error.
    """

    name: str
    command: list[str]
    environment: dict[str, str]
    folder: Path
    health_url: str
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    started_at: float = field(default=0.0, init=False)
    failures: int = field(default=0, init=False)
    retry_at: float = field(default=0.0, init=False)

    def start(self) -> None:
        """Start the process, in a session of its own so that Ctrl-C reaches only us."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603  # our own commands
                self.command,
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509  # one thread starts children
            )
        self.started_at = time.monotonic()

    @property
    def pid(self) -> int | None:
        """Process id while the child runs."""
        return self.process.pid if self.process and self.process.poll() is None else None

    def exit_code(self) -> int | None:
        """Return the exit code of an ended child, or None while it runs."""
        return self.process.poll() if self.process else None

    def is_ready(self) -> bool:
        """Tell whether the child answers on its health URL."""
        try:
            # Not httpx, which the supervisor would hold in memory for this alone.
            with _DIRECT.open(self.health_url, timeout=2.0):
                return True
        except HTTPError as error:
            return error.code < HTTPStatus.INTERNAL_SERVER_ERROR
        except (OSError, HTTPException):
            return False

    def plan_restart(self, now: float) -> float:
        """Choose when to start again and return the wait in seconds."""
        if now - self.started_at > STEADY_SECONDS:
            self.failures = 0
        wait = BACKOFF_SECONDS[min(self.failures, len(BACKOFF_SECONDS) - 1)]
        self.failures += 1
        self.retry_at = now + wait
        return wait

    def last_lines(self, count: int = 12) -> str:
        """Return the end of the child's log, for a message about its failure."""
        try:
            text = self.log.read_text(errors="replace")
        except FileNotFoundError:
            return ""
        return "\n".join(text.splitlines()[-count:])


def stop_all(children: list[Child], say: Callable[[str], None]) -> None:
    """End children in reverse order of their start: SIGTERM, then SIGKILL after a bounded wait."""
    for child in reversed(children):
        process = child.process
        if process is None or process.poll() is not None:
            continue
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            say(f"{child.name} did not stop within {STOP_SECONDS:.0f} s and is killed")
            process.kill()
            process.wait()


def _die_with_parent() -> None:
    """Ask the kernel to end this child when the supervisor dies, however that happens."""
    if os.uname().sysname == "Linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
