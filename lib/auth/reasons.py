"""Every reason that a decision can have: Clerk's names, and our own where Clerk has none.

The list is closed: metrics, events and pages use these names and no others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Self


class _NamedReason(StrEnum):
    """A reason's name, with its meaning."""

    meaning: str

    def __new__(cls, name: str, meaning: str) -> Self:
        member = str.__new__(cls, name)
        member._value_ = name
        member.meaning = meaning
        return member


class TokenReason(_NamedReason):
    """Why a token is not accepted (Clerk's `TokenVerificationErrorReason`)."""

    EXPIRED = "token-expired", "a Bearer token has expired"
    INVALID = "token-invalid", "not a token of the right form and type"
    INVALID_ALGORITHM = (
        "token-invalid-algorithm",
        "the token is signed with an algorithm that is not accepted",
    )
    INVALID_AUTHORIZED_PARTIES = (
        "token-invalid-authorized-parties",
        "the token was issued for another site (`azp`)",
    )
    INVALID_ISSUER = "token-invalid-issuer", "the token was issued by another instance (`iss`)"
    INVALID_SIGNATURE = "token-invalid-signature", "the token's signature is wrong"
    NOT_ACTIVE_YET = "token-not-active-yet", "a Bearer token is not valid yet"
    IAT_IN_THE_FUTURE = "token-iat-in-the-future", "a Bearer token was issued in the future"
    VERIFICATION_FAILED = (
        "token-verification-failed",
        "a claim is missing or malformed, or the key does not fit",
    )
    SECRET_KEY_INVALID = "secret-key-invalid", "Clerk refuses `CLERK_SECRET_KEY`"
    JWK_REMOTE_FAILED_TO_LOAD = "jwk-remote-failed-to-load", "Clerk's keys cannot be loaded"
    JWK_KID_MISMATCH = "jwk-kid-mismatch", "no key of this id: a token of another instance"


class AuthReason(_NamedReason):
    """Why a request is not signed in (Clerk's `AuthErrorReason`)."""

    CLIENT_UAT_WITHOUT_SESSION_TOKEN = (
        "client-uat-but-no-session-token",
        "signed in at Clerk, but the browser has no token for this app yet",
    )
    DEV_BROWSER_MISSING = (
        "dev-browser-missing",
        "development instance: Clerk has not identified the browser yet",
    )
    DEV_BROWSER_SYNC = (
        "dev-browser-sync",
        "development instance: the browser comes back from the sign-in page",
    )
    PRIMARY_DOMAIN_CROSS_ORIGIN_SYNC = (
        "primary-domain-cross-origin-sync",
        "the browser comes from another site",
    )
    SESSION_TOKEN_AND_UAT_MISSING = (
        "session-token-and-uat-missing",
        "no cookies of this instance: never signed in, or signed out",
    )
    SESSION_TOKEN_MISSING = (
        "session-token-missing",
        "a handshake returned no session: signed out at Clerk",
    )
    SESSION_TOKEN_IAT_BEFORE_CLIENT_UAT = (
        "session-token-iat-before-client-uat",
        "the sign-in changed after the token was issued",
    )
    SESSION_TOKEN_NBF = "session-token-nbf", "the token is not valid yet: the clocks differ"
    SESSION_TOKEN_IAT_IN_THE_FUTURE = (
        "session-token-iat-in-the-future",
        "the token was issued in the future: the clocks differ",
    )
    SESSION_TOKEN_WITHOUT_CLIENT_UAT = (
        "session-token-but-no-client-uat",
        "a session token without the cookie that belongs to it",
    )
    TOKEN_TYPE_MISMATCH = (
        "token-type-mismatch",
        "a machine, template or OAuth token instead of a session token",
    )
    UNEXPECTED_ERROR = (
        "unexpected-error",
        "an error in Earshot; the log has it under the request id",
    )


