"""A request as the gate reads it: its ASGI scope is read once.

The browser's address and the public origin come from `X-Forwarded-*` headers of trusted proxies
only, and the origin is always one of the configured ones, whatever `Host` says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Self

from starlette.types import Scope

from lib.auth import cookies as names
from lib.auth.urls import PublicUrl, ascii_url_part

HELP = "__clerk_help"
LEGACY_DEV_BROWSER = "__dev_session"
HANDSHAKE_PARAMETERS = (
    names.HANDSHAKE,
    HELP,
    names.DEV_BROWSER,
    names.HANDSHAKE_NONCE,
)
# Reading takes time on the event loop before anybody is authenticated, so it is limited. A
# handshake in a development instance's address has up to 8192 characters.
MAX_TARGET_BYTES = 16_384
MAX_HEADER_BYTES = 32_768
URI_TOO_LONG, HEADERS_TOO_LARGE = 414, 431


@dataclass(frozen=True)
class AuthRequest:
    """What a decision depends on.

    Attributes:
        method: HTTP method.
        url: public URL.
        headers: lower-case names; of a repeated header the values joined by a comma.
        cookies: see `lib.auth.cookies.parse`.
        back_to: where Clerk sends the browser back to; None: `url`.
    """

    method: str
    url: PublicUrl
    headers: Mapping[str, str] = field(repr=False)
    cookies: Mapping[str, str] = field(repr=False)
    back_to: PublicUrl | None = None

    @property
    def return_url(self) -> PublicUrl:
        """Where Clerk sends the browser back to."""
        return self.back_to or self.url

    @cached_property
    def header_token(self) -> str | None:
        """The token of the Authorization header: scheme `Bearer` exactly, or no scheme at all."""
        scheme, *rest = self.headers.get("authorization", "").split(" ")
        if not rest or not rest[0]:
            return scheme or None
        return rest[0] if scheme == "Bearer" else None

    @property
    def may_handshake(self) -> bool:
        """Whether this is (probably) a navigation, which alone can follow a redirect."""
        destination = self.headers.get("sec-fetch-dest", "")
        if self.method != "GET":
            return False
        if destination:
            return destination in {"document", "iframe"}
        return self.headers.get("accept", "").startswith("text/html")

    @property
    def is_document_navigation(self) -> bool:
        """Whether the browser says that this GET is a top-level navigation."""
        return self.method == "GET" and self.headers.get("sec-fetch-dest") == "document"

    @property
    def handshake_token(self) -> str | None:
        """The signed handshake payload, from the query or a cookie."""
        return self.url.parameter(names.HANDSHAKE) or self.cookies.get(names.HANDSHAKE) or None

    @property
    def handshake_nonce(self) -> str | None:
        """The name of a handshake payload, from the query or a cookie."""
        return (
            self.url.parameter(names.HANDSHAKE_NONCE)
            or self.cookies.get(names.HANDSHAKE_NONCE)
            or None
        )

    @property
    def redirect_count(self) -> int:
        """How many handshakes this browser has made in a row."""
        return names.whole_number(self.cookies.get(names.REDIRECT_COUNT))

    def without_handshake(self) -> Self:
        """Return the request as if it carried no handshake: neither in its query nor in cookies."""
        ignored = {names.HANDSHAKE, names.HANDSHAKE_NONCE}
        kept = {name: value for name, value in self.cookies.items() if name not in ignored}
        url = self.url
        if any(url.has(name) for name in (*ignored, HELP)):
            url = url.without(*ignored, HELP)
        return replace(self, url=url, cookies=kept)


class TrustedProxies:
    """The proxies whose `X-Forwarded-*` headers are trusted."""

    def __init__(self, networks: Sequence[str]) -> None:
        """Read addresses and networks (`10.0.0.0/8`, `::1`).

        Raises:
            ValueError: one of them is malformed; the message names the variable.
        """
        try:
            self._networks: list[IPv4Network | IPv6Network] = [
                ip_network(network) for network in networks
            ]
        except ValueError as error:
            raise ValueError(f"EARSHOT_TRUSTED_PROXIES: {error}") from error

    def trusts(self, address: str) -> bool:
        """Return whether an address is one of the proxies."""
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._networks)

    def client_address(self, peer: str, headers: Mapping[str, str]) -> str:
        """Return the address of the client: the nearest hop that is not one of our proxies."""
        hops = [hop.strip() for hop in headers.get("x-forwarded-for", "").split(",")]
        address = peer
        while hops and self.trusts(address):
            address = hops.pop() or address
        return address

    def origin(self, peer: str, scheme: str, headers: Mapping[str, str]) -> str:
        """Return the origin that the browser sees, as far as the request says."""
        host = headers.get("host", "")
        if self.trusts(peer):
            host = _first(headers, "x-forwarded-host") or host
            scheme = _first(headers, "x-forwarded-proto") or scheme
        return f"{scheme}://{host}"


@dataclass(frozen=True, slots=True)
class IncomingRequest:
    """A request with what the gate needs beside the decision.

    Attributes:
        request: for the decision; its origin is one that the app is served from.
        path: decoded path.
        headers: lower-case names, values of repeated headers joined.
        client_address: address of the browser, as far as the proxies are trusted.
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


class RequestReader:
    """Reads ASGI scopes."""

    def __init__(self, app_url: str, origins: Iterable[str], proxies: TrustedProxies) -> None:
        """Set the origins and the proxies.

        Args:
            app_url: origin to assume when a request names none of `origins`.
            origins: all origins that the app is served from.
            proxies: whose `X-Forwarded-*` headers are trusted.
        """
        self._app_url = app_url
        self._origins = frozenset({app_url, *origins})
        self._proxies = proxies

    def read(self, scope: Scope, request_id: str) -> IncomingRequest:
        """Read the scope of a request or of a socket.

        Args:
            scope: ASGI connection scope, `http` or `websocket`.
            request_id: id of the request.
        """
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
        request = AuthRequest(method, url, headers, names.parse(headers.get("cookie", "")))
        client = self._proxies.client_address(peer, headers)
        return IncomingRequest(request, path, headers, client, request_id)


def oversize_status(scope: Scope) -> int | None:
    """Return 414 or 431 for a request whose target or headers are too long, else None."""
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    if len(path) + len(scope["query_string"]) > MAX_TARGET_BYTES:
        return URI_TOO_LONG
    if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEADER_BYTES:
        return HEADERS_TOO_LARGE
    return None


def _joined(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Join repeated headers as RFC 9110 and, for cookies, RFC 9113 say."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        separator = "; " if name == "cookie" else ", "
        headers[name] = headers[name] + separator + value if name in headers else value
    return headers


def _first(headers: Mapping[str, str], name: str) -> str:
    return headers.get(name, "").split(",")[0].strip()
