"""Trading an expired session token for a new one with the browser's refresh token."""

from __future__ import annotations

import re

from lib.auth.backend_api import ApiRefusedError, ApiUnavailableError, BackendApi
from lib.auth.cookies import InstanceCookies
from lib.auth.decisions import Decision
from lib.auth.handshake import own_directives, session_of
from lib.auth.instance import Instance
from lib.auth.requests import AuthRequest
from lib.auth.tokens import Keys, TokenError, decode, verify

_CODE = re.compile(r"[a-z0-9_-]{1,64}")


def refresh(  # noqa: PLR0911  # one return per ending
    request: AuthRequest,
    cookies: InstanceCookies,
    expired_token: str,
    instance: Instance,
    keys: Keys,
    api: BackendApi,
    now: float,
) -> Decision | str:
    """Return the signed-in decision, or the ending of `session-token-expired-refresh-*`."""
    # The refresh token is the cookie's, so the cookie's session token goes with it.
    expired_token = cookies.session or expired_token
    try:
        session_id = decode(expired_token).payload.get("sid")
    except TokenError:
        return "expired-session-token-decode-failed"
    if not isinstance(session_id, str) or not session_id:
        return "expired-session-token-missing-sid-claim"
    try:
        lines = api.refresh_session(
            session_id,
            suffixed_cookies=cookies.suffixed,
            expired_token=expired_token,
            refresh_token=cookies.refresh or "",
            request_origin=request.url.origin,
            request_headers={name: [value] for name, value in request.headers.items()},
        )
    except ApiRefusedError as error:
        return error.code if _CODE.fullmatch(error.code) else "unexpected-bapi-error"
    except ApiUnavailableError:
        return "fetch-error"
    directives = own_directives(lines)
    if not directives:
        return "unexpected-sdk-error"
    token = session_of(directives)
    try:
        claims = verify(token, keys, now, instance.policy)
    except TokenError:
        return "invalid-session-token"
    return Decision("signed-in", set_cookies=tuple(directives), claims=claims, token=token)
