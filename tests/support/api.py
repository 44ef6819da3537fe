"""The API for tests: on a real socket, in front of the real functions and a real S3 server."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast
from uuid import uuid4

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from lib.api.app import create_api
from lib.api.prometheus import scrape_route
from lib.auth.gate import Gate
from lib.config.settings import Settings
from lib.work.api_keys import Scope, create
from lib.work.services import Services
from local.stack import free_ports
from tests.support.convex import ConvexRuntime
from tests.support.s3 import Endpoint

KEY_ROLES = ("key-write", "key-read", "key-read-clear", "key-scores")
ROLES = ("viewer", "reviewer", "ops", "admin", "ingest", "worker", *KEY_ROLES)


@dataclass(frozen=True, slots=True)
class Api:
    """A served API.

    Attributes:
        url: its root, with `/api/v1`.
        client: an HTTP client without any token.
        convex: the deployment behind it.
    """

    url: str
    client: httpx.Client
    convex: ConvexRuntime
    services: Services

    def token(self, role: str) -> str:
        """Return a token of a role; for the role of a key, the key."""
        if role in KEY_ROLES:
            return _key(self.convex, cast("Scope", role.removeprefix("key-")))
        if role in {"ingest", "worker"}:
            return self.convex.token("ingest" if role == "ingest" else "worker")
        return self.convex.issuer.token(role, f"user_{role}")

    def call(
        self, method: str, path: str, role: str | None = "ingest", **more: Any
    ) -> httpx.Response:
        """Send a request with the token of a role, or with none."""
        headers = dict(more.pop("headers", {}))
        if role is not None:
            headers.setdefault("Authorization", f"Bearer {self.token(role)}")
        return self.client.request(method, self.url + path, headers=headers, **more)

    def new_session(self, **more: Any) -> str:
        """Create a user and a session; return the session's id."""
        clerk_id = f"user_{uuid4().hex}"
        made = self.call("POST", "/users", json={"clerkId": clerk_id, "name": "Ada"})
        assert made.status_code == 201, made.text
        body = {
            "externalId": uuid4().hex,
            "userId": clerk_id,
            "channel": "voice",
            "startedAt": "2026-03-01T12:00:00Z",
            **more,
        }
        made = self.call("POST", "/sessions", json=body)
        assert made.status_code == 201, made.text
        session_id: str = made.json()["id"]
        return session_id


def settings_of(convex: ConvexRuntime, storage: Endpoint) -> Settings:
    """Return settings that point at the processes of a test."""
    environment = convex.stack.app_environment() | {
        "S3_ENDPOINT_URL": storage.url,
        "S3_BUCKET": storage.bucket,
        "S3_ACCESS_KEY_ID": storage.access_key,
        "S3_SECRET_ACCESS_KEY": storage.secret_key,
    }
    return Settings(_env_file=None, **environment)  # type: ignore[arg-type]


_keys: dict[tuple[str, Scope], str] = {}


def _key(convex: ConvexRuntime, scope: Scope) -> str:
    name = (convex.stack.home, scope)
    if name not in _keys:
        _keys[name] = create(convex.caller("worker"), f"tests {scope}", scope).key
    return _keys[name]


@contextmanager
def served(convex: ConvexRuntime, storage: Endpoint, *, gated: bool = True) -> Iterator[Api]:
    """Serve the API, behind the gate as in the product or alone."""
    services = Services(settings_of(convex, storage))
    app: ASGIApp = Starlette(
        routes=[Mount("/api/v1", create_api(services)), scrape_route(services.recorder)]
    )
    if gated:
        app = Gate(
            app,
            settings=services.settings,
            authenticator=services.authenticator,
            keys=services.api_keys,
            record=services.record_auth,
        )
    port = free_ports(1)[0]
    config = uvicorn.Config(app, port=port, log_config=None, access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        with httpx.Client(timeout=30, trust_env=False) as client:
            yield Api(f"http://127.0.0.1:{port}/api/v1", client, convex, services)
    finally:
        server.should_exit = True
        thread.join()
        services.close()
