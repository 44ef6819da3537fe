"""Tokens that the server mints for a member's session: fresh claims, and the token for Convex."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from lib.auth.backend_api import ApiUnavailableError, BackendApi
from lib.auth.network import about_to_wait
from lib.auth.tokens import (
    Claims,
    Keys,
    Policy,
    check_times,
    decode,
    verify,
    verify_signature,
)

# A token that is handed out stays valid at least this long.
MARGIN_SECONDS = 10.0
RETRY_SECONDS = 5.0
_MAX_TOKENS = 10_000


@dataclass(frozen=True, slots=True)
class MintedToken:
    """A verified token and its claims; `expires_at` is Unix seconds."""

    jwt: str = field(repr=False)
    claims: Claims = field(repr=False)
    expires_at: float


@dataclass(slots=True)
class _Slot:
    lock: threading.Lock = field(default_factory=threading.Lock)
    token: MintedToken | None = None
    failed_at: float = float("-inf")


class MintedTokens:
    """Mints tokens and keeps each until shortly before it expires. Thread-safe, bounded."""

    def __init__(
        self, api: BackendApi, keys: Keys, policy: Policy, clock: Callable[[], float] = time.time
    ) -> None:
        """Remember how to mint and verify.

        Args:
            api: the instance's Backend API.
            keys: its public keys.
            policy: its policy for browsers; minted tokens may lack `azp`.
            clock: Unix seconds.
        """
        self._api = api
        self._keys = keys
        self._policy = replace(policy, azp_optional=True)
        self._clock = clock
        self._guard = threading.Lock()
        self._slots: OrderedDict[tuple[str, str | None], _Slot] = OrderedDict()

    def get(self, session_id: str, template: str | None = None) -> MintedToken:
        """Return a token of an active session that is valid for `MARGIN_SECONDS` or more.

        Raises:
            ApiUnavailableError: Clerk does not answer.
            ApiRefusedError: Clerk mints nothing for this session.
            TokenError: what Clerk minted does not verify.
        """
        slot = self._slot(session_id, template)
        known = slot.token
        if known is not None and self._usable(known):
            return known
        self._check_failure(slot)
        about_to_wait()
        with slot.lock:
            self._check_failure(slot)
            if slot.token is None or not self._usable(slot.token):
                slot.token = self._mint(slot, session_id, template)
            return slot.token

    def forget(self, session_id: str) -> None:
        """Drop the tokens of a session that ended."""
        with self._guard:
            for key in [key for key in self._slots if key[0] == session_id]:
                del self._slots[key]

    def _usable(self, token: MintedToken) -> bool:
        return token.expires_at - self._clock() > MARGIN_SECONDS

    def _check_failure(self, slot: _Slot) -> None:
        """Fail at once while the last failure is fresh: each try may cost the API's deadline."""
        if 0 <= self._clock() - slot.failed_at < RETRY_SECONDS:
            raise ApiUnavailableError("no token could be minted a moment ago")

    def _mint(self, slot: _Slot, session_id: str, template: str | None) -> MintedToken:
        try:
            text = self._api.create_token(session_id, template)
        except ApiUnavailableError:
            slot.failed_at = self._clock()
            raise
        now = self._clock()
        if template is None:
            claims = verify(text, self._keys, now, self._policy)
        else:
            claims = verify_signature(decode(text), self._keys)
            check_times(claims, now, self._policy.skew_seconds)
        return MintedToken(text, claims, claims["exp"])

    def _slot(self, session_id: str, template: str | None) -> _Slot:
        with self._guard:
            slot = self._slots.setdefault((session_id, template), _Slot())
            self._slots.move_to_end((session_id, template))
            while len(self._slots) > _MAX_TOKENS:
                self._slots.popitem(last=False)
            return slot
