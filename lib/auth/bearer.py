"""Bearer tokens at the API: an API key, a machine's service token, or a member's session token.

The exact `iss` decides which rules verify a token; neither kind of rules accepts the other's
tokens. Cookies are ignored.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from lib.auth.api_keys import PREFIX, ApiKeys, role_of_scope
from lib.auth.authenticator import Authenticator
from lib.auth.backend_api import ApiUnavailableError
from lib.auth.members import Denial
from lib.auth.reasons import AuthReason, GateReason
from lib.auth.roles import Role
from lib.auth.service import ServiceKeys
from lib.auth.tokens import TokenError, decode
from lib.config.settings import Settings


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls the API.

    Attributes:
        kind: a team member or a machine.
        subject: Clerk user id, or the machine's name.
        role: see `lib.auth.roles.api_allowed`.
        token: for calls to Convex: the verified token, or one that stands for the key.
    """

    kind: Literal["member", "service"]
    subject: str
    role: Role
    token: str = field(repr=False)


class BearerVerifier:
    """Verifies Authorization headers. Thread-safe."""

    def __init__(
        self,
        settings: Settings,
        authenticator: Authenticator,
        keys: ApiKeys,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Set up the rules for both kinds of tokens.

        Raises:
            ValueError: a service key is malformed, or both kinds would have the same issuer.
        """
        if settings.service_issuer == settings.clerk_frontend_api_url:
            raise ValueError("EARSHOT_SERVICE_ISSUER must differ from Clerk's issuer")
        self._authenticator = authenticator
        self._keys = keys
        self._service_issuer = settings.service_issuer
        key = settings.service_key
        self._service = ServiceKeys(key.get_secret_value()) if key else None
        self._clock = clock

    async def verify(self, authorization: str) -> Principal | Denial:
        """Return who calls by an Authorization header, or why it is refused. May block."""
        scheme, _, token = authorization.partition(" ")
        if scheme != "Bearer" or not token:
            return Denial(GateReason.BEARER_MISSING)
        if token.startswith(PREFIX):
            return await self._verify_key(token)
        return await self._verify_token(token)

    async def _verify_token(self, token: str) -> Principal | Denial:
        try:
            decoded = decode(token)
            if decoded.payload.get("iss") == self._service_issuer:
                return self._verify_service(token)
            if decoded.is_machine or decoded.category_refused:
                return Denial(AuthReason.TOKEN_TYPE_MISMATCH)
            who = await self._authenticator.member_of_token(token)
        except TokenError as error:
            return Denial(error.reason)
        if isinstance(who, Denial):
            return who
        return Principal("member", who.user_id, who.role, token)

    async def _verify_key(self, key: str) -> Principal | Denial:
        try:
            found = await self._keys.check(key)
        except ApiUnavailableError:
            return Denial(GateReason.SESSION_CHECK_UNAVAILABLE)
        if found is None:
            return Denial(GateReason.API_KEY_INVALID)
        stored, token = found
        return Principal("service", stored.id, Role(role_of_scope(stored.scope)), token)

    def _verify_service(self, token: str) -> Principal | Denial:
        if self._service is None:
            return Denial(GateReason.SERVICE_TOKEN_INVALID)
        claims = self._service.verify(token, self._service_issuer, self._clock())
        if isinstance(claims, Denial):
            return claims
        return Principal("service", claims["sub"], Role(claims["role"]), token)
