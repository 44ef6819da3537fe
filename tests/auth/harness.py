"""The gate in front of a small app, with a Clerk instance behind it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from lib.auth.api_keys import ApiKeys
from lib.auth.authenticator import Authenticator
from lib.auth.backend_api import BackendApi
from lib.auth.events import AuthEvent
from lib.auth.gate import Gate
from tests.auth.clerk import (
    APP_URL,
    DEVELOPMENT_HOST,
    PRODUCTION_HOST,
    BackendServer,
    SigningKey,
    serve_session,
    session_claims,
    settings_for,
)

_PRIVATE_KEY = SigningKey().private
DOCUMENT = {"sec-fetch-dest": "document"}
HTML = b"<html><head><script>window.ready = false</script></head><body>the app</body></html>"


async def dashboard(scope: Any, receive: Any, send: Any) -> None:
    """Answer everything: HTML for what looks like a page, else a line of text."""
    is_page = "." not in scope["path"] and not scope["path"].startswith(("/media", "/_stcore"))
    kind = b"text/html" if is_page else b"text/plain"
    body = HTML if is_page else b"data"
    length = str(len(body)).encode()
    headers = [(b"content-type", kind), (b"content-length", length), (b"etag", b"x")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class NotOnTheEventLoop(httpx.HTTPTransport):
    """The network, which refuses a call that would block the event loop."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return super().handle_request(request)
        raise AssertionError(f"{request.url.path} was called on the event loop")


@dataclass
class Stage:
    """A gated app and its Clerk instance."""

    gate: Gate
    authenticator: Authenticator
    server: BackendServer
    session: dict[str, str]
    key: SigningKey
    host: str
    events: list[AuthEvent] = field(default_factory=list)

    def token(self, *, age: float = 0, **claims: Any) -> str:
        """Return a session token, `age` seconds old."""
        return self.key.sign(session_claims(time.time() - age, self.host, **claims))

    def cookies(self, token: str | None = None, **more: str) -> str:
        """Return the Cookie header of a signed-in browser."""
        own = {"__session": token or self.token(), "__client_uat": "1000"}
        if self.host == DEVELOPMENT_HOST:
            own["__clerk_db_jwt"] = "dvb_1"
        return "; ".join(f"{name}={value}" for name, value in {**own, **more}.items())

    def app_session(
        self, user_id: str = "user_1", clerk_session_id: str = "sess_1"
    ) -> dict[str, str]:
        """Return the app-session cookie that the gate issues, by name."""
        cookie = self.authenticator.app_session
        line = cookie.issue(clerk_session_id, user_id, time.time())
        return {cookie.name: line.partition(";")[0].partition("=")[2]}

    async def get(self, path: str, cookies: str = "", **headers: str) -> httpx.Response:
        """Ask for a path; underscores in header names are hyphens."""
        return await self.request("GET", path, cookies, **headers)

    async def request(
        self, method: str, path: str, cookies: str = "", **headers: str
    ) -> httpx.Response:
        """Send a request to the gate."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if cookies:
            sent["cookie"] = cookies
        transport = httpx.ASGITransport(self.gate)
        async with httpx.AsyncClient(transport=transport, base_url=APP_URL) as client:
            return await client.request(method, path, headers=sent)

    async def document(self, path: str, cookies: str = "", **headers: str) -> httpx.Response:
        """Navigate to a path."""
        return await self.get(path, cookies, sec_fetch_dest="document", **headers)


def no_keys() -> ApiKeys:
    """Return what knows no API key."""
    return ApiKeys(lambda _name, _hash: None, lambda _role, _subject: "")


@contextmanager
def stage(*, production: bool = True, app: Any = dashboard, **settings: Any) -> Iterator[Stage]:
    """Set the stage."""
    key = SigningKey(private=_PRIVATE_KEY)
    host = PRODUCTION_HOST if production else DEVELOPMENT_HOST
    with BackendServer() as server:
        session = serve_session(server, key, host)
        configured = settings_for(production=production, api_url=server.url, **settings)
        secret = configured.clerk_secret_key.get_secret_value()
        api = BackendApi(server.url, secret, NotOnTheEventLoop())
        with Authenticator(configured, api=api) as authenticator:
            events: list[AuthEvent] = []
            gate = Gate(
                app,
                settings=configured,
                authenticator=authenticator,
                keys=no_keys(),
                record=events.append,
            )
            yield Stage(gate, authenticator, server, session, key, host, events)
