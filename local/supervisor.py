"""`make run`: start the local stack and the app, keep them running, end them cleanly."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from lib.config import RUNNING_STACK
from local import processes
from local.children import Child, stop_all
from local.stack import Stack, port_is_free

READY_SECONDS = 90.0
POLL_SECONDS = 0.2
GIVE_UP_AFTER = 5  # failures of one child before it was ever ready


class StartError(Exception):
    """The stack cannot start; the message says what to do."""


class Supervisor:
    """Owns the children of one stack from start to stop.

    Args:
        stack: addresses and keys.
        demo: load demo data on first start.
        output: where people read; the JSON logs of the children go to files.
    """

    def __init__(self, stack: Stack, *, demo: bool, output: IO[str] = sys.stdout) -> None:
        self._stack = stack
        self._demo = demo
        self._output = output
        self._children: list[Child] = []
        self._stop = threading.Event()

    def run(self) -> int:
        """Start everything, stay until a signal, stop everything. Return the exit code."""
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, lambda *_: self._stop.set())
        try:
            self._start()
            self._stack.write_environment(self._settings_file)
            self._say_ready()
            while not self._stop.is_set():
                self._watch()
        except StartError as error:
            self._say(f"\n{error}\n")
            return 1
        finally:
            self._say("Stopping ...")
            stop_all(self._children, self._say)
            self._settings_file.unlink(missing_ok=True)
            (Path(self._stack.home) / "pids.json").unlink(missing_ok=True)
        return 0

    @property
    def _settings_file(self) -> Path:
        """Where the product's commands find the settings of this stack while it runs."""
        return Path(self._stack.home) / RUNNING_STACK

    def _start(self) -> None:
        stack = self._stack
        base = [processes.convex, processes.storage, processes.identity, processes.portal]
        for make in base:
            self._add(make(stack))
        self._wait_ready()
        self._prepare()
        if not self._stop.is_set():
            self._add(processes.app(stack, demo=self._demo))
            self._wait_ready()

    def _add(self, child: Child) -> None:
        self._say(f"Starting {child.name} ...")
        self._children.append(child)
        try:
            child.start()
        except OSError as error:
            raise StartError(
                f"{child.name} cannot be started ({error}). The environment is broken; make it "
                "anew: make clean run"
            ) from error
        self._record_pids()

    def _wait_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        waiting = list(self._children)
        while waiting and not self._stop.is_set():
            self._watch()
            waiting = [child for child in waiting if not child.is_ready()]
            for child in waiting:
                if child.failures > GIVE_UP_AFTER or time.monotonic() > deadline:
                    raise StartError(_failure(child))

    def _prepare(self) -> None:
        """Make the bucket and load demo data in a process of its own, watching meanwhile."""
        if self._stop.is_set():
            return
        command = [sys.executable, "-m", "local", "prepare"]
        command += ["--demo"] if self._demo else ["--no-demo"]
        environment = {**os.environ, "EARSHOT_HOME": self._stack.home}
        with subprocess.Popen(command, cwd=processes.ROOT, env=environment) as process:  # noqa: S603
            while process.poll() is None:
                if self._stop.is_set():
                    process.terminate()
                self._watch()
        if process.returncode and not self._stop.is_set():
            raise StartError(
                "Preparing the stack failed (see above). `make run` again continues where it "
                f"stopped; to start afresh, delete {self._stack.home}."
            )

    def _watch(self) -> None:
        """Restart what has crashed, then wait a moment."""
        now = time.monotonic()
        for child in self._children:
            code = child.exit_code()
            if code is None or self._stop.is_set():
                continue
            if child.retry_at == 0.0:
                wait = child.plan_restart(now)
                self._say(
                    f"{child.name} ended (exit {code}); starting it again in {wait:g} s. "
                    f"Its log: {child.log}"
                )
            elif now >= child.retry_at:
                child.retry_at = 0.0
                child.start()
                self._record_pids()
        self._stop.wait(POLL_SECONDS)

    def _record_pids(self) -> None:
        pids = {child.name: child.pid for child in self._children if child.pid}
        pids["supervisor"] = os.getpid()
        (Path(self._stack.home) / "pids.json").write_text(json.dumps(pids))

    def _say_ready(self) -> None:
        if self._stop.is_set():
            return
        rows = "\n".join(f"    {role:<10} {word}" for role, word in self._stack.passwords.items())
        self._say(
            f"\n  Earshot is ready:  {self._stack.app_url}\n\n"
            f"  Sign in as         password\n{rows}\n\n"
            f"  Data and logs:     {self._stack.home}\n"
            "  Stop with Ctrl-C; the next start keeps all data.\n"
        )

    def _say(self, text: str) -> None:
        print(text, file=self._output, flush=True)  # this is the terminal's text


@contextmanager
def exclusive(home: Path) -> Iterator[None]:
    """Hold the home folder for one supervisor.

    Raises:
        StartError: another supervisor runs with the same home.
    """
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (home / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StartError(
                f"A stack already runs with {home}. Stop it first, or set EARSHOT_HOME and PORT "
                "for a second one."
            ) from error
        yield


def check_ports(stack: Stack) -> None:
    """Refuse to start over somebody else's port.

    Raises:
        StartError: a port is in use; the message names it and what to do.
    """
    if not port_is_free(stack.app_port):
        raise StartError(
            f"Port {stack.app_port} is in use. Stop what runs there, or choose another: "
            f"PORT={stack.app_port + 1} make run"
        )
    inner = (stack.convex_port, stack.convex_site_port, stack.s3_port, stack.identity_port)
    for port in (*inner, stack.portal_port):
        if not port_is_free(port):
            raise StartError(
                f"Port {port}, which this stack chose at its first start, is in use by another "
                f"program. Stop that program, or set another EARSHOT_HOME (now {stack.home})."
            )


def _failure(child: Child) -> str:
    return (
        f"{child.name} does not get ready. The end of its log ({child.log}):\n\n"
        f"{child.last_lines()}\n\n"
        "If something is missing, make the environment anew: `make clean run`."
    )
