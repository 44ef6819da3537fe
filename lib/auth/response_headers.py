"""Headers of every response: security headers, cookies, and the dashboard's content policy.

The policy allows the inline scripts of the HTML that is served by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Scope, Send

from lib.auth.path_kinds import WATCH_PATH
from lib.auth.urls import origin_of
from lib.config.settings import Settings

_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
_HEAD_END = b"</head>"
# The dashboard's HTML is a few KB; a larger body is passed on unchanged, with no inline script.
MAX_DOCUMENT_BYTES = 1_000_000
# Request headers that make the app answer with less than the whole, plain HTML.
_CONDITIONS = frozenset({b"accept-encoding", b"if-modified-since", b"if-none-match", b"range"})
_WATCH_TAG = f'<script src="{WATCH_PATH}" ></script>'.encode()

SECURITY_HEADERS: tuple[tuple[str, str], ...] = (
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=()",
    ),
)
HTTPS_HEADER = ("strict-transport-security", "max-age=31536000; includeSubDomains")
# For responses without these headers: data, code and recordings are no documents, and what only
# some people may see is not for any cache.
DEFAULT_HEADERS: tuple[tuple[str, str], ...] = (
    (
        "content-security-policy",
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    ("cache-control", "no-store"),
)


def bucket_origins(settings: Settings) -> tuple[str, ...]:
    """Return the origins that signed URLs of the bucket can have: path style and host style."""
    base = settings.s3_endpoint_url or f"https://s3.{settings.s3_region}.amazonaws.com"
    parts = urlsplit(base)
    origin = origin_of(base)
    if origin is None:
        raise ValueError("S3_ENDPOINT_URL must be an http(s) URL")
    try:
        ip_address(parts.hostname or "")
    except ValueError:
        return origin, f"{parts.scheme}://{settings.s3_bucket}.{parts.netloc}"
    return (origin,)


@lru_cache(maxsize=8)
def watched_document(html: bytes) -> bytes:
    """Return the dashboard's HTML with the script that reloads it when the session has ended."""
    return html.replace(_HEAD_END, _WATCH_TAG + _HEAD_END, 1)


@lru_cache(maxsize=8)
def document_policy(html: bytes, media_origins: Sequence[str]) -> str:
    """Return the content security policy for the dashboard's HTML.

    Args:
        html: as served; its inline scripts are allowed by their hashes, nothing else inline is.
        media_origins: where recordings and waveforms come from.
    """
    scripts = " ".join(f"'sha256-{_digest(body)}'" for body in _INLINE_SCRIPT.findall(html))
    media = " ".join(media_origins)
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' blob: {scripts}".rstrip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            f"media-src 'self' blob: {media}".rstrip(),
            f"connect-src 'self' {media}".rstrip(),
            "worker-src 'self' blob:",
            "frame-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


def without_conditions(scope: Scope) -> Scope:
    """Return a document's scope such that the app answers with the whole, plain HTML."""
    headers = [(name, value) for name, value in scope["headers"] if name not in _CONDITIONS]
    return {**scope, "headers": headers}


def _encoded(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers]


_DEFAULTS = _encoded(DEFAULT_HEADERS)


class HeaderWriter:
    """Wraps `send`: adds the headers that every response has.

    Attributes:
        has_begun: whether a response was begun.
    """

    def __init__(self, send: Send, request_id: str, *, secure: bool) -> None:
        """Wrap a `send`.

        Args:
            send: of the server.
            request_id: returned to the client.
            secure: the app is served over https.
        """
        self._send = send
        self.has_begun = False
        https = (HTTPS_HEADER,) if secure else ()
        self._headers = _encoded((*SECURITY_HEADERS, ("x-request-id", request_id), *https))

    async def __call__(self, message: Message) -> None:
        """Send a message, the first of a response with the headers."""
        if message["type"] in {"http.response.start", "websocket.http.response.start"}:
            ours = {name for name, _ in self._headers}
            kept = [pair for pair in message.get("headers", []) if pair[0].lower() not in ours]
            present = {name.lower() for name, _ in kept}
            defaults = [pair for pair in _DEFAULTS if pair[0] not in present]
            message = {**message, "headers": [*kept, *defaults, *self._headers]}
            self.has_begun = True
        await self._send(message)


class DocumentWriter:
    """Wraps `send` for a document: adds cookies and, to HTML, its content policy."""

    def __init__(self, send: Send, cookies: Iterable[str], media_origins: Sequence[str]) -> None:
        """Wrap a `send`.

        Args:
            send: the next one.
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
        headers = MutableHeaders(raw=self._start["headers"])
        if complete:
            body = watched_document(body)
            headers["content-length"] = str(len(body))
        policy = document_policy(body if complete else b"", self._media_origins)
        headers["content-security-policy"] = policy
        headers["cache-control"] = "no-store"
        del headers["etag"], headers["last-modified"]
        await self._send(self._start)
        await self._send({"type": "http.response.body", "body": body, "more_body": not complete})


class StaticFileWriter:
    """Wraps `send` for the public files of Streamlit's client: no HTML is sent.

    Streamlit answers an unknown file with the dashboard's document, which only an admitted
    navigation may get, with its policy.
    """

    def __init__(self, send: Send, send_not_found: Callable[[], Awaitable[None]]) -> None:
        """Wrap a `send`; `send_not_found` sends the response that replaces HTML."""
        self._send = send
        self._send_not_found = send_not_found
        self._is_replaced = False

    async def __call__(self, message: Message) -> None:
        """Send a message, unless it is of a document."""
        if message["type"] == "http.response.start" and _is_html(message):
            self._is_replaced = True
            await self._send_not_found()
        elif not self._is_replaced:
            await self._send(message)


def _is_html(start: Message) -> bool:
    headers: dict[bytes, bytes] = {name.lower(): value for name, value in start.get("headers", [])}
    return headers.get(b"content-type", b"").lower().startswith(b"text/html")


def _is_plain_html(start: Message) -> bool:
    encoded = any(name.lower() == b"content-encoding" for name, _ in start.get("headers", []))
    return _is_html(start) and not encoded


def _digest(script: bytes) -> str:
    return base64.b64encode(hashlib.sha256(script).digest()).decode()
