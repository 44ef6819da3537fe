"""Redirects to Clerk and back: the handshake, the sign-in page, and the state that binds them.

A handshake or a development browser id in a link signs in whoever opens the link: an attacker could
sign a victim in to the attacker's account. So what comes back from Clerk counts only together with
the random state that this browser was sent away with, in its cookie and in the return URL (as
`state` in RFC 6749 section 10.12). A count of redirects to the sign-in page ends loops.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit

import structlog

from lib.auth.backend_api import API_VERSION, ApiRefusedError, ApiUnavailableError, BackendApi
from lib.auth.blocking import BlockingCall
from lib.auth.cookies import (
    DEV_BROWSER,
    REDIRECT_COUNT,
    SESSION,
    InstanceCookies,
    clerk_cookie_lines,
    leading_integer,
    session_token_in,
)
from lib.auth.instance import Instance
from lib.auth.reasons import TokenReason
from lib.auth.requests import HANDSHAKE_PARAMETERS, LEGACY_DEV_BROWSER, AuthRequest
from lib.auth.session_tokens import NewSession
from lib.auth.tokens import Claims, Keys, TokenError, decode, verify, verify_signature
from lib.auth.urls import format_query, origin_of, parse_query

STATE_PARAMETER = "__earshot_state"
STATE_COOKIE = "earshot_trip"
# On https no sibling domain can set a cookie of this name.
SECURE_STATE_COOKIE = "__Host-earshot_trip"
COUNT_COOKIE = "earshot_sign_ins"
MAX_SIGN_INS = 4
# A development machine's clock may be far off; there a new handshake is accepted for a day.
DEVELOPMENT_SKEW_SECONDS = 86_400.0

_STATE = re.compile(r"[A-Za-z0-9_-]{22}")
_STATE_SECONDS = 3600
_COUNT_SECONDS = 60
_CLOCK_REASONS = {
    TokenReason.EXPIRED,
    TokenReason.NOT_ACTIVE_YET,
    TokenReason.IAT_IN_THE_FUTURE,
}

_log = structlog.get_logger()


class RedirectState:
    """The redirects of one browser to Clerk, as one of its requests shows them.

    Attributes:
        returned: the browser comes back from Clerk.
        cookies_blocked: it comes back without any cookie.
    """

    def __init__(self, request: AuthRequest, *, secure: bool) -> None:
        """Read the state of a navigation.

        Args:
            request: as it came in.
            secure: the app is served over https.
        """
        self._secure = "; Secure" if secure else ""
        self._cookie = SECURE_STATE_COOKIE if secure else STATE_COOKIE
        sent_with = _state_in(request.cookies, self._cookie)
        self._state = sent_with or secrets.token_urlsafe(16)
        in_url = request.url.parameter(STATE_PARAMETER) or ""
        self._is_bound = bool(sent_with) and hmac.compare_digest(
            in_url.encode(), sent_with.encode()
        )
        self._sign_ins = leading_integer(request.cookies.get(COUNT_COOKIE))
        self.returned = request.url.has(STATE_PARAMETER)
        self.cookies_blocked = self.returned and not request.cookies

    def checked(self, request: AuthRequest) -> AuthRequest:
        """Return the request with its return URL, and with a handshake only if it is bound."""
        url = request.url
        if self.returned:
            url = url.without(STATE_PARAMETER)
        if not self._is_bound:
            if any(url.has(name) for name in HANDSHAKE_PARAMETERS):
                url = url.without(*HANDSHAKE_PARAMETERS)
            request = replace(request, url=url).without_handshake()
        clean = url.without(*HANDSHAKE_PARAMETERS)
        return replace(request, url=url, back_to=clean.with_parameter(STATE_PARAMETER, self._state))

    def state_cookie(self) -> str:
        """Return the `Set-Cookie` line for a browser that is sent to Clerk."""
        return (
            f"{self._cookie}={self._state}; Path=/; HttpOnly; SameSite=Lax; "
            f"Max-Age={_STATE_SECONDS}{self._secure}"
        )

    @property
    def too_many_sign_ins(self) -> bool:
        """Whether the browser was sent to the sign-in page too often in the last minute."""
        return self._sign_ins >= MAX_SIGN_INS

    def count_cookie(self) -> str:
        """Return the `Set-Cookie` line that counts one more redirect to the sign-in page."""
        return (
            f"{COUNT_COOKIE}={self._sign_ins + 1}; Path=/; HttpOnly; SameSite=Lax; "
            f"Max-Age={_COUNT_SECONDS}{self._secure}"
        )

    def reset_count(self) -> tuple[str, ...]:
        """Return the `Set-Cookie` lines for a browser that is signed in: the count is 0 again."""
        return (f"{COUNT_COOKIE}=; Path=/; Max-Age=0",) if self._sign_ins else ()


def sign_in_location(
    request: AuthRequest, instance: Instance, dev_browser: str | None, *, tasks: bool = False
) -> str:
    """Return the URL of the sign-in page that sends the browser back afterwards.

    Args:
        request: the navigation, with `back_to`.
        instance: the Clerk instance.
        dev_browser: the browser's id at a development instance.
        tasks: the session is pending: go to the page of its open tasks.
    """
    parts = urlsplit(instance.sign_in_url)
    parameters = [*parse_query(parts.query), ("redirect_url", str(request.return_url))]
    elsewhere = origin_of(instance.sign_in_url) != request.url.origin
    if not instance.production and elsewhere and dev_browser:
        parameters.append((DEV_BROWSER, dev_browser))
    path = f"{parts.path.rstrip('/')}/tasks" if tasks else parts.path
    return parts._replace(path=path, query=format_query(parameters)).geturl()


def handshake_location(
    request: AuthRequest,
    instance: Instance,
    cookies: InstanceCookies,
    reason: str,
    token: str | None,
) -> str:
    """Return the Frontend API URL that brings this browser's cookies up to date.

    Args:
        request: the navigation; its return URL is where the browser comes back to.
        instance: the Clerk instance.
        cookies: its cookies in the request.
        reason: why a handshake is necessary.
        token: the session token that failed, if one did; else the cookie's is sent.
    """
    back = request.return_url.without(DEV_BROWSER, LEGACY_DEV_BROWSER)
    parameters = [
        ("redirect_url", str(back)),
        ("__clerk_api_version", API_VERSION),
        ("suffixed_cookies", "true" if cookies.suffixed else "false"),
        ("__clerk_hs_reason", reason),
        ("format", "nonce"),
    ]
    session_token = cookies.session_token or token
    if session_token:
        parameters.append((SESSION, session_token))
    dev_browser = request.url.parameter(DEV_BROWSER) or cookies.dev_browser
    if not instance.production and dev_browser:
        parameters.append((DEV_BROWSER, dev_browser))
    return f"{instance.frontend_api}/v1/client/handshake?{format_query(parameters)}"


def handshake_count_cookie(count: int) -> str:
    """Return the `Set-Cookie` line that counts handshakes in a row; it lives for two seconds."""
    return f"{REDIRECT_COUNT}={count}; SameSite=Lax; HttpOnly; Max-Age=2"


async def read_handshake(
    request: AuthRequest, instance: Instance, keys: Keys, api: BackendApi, now: float
) -> NewSession | None:
    """Return what Clerk sent back with the browser, None if it is to be ignored.

    A payload that is not available or not genuine is ignored: the request's cookies decide.

    Args:
        request: with a handshake token or nonce.
        instance: the Clerk instance.
        keys: its public keys.
        api: its Backend API.
        now: Unix seconds.
    """
    try:
        lines = await _handshake_lines(request, keys, api)
        token = session_token_in(lines)
        claims = await _verify_new_session(token, instance, keys, now) if token else {}
    except TokenError as error:
        _log.warning("auth.handshake_ignored", reason=error.reason.value)
        return None
    except (ApiUnavailableError, ApiRefusedError) as error:
        _log.warning("auth.handshake_ignored", reason=type(error).__name__)
        return None
    return NewSession(tuple(lines), token, claims)


async def _handshake_lines(request: AuthRequest, keys: Keys, api: BackendApi) -> list[str]:
    if request.handshake_nonce:
        call = partial(api.handshake_payload, request.handshake_nonce)
        return clerk_cookie_lines(await BlockingCall(call, anonymous=True))
    decoded = decode(request.handshake_token or "")
    if decoded.category_refused:
        raise TokenError(TokenReason.INVALID, "the token is no handshake")
    lines = (await verify_signature(decoded, keys)).get("handshake")
    return clerk_cookie_lines(lines) if isinstance(lines, list) else []


async def _verify_new_session(token: str, instance: Instance, keys: Keys, now: float) -> Claims:
    try:
        return await verify(token, keys, now, instance.policy)
    except TokenError as error:
        if instance.production or error.reason not in _CLOCK_REASONS:
            raise
        _log.warning("auth.clock_skew", reason=error.reason.value)
        lenient = replace(instance.policy, skew_seconds=DEVELOPMENT_SKEW_SECONDS)
        return await verify(token, keys, now, lenient)


def _state_in(cookies: Mapping[str, str], name: str) -> str:
    value = cookies.get(name, "")
    return value if _STATE.fullmatch(value) else ""
