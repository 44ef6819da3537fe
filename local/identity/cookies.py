"""Cookies of the Frontend API: the browser's own, and the directives a handshake carries."""

from __future__ import annotations

import sqlite3
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import Response

from local.identity import sessions, tokens, users
from local.identity.instance import Instance

CLIENT = "__client"
HANDSHAKE = "__clerk_handshake"
HANDSHAKE_NONCE = "__clerk_handshake_nonce"
DEV_BROWSER = "__clerk_db_jwt"

YEAR_SECONDS = 365 * 86_400


def set_client(instance: Instance, response: Response, secret: str) -> None:
    """Set the long-lived credential of the browser, on the Frontend API's host alone."""
    response.set_cookie(
        CLIENT,
        secret,
        max_age=YEAR_SECONDS,
        secure=_secure(instance),
        httponly=True,
        samesite="lax",
    )


def set_client_uat(instance: Instance, response: Response, uat: int) -> None:
    """Tell all hosts of a production instance when the sign-in last changed."""
    for name in ("__client_uat", f"__client_uat_{instance.suffix}"):
        response.set_cookie(
            name,
            str(uat),
            max_age=YEAR_SECONDS,
            domain=instance.parent_domain,
            secure=_secure(instance),
            samesite="lax",
        )


def client_uat(db: sqlite3.Connection, client_id: str | None) -> int:
    """Return Unix seconds of the client's sign-in; 0 = signed out."""
    active = sessions.of_client(db, client_id)
    return active[0]["created_at"] // 1000 if active else 0


def handshake_directives(
    instance: Instance,
    db: sqlite3.Connection,
    client_id: str,
    origin: str,
    dev_browser: str | None,
) -> list[str]:
    """Return the Set-Cookie values that bring the app's cookies up to date.

    Args:
        instance: whose tokens.
        db: connection inside a transaction (a refresh token may be made).
        client_id: the browser.
        origin: the app's origin, `azp` of the session token.
        dev_browser: its token, on development instances.
    """
    secure = urlsplit(origin).scheme == "https"
    active = sessions.of_client(db, client_id)
    if active:
        values = _signed_in(instance, db, active[0], origin, secure=secure)
    else:
        values = [_directive(name, "", secure=secure) for name in _twins(instance, "__session")]
    if instance.production:
        # The user-agent timestamp is set by the Frontend API itself, for all hosts at once.
        spent = (HANDSHAKE, HANDSHAKE_NONCE)
        return values + [
            f"{_directive(name, '', secure=secure)}; Domain={instance.parent_domain}"
            for name in spent
        ]
    lasting = {"__client_uat": str(client_uat(db, client_id)), DEV_BROWSER: dev_browser or ""}
    return values + [
        _directive(twin, value, secure=secure)
        for name, value in lasting.items()
        for twin in _twins(instance, name)
    ]


def session_cookies(instance: Instance, token: str, *, secure: bool) -> list[str]:
    """Return the Set-Cookie values of a session token: plain and suffixed name."""
    return [_directive(name, token, secure=secure) for name in _twins(instance, "__session")]


def _signed_in(
    instance: Instance,
    db: sqlite3.Connection,
    session: dict[str, Any],
    origin: str,
    *,
    secure: bool,
) -> list[str]:
    user = users.get(db, session["user_id"])
    token = tokens.session_token(instance, session, user, origin)
    values = session_cookies(instance, token, secure=secure)
    if instance.settings.refresh_tokens:
        refresh = sessions.create_refresh_token(db, session["id"])
        name = f"__refresh_{instance.suffix}"
        values.append(_directive(name, refresh, secure=secure) + "; HttpOnly")
    return values


def _twins(instance: Instance, name: str) -> tuple[str, str]:
    return name, f"{name}_{instance.suffix}"


def _directive(name: str, value: str, *, secure: bool) -> str:
    age = YEAR_SECONDS if value else 0
    flags = "; Secure" if secure else ""
    return f"{name}={value}; Path=/; Max-Age={age}; SameSite=Lax{flags}"


def _secure(instance: Instance) -> bool:
    return instance.stack.issuer_url.startswith("https:")
