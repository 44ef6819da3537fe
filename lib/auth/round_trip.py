"""Binding a round trip to Clerk to the browser that was sent on it.

A handshake or a development browser handle in a link signs in whoever opens the link: an attacker
could sign a victim in to the attacker's account. So whatever comes back from Clerk counts only
with the random state that this browser was sent away with, in its cookie and in the return URL.
A count of trips in a row ends loops between the app and the sign-in page.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from lib.auth.cookies import DEV_BROWSER, leading_integer
from lib.auth.instance import Instance
from lib.auth.requests import HANDSHAKE_PARAMETERS, AuthRequest
from lib.auth.urls import format_query, origin_of, parse_query

STATE_PARAMETER = "__earshot_state"
STATE_COOKIE = "earshot_trip"
# On https no sibling domain can set a cookie of this name.
SECURE_STATE_COOKIE = "__Host-earshot_trip"
COUNT_COOKIE = "earshot_sign_ins"
MAX_SIGN_INS = 4

_STATE = re.compile(r"[A-Za-z0-9_-]{22}")
_STATE_SECONDS = 3600
_COUNT_SECONDS = 60


class RoundTrip:
    """The trips of one browser, as one request shows them."""

    def __init__(self, request: AuthRequest, *, secure: bool) -> None:
        """Read the state of a navigation.

        Args:
            request: as it came in.
            secure: the app is served over https.
        """
        self._secure = "; Secure" if secure else ""
        self._cookie = SECURE_STATE_COOKIE if secure else STATE_COOKIE
        self._known = _state_in(request.cookies, self._cookie)
        self._state = self._known or secrets.token_urlsafe(16)
        returned = request.url.parameter(STATE_PARAMETER) or ""
        self.came_back = request.url.has(STATE_PARAMETER)
        self._bound = bool(self._known) and hmac.compare_digest(
            returned.encode(), self._known.encode()
        )
        self._count = leading_integer(request.cookies.get(COUNT_COOKIE))
        self.cookies_blocked = self.came_back and not request.cookies

    def admitted(self, request: AuthRequest) -> AuthRequest:
        """Return the request as it may be judged, and as it shall come back from Clerk."""
        url = request.url
        if self.came_back:
            url = url.without(STATE_PARAMETER)
        if not self._bound:
            if any(url.has(name) for name in HANDSHAKE_PARAMETERS):
                url = url.without(*HANDSHAKE_PARAMETERS)
            request = replace(request, url=url).without_handshake()
        clean = url.without(*HANDSHAKE_PARAMETERS)
        return replace(request, url=url, back_to=clean.with_parameter(STATE_PARAMETER, self._state))

    def leaving(self) -> str:
        """Return the `Set-Cookie` line for a browser that is sent to Clerk."""
        return (
            f"{self._cookie}={self._state}; Path=/; HttpOnly; SameSite=Lax; "
            f"Max-Age={_STATE_SECONDS}{self._secure}"
        )

    @property
    def signs_in_again_and_again(self) -> bool:
        """Whether the browser was sent to the sign-in page too often in the last minute."""
        return self._count >= MAX_SIGN_INS

    def counted(self) -> str:
        """Return the `Set-Cookie` line that counts one more trip to the sign-in page."""
        return (
            f"{COUNT_COOKIE}={self._count + 1}; Path=/; HttpOnly; SameSite=Lax; "
            f"Max-Age={_COUNT_SECONDS}{self._secure}"
        )

    def arrived(self) -> tuple[str, ...]:
        """Return the `Set-Cookie` lines once somebody is signed in: the count starts anew."""
        return (f"{COUNT_COOKIE}=; Path=/; Max-Age=0",) if self._count else ()


def sign_in_location(
    request: AuthRequest, instance: Instance, dev_browser: str | None, *, tasks: bool = False
) -> str:
    """Return the URL of the sign-in page that brings the browser back afterwards.

    Args:
        request: the navigation, with `back_to`.
        instance: the Clerk instance.
        dev_browser: the browser's handle at a development instance.
        tasks: the session is pending: go where its open tasks are done.
    """
    parts = urlsplit(instance.sign_in_url)
    parameters = [*parse_query(parts.query), ("redirect_url", str(request.return_url))]
    elsewhere = origin_of(instance.sign_in_url) != request.url.origin
    if not instance.production and elsewhere and dev_browser:
        parameters.append((DEV_BROWSER, dev_browser))
    path = f"{parts.path.rstrip('/')}/tasks" if tasks else parts.path
    return parts._replace(path=path, query=format_query(parameters)).geturl()


def _state_in(cookies: Mapping[str, str], name: str) -> str:
    value = cookies.get(name, "")
    return value if _STATE.fullmatch(value) else ""
