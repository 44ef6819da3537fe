"""Verification of Clerk's JWTs: a pure function of token, keys, time and policy.

The order of the checks is Clerk's own (`verifyToken` of `@clerk/backend`), because the first
failure names the reason that operators see. Signatures are PyJWT's work.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any, Protocol

import jwt
from jwt.api_jws import PyJWS
from jwt.utils import base64url_decode

from lib.auth.reasons import TokenReason

Claims = dict[str, Any]

# Browsers keep a cookie below 4 KB; a Bearer token may be a little longer. More is refused unread.
MAX_TOKEN_CHARS = 8192
ALGORITHMS = ("RS256", "RS384", "RS512")
DEFAULT_SKEW_SECONDS = 5.0

CATEGORY_SESSION = "cl_B7d4PD111AAA"
CATEGORY_MACHINE = "cl_B7d4PD333AAA"
CATEGORY_IGNORE = "cl_I7d4PD111III"

_JWS = PyJWS(algorithms=list(ALGORITHMS))
_MACHINE_TYPES = ("at+jwt", "application/at+jwt")
_MACHINE_SUBJECT = "mch_"


class TokenError(Exception):
    """A token that is not accepted. The message never holds a part of the token.

    Attributes:
        reason: Clerk's name of the failure.
    """

    def __init__(self, reason: TokenReason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Keys(Protocol):
    """Where verification finds public keys."""

    def get(self, kid: str | None) -> jwt.PyJWK:
        """Return the key for a token header's `kid`, or raise `TokenError`."""

    def replacement(self, kid: str | None, failed: jwt.PyJWK) -> jwt.PyJWK | None:
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
    payload: Claims
    token: str = field(repr=False)

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
    """Read a token's header and payload without trusting them.

    Raises:
        TokenError: `token-invalid`: not three base64url parts that hold JSON objects without
            duplicate names, or longer than `MAX_TOKEN_CHARS`.
    """
    if len(token) > MAX_TOKEN_CHARS or token.count(".") != 2:  # noqa: PLR2004
        raise TokenError(TokenReason.INVALID, "not a token of three parts and acceptable length")
    try:
        parts = _JWS.decode_complete(token, options={"verify_signature": False})
        header = _strict_object(base64url_decode(token.partition(".")[0]))
        return Decoded(header, _strict_object(parts["payload"]), token)
    except (jwt.InvalidTokenError, ValueError, RecursionError) as error:
        raise TokenError(TokenReason.INVALID, "token parts could not be decoded") from error


def verify(token: str, keys: Keys, now: float, policy: Policy) -> Claims:
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
    payload = verify_signature(decoded, keys)
    _check_subject_and_parties(payload, policy)
    check_times(payload, now, policy.skew_seconds, expired_accepted=policy.expired_accepted)
    return payload


def verify_signature(decoded: Decoded, keys: Keys) -> Claims:
    """Check type, algorithm and signature; return the payload that was signed.

    Raises:
        TokenError: no key, a type or algorithm that is not accepted, or a bad signature.
    """
    kid = decoded.header.get("kid")
    key = keys.get(kid)
    if decoded.header.get("typ", "JWT") != "JWT":
        raise TokenError(TokenReason.INVALID, "the header's typ is not JWT")
    if decoded.header.get("alg") not in ALGORITHMS:
        raise TokenError(TokenReason.INVALID_ALGORITHM, "the header's alg is not accepted")
    try:
        return _signed_payload(decoded.token, key)
    except TokenError as error:
        # Clerk's kid is the instance's id: after a rotation it can name a new key.
        if error.reason is not TokenReason.INVALID_SIGNATURE:
            raise
        newer = keys.replacement(kid, key)
        if newer is None:
            raise
        return _signed_payload(decoded.token, newer)


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


def _signed_payload(token: str, key: jwt.PyJWK) -> Claims:
    try:
        return _strict_object(_JWS.decode_complete(token, key)["payload"])
    except jwt.InvalidAlgorithmError as error:
        # The key is bound to one algorithm; another one cannot be tried with it.
        raise TokenError(TokenReason.VERIFICATION_FAILED, "alg does not fit the key") from error
    except jwt.InvalidSignatureError as error:
        raise TokenError(TokenReason.INVALID_SIGNATURE, "the signature is wrong") from error


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


def _strict_object(raw: bytes) -> Claims:
    """Parse a JSON object; raise ValueError for duplicates, constants such as NaN, other types."""
    value = json.loads(
        raw.decode("utf-8"), object_pairs_hook=_unique_names, parse_constant=_no_constant
    )
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
