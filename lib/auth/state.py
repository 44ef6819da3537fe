"""The decision about a request: Clerk's `authenticateRequest` for session tokens, step by step.

Satellites and organization sync are left out; `docs/clerk.md` lists every other deviation.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

from lib.auth.backend_api import BackendApi
from lib.auth.cookies import DEV_BROWSER, InstanceCookies
from lib.auth.decisions import Decision
from lib.auth.handshake import handshake_location, loop_counter_cookie, resolve_handshake
from lib.auth.instance import Instance
from lib.auth.reasons import EXPIRED_PREFIX, AuthReason, TokenReason
from lib.auth.refresh import refresh
from lib.auth.requests import AuthRequest
from lib.auth.tokens import Decoded, Keys, TokenError, decode, verify
from lib.auth.urls import origin_of

MAX_REDIRECTS = 3

_HANDSHAKE_FOR = {
    TokenReason.NOT_ACTIVE_YET: AuthReason.SESSION_TOKEN_NBF,
    TokenReason.IAT_IN_THE_FUTURE: AuthReason.SESSION_TOKEN_IAT_IN_THE_FUTURE,
}


class StateMachine:
    """Decides about requests to one instance. Holds no state of its own."""

    def __init__(
        self,
        instance: Instance,
        keys: Keys,
        api: BackendApi,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Remember what decisions need.

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

    def decide(self, request: AuthRequest) -> Decision:
        """Return the decision about a request. Network: keys, a nonce or a refresh, if needed."""
        if request.header_token is not None:
            return self._decide_by_header(request, request.header_token)
        if request.handshake_nonce or request.handshake_token:
            resolved = resolve_handshake(
                request, self._instance, self._keys, self._api, self._clock()
            )
            if resolved is not None:
                return resolved
            request = request.without_handshake()
        return self._decide_by_cookies(request)

    def cookies_of(self, request: AuthRequest) -> InstanceCookies:
        """Return the instance's cookies in a request."""
        return self._instance.cookie_names.choose(request.cookies, self._clock())

    def ask_clerk(self, request: AuthRequest, reason: str) -> Decision:
        """Send a navigation whose cookies are not believed to Clerk, without its session token."""
        return self._handshake(request, replace(self.cookies_of(request), session=None), reason)

    def _decide_by_header(self, request: AuthRequest, token: str) -> Decision:
        cookies = self.cookies_of(request)
        try:
            decoded = decode(token)
        except TokenError as error:
            return self._refused(request, cookies, token, error)
        if decoded.is_machine or decoded.category_refused:
            return Decision("signed-out", AuthReason.TOKEN_TYPE_MISMATCH)
        return self._verified(request, cookies, token)

    def _decide_by_cookies(self, request: AuthRequest) -> Decision:  # noqa: C901, PLR0911
        cookies = self.cookies_of(request)
        if not self._instance.production:
            if request.url.has(DEV_BROWSER):
                return self._handshake(request, cookies, AuthReason.DEV_BROWSER_SYNC)
            if cookies.dev_browser is None:
                return self._handshake(request, cookies, AuthReason.DEV_BROWSER_MISSING)
        session, client_uat = cookies.session, cookies.client_uat
        if session is None and not client_uat:
            return Decision("signed-out", AuthReason.SESSION_TOKEN_AND_UAT_MISSING)
        if session is None:
            return self._handshake(request, cookies, AuthReason.CLIENT_UAT_WITHOUT_SESSION_TOKEN)
        if not client_uat:
            return self._handshake(request, cookies, AuthReason.SESSION_TOKEN_WITHOUT_CLIENT_UAT)
        try:
            decoded = decode(session)
        except TokenError as error:
            return self._refused(request, cookies, session, error)
        if decoded.is_machine or decoded.category_refused:
            return Decision("signed-out", AuthReason.TOKEN_TYPE_MISMATCH)
        if _issued_before(decoded, client_uat):
            return self._handshake(request, cookies, AuthReason.SESSION_TOKEN_IAT_BEFORE_CLIENT_UAT)
        decision = self._verified(request, cookies, session)
        # What Clerk renewed just now is in step already.
        if decision.token == session and self._came_from_elsewhere(request):
            return self._handshake(request, cookies, AuthReason.PRIMARY_DOMAIN_CROSS_ORIGIN_SYNC)
        return decision

    def _verified(self, request: AuthRequest, cookies: InstanceCookies, token: str) -> Decision:
        try:
            claims = verify(token, self._keys, self._clock(), self._instance.policy)
        except TokenError as error:
            return self._refused(request, cookies, token, error)
        return Decision("signed-in", claims=claims, token=token)

    def _refused(
        self, request: AuthRequest, cookies: InstanceCookies, token: str, error: TokenError
    ) -> Decision:
        """Answer a token that failed: refresh it, send the browser for a new one, or refuse."""
        if error.reason in _HANDSHAKE_FOR:
            return self._handshake(request, cookies, _HANDSHAKE_FOR[error.reason], token)
        if error.reason is not TokenReason.EXPIRED:
            return Decision("signed-out", error.reason)
        if request.method != "GET":
            failure = "non-eligible-non-get"
        elif cookies.refresh is None:
            failure = "non-eligible-no-refresh-cookie"
        else:
            outcome = refresh(
                request, cookies, token, self._instance, self._keys, self._api, self._clock()
            )
            if isinstance(outcome, Decision):
                return outcome
            failure = outcome
        return self._handshake(request, cookies, EXPIRED_PREFIX + failure, token)

    def _handshake(
        self, request: AuthRequest, cookies: InstanceCookies, reason: str, token: str | None = None
    ) -> Decision:
        """Send a navigation to the Frontend API; refuse anything else, and loops."""
        if not request.may_handshake:
            return Decision("signed-out", reason)
        if request.redirect_count >= MAX_REDIRECTS:
            return Decision("signed-out", reason, looped=True)
        location = handshake_location(request, self._instance, cookies, reason, token)
        counter = loop_counter_cookie(request.redirect_count + 1)
        return Decision("handshake", reason, location=location, set_cookies=(counter,))

    def _came_from_elsewhere(self, request: AuthRequest) -> bool:
        """Tell whether another site sent the browser here: its cookies may be out of step."""
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
