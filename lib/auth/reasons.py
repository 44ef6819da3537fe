"""Every reason that a decision can have: Clerk's names, and our own where Clerk has none.

The list is closed: metrics, events and pages use these names and no others. What each means and
what to do about it: `lib/product/reason_guidance.py`.
"""

from __future__ import annotations

from enum import StrEnum


class TokenReason(StrEnum):
    """Why a token is not accepted (Clerk's `TokenVerificationErrorReason`)."""

    EXPIRED = "token-expired"
    INVALID = "token-invalid"
    INVALID_ALGORITHM = "token-invalid-algorithm"
    INVALID_AUTHORIZED_PARTIES = "token-invalid-authorized-parties"
    INVALID_ISSUER = "token-invalid-issuer"
    INVALID_SIGNATURE = "token-invalid-signature"
    NOT_ACTIVE_YET = "token-not-active-yet"
    IAT_IN_THE_FUTURE = "token-iat-in-the-future"
    VERIFICATION_FAILED = "token-verification-failed"
    SECRET_KEY_INVALID = "secret-key-invalid"
    JWK_REMOTE_FAILED_TO_LOAD = "jwk-remote-failed-to-load"
    JWK_KID_MISMATCH = "jwk-kid-mismatch"


class AuthReason(StrEnum):
    """Why a request is not signed in (Clerk's `AuthErrorReason`)."""

    CLIENT_UAT_WITHOUT_SESSION_TOKEN = "client-uat-but-no-session-token"
    DEV_BROWSER_MISSING = "dev-browser-missing"
    DEV_BROWSER_SYNC = "dev-browser-sync"
    PRIMARY_DOMAIN_CROSS_ORIGIN_SYNC = "primary-domain-cross-origin-sync"
    SESSION_TOKEN_AND_UAT_MISSING = "session-token-and-uat-missing"
    SESSION_TOKEN_MISSING = "session-token-missing"
    SESSION_TOKEN_IAT_BEFORE_CLIENT_UAT = "session-token-iat-before-client-uat"
    SESSION_TOKEN_NBF = "session-token-nbf"
    SESSION_TOKEN_IAT_IN_THE_FUTURE = "session-token-iat-in-the-future"
    SESSION_TOKEN_WITHOUT_CLIENT_UAT = "session-token-but-no-client-uat"
    TOKEN_TYPE_MISMATCH = "token-type-mismatch"
    UNEXPECTED_ERROR = "unexpected-error"


class GateReason(StrEnum):
    """Our own reasons: what the gate decides and Clerk's rules have no name for."""

    SIGNED_IN = "signed-in"
    APP_SESSION_INVALID = "app-session-invalid"
    API_KEY_INVALID = "api-key-invalid"
    BEARER_MISSING = "bearer-missing"
    CROSS_ORIGIN = "cross-origin"
    NO_SUCH_PAGE = "no-such-page"
    REQUEST_TOO_LARGE = "request-too-large"
    ROLE_INSUFFICIENT = "role-insufficient"
    ROLE_MISSING = "role-missing"
    SERVICE_TOKEN_EXPIRED = "service-token-expired"
    SERVICE_TOKEN_INVALID = "service-token-invalid"
    SESSION_CHECK_UNAVAILABLE = "session-check-unavailable"
    SESSION_NOT_ACTIVE = "session-not-active"
    SESSION_PENDING = "session-pending"
    SIGNED_OUT_HERE = "signed-out-here"
    TOO_MANY_SOCKETS = "too-many-sockets"


EXPIRED_PREFIX = "session-token-expired-refresh-"

# What comes after `session-token-expired-refresh-`. Clerk's API error codes are kept as they are in
# the decision; those that are not in this list are counted as `other`.
_REFRESH_ENDINGS = (
    "expired-session-token-decode-failed",
    "expired-session-token-missing-sid-claim",
    "fetch-error",
    "invalid-session-token",
    "non-eligible-no-refresh-cookie",
    "non-eligible-non-get",
    "session_revoked",
    "unexpected-bapi-error",
    "unexpected-sdk-error",
    "other",
)

ALL_REASONS: frozenset[str] = frozenset(
    [*TokenReason, *AuthReason, *GateReason]
    + [EXPIRED_PREFIX + ending for ending in _REFRESH_ENDINGS]
)

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