class GateReason(_NamedReason):
    """Our own reasons: what the gate decides and Clerk's rules have no name for."""

    SIGNED_IN = "signed-in", "allowed"
    APP_SESSION_INVALID = (
        "app-session-invalid",
        "the app-session cookie belongs to another session than the token",
    )
    BEARER_MISSING = "bearer-missing", "the API was called without a Bearer token"
    CROSS_ORIGIN = "cross-origin", "a page of another site opened a socket or posted a sign-out"
    NO_SUCH_PAGE = "no-such-page", "signed in, but the page does not exist"
    REQUEST_TOO_LARGE = (
        "request-too-large",
        "path and query above 16 KB (414), or headers above 32 KB (431)",
    )
    ROLE_INSUFFICIENT = "role-insufficient", "the page is not for this role"
    ROLE_MISSING = "role-missing", "signed in, but without a role in Earshot"
    SERVICE_TOKEN_EXPIRED = "service-token-expired", "a service token has expired"
    SERVICE_TOKEN_INVALID = "service-token-invalid", "a service token is not accepted"
    SESSION_CHECK_UNAVAILABLE = (
        "session-check-unavailable",
        "Clerk does not answer, and the grace period is over",
    )
    SESSION_NOT_ACTIVE = "session-not-active", "Clerk says that the session has ended"
    SESSION_PENDING = (
        "session-pending",
        "the session has open tasks at Clerk, such as choosing an organization",
    )
    SIGNED_OUT_HERE = "signed-out-here", "the session was signed out in Earshot a moment ago"
    TOO_MANY_SOCKETS = "too-many-sockets", "the member has too many tabs open in one replica (429)"


EXPIRED_PREFIX = "session-token-expired-refresh-"

# What comes after `session-token-expired-refresh-`. Clerk's API error codes are kept as they are in
# the decision; those that are not in this list are counted as `other`.
_REFRESH_MEANINGS = {
    "expired-session-token-decode-failed": "the expired session cookie cannot be read",
    "expired-session-token-missing-sid-claim": "the expired token names no session",
    "fetch-error": "expired, and Clerk's API did not answer the refresh",
    "invalid-session-token": "expired, and the token that Clerk returned does not verify",
    "non-eligible-no-refresh-cookie": (
        "expired, and no refresh token: the usual case after a minute"
    ),
    "non-eligible-non-get": "expired, and the request is not a GET",
    "session_revoked": "expired, and Clerk refuses to refresh: the session was revoked",
    "unexpected-bapi-error": "expired, and Clerk refused to refresh without a code",
    "unexpected-sdk-error": "expired, and Clerk's answer to the refresh was empty",
    "other": "expired, and Clerk refused to refresh with another code",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason, as events and pages name it.

    Attributes:
        name: Clerk's or our own.
        origin: who defines the name.
        meaning: what happened, in a few words.
    """

    name: str
    origin: Literal["clerk", "earshot"]
    meaning: str


ALL_REASONS: Mapping[str, Reason] = {
    reason.name: reason
    for reason in (
        *(Reason(str(own), "earshot", own.meaning) for own in GateReason),
        *(Reason(str(named), "clerk", named.meaning) for named in (*TokenReason, *AuthReason)),
        *(
            Reason(EXPIRED_PREFIX + suffix, "clerk", meaning)
            for suffix, meaning in _REFRESH_MEANINGS.items()
        ),
    )
}

CHECK_FAILED: frozenset[str] = frozenset(
    {
        AuthReason.UNEXPECTED_ERROR,
        GateReason.SESSION_CHECK_UNAVAILABLE,
        TokenReason.JWK_REMOTE_FAILED_TO_LOAD,
        TokenReason.SECRET_KEY_INVALID,
    }
)
"""Reasons that say nothing of the request: nobody's sign-in can be checked."""


def listed(reason: str) -> str:
    """Return the name from the closed list that a reason is counted under, usually its own."""
    if reason in ALL_REASONS:
        return reason
    if reason.startswith(EXPIRED_PREFIX):
        return EXPIRED_PREFIX + "other"
    return AuthReason.UNEXPECTED_ERROR.value
