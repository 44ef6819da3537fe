"""The handshake: sending the browser to the Frontend API and reading what it brings back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import structlog

from lib.auth.backend_api import API_VERSION, ApiRefusedError, ApiUnavailableError, BackendApi
from lib.auth.cookies import (
    CLIENT_UAT,
    DEV_BROWSER,
    REDIRECT_COUNT,
    REFRESH,
    SESSION,
    InstanceCookies,
)
from lib.auth.decisions import Decision
from lib.auth.instance import Instance
from lib.auth.reasons import AuthReason, TokenReason
from lib.auth.requests import HANDSHAKE_PARAMETERS, LEGACY_DEV_BROWSER, AuthRequest
from lib.auth.tokens import Keys, Policy, TokenError, decode, verify, verify_signature
from lib.auth.urls import format_query

# A development machine's clock may be far off; there a fresh handshake is believed for a day.
DEVELOPMENT_SKEW_SECONDS = 86_400.0
_CLOCK_REASONS = {
    TokenReason.EXPIRED,
    TokenReason.NOT_ACTIVE_YET,
    TokenReason.IAT_IN_THE_FUTURE,
}
_OWN_NAMES = (SESSION, CLIENT_UAT, "__clerk_", REFRESH)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

_log = structlog.get_logger()


def handshake_location(
    request: AuthRequest,
    instance: Instance,
    cookies: InstanceCookies,
    reason: str,
    token: str | None,
) -> str:
    """Return the Frontend API URL that brings this browser's cookies into step.

    Args:
        request: the navigation; its return URL is where the browser comes back to.
        instance: the Clerk instance.
        cookies: its cookies in the request.
        reason: why the handshake is due.
        token: the session token that failed, if one did; else the cookie's is sent.
    """
    back = request.return_url.without(DEV_BROWSER, LEGACY_DEV_BROWSER)
    parameters = [
        ("redirect_url", str(back)),
        ("__clerk_api_version", API_VERSION),
        ("suffixed_cookies", "true" if cookies.suffixed else "false"),
        ("__clerk_hs_reason", reason),
        ("format", "nonce"),
    ]
    session = cookies.session or token
    if session:
        parameters.append((SESSION, session))
    dev_browser = request.url.parameter(DEV_BROWSER) or cookies.dev_browser
    if not instance.production and dev_browser:
        parameters.append((DEV_BROWSER, dev_browser))
    return f"{instance.frontend_api}/v1/client/handshake?{format_query(parameters)}"


def loop_counter_cookie(count: int) -> str:
    """Return the cookie that counts handshakes in a row; it lives for two seconds."""
    return f"{REDIRECT_COUNT}={count}; SameSite=Lax; HttpOnly; Max-Age=2"


def resolve_handshake(
    request: AuthRequest, instance: Instance, keys: Keys, api: BackendApi, now: float
) -> Decision | None:
    """Return the decision that a handshake's payload makes, None if it is to be ignored.

    A payload that cannot be had or is not genuine is ignored: the request's own cookies decide.
    """
    try:
        directives = _directives(request, keys, api)
        session_token = session_of(directives)
        location = None if instance.production else str(request.url.without(*HANDSHAKE_PARAMETERS))
        if not session_token:
            return Decision(
                "signed-out", AuthReason.SESSION_TOKEN_MISSING, location, tuple(directives)
            )
        claims = _verify_new_session(session_token, instance, keys, now)
    except TokenError as error:
        _log.warning("auth.handshake_ignored", reason=error.reason.value)
        return None
    except (ApiUnavailableError, ApiRefusedError) as error:
        _log.warning("auth.handshake_ignored", reason=type(error).__name__)
        return None
    return Decision(
        "signed-in", "", location, tuple(directives), claims, session_token, by_handshake=True
    )


def session_of(directives: Sequence[str]) -> str:
    """Return the session token that `Set-Cookie` lines carry; the last one counts."""
    token = ""
    for directive in directives:
        name, _, rest = directive.partition(";")[0].partition("=")
        if name.startswith(SESSION):
            token = rest.partition("=")[0]
    return token


def own_directives(lines: Sequence[object]) -> list[str]:
    """Keep the `Set-Cookie` lines that set Clerk's cookies and hold no control character."""
    return [
        line
        for line in lines
        if isinstance(line, str) and line.startswith(_OWN_NAMES) and not _CONTROL.search(line)
    ]


def _directives(request: AuthRequest, keys: Keys, api: BackendApi) -> list[str]:
    if request.handshake_nonce:
        return own_directives(api.handshake_payload(request.handshake_nonce))
    decoded = decode(request.handshake_token or "")
    if decoded.category_refused:
        raise TokenError(TokenReason.INVALID, "the token is no handshake")
    lines = verify_signature(decoded, keys).get("handshake")
    return own_directives(lines) if isinstance(lines, list) else []


def _verify_new_session(
    token: str, instance: Instance, keys: Keys, now: float
) -> dict[str, object]:
    try:
        return verify(token, keys, now, instance.policy)
    except TokenError as error:
        if instance.production or error.reason not in _CLOCK_REASONS:
            raise
        _log.warning("auth.clock_skew", reason=error.reason.value)
        lenient: Policy = replace(instance.policy, skew_seconds=DEVELOPMENT_SKEW_SECONDS)
        return verify(token, keys, now, lenient)
