"""New session tokens from Clerk: by the browser's refresh token, or minted by the server.

The server mints for a session that it knows to be active: to read current claims, and for Convex.
"""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from lib.auth.backend_api import ApiRefusedError, ApiUnavailableError, BackendApi
from lib.auth.blocking import BlockingCall, run_here
from lib.auth.cookies import InstanceCookies, clerk_cookie_lines, session_token_in
from lib.auth.instance import Instance
from lib.auth.requests import AuthRequest
from lib.auth.tokens import (
    Claims,
    Keys,
    Policy,
    TokenError,
    check_times,
    decode,
    verify,
    verify_signature,
)

# A minted token is valid for at least this long when it is returned.
MARGIN_SECONDS = 10.0
RETRY_SECONDS = 5.0
_MAX_TOKENS = 10_000
_ERROR_CODE = re.compile(r"[a-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class NewSession:
    """What Clerk gives a browser: by a refresh, or by a handshake.

    Attributes:
        set_cookies: `Set-Cookie` lines to send, in order.
        token: the session token in them, empty if the browser is signed out.
        claims: verified claims of the token.
    """

    set_cookies: tuple[str, ...] = field(repr=False)
    token: str = field(default="", repr=False)
    claims: Claims = field(default_factory=dict, repr=False)


async def refresh(  # noqa: PLR0911  # one return per outcome
    request: AuthRequest,
    cookies: InstanceCookies,
    expired_token: str,
    instance: Instance,
    keys: Keys,
    api: BackendApi,
    now: float,
) -> NewSession | str:
    """Exchange an expired session token for a new one with the browser's refresh token.

    Args:
        request: its origin and headers are sent along.
        cookies: of the request, with the refresh token.
        expired_token: the session token.
        instance: the Clerk instance.
        keys: its public keys.
        api: its Backend API.
        now: Unix seconds.

    Returns:
        The new session, or the suffix of `session-token-expired-refresh-*`.
    """
    # The refresh token is the cookie's, so the cookie's session token goes with it.
    expired_token = cookies.session_token or expired_token
    try:
        clerk_session_id = decode(expired_token).payload.get("sid")
    except TokenError:
        return "expired-session-token-decode-failed"
    if not isinstance(clerk_session_id, str) or not clerk_session_id:
        return "expired-session-token-missing-sid-claim"
    call = partial(
        api.refresh_session,
        clerk_session_id,
        suffixed_cookies=cookies.suffixed,
        expired_token=expired_token,
        refresh_token=cookies.refresh_token or "",
        request_origin=request.url.origin,
        request_headers={name: [value] for name, value in request.headers.items()},
    )
    try:
        lines = clerk_cookie_lines(await BlockingCall(call, anonymous=True))
    except ApiRefusedError as error:
        return error.code if _ERROR_CODE.fullmatch(error.code) else "unexpected-bapi-error"
    except ApiUnavailableError:
        return "fetch-error"
    if not lines:
        return "unexpected-sdk-error"
    token = session_token_in(lines)
    try:
        claims = await verify(token, keys, now, instance.policy)
    except TokenError:
        return "invalid-session-token"
    return NewSession(tuple(lines), token, claims)


@dataclass(frozen=True, slots=True)
class MintedToken:
    """A verified token and its claims; `expires_at` is in Unix seconds."""

    jwt: str = field(repr=False)
    claims: Claims = field(repr=False)
    expires_at: float


@dataclass(slots=True)
class _Slot:
    """The token of one session and template, and when minting it last failed (Unix seconds)."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    token: MintedToken | None = None
    failed_at: float = float("-inf")


class MintedTokens:
    """Mints tokens and caches each until shortly before it expires. Thread-safe, bounded."""

    def __init__(
        self, api: BackendApi, keys: Keys, policy: Policy, clock: Callable[[], float] = time.time
    ) -> None:
        """Hold no token yet.

        Args:
            api: the instance's Backend API.
            keys: its public keys.
            policy: the instance's policy for browsers; minted tokens may lack `azp`.
            clock: Unix seconds.
        """
        self._api = api
        self._keys = keys
        self._policy = replace(policy, azp_optional=True)
        self._clock = clock
        self._guard = threading.Lock()
        self._slots: OrderedDict[tuple[str, str | None], _Slot] = OrderedDict()

    async def get(self, clerk_session_id: str, template: str | None = None) -> MintedToken:
        """Return a token of an active session that is valid for `MARGIN_SECONDS` or more.

        Args:
            clerk_session_id: the session.
            template: name of the JWT template; None for a session token.

        Raises:
            ApiUnavailableError: Clerk does not answer.
            ApiRefusedError: Clerk mints no token for this session.
            TokenError: the token from Clerk does not verify.
        """
        slot = self._slot(clerk_session_id, template)
        cached = slot.token
        if cached is not None and self._usable(cached):
            return cached
        self._check_failure(slot)
        mint = partial(self._mint, slot, clerk_session_id, template)
        token: MintedToken = await BlockingCall(mint)
        return token

    def forget(self, clerk_session_id: str) -> None:
        """Drop the cached tokens of a session that ended."""
        with self._guard:
            for key in [key for key in self._slots if key[0] == clerk_session_id]:
                del self._slots[key]

    def _usable(self, token: MintedToken) -> bool:
        return token.expires_at - self._clock() > MARGIN_SECONDS

    def _check_failure(self, slot: _Slot) -> None:
        """Fail at once while the last failure is fresh: each try may cost the API's deadline."""
        if 0 <= self._clock() - slot.failed_at < RETRY_SECONDS:
            raise ApiUnavailableError("no token could be minted a moment ago")

    def _mint(self, slot: _Slot, clerk_session_id: str, template: str | None) -> MintedToken:
        """Mint once for all threads that wait here."""
        with slot.lock:
            self._check_failure(slot)
            if slot.token is None or not self._usable(slot.token):
                try:
                    text = self._api.create_token(clerk_session_id, template)
                except ApiUnavailableError:
                    slot.failed_at = self._clock()
                    raise
                claims = run_here(self._verified(text, from_template=template is not None))
                slot.token = MintedToken(text, claims, claims["exp"])
            return slot.token

    async def _verified(self, text: str, *, from_template: bool) -> Claims:
        now = self._clock()
        if not from_template:
            return await verify(text, self._keys, now, self._policy)
        claims = await verify_signature(decode(text), self._keys)
        check_times(claims, now, self._policy.skew_seconds)
        return claims

    def _slot(self, clerk_session_id: str, template: str | None) -> _Slot:
        with self._guard:
            slot = self._slots.setdefault((clerk_session_id, template), _Slot())
            self._slots.move_to_end((clerk_session_id, template))
            while len(self._slots) > _MAX_TOKENS:
                self._slots.popitem(last=False)
            return slot
