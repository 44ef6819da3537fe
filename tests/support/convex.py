"""The local Convex runtime for tests: the real functions, on free ports and a folder of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lib.auth.service import ServiceRole, mint
from lib.data import Caller, Client
from local.children import Child, stop_all
from local.processes import convex
from local.stack import SERVICE_ISSUER, Stack, free_ports
from tests.support.clock import PRELOAD, VARIABLE
from tests.support.issuer import Issuer, running_issuer

START_SECONDS = 60.0
CONTENDED = ("--conflicts", "0.1")
"""A tenth of all tries of mutations fails as if another one had written what they read."""


@dataclass(slots=True)
class ConvexRuntime:
    """A running deployment.

    Attributes:
        stack: keys and addresses; its other processes do not run.
        client: the product's own client, pointed at the deployment.
        issuer: signs session tokens that the deployment accepts.
        child: the process; `restart` after a kill starts it over the same folder.
    """

    stack: Stack
    client: Client
    issuer: Issuer
    child: Child

    def token(self, role: ServiceRole, subject: str = "tests") -> str:
        """Return a service token that the deployment accepts."""
        return mint(self.stack.service_key_pem, SERVICE_ISSUER, role, subject)

    def caller(self, role: ServiceRole = "ingest") -> Caller:
        """Return a caller with a service token."""
        return self.caller_with(self.token(role))

    def member(self, role: str, subject: str = "user_test", **claims: Any) -> Caller:
        """Return a caller with a team member's session token."""
        return self.caller_with(self.issuer.token(role, subject, **claims))

    def caller_with(self, token: str) -> Caller:
        """Return a caller with this token."""
        return Caller(self.client, lambda: token, "test-request")

    def start(self) -> None:
        """Start the process and wait until it answers.

        Raises:
            RuntimeError: it ended or did not answer; the message holds the end of its log.
        """
        self.child.start()
        deadline = time.monotonic() + START_SECONDS
        while not self.child.is_ready():
            if self.child.exit_code() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Convex runtime did not start:\n{self.child.last_lines(40)}")
            time.sleep(0.05)

    def kill(self) -> None:
        """End the process at once, as a crash would (SIGKILL)."""
        if self.child.process is not None:
            self.child.process.kill()
            self.child.process.wait()


@contextmanager
def running_convex(
    home: Path, clock: Path | None = None, *, options: tuple[str, ...] = ()
) -> Iterator[ConvexRuntime]:
    """Start a runtime with empty tables under `home` and end it afterwards.

    Args:
        home: folder of its own.
        clock: file that says how far ahead its functions' clock is, see `tests.support.clock`.
        options: more options of the runtime, such as `CONTENDED`.
    """
    stack = Stack.load_or_create(home, app_port=free_ports(1)[0])
    client = Client(stack.convex_url)
    with running_issuer(stack.identity_port) as issuer:
        child = convex(stack)
        child.command += options
        if clock is not None:
            child.command[1:1] = ["--import", str(PRELOAD)]
            child.environment[VARIABLE] = str(clock)
        runtime = ConvexRuntime(stack, client, issuer, child)
        try:
            runtime.start()
            yield runtime
        finally:
            client.close()
            stop_all([runtime.child], lambda _line: None)
