"""The decision about a request, as Clerk's `authenticateRequest` makes it for session tokens.

Satellites and organization sync are left out; `docs/clerk.md` lists every other deviation.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal
from urllib.parse import urlsplit

from lib.auth.backend_api import BackendApi
from lib.auth.clerk_redirects import handshake_count_cookie, handshake_location, read_handshake
from lib.auth.cookies import DEV_BROWSER, InstanceCookies
from lib.auth.instance import Instance
from lib.auth.reasons import EXPIRED_PREFIX, AuthReason, TokenReason
from lib.auth.requests import HANDSHAKE_PARAMETERS, AuthRequest
from lib.auth.session_tokens import refresh
from lib.auth.tokens import Claims, Decoded, Keys, TokenError, decode, verify
from lib.auth.urls import origin_of

MAX_HANDSHAKES = 3
Status = Literal["signed-in", "signed-out", "handshake"]

_HANDSHAKE_FOR = {
    TokenReason.NOT_ACTIVE_YET: AuthReason.SESSION_TOKEN_NBF,
    TokenReason.IAT_IN_THE_FUTURE: AuthReason.SESSION_TOKEN_IAT_IN_THE_FUTURE,
}


@dataclass(frozen=True, slots=True)
class Decision:
    """What Clerk's rules say of a request; roles and pages are checked later.

    Attributes:
        status: one of Clerk's three.
        reason: why it is not simply signed in; empty if it is.
        location: where the browser must go (307), whatever the status; None: nowhere.
        set_cookies: `Set-Cookie` lines to send, in order.
        claims: verified claims of the session token, if signed in.
        token: the session token, if signed in; from a cookie or the header.
        looped: a handshake was necessary, but the browser has just made `MAX_HANDSHAKES`.
        by_handshake: signed in by a handshake: Clerk has just said whose browser this is.
    """

    status: Status
    reason: str = ""
    location: str | None = None
    set_cookies: tuple[str, ...] = ()
    claims: Claims = field(default_factory=dict, repr=False)
    token: str = field(default="", repr=False)
    looped: bool = False
    by_handshake: bool = False


class StateMachine:
    """Decides about requests to one instance; stateless."""

    def __init__(
        self,
        instance: Instance,
        keys: Keys,
        api: BackendApi,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Take the dependencies.

        Args:
            instance: the Clerk instance.
            keys: its public keys.
            api: its Backend API, for handshake nonces and refreshes.
            clock: Unix seconds.
        """
        self._instance = instance
        self._keys = keys
        self._api = api
        self._clock = clock

    async def decide(self, request: AuthRequest) -> Decision:
        """Return the decision about a request. Blocks for keys, a nonce or a refresh, if needed."""
        if request.header_token is not None:
            return await self._decide_by_header(request, request.header_token)
        if request.handshake_nonce or request.handshake_token:
            decision = await self._decide_by_handshake(request)
            if decision is not None:
                return decision
            request = request.without_handshake()
        return await self._decide_by_cookies(request)

    def cookies_of(self, request: AuthRequest) -> InstanceCookies:
        """Return the instance's cookies in a request."""
        return self._instance.cookie_names.choose(request.cookies, self._clock())

    def ask_clerk(self, request: AuthRequest, reason: str) -> Decision:
        """Send a navigation whose cookies are not trusted to Clerk, without its session token."""
        cookies = replace(self.cookies_of(request), session_token=None)
        return self._handshake(request, cookies, reason)

    async def _decide_by_handshake(self, request: AuthRequest) -> Decision | None:
        session = await read_handshake(
            request, self._instance, self._keys, self._api, self._clock()
        )
        if session is None:
            return None
        in_url = not self._instance.production
        location = str(request.url.without(*HANDSHAKE_PARAMETERS)) if in_url else None
        if not session.token:
            reason = AuthReason.SESSION_TOKEN_MISSING
            return Decision("signed-out", reason, location, session.set_cookies)
        return Decision(
            "signed-in",
            "",
            location,
            session.set_cookies,
            session.claims,
            session.token,
            by_handshake=True,
        )

    async def _decide_by_header(self, request: AuthRequest, token: str) -> Decision:
        cookies = self.cookies_of(request)
        try:
            decoded = decode(token)
        except TokenError as error:
            return await self._refused(request, cookies, token, error)
        if decoded.is_machine or decoded.category_refused:
            return Decision("signed-out", AuthReason.TOKEN_TYPE_MISMATCH)
        return await self._verified(request, cookies, token)

    async def _decide_by_cookies(self, request: AuthRequest) -> Decision:  # noqa: C901, PLR0911
        cookies = self.cookies_of(request)
        if not self._instance.production:
            if request.url.has(DEV_BROWSER):
                return self._handshake(request, cookies, AuthReason.DEV_BROWSER_SYNC)
            if cookies.dev_browser is None:
                return self._handshake(request, cookies, AuthReason.DEV_BROWSER_MISSING)
        token, client_uat = cookies.session_token, cookies.client_uat
        if token is None and not client_uat:
            return Decision("signed-out", AuthReason.SESSION_TOKEN_AND_UAT_MISSING)
        if token is None:
            return self._handshake(request, cookies, AuthReason.CLIENT_UAT_WITHOUT_SESSION_TOKEN)
        if not client_uat:
            return self._handshake(request, cookies, AuthReason.SESSION_TOKEN_WITHOUT_CLIENT_UAT)
        try:
            decoded = decode(token)
        except TokenError as error:
            return await self._refused(request, cookies, token, error)
        if decoded.is_machine or decoded.category_refused:
            return Decision("signed-out", AuthReason.TOKEN_TYPE_MISMATCH)
        if _issued_before(decoded, client_uat):
            return self._handshake(request, cookies, AuthReason.SESSION_TOKEN_IAT_BEFORE_CLIENT_UAT)
        decision = await self._verified(request, cookies, token)
        # A token that Clerk has just renewed is up to date.
        if decision.token == token and self._came_from_elsewhere(request):
            return self._handshake(request, cookies, AuthReason.PRIMARY_DOMAIN_CROSS_ORIGIN_SYNC)
        return decision

    async def _verified(
        self, request: AuthRequest, cookies: InstanceCookies, token: str
    ) -> Decision:
        try:
            claims = await verify(token, self._keys, self._clock(), self._instance.policy)
        except TokenError as error:
            return await self._refused(request, cookies, token, error)
        return Decision("signed-in", claims=claims, token=token)

    async def _refused(
        self, request: AuthRequest, cookies: InstanceCookies, token: str, error: TokenError
    ) -> Decision:
        """Handle a token that failed: refresh it, send the browser for a new one, or refuse."""
        if error.reason in _HANDSHAKE_FOR:
            return self._handshake(request, cookies, _HANDSHAKE_FOR[error.reason], token)
        if error.reason is not TokenReason.EXPIRED:
            return Decision("signed-out", error.reason)
        if request.method != "GET":
            failure = "non-eligible-non-get"
        elif cookies.refresh_token is None:
            failure = "non-eligible-no-refresh-cookie"
        else:
            result = await refresh(
                request, cookies, token, self._instance, self._keys, self._api, self._clock()
            )
            if not isinstance(result, str):
                return Decision(
                    "signed-in",
                    set_cookies=result.set_cookies,
                    claims=result.claims,
                    token=result.token,
                )
            failure = result
        return self._handshake(request, cookies, EXPIRED_PREFIX + failure, token)

    def _handshake(
        self, request: AuthRequest, cookies: InstanceCookies, reason: str, token: str | None = None
    ) -> Decision:
        """Send a navigation to the Frontend API; refuse anything else, and loops."""
        if not request.may_handshake:
            return Decision("signed-out", reason)
        if request.redirect_count >= MAX_HANDSHAKES:
            return Decision("signed-out", reason, looped=True)
        location = handshake_location(request, self._instance, cookies, reason, token)
        counter = handshake_count_cookie(request.redirect_count + 1)
        return Decision("handshake", reason, location=location, set_cookies=(counter,))

    def _came_from_elsewhere(self, request: AuthRequest) -> bool:
        """Return whether another site sent the browser here: its cookies may be out of date."""
        referrer = request.headers.get("referer", "")
        return (
            request.is_document_navigation
            and request.redirect_count == 0
            and _is_cross_origin(referrer, request.url.origin)
            and not self._instance.is_own_referrer(referrer)
        )


def _issued_before(token: Decoded, client_uat: int) -> bool:
    issued = token.payload.get("iat")
    return isinstance(issued, int | float) and issued < client_uat


def _is_cross_origin(referrer: str, origin: str) -> bool:
    try:
        scheme = urlsplit(referrer).scheme
    except ValueError:
        return False
    if scheme in {"http", "https"}:
        return origin_of(referrer) not in {None, origin}
    return bool(scheme)
