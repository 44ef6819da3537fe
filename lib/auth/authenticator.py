"""One place that puts the parts together: settings in, members and tokens out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Self

from lib.auth.app_session import AppSessionCookie
from lib.auth.backend_api import ApiRefusedError, ApiUnavailableError, BackendApi
from lib.auth.decisions import Decision
from lib.auth.instance import Instance, instance_of
from lib.auth.keys import JwksKeys, PemKeys
from lib.auth.liveness import CHECK_SECONDS, Liveness, SessionWatch
from lib.auth.members import Denial, Member, member_of
from lib.auth.minted import MintedTokens
from lib.auth.network import about_to_wait
from lib.auth.profiles import Profiles
from lib.auth.reasons import EXPIRED_PREFIX, GateReason
from lib.auth.requests import AuthRequest
from lib.auth.revocations import Revocations
from lib.auth.roles import role_of
from lib.auth.state import StateMachine
from lib.auth.tokens import Claims, Keys, TokenError, verify
from lib.auth.urls import PublicUrl
from lib.config.settings import Settings

CONVEX_TEMPLATE = "convex"


@dataclass(frozen=True, slots=True)
class Admission:
    """Who a request is from, and what the browser must be told.

    Attributes:
        decision: the state machine's.
        who: a member, or the reason why nobody.
    """

    decision: Decision
    who: Member | Denial


class Authenticator:
    """Answers who somebody is. Safe to share between threads."""

    def __init__(
        self,
        settings: Settings,
        *,
        api: BackendApi | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Set up from settings; no network is used yet.

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
        self._watch = SessionWatch(self.api.session, settings.outage_grace_seconds)
        self._revocations = Revocations(self.api.revoke_session, self._watch.revoked)
        self._profiles = Profiles(self.api)
        self._minted = MintedTokens(self.api, self.keys, self.instance.policy, clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop what runs in the background and close the pool of connections to Clerk."""
        self._revocations.close()
        self.api.close()

    def admit(self, request: AuthRequest, *, document: bool) -> Admission:
        """Decide about a request.

        Args:
            request: what came in.
            document: whether it is a navigation. Only those may be redirected or resolve a
                handshake; anything else may live on an expired session token, see `app_session`.
        """
        decision = self._machine.decide(request if document else request.without_handshake())
        if decision.status == "signed-in":
            if not decision.by_handshake and self._is_planted(request, decision.claims):
                reason = GateReason.APP_SESSION_INVALID
                if document:
                    decision = self._machine.ask_clerk(request, reason)
                return Admission(decision, Denial(reason))
            who = self._member(decision.claims, confirmed=document)
            return Admission(decision, who)
        if not document and decision.reason.startswith(EXPIRED_PREFIX):
            return Admission(decision, self._outlived(request, decision.reason))
        return Admission(decision, Denial(decision.reason))

    def current_member(self, cookies: Mapping[str, str]) -> Member | Denial:
        """Say who a socket's cookies belong to now; for every run of the Streamlit script.

        Args:
            cookies: of the socket's handshake, as `lib.auth.cookies.parse` reads them.
        """
        url = PublicUrl(self._settings.app_url, "/", "")
        return self.admit(AuthRequest("SOCKET", url, {}, cookies), document=False).who

    def profile(self, member: Member) -> Member:
        """Return the member with name, e-mail and picture, asking Clerk if the token has none."""
        return self._profiles.completed(member)

    def member_of_token(self, token: str) -> Member | Denial:
        """Say who a Bearer session token belongs to. Tokens that servers mint may lack `azp`.

        Raises:
            TokenError: the token is not accepted.
        """
        policy = replace(self.instance.policy, azp_optional=True)
        return self._member(verify(token, self.keys, self._clock(), policy), confirmed=False)

    def convex_token(self, member: Member) -> str:
        """Return the member's token for Convex, valid for ten seconds or more.

        Raises:
            PermissionError: the session has ended or its state is unknown.
            ApiUnavailableError: Clerk does not answer.
        """
        if self._watch.is_denied(member.clerk_session_id):
            raise PermissionError(GateReason.SIGNED_OUT_HERE)
        integrated = self._settings.convex_token_mode == "integration"  # noqa: S105  # a mode
        template = None if integrated else CONVEX_TEMPLATE
        try:
            return self._minted.get(member.clerk_session_id, template).jwt
        except (ApiRefusedError, TokenError) as error:
            raise PermissionError(GateReason.SESSION_NOT_ACTIVE) from error

    def session_to_end(self, request: AuthRequest) -> str | None:
        """Return the Clerk session that a request's cookies prove, be its token expired or not."""
        token = self._machine.cookies_of(request).session
        claims = self._verify_expired(token) if token else None
        return claims["sid"] if claims else None

    def sign_out(self, clerk_session_id: str) -> None:
        """End a session here at once, and at Clerk.

        Raises:
            ApiUnavailableError: Clerk was not told yet and will be; here the session is over.
        """
        about_to_wait()
        if self._watch.is_denied(clerk_session_id):
            if self._revocations.is_pending(clerk_session_id):
                raise ApiUnavailableError("Clerk was not told yet")
            return
        self._watch.deny(clerk_session_id)
        self._minted.forget(clerk_session_id)
        self._revocations.end(clerk_session_id)

    def _is_planted(self, request: AuthRequest, claims: Claims) -> bool:
        """Tell whether a token is of another session than the browser's.

        Clerk's cookies lie on the common domain, so a sibling domain can set a session token of
        its own; it cannot set the app session, which only a navigation that passed has got.
        """
        app_session = self.app_session.read(request.cookies, self._clock())
        return app_session is not None and app_session.clerk_session_id != claims["sid"]

    def _member(self, claims: Claims, *, confirmed: bool) -> Member | Denial:
        """Return the member of verified claims, unless they may not be let in.

        Args:
            claims: of a token that is valid now.
            confirmed: no need to ask Clerk about the session, whatever the token's age.
        """
        user_id, session_id = claims["sub"], claims["sid"]
        if self._watch.is_denied(session_id):
            return Denial(GateReason.SIGNED_OUT_HERE, user_id)
        if claims.get("sts") == "pending":
            return Denial(GateReason.SESSION_PENDING, user_id)
        issued = claims.get("iat", 0)
        age = self._clock() - issued
        if self._watch.ended_since(session_id, age):
            return Denial(GateReason.SESSION_NOT_ACTIVE, user_id)
        self._watch.seen_fresh(session_id, age)
        if not confirmed and age > CHECK_SECONDS:
            denial = self._denied_by_clerk(session_id, user_id)
            if denial is not None:
                return denial
        role = role_of(claims, self._settings.role_claim, self._settings.organization_id)
        if role is None:
            return Denial(GateReason.ROLE_MISSING, user_id)
        return member_of(claims, role)

    def _outlived(self, request: AuthRequest, reason: str) -> Member | Denial:
        """Admit an expired session token while the server itself knows the session to be active.

        The claims are those of a token minted for the session a short time ago, so that a role
        that was taken away is gone; during an outage those of the expired token.
        """
        app_session = self.app_session.read(request.cookies, self._clock())
        token = self._machine.cookies_of(request).session
        if app_session is None or token is None:
            return Denial(reason)
        claims = self._verify_expired(token)
        session_id, user_id = app_session.clerk_session_id, app_session.user_id
        if claims is None or (session_id, user_id) != (claims["sid"], claims["sub"]):
            return Denial(GateReason.APP_SESSION_INVALID)
        if self._watch.is_denied(session_id):
            return Denial(GateReason.SIGNED_OUT_HERE, user_id)
        denial = self._denied_by_clerk(session_id, user_id)
        if denial is not None:
            return denial
        try:
            # Within the grace, Clerk has just not answered: waiting for it again would only double
            # the wait. The role is then the one last seen in this browser.
            if self._watch.is_confirmed(session_id):
                claims = self._minted.get(session_id).claims
        except (ApiRefusedError, TokenError):
            return Denial(GateReason.SESSION_NOT_ACTIVE, user_id)
        except ApiUnavailableError:
            pass
        return self._member(claims, confirmed=True)

    def _denied_by_clerk(self, session_id: str, user_id: str) -> Denial | None:
        match self._watch.liveness(session_id, user_id):
            case Liveness.ENDED:
                return Denial(GateReason.SESSION_NOT_ACTIVE, user_id)
            case Liveness.UNKNOWN:
                return Denial(GateReason.SESSION_CHECK_UNAVAILABLE, user_id)
        return None

    def _verify_expired(self, token: str) -> Claims | None:
        policy = replace(self.instance.policy, expired_accepted=True)
        try:
            return verify(token, self.keys, self._clock(), policy)
        except TokenError:
            return None
