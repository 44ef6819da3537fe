"""Who a request, a socket or a token belongs to: Clerk's decision, the session and the role.

Coroutines here are decisions, see `lib.auth.blocking`; the other methods may block.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Self

from lib.auth.app_session import AppSessionCookie
from lib.auth.backend_api import ApiRefusedError, ApiUnavailableError, BackendApi
from lib.auth.blocking import BlockingCall, run_here
from lib.auth.clerk_sessions import (
    CHECK_SECONDS,
    Revocations,
    SessionStatus,
    SessionStatusCache,
)
from lib.auth.decisions import Decision, StateMachine
from lib.auth.instance import Instance, instance_of
from lib.auth.keys import JwksKeys, PemKeys
from lib.auth.members import Denial, Member, Profiles, member_of
from lib.auth.reasons import EXPIRED_PREFIX, GateReason
from lib.auth.requests import AuthRequest
from lib.auth.roles import role_of
from lib.auth.session_tokens import MintedTokens
from lib.auth.tokens import Claims, Keys, TokenError, verify
from lib.auth.urls import PublicUrl
from lib.config.settings import Settings

CONVEX_TEMPLATE = "convex"


@dataclass(frozen=True, slots=True)
class Admission:
    """Who a request is from, and what to answer the browser.

    Attributes:
        decision: by Clerk's rules.
        who: a member, or why the request is refused.
    """

    decision: Decision
    who: Member | Denial


class Authenticator:
    """Authenticates requests, sockets and tokens. Thread-safe."""

    def __init__(
        self,
        settings: Settings,
        *,
        api: BackendApi | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Set up from settings; nothing is fetched yet.

        Args:
            settings: of this process.
            api: the Backend API client to use instead of one made from the settings.
            clock: Unix seconds.

        Raises:
            ValueError: `CLERK_JWT_KEY` is malformed.
        """
        self._settings = settings
        self._clock = clock
        self.api = api or BackendApi(
            settings.clerk_api_url, settings.clerk_secret_key.get_secret_value()
        )
        self.instance: Instance = instance_of(settings)
        pem = settings.clerk_jwt_key
        self.keys: Keys = PemKeys(pem.get_secret_value()) if pem else JwksKeys(self.api.jwks)
        self.app_session = AppSessionCookie(
            [key.get_secret_value() for key in settings.cookie_keys],
            secure=settings.app_url.startswith("https://"),
        )
        self._machine = StateMachine(self.instance, self.keys, self.api, clock)
        self._statuses = SessionStatusCache(self.api.session, settings.outage_grace_seconds)
        self._revocations = Revocations(self.api.revoke_session, self._statuses.confirm_revoked)
        self._profiles = Profiles(self.api)
        self._minted = MintedTokens(self.api, self.keys, self.instance.policy, clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop background work and close the connections to Clerk."""
        self._revocations.close()
        self.api.close()

    async def admit(self, request: AuthRequest, *, document: bool) -> Admission:
        """Decide about a request.

        Args:
            request: from a browser.
            document: whether it is a navigation. Only those may be redirected or end a handshake;
                others may go on with an expired session token, see `lib.auth.app_session`.
        """
        decision = await self._machine.decide(request if document else request.without_handshake())
        if decision.status == "signed-in":
            if not decision.by_handshake and self._is_planted(request, decision.claims):
                reason = GateReason.APP_SESSION_INVALID
                if document:
                    decision = self._machine.ask_clerk(request, reason)
                return Admission(decision, Denial(reason))
            who = await self._member(decision.claims, confirmed=document)
            return Admission(decision, who)
        if not document and decision.reason.startswith(EXPIRED_PREFIX):
            return Admission(decision, await self._member_of_expired(request, decision.reason))
        return Admission(decision, Denial(decision.reason))

    def current_member(self, cookies: Mapping[str, str]) -> Member | Denial:
        """Return who a socket's cookies belong to now; for every run of the Streamlit script.

        Args:
            cookies: of the socket's handshake, as `lib.auth.cookies.parse` reads them.
        """
        url = PublicUrl(self._settings.app_url, "/", "")
        request = AuthRequest("SOCKET", url, {}, cookies)
        return run_here(self.admit(request, document=False)).who

    def profile(self, member: Member) -> Member:
        """Return the member with name, e-mail and picture, asking Clerk if the token has none."""
        return self._profiles.completed(member)

    async def member_of_token(self, token: str) -> Member | Denial:
        """Return who a Bearer session token belongs to. Tokens that servers mint may lack `azp`.

        Raises:
            TokenError: the token is not accepted.
        """
        policy = replace(self.instance.policy, azp_optional=True)
        claims = await verify(token, self.keys, self._clock(), policy)
        return await self._member(claims, confirmed=False)

    def convex_token(self, member: Member) -> str:
        """Return the member's token for Convex, valid for at least ten seconds.

        Raises:
            PermissionError: the session has ended or its state is unknown.
            ApiUnavailableError: Clerk does not answer.
        """
        if self._statuses.is_denied(member.clerk_session_id):
            raise PermissionError(GateReason.SIGNED_OUT_HERE)
        integrated = self._settings.convex_token_mode == "integration"  # noqa: S105  # a mode
        template = None if integrated else CONVEX_TEMPLATE
        try:
            return run_here(self._minted.get(member.clerk_session_id, template)).jwt
        except (ApiRefusedError, TokenError) as error:
            raise PermissionError(GateReason.SESSION_NOT_ACTIVE) from error

    async def session_to_end(self, request: AuthRequest) -> str | None:
        """Return the Clerk session that a request's cookies prove, with an expired token too."""
        token = self._machine.cookies_of(request).session_token
        claims = await self._verify_expired(token) if token else None
        return claims["sid"] if claims else None

    async def sign_out(self, clerk_session_id: str) -> None:
        """End a session, here at once and at Clerk.

        Raises:
            ApiUnavailableError: the call to Clerk failed and will be retried; here the session has
                ended.
        """
        if self._statuses.is_denied(clerk_session_id):
            if self._revocations.is_pending(clerk_session_id):
                raise ApiUnavailableError("the session has not ended at Clerk yet")
            return
        self._statuses.deny(clerk_session_id)
        self._minted.forget(clerk_session_id)
        await BlockingCall(partial(self._revocations.end, clerk_session_id))

    def _is_planted(self, request: AuthRequest, claims: Claims) -> bool:
        """Return whether a token is of another session than the browser's.

        Clerk's cookies are set for the parent domain, so a sibling domain can set a session token
        of its own. It cannot set the app session, which only an admitted navigation gets.
        """
        app_session = self.app_session.read(request.cookies, self._clock())
        return app_session is not None and app_session.clerk_session_id != claims["sid"]

    async def _member(self, claims: Claims, *, confirmed: bool) -> Member | Denial:
        """Return the member of verified claims, or why they are refused.

        Args:
            claims: of a token that is valid now.
            confirmed: no need to ask Clerk about the session, whatever the token's age.
        """
        user_id, clerk_session_id = claims["sub"], claims["sid"]
        if self._statuses.is_denied(clerk_session_id):
            return Denial(GateReason.SIGNED_OUT_HERE, user_id)
        if claims.get("sts") == "pending":
            return Denial(GateReason.SESSION_PENDING, user_id)
        issued = claims.get("iat", 0)
        age = self._clock() - issued
        if self._statuses.ended_since(clerk_session_id, age):
            return Denial(GateReason.SESSION_NOT_ACTIVE, user_id)
        self._statuses.record_token(clerk_session_id, age)
        if not confirmed and age > CHECK_SECONDS:
            denial = await self._denied_by_clerk(clerk_session_id, user_id)
            if denial is not None:
                return denial
        role = role_of(claims, self._settings.role_claim, self._settings.organization_id)
        if role is None:
            return Denial(GateReason.ROLE_MISSING, user_id)
        return member_of(claims, role)

    async def _member_of_expired(self, request: AuthRequest, reason: str) -> Member | Denial:
        """Accept an expired session token while Clerk says that the session is active.

        The claims are those of a token that was minted a short time ago, so that a role that was
        taken away is gone; during an outage they are those of the expired token.
        """
        app_session = self.app_session.read(request.cookies, self._clock())
        token = self._machine.cookies_of(request).session_token
        if app_session is None or token is None:
            return Denial(reason)
        claims = await self._verify_expired(token)
        clerk_session_id, user_id = app_session.clerk_session_id, app_session.user_id
        if claims is None or (clerk_session_id, user_id) != (claims["sid"], claims["sub"]):
            return Denial(GateReason.APP_SESSION_INVALID)
        if self._statuses.is_denied(clerk_session_id):
            return Denial(GateReason.SIGNED_OUT_HERE, user_id)
        denial = await self._denied_by_clerk(clerk_session_id, user_id)
        if denial is not None:
            return denial
        try:
            # In the grace period, Clerk has just failed to answer: another call would only double
            # the wait. The role is then that of the expired token.
            if self._statuses.is_confirmed(clerk_session_id):
                claims = (await self._minted.get(clerk_session_id)).claims
        except (ApiRefusedError, TokenError):
            return Denial(GateReason.SESSION_NOT_ACTIVE, user_id)
        except ApiUnavailableError:
            pass
        return await self._member(claims, confirmed=True)

    async def _denied_by_clerk(self, clerk_session_id: str, user_id: str) -> Denial | None:
        match await self._statuses.status(clerk_session_id, user_id):
            case SessionStatus.ENDED:
                return Denial(GateReason.SESSION_NOT_ACTIVE, user_id)
            case SessionStatus.UNKNOWN:
                return Denial(GateReason.SESSION_CHECK_UNAVAILABLE, user_id)
        return None

    async def _verify_expired(self, token: str) -> Claims | None:
        policy = replace(self.instance.policy, expired_accepted=True)
        try:
            return await verify(token, self.keys, self._clock(), policy)
        except TokenError:
            return None
