"""A connection as the gate sees it: the ASGI scope, read once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from lib.auth import cookies
from lib.auth.proxies import TrustedProxies
from lib.auth.requests import AuthRequest
from lib.auth.urls import PublicUrl, ascii_url_part

Scope = MutableMapping[str, Any]

# Reading takes time on the event loop before anybody is known, so it must be little. A handshake
# in a development instance's address has up to 8192 characters.
MAX_TARGET_BYTES = 16_384
MAX_HEADER_BYTES = 32_768
URI_TOO_LONG, HEADERS_TOO_LARGE = 414, 431


def oversize_status(scope: Scope) -> int | None:
    """Return the status that refuses a request whose address or headers are too long to read."""
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    if len(path) + len(scope["query_string"]) > MAX_TARGET_BYTES:
        return URI_TOO_LONG
    if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEADER_BYTES:
        return HEADERS_TOO_LARGE
    return None


@dataclass(frozen=True, slots=True)
class Incoming:
    """What the gate reads of a scope.

    Attributes:
        request: for the state machine; its origin is one that the app is served from.
        path: decoded path.
        headers: lower-case names, values of repeated headers joined.
        client_address: of the browser, as far as the proxies are trusted.
        request_id: id of the request.
    """

    request: AuthRequest
    path: str
    headers: Mapping[str, str] = field(repr=False)
    client_address: str
    request_id: str

    @property
    def is_same_origin(self) -> bool:
        """Whether the browser says that a page of this very origin caused the request."""
        origin = self.headers.get("origin")
        if origin is None:
            return self.headers.get("sec-fetch-site") == "same-origin"
        return origin == self.request.url.origin


class ScopeReader:
    """Reads scopes. The public origin is one of the configured ones, whatever `Host` says."""

    def __init__(self, app_url: str, origins: Iterable[str], proxies: TrustedProxies) -> None:
        """Take what the app is known as.

        Args:
            app_url: origin that is assumed when a request names none of `origins`.
            origins: all origins that the app is served from.
            proxies: whose `X-Forwarded-*` headers are believed.
        """
        self._app_url = app_url
        self._origins = frozenset({app_url, *origins})
        self._proxies = proxies

    def read(self, scope: Scope, request_id: str) -> Incoming:
        """Return what a scope says."""
        headers = _joined(scope["headers"])
        peer: str = (scope.get("client") or ("", 0))[0]
        scheme: str = scope["scheme"].replace("ws", "http")
        origin = self._proxies.origin(peer, scheme, headers)
        path: str = scope["path"]
        url = PublicUrl(
            origin if origin in self._origins else self._app_url,
            ascii_url_part(scope.get("raw_path") or path.encode()),
            ascii_url_part(scope["query_string"]),
        )
        # A socket's upgrade is a GET on the wire, but nothing can redirect or refresh it.
        method = "SOCKET" if scope["type"] == "websocket" else scope["method"]
        request = AuthRequest(method, url, headers, cookies.parse(headers.get("cookie", "")))
        client = self._proxies.client_address(peer, headers)
        return Incoming(request, path, headers, client, request_id)


def _joined(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Join repeated headers as RFC 9110 and, for cookies, RFC 9113 say."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        separator = "; " if name == "cookie" else ", "
        headers[name] = headers[name] + separator + value if name in headers else value
    return headers
