"""Public keys of a Clerk instance: from a PEM, or from its JWKS with bounded fetching.

Keys are held per instance and replaced as a whole set, never cached by `kid` alone: `kid` is
chosen by whoever wrote the token. A flood of unknown `kid`s or bad signatures causes at most one
fetch per `REFETCH_SECONDS`; during an outage the last good set serves for `STALE_SECONDS`.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from jwt.algorithms import RSAAlgorithm

from lib.auth.backend_api import ApiRefusedError, ApiUnavailableError
from lib.auth.blocking import BlockingCall
from lib.auth.reasons import TokenReason
from lib.auth.tokens import TokenError

FRESH_SECONDS = 300.0
REFETCH_SECONDS = 10.0
STALE_SECONDS = 86_400.0
MIN_KEY_BITS = 2048
_MAX_KEYS = 32
_MAX_KID_CHARS = 256


class PemKeys:
    """The one key of an instance, from the settings: no network, and the same for every `kid`."""

    def __init__(self, pem: str) -> None:
        """Read the key.

        Raises:
            ValueError: not a PEM public key, or not RSA of 2048 bits or more.
        """
        key = load_pem_public_key(pem.encode())
        if not isinstance(key, rsa.RSAPublicKey) or key.key_size < MIN_KEY_BITS:
            raise ValueError("CLERK_JWT_KEY must be an RSA public key of 2048+ bits")
        jwk = json.loads(RSAAlgorithm.to_jwk(key))
        self._key = jwt.PyJWK.from_dict({**jwk, "alg": "RS256"})

    async def get(self, kid: str | None) -> jwt.PyJWK:  # noqa: ARG002  # a PEM has no kid
        """Return the key."""
        return self._key

    async def replacement(self, kid: str | None, failed: jwt.PyJWK) -> None:
        """Return None: a configured key has no successor."""


class JwksKeys:
    """Keys of an instance's JWK set, fetched on demand. Safe to share between threads."""

    def __init__(
        self,
        fetch: Callable[[], Mapping[str, Any]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Hold no keys yet.

        Args:
            fetch: returns the JWK set; raises `ApiUnavailableError` or `ApiRefusedError`.
            clock: monotonic seconds.
        """
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: dict[str, jwt.PyJWK | None] = {}
        self._loaded_at = float("-inf")
        self._tried_at = float("-inf")
        self._failure: TokenError | None = None

    async def get(self, kid: str | None) -> jwt.PyJWK:
        """Return the key for `kid`, fetching if the set is old or does not hold it.

        Raises:
            TokenError: `jwk-kid-mismatch`, `jwk-remote-failed-to-load`, `secret-key-invalid`, and
                `token-invalid-signature` if the instance's key of this kid cannot be used.
        """
        if not isinstance(kid, str) or len(kid) > _MAX_KID_CHARS:
            raise TokenError(TokenReason.JWK_KID_MISMATCH, "the header has no usable kid")
        if self._age() < FRESH_SECONDS and kid in self._keys:
            return self._usable(kid)
        await self._refresh()
        if self._age() >= STALE_SECONDS:
            raise self._failure or TokenError(
                TokenReason.JWK_REMOTE_FAILED_TO_LOAD, "the keys are too old"
            )
        if kid not in self._keys:
            raise self._failure or TokenError(
                TokenReason.JWK_KID_MISMATCH, "the instance has no key of this kid"
            )
        return self._usable(kid)

    async def replacement(self, kid: str | None, failed: jwt.PyJWK) -> jwt.PyJWK | None:
        """Return the key of `kid` if the instance now has another one than `failed`."""
        await self._refresh()
        current = self._keys.get(kid) if kid is not None else None
        if current is None or _modulus(current) == _modulus(failed):
            return None
        return current

    def _usable(self, kid: str) -> jwt.PyJWK:
        key = self._keys[kid]
        if key is None:
            raise TokenError(TokenReason.INVALID_SIGNATURE, "the key of this kid is malformed")
        return key

    def _age(self) -> float:
        return self._clock() - self._loaded_at

    def _may_refetch(self) -> bool:
        return self._clock() - self._tried_at >= REFETCH_SECONDS

    async def _refresh(self) -> None:
        """Fetch the set, unless the last try is too recent."""
        if self._may_refetch():
            await BlockingCall(self._refetch)

    def _refetch(self) -> None:
        """Fetch once for all threads that wait here."""
        with self._lock:
            if not self._may_refetch():
                return
            try:
                self._keys = _signing_keys(self._fetch(), self._keys)
                self._loaded_at = self._clock()
                self._failure = None
            except (ApiUnavailableError, ApiRefusedError, TokenError) as error:
                self._failure = _load_failure(error)
            finally:
                self._tried_at = self._clock()


def _signing_keys(
    jwks: Mapping[str, Any], former: Mapping[str, jwt.PyJWK | None]
) -> dict[str, jwt.PyJWK | None]:
    """Return the signing keys of a set by their kid, None for those that are malformed.

    Raises:
        TokenError: the set is empty, or holds nothing usable in place of keys that are.
    """
    entries = jwks.get("keys")
    found: dict[str, jwt.PyJWK | None] = {}
    if not isinstance(entries, list):
        entries = []
    for entry in entries[:_MAX_KEYS]:
        if isinstance(entry, dict) and isinstance(entry.get("kid"), str):
            found[entry["kid"]] = _rsa_key(entry)
    if not entries or (any(former.values()) and not any(found.values())):
        raise TokenError(TokenReason.JWK_REMOTE_FAILED_TO_LOAD, "the key set holds no signing key")
    return found


def _rsa_key(entry: Mapping[str, Any]) -> jwt.PyJWK | None:
    if entry.get("kty") != "RSA" or entry.get("use", "sig") != "sig":
        return None
    try:
        key = jwt.PyJWK.from_dict({"alg": "RS256", **entry})
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    strong = isinstance(key.key, rsa.RSAPublicKey) and key.key.key_size >= MIN_KEY_BITS
    return key if strong else None


def _modulus(key: jwt.PyJWK) -> int:
    modulus: int = key.key.public_numbers().n
    return modulus


def _load_failure(error: Exception) -> TokenError:
    if isinstance(error, TokenError):
        return error
    if isinstance(error, ApiRefusedError) and error.code == "clerk_key_invalid":
        return TokenError(TokenReason.SECRET_KEY_INVALID, "Clerk refuses CLERK_SECRET_KEY")
    return TokenError(TokenReason.JWK_REMOTE_FAILED_TO_LOAD, "Clerk's keys could not be loaded")
