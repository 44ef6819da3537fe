"""Verification of Clerk's JWTs, a function of token, keys, time and policy.

The order of the checks is Clerk's own (`verifyToken` of `@clerk/backend`), because the first
failure names the reason that operators see. Signatures are PyJWT's work.
"""

from __future__ import annotations

import binascii
import json
import math
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

import jwt

from lib.auth.reasons import TokenReason

Claims = dict[str, Any]

# Browsers keep a cookie below 4 KB; a Bearer token may be a little longer. More is refused unread.
MAX_TOKEN_CHARS = 8192
ALGORITHMS = ("RS256", "RS384", "RS512")
DEFAULT_SKEW_SECONDS = 5.0

CATEGORY_SESSION = "cl_B7d4PD111AAA"
CATEGORY_MACHINE = "cl_B7d4PD333AAA"
CATEGORY_IGNORE = "cl_I7d4PD111III"

_MACHINE_TYPES = ("at+jwt", "application/at+jwt")
_MACHINE_SUBJECT = "mch_"

# base64url to base64; what belongs to base64 alone becomes invalid.
_TO_BASE64 = bytes.maketrans(b"-_+/=", b"+/!!!")
_PADDING = (b"", b"", b"==", b"=")
# Last characters whose unused bits are zero, by the length's remainder modulo 4.
_CANONICAL_ENDS = {2: b"AQgw", 3: b"AEIMQUYcgkosw048"}


