"""What the gate itself answers: documents, problems, redirects, and refusals of sockets."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from lib.auth.documents import PAGE_POLICY, Notice

Message = dict[str, Any]
Headers = list[tuple[bytes, bytes]]

_NO_STORE = (b"cache-control", b"no-store")


class Answer:
    """A complete response: status, headers and body."""

    def __init__(
        self, status: int, headers: Iterable[tuple[str, str]] = (), body: bytes = b""
    ) -> None:
        """Encode the headers."""
        self.status = status
        self.body = body
        self.headers: Headers = [
            *((name.encode("latin-1"), value.encode("latin-1")) for name, value in headers),
            (b"content-length", str(len(body)).encode()),
            _NO_STORE,
        ]

    @property
    def is_redirect(self) -> bool:
        """Whether the browser is sent elsewhere."""
        return 300 <= self.status < 400  # noqa: PLR2004

    def with_cookies(self, lines: Iterable[str]) -> Answer:
        """Add `Set-Cookie` lines, each a header of its own."""
        self.headers += [(b"set-cookie", line.encode("latin-1")) for line in lines]
        return self

    def messages(self, *, websocket: bool = False) -> tuple[Message, Message]:
        """Return the ASGI messages of the response, or of a socket's denial response."""
        kind = "websocket.http.response" if websocket else "http.response"
        return (
            {"type": f"{kind}.start", "status": self.status, "headers": self.headers},
            {"type": f"{kind}.body", "body": self.body},
        )


def page(notice: Notice, request_id: str) -> Answer:
    """Return a page of the gate."""
    headers = (
        ("content-type", "text/html; charset=utf-8"),
        ("content-security-policy", PAGE_POLICY),
        *(_auth_headers("signed-out", notice.reason) if notice.reason else ()),
    )
    return Answer(notice.status, headers, notice.html(request_id))


def redirect(
    location: str, *, status: int = 307, auth_status: str = "signed-out", reason: str = ""
) -> Answer:
    """Return a redirect that no cache keeps: Chrome caches a bare 307 and loops."""
    debug = _auth_headers(auth_status, reason) if reason else ()
    return Answer(status, (("location", location), *debug))


_TITLES = {
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    500: "The app has failed",
}


def problem(status: int, reason: str, request_id: str) -> Answer:
    """Return problem details (RFC 9457) for anything that is not a document."""
    body = {
        "type": f"urn:earshot:auth:{reason}",
        "title": _TITLES.get(status, "Sign-in cannot be checked"),
        "status": status,
        "detail": reason,
        "requestId": request_id,
    }
    headers = [
        ("content-type", "application/problem+json"),
        *_auth_headers("signed-out", reason),
    ]
    if status == 401:  # noqa: PLR2004
        headers.append(("www-authenticate", "Bearer"))
    return Answer(status, headers, json.dumps(body).encode())


def _auth_headers(status: str, reason: str) -> tuple[tuple[str, str], ...]:
    return (("x-clerk-auth-status", status), ("x-clerk-auth-reason", reason))
