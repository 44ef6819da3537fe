"""Frontend API: the handshake and the spending of sign-in tickets (both are page navigations)."""

from __future__ import annotations

import json
import sqlite3
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from local.identity import cookies, sessions, tickets, tokens
from local.identity.database import digest, new_secret, now_ms
from local.identity.errors import ClerkError, not_found
from local.identity.instance import Instance

NONCE_SECONDS = 30
# Browsers drop cookies above 4096 bytes, name and attributes included.
_MAX_COOKIE = 3900
_MAX_URL = 8192


def handshake(request: Request) -> Response:
    """Answer `GET /v1/client/handshake`: send the browser back with fresh cookies for the app.

    Raises:
        ClerkError: the return URL is not on the app's origin.
    """
    instance: Instance = request.app.state.instance
    return_url = request.query_params.get("redirect_url", "")
    if not allowed_return_url(instance, return_url):
        message = "The given redirect url does not belong to this instance"
        raise ClerkError(400, "redirect_url_mismatch", message)
    secret = dev_browser = None
    with instance.database.write() as db:
        client_id, dev_browser = _identify(instance, db, request)
        if client_id is None:
            client_id, secret = sessions.create_client(db)
        if dev_browser is None and not instance.production:
            dev_browser = sessions.create_dev_browser(db, client_id)
        origin = _origin(return_url)
        directives = cookies.handshake_directives(instance, db, client_id, origin, dev_browser)
        uat = cookies.client_uat(db, client_id)
        name, payload = _payload(instance, db, request, directives)
    response = _send_back(instance, return_url, name, payload)
    if secret:
        cookies.set_client(instance, response, secret)
    if instance.production:
        cookies.set_client_uat(instance, response, uat)
    return response


def accept_ticket(request: Request) -> Response:
    """Answer `GET /v1/tickets/accept`: spend a ticket, sign the browser in, return to the app.

    A new client (and dev browser) is created, which prevents session fixation.

    Raises:
        ClerkError: the ticket is invalid, or the navigation did not come from the portal.
    """
    instance: Instance = request.app.state.instance
    _require_portal(instance, request)
    target = request.query_params.get("redirect_url", "")
    if not allowed_return_url(instance, target):
        target = instance.stack.app_url + "/"
    with instance.database.write() as db:
        user_id = tickets.spend(db, request.query_params.get("ticket", ""))
        former = sessions.client_of_secret(db, request.cookies.get(cookies.CLIENT))
        for session in sessions.of_client(db, former):
            sessions.end(db, session["id"], "replaced")
        client_id, secret = sessions.create_client(db)
        sessions.create_session(db, client_id, user_id)
        uat = cookies.client_uat(db, client_id)
        dev_browser = None if instance.production else sessions.create_dev_browser(db, client_id)
    parameters = {cookies.DEV_BROWSER: dev_browser} if dev_browser else {}
    response = _redirect(with_parameters(target, parameters))
    cookies.set_client(instance, response, secret)
    if instance.production:
        cookies.set_client_uat(instance, response, uat)
    return response


def spend_nonce(db: sqlite3.Connection, nonce: str) -> list[str]:
    """Return the directives behind a nonce, once.

    Raises:
        ClerkError: the nonce is unknown, spent or too old.
    """
    query = "DELETE FROM nonces WHERE nonce_hash = ? RETURNING directives, expires_at"
    row = db.execute(query, (digest(nonce),)).fetchone()
    if row is None or row["expires_at"] <= now_ms():
        raise not_found("Handshake payload")
    return list(json.loads(row["directives"]))


def allowed_return_url(instance: Instance, url: str) -> bool:
    """Tell whether the browser may be sent to `url`: the app's origin and nothing else."""
    clean = url.isascii() and url.isprintable() and len(url) <= _MAX_URL and "\\" not in url
    return clean and _origin(url) == instance.stack.app_url


def with_parameters(url: str, parameters: dict[str, str]) -> str:
    """Return `url` with query parameters set."""
    parts = urlsplit(url)
    pairs = [
        pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in parameters
    ]
    return parts._replace(query=urlencode([*pairs, *parameters.items()])).geturl()


def _identify(
    instance: Instance, db: sqlite3.Connection, request: Request
) -> tuple[str | None, str | None]:
    """Return the client of the request and its dev browser, as far as they are known."""
    if not instance.production:
        token = request.query_params.get(cookies.DEV_BROWSER)
        client_id = sessions.client_of_dev_browser(db, token)
        if client_id:
            return client_id, token
    return sessions.client_of_secret(db, request.cookies.get(cookies.CLIENT)), None


def _payload(
    instance: Instance, db: sqlite3.Connection, request: Request, directives: list[str]
) -> tuple[str, str]:
    """Return name and value of the parameter or cookie that carries the directives."""
    wanted = instance.settings.handshake_format
    if wanted == "requested":
        wanted = "nonce" if request.query_params.get("format") == "nonce" else "token"
    if wanted == "token":
        token = tokens.handshake_token(instance, directives)
        if not instance.production or len(token) <= _MAX_COOKIE:
            return cookies.HANDSHAKE, token
    nonce = new_secret("nonce")
    row = (digest(nonce), json.dumps(directives), now_ms() + NONCE_SECONDS * 1000)
    db.execute("INSERT INTO nonces VALUES (?, ?, ?)", row)
    return cookies.HANDSHAKE_NONCE, nonce


def _send_back(instance: Instance, url: str, name: str, payload: str) -> Response:
    """Redirect with the payload: in the query for development, in a cookie for production."""
    if not instance.production:
        return _redirect(with_parameters(url, {name: payload}))
    response = _redirect(url)
    response.set_cookie(
        name,
        payload,
        max_age=NONCE_SECONDS,
        domain=instance.parent_domain,
        secure=url.startswith("https:"),
        httponly=True,
        samesite="lax",
    )
    return response


def _require_portal(instance: Instance, request: Request) -> None:
    """Refuse a ticket that another site put into the browser (login cross-site forgery)."""
    site = request.headers.get("sec-fetch-site")
    referrer = _origin(request.headers.get("referer", ""))
    from_portal = referrer == instance.stack.portal_url
    if site not in {"same-site", "same-origin"} if site else not from_portal:
        message = "Sign in from the sign-in page"
        raise ClerkError(403, "ticket_origin_invalid", message)


def _redirect(url: str) -> Response:
    # The URL contains a secret: no caching, no referrer.
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return RedirectResponse(url, 307, headers)


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}"