class TokenError(Exception):
    """A token that is not accepted. The message never holds a part of the token.

    Attributes:
        reason: Clerk's name of the failure.
    """

    def __init__(self, reason: TokenReason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Keys(Protocol):
    """Where verification finds public keys. May await `lib.auth.blocking.BlockingCall`."""

    async def get(self, kid: str | None) -> jwt.PyJWK:
        """Return the key for a token header's `kid`, or raise `TokenError`."""

    async def replacement(self, kid: str | None, failed: jwt.PyJWK) -> jwt.PyJWK | None:
        """Return another key for `kid` than the one that failed, if the issuer has a newer one."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What a token must say beyond a good signature.

    Attributes:
        issuer: exact `iss`; None leaves it unchecked.
        authorized_parties: accepted `azp`; empty leaves it unchecked.
        azp_optional: accept a token without `azp` (one that a server minted).
        audience: accepted `aud`; None leaves it unchecked. A token without `aud` is accepted.
        sid_required: refuse tokens without `sid`: only session tokens have one.
        skew_seconds: tolerance towards the clocks of others.
        expired_accepted: skip the expiry check only (the caller asks the server about the `sid`).
    """

    issuer: str | None = None
    authorized_parties: frozenset[str] = frozenset()
    azp_optional: bool = False
    audience: str | None = None
    sid_required: bool = True
    skew_seconds: float = DEFAULT_SKEW_SECONDS
    expired_accepted: bool = False


@dataclass(frozen=True, slots=True)
class Decoded:
    """A token's parts, unverified."""

    header: Claims
    payload: Claims = field(repr=False)
    signing_input: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    @property
    def category_refused(self) -> bool:
        """Whether the header's `cat` says that this is no session token."""
        # Compared one by one: the header is anybody's JSON and need not be hashable.
        category = self.header.get("cat", CATEGORY_IGNORE)
        return not any(category == known for known in (CATEGORY_SESSION, CATEGORY_IGNORE))

    @property
    def is_machine(self) -> bool:
        """Whether this is an OAuth access token or a machine-to-machine token."""
        subject = self.payload.get("sub")
        return self.header.get("typ") in _MACHINE_TYPES or (
            isinstance(subject, str) and subject.startswith(_MACHINE_SUBJECT)
        )


def decode(token: str) -> Decoded:
    """Read a token's parts without trusting them.

    Raises:
        TokenError: `token-invalid`: not three canonical base64url parts of which the first two
            hold JSON objects without duplicate names, longer than `MAX_TOKEN_CHARS`, or with
            header extensions that must be understood (`crit`): none is.
    """
    if len(token) > MAX_TOKEN_CHARS:
        raise TokenError(TokenReason.INVALID, "the token is too long")
    try:
        signing_input, _, signature = token.encode("ascii").rpartition(b".")
        header_part, payload_part = signing_input.split(b".")
        header, payload = _decoded_header(header_part), _strict_object(_decoded(payload_part))
        decoded = Decoded(header, payload, signing_input, _decoded(signature))
    except (ValueError, RecursionError) as error:
        raise TokenError(TokenReason.INVALID, "the token's parts cannot be decoded") from error
    if "crit" in header:
        raise TokenError(TokenReason.INVALID, "the header has critical extensions")
    return decoded


async def verify(token: str, keys: Keys, now: float, policy: Policy) -> Claims:
    """Return the claims of a session token that passes every check.

    Args:
        token: compact JWS.
        keys: public keys of the issuer.
        now: Unix time in seconds.
        policy: the checks beyond the signature.

    Raises:
        TokenError: the first check that failed.
    """
    decoded = decode(token)
    if decoded.header.get("cat") == CATEGORY_MACHINE:
        raise TokenError(TokenReason.INVALID, "a machine token is no session token")
    payload = await verify_signature(decoded, keys)
    _check_subject_and_parties(payload, policy)
    check_times(payload, now, policy.skew_seconds, expired_accepted=policy.expired_accepted)
    return payload


async def verify_signature(decoded: Decoded, keys: Keys) -> Claims:
    """Check type, algorithm and signature; return the payload that was signed.

    Raises:
        TokenError: no key, a type or algorithm that is not accepted, or a bad signature.
    """
    kid = decoded.header.get("kid")
    key = await keys.get(kid)
    try:
        check_signature(decoded, key)
    except TokenError as error:
        # Clerk's kid is the instance's id: after a rotation it can name a new key.
        if error.reason is not TokenReason.INVALID_SIGNATURE:
            raise
        newer = await keys.replacement(kid, key)
        if newer is None:
            raise
        check_signature(decoded, newer)
    return decoded.payload


def check_signature(decoded: Decoded, key: jwt.PyJWK) -> None:
    """Check type, algorithm and signature with one key.

    Raises:
        TokenError: a type or algorithm that is not accepted, or a bad signature.
    """
    if decoded.header.get("typ", "JWT") != "JWT":
        raise TokenError(TokenReason.INVALID, "the header's typ is not JWT")
    if decoded.header.get("alg") not in ALGORITHMS:
        raise TokenError(TokenReason.INVALID_ALGORITHM, "the header's alg is not accepted")
    if decoded.header["alg"] != key.algorithm_name:
        # The key is bound to one algorithm; another one cannot be tried with it.
        raise TokenError(TokenReason.VERIFICATION_FAILED, "alg does not fit the key")
    _check_bytes(decoded.signing_input, decoded.signature, key)


def check_times(
    payload: Claims, now: float, skew: float, *, expired_accepted: bool = False
) -> None:
    """Check `exp`, `nbf` and `iat` (seconds) against `now` with `skew` seconds of tolerance.

    Raises:
        TokenError: expired, not yet active, issued in the future or not a number.
    """
    expires = _seconds(payload, "exp")
    if expires is None:
        raise TokenError(TokenReason.VERIFICATION_FAILED, "exp is required")
    if expires <= now - skew and not expired_accepted:
        raise TokenError(TokenReason.EXPIRED, "the token is expired")
    not_before = _seconds(payload, "nbf")
    if not_before is not None and not_before > now + skew:
        raise TokenError(TokenReason.NOT_ACTIVE_YET, "the token is not active yet")
    issued = _seconds(payload, "iat")
    if issued is not None and issued > now + skew:
        raise TokenError(TokenReason.IAT_IN_THE_FUTURE, "the token was issued in the future")


@lru_cache(maxsize=2048)
def _check_bytes(signing_input: bytes, signature: bytes, key: jwt.PyJWK) -> None:
    """Check a signature. Good ones are cached: a page load and its socket send the same token.

    A bad signature raises and is not cached, so a flood of bad ones displaces nothing.
    """
    if not key.Algorithm.verify(signing_input, key.key, signature):
        raise TokenError(TokenReason.INVALID_SIGNATURE, "the signature is wrong")


def _check_subject_and_parties(payload: Claims, policy: Policy) -> None:
    if not isinstance(payload.get("sub"), str):
        raise TokenError(TokenReason.VERIFICATION_FAILED, "sub is required")
    if policy.audience is not None and not _audience_fits(payload.get("aud"), policy.audience):
        raise TokenError(TokenReason.VERIFICATION_FAILED, "aud names another audience")
    if policy.authorized_parties:
        azp = payload.get("azp")
        absent_is_fine = azp is None and policy.azp_optional
        listed = isinstance(azp, str) and azp in policy.authorized_parties
        if not listed and not absent_is_fine:
            raise TokenError(TokenReason.INVALID_AUTHORIZED_PARTIES, "azp is not accepted")
    if policy.issuer is not None and payload.get("iss") != policy.issuer:
        raise TokenError(TokenReason.INVALID_ISSUER, "iss is another instance")
    if policy.sid_required and not _is_text(payload.get("sid")):
        raise TokenError(TokenReason.VERIFICATION_FAILED, "sid is required")


def _audience_fits(claim: object, expected: str) -> bool:
    """An absent audience fits; a present one must name us."""
    audiences = claim if isinstance(claim, list) else [claim]
    named = [audience for audience in audiences if audience]
    return not named or expected in named


def _seconds(payload: Claims, name: str) -> float | None:
    """Return a time claim in whole seconds, None if absent."""
    if name not in payload:
        return None
    value = payload[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TokenError(TokenReason.VERIFICATION_FAILED, f"{name} is not a number")
    return math.trunc(value)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _decoded(part: bytes) -> bytes:
    """Decode one part; raise ValueError unless it is canonical: one text for one value."""
    surplus = len(part) % 4
    if surplus and part[-1] not in _CANONICAL_ENDS.get(surplus, b""):
        raise ValueError("not canonical base64url")
    padded = part.translate(_TO_BASE64) + _PADDING[surplus]
    return binascii.a2b_base64(padded, strict_mode=True)


@lru_cache(maxsize=64)
def _decoded_header(part: bytes) -> Claims:
    """Decode a header: all tokens of an instance have the same one. Callers must not change it."""
    return _strict_object(_decoded(part))


def _strict_object(raw: bytes) -> Claims:
    """Parse a JSON object; raise ValueError for duplicates, constants such as NaN, other types."""
    value = _JSON.decode(raw.decode("utf-8"))
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004  # one error for all malformed JSON
    return value


def _unique_names(pairs: list[tuple[str, Any]]) -> Claims:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("duplicate names")
    return value


def _no_constant(name: str) -> None:
    raise ValueError(name)


_JSON = json.JSONDecoder(object_pairs_hook=_unique_names, parse_constant=_no_constant)
