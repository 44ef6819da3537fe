"""A real local Clerk instance for tests, and an app behind Clerk's own SDK."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx

from local import processes
from local.children import Child, stop_all
from local.identity.instance import Instance
from local.stack import Mode, Stack, free_ports

START_SECONDS = 30.0
PORTAL = {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate"}


@dataclass
class Running:
    """A running instance; `instance` works on the same files as its process."""

    stack: Stack
    instance: Instance
    api: httpx.Client
    open: ExitStack

    @cached_property
    def suffix(self) -> str:
        return self.instance.suffix

    def user(self, username: str) -> dict[str, Any]:
        found: list[dict[str, Any]] = self.api.get(
            "/v1/users", params={"username": username}
        ).json()
        return found[0]

    def ticket(self, username: str = "viewer", seconds: int = 30) -> str:
        body = {"user_id": self.user(username)["id"], "expires_in_seconds": seconds}
        return str(self.api.post("/v1/sign_in_tokens", json=body).json()["token"])

    def browser(self) -> httpx.Client:
        """Return a cookie jar that talks to the Frontend API under its public name."""
        host = self.stack.issuer_url.removeprefix("http://")
        client = httpx.Client(base_url=self.stack.clerk_api_url, headers={"Host": host})
        return self.open.enter_context(client)

    def accept(
        self, browser: httpx.Client, ticket: str, target: str = "", **headers: str
    ) -> httpx.Response:
        parameters = {"ticket": ticket, "redirect_url": target or self.stack.app_url + "/"}
        return browser.get("/v1/tickets/accept", params=parameters, headers={**PORTAL, **headers})

    def handshake(self, browser: httpx.Client, **parameters: str) -> httpx.Response:
        query = {"redirect_url": self.stack.app_url + "/users?x=1", **parameters}
        return browser.get("/v1/client/handshake", params=query)


@contextmanager
def running(home: Path, mode: Mode) -> Iterator[Running]:
    """Start an instance of a stack of its own; the stack's other processes do not run."""
    stack = Stack.load_or_create(home, free_ports(1)[0], mode)
    child = processes.identity(stack)
    headers = {"Authorization": f"Bearer {stack.clerk_secret_key}"}
    try:
        start(child)
        with (
            httpx.Client(base_url=stack.clerk_api_url, headers=headers) as api,
            ExitStack() as browsers,
        ):
            instance = Instance(stack)
            instance.configure(requests_per_window=100_000)
            yield Running(stack, instance, api, browsers)
    finally:
        stop_all([child], lambda _line: None)


def start(child: Child) -> None:
    child.start()
    deadline = time.monotonic() + START_SECONDS
    while not child.is_ready():
        if child.exit_code() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{child.name} did not start:\n{child.last_lines(40)}")
        time.sleep(0.05)


@contextmanager
def official_app(clerk: Running) -> Iterator[None]:
    """Run an app behind Clerk's own SDK at the stack's app address."""
    stack = clerk.stack
    options = {
        "port": stack.app_port,
        "publishableKey": stack.publishable_key,
        "secretKey": stack.clerk_secret_key,
        "apiUrl": stack.clerk_api_url,
        "proxyUrl": stack.issuer_url,
        "signInUrl": f"{stack.portal_url}/",
        "appUrl": stack.app_url,
    }
    script = Path(__file__).with_name("official_app.mjs")
    command = [str(processes.node_binary()), str(script), json.dumps(options)]
    environment = {"PATH": os.environ["PATH"], "CLERK_TELEMETRY_DISABLED": "1"}
    url = f"http://127.0.0.1:{stack.app_port}/favicon.ico"
    log = Path(stack.home) / "logs" / "official-app.log"
    child = Child("official-app", command, environment, processes.ROOT, url, log)
    try:
        start(child)
        yield
    finally:
        stop_all([child], lambda _line: None)
