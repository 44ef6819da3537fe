"""Responses of the app on their way out: security headers, cookies, and the dashboard's policy."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from typing import Any

from lib.auth.headers import (
    ALWAYS,
    HTTPS_ONLY,
    UNLESS_SAID,
    document_policy,
    watched_document,
)

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Scope = MutableMapping[str, Any]

# The dashboard's HTML is a few KB; a larger body is passed on as it is, with no inline script.
MAX_DOCUMENT_BYTES = 1_000_000
_CONDITIONS = frozenset({b"accept-encoding", b"if-modified-since", b"if-none-match", b"range"})


def _encoded(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers]


_UNLESS_SAID = _encoded(UNLESS_SAID)


def without_conditions(scope: Scope) -> Scope:
    """Return a document's scope such that the app answers with the whole, plain HTML."""
    headers = [(name, value) for name, value in scope["headers"] if name not in _CONDITIONS]
    return {**scope, "headers": headers}


class HeaderWriter:
    """Wraps `send`: adds what every response of ours carries.

    Attributes:
        has_begun: whether a response was begun.
    """

    def __init__(self, send: Send, request_id: str, *, secure: bool) -> None:
        """Take the server's `send`.

        Args:
            send: of the server.
            request_id: returned to the caller.
            secure: the app is served over https.
        """
        self._send = send
        self.has_begun = False
        always = (*ALWAYS, ("x-request-id", request_id), *((HTTPS_ONLY,) if secure else ()))
        self._headers = _encoded(always)

    async def __call__(self, message: Message) -> None:
        """Send a message, the first of a response with our headers."""
        if message["type"] in {"http.response.start", "websocket.http.response.start"}:
            ours = {name for name, _ in self._headers}
            kept = [pair for pair in message.get("headers", []) if pair[0].lower() not in ours]
            said = {name.lower() for name, _ in kept}
            unsaid = [pair for pair in _UNLESS_SAID if pair[0] not in said]
            message = {**message, "headers": [*kept, *unsaid, *self._headers]}
            self.has_begun = True
        await self._send(message)


class DocumentWriter:
    """Wraps `send` for a document: adds cookies and, to HTML, the policy that fits it."""

    def __init__(self, send: Send, cookies: Iterable[str], media_origins: Sequence[str]) -> None:
        """Take the next `send`.

        Args:
            send: where messages go.
            cookies: `Set-Cookie` lines to add.
            media_origins: see `document_policy`.
        """
        self._send = send
        self._cookies = [(b"set-cookie", line.encode("latin-1")) for line in cookies]
        self._media_origins = tuple(media_origins)
        self._start: Message = {}
        self._held: bytes | None = None

    async def __call__(self, message: Message) -> None:
        """Send a message; HTML is held back until it is complete."""
        if message["type"] == "http.response.start":
            self._start = {**message, "headers": [*message.get("headers", []), *self._cookies]}
            if _is_plain_html(message):
                self._held = b""
            else:
                await self._send(self._start)
        elif self._held is None or message["type"] != "http.response.body":
            await self._send(message)
        else:
            self._held += message.get("body", b"")
            complete = not message.get("more_body", False)
            if complete or len(self._held) > MAX_DOCUMENT_BYTES:
                await self._release(complete=complete)

    async def _release(self, *, complete: bool) -> None:
        body = self._held or b""
        self._held = None
        headers = self._start["headers"]
        if complete:
            body = watched_document(body)
            headers = _replaced(headers, b"content-length", str(len(body)).encode())
        policy = document_policy(body if complete else b"", self._media_origins)
        headers = _replaced(headers, b"content-security-policy", policy.encode())
        headers = _replaced(headers, b"cache-control", b"no-store")
        headers = [pair for pair in headers if pair[0].lower() not in {b"etag", b"last-modified"}]
        await self._send({**self._start, "headers": headers})
        await self._send({"type": "http.response.body", "body": body, "more_body": not complete})


class CodeWriter:
    """Wraps `send` for the public files of Streamlit's client: HTML is not found among them.

    Streamlit answers an unknown file with the dashboard's document, which only a navigation that
    the gate let through may get, with its policy.
    """

    def __init__(self, send: Send, not_found: Iterable[Message]) -> None:
        """Take the next `send`, and the messages to send in place of HTML."""
        self._send = send
        self._not_found = tuple(not_found)
        self._replaced = False

    async def __call__(self, message: Message) -> None:
        """Send a message, unless it is of a document."""
        if message["type"] == "http.response.start" and _is_html(message):
            self._replaced = True
            for ours in self._not_found:
                await self._send(ours)
        elif not self._replaced:
            await self._send(message)


def _is_html(start: Message) -> bool:
    headers: dict[bytes, bytes] = {name.lower(): value for name, value in start.get("headers", [])}
    return headers.get(b"content-type", b"").lower().startswith(b"text/html")


def _is_plain_html(start: Message) -> bool:
    encoded = any(name.lower() == b"content-encoding" for name, _ in start.get("headers", []))
    return _is_html(start) and not encoded


def _replaced(
    headers: Iterable[tuple[bytes, bytes]], name: bytes, value: bytes
) -> list[tuple[bytes, bytes]]:
    return [*(pair for pair in headers if pair[0].lower() != name), (name, value)]
