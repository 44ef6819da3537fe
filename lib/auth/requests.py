"""What the state machine reads of a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

from lib.auth import cookies as names
from lib.auth.cookies import whole_number
from lib.auth.urls import PublicUrl

HELP = "__clerk_help"
LEGACY_DEV_BROWSER = "__dev_session"
HANDSHAKE_PARAMETERS = (
    names.HANDSHAKE,
    HELP,
    names.DEV_BROWSER,
    names.HANDSHAKE_NONCE,
)


@dataclass(frozen=True)
class AuthRequest:
    """One request, reduced to what decides about it.

    Attributes:
        method: HTTP method.
        url: public URL.
        headers: lower-case names; of a repeated header the values joined by a comma.
        cookies: see `lib.auth.cookies.parse`.
        back_to: where Clerk shall send the browser back to; None = `url`.
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
        """How many handshakes this browser has just made."""
        return whole_number(self.cookies.get(names.REDIRECT_COUNT))

    def without_handshake(self) -> Self:
        """Return the request as if it carried no handshake: neither in its query nor in cookies."""
        ignored = {names.HANDSHAKE, names.HANDSHAKE_NONCE}
        kept = {name: value for name, value in self.cookies.items() if name not in ignored}
        url = self.url
        if any(url.has(name) for name in (*ignored, HELP)):
            url = url.without(*ignored, HELP)
        return replace(self, url=url, cookies=kept)
