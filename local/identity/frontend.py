"""Frontend API for scripts in the browser: the client, its sessions, keys and discovery."""

from __future__ import annotations

import sqlite3
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.identity import cookies, sessions, tokens, users
from local.identity.errors import ClerkError, not_found
from local.identity.handshake import accept_ticket, handshake
from local.identity.instance import Instance

_READING = ("GET", "HEAD", "OPTIONS")


def jwks(request: Request) -> Response:
    """Return the public signing keys (RFC 7517)."""
    return JSONResponse(request.app.state.instance.jwks)


def discovery(request: Request) -> Response:
    """Return the issuer's metadata (OpenID Connect Discovery 1.0), which Convex reads."""
    issuer = request.app.state.instance.stack.issuer_url
    return JSONResponse(
        {
            "issuer": issuer,
            "jwks_uri": f"{issuer}/.well-known/jwks.json",
            "authorization_endpoint": f"{issuer}/oauth/authorize",
            "token_endpoint": f"{issuer}/oauth/token",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }
    )


def create_dev_browser(request: Request) -> Response:
    """Make a dev browser, as clerk-js does on a development instance's first visit."""
    instance: Instance = request.app.state.instance
    if instance.production:
        raise ClerkError(400, "not_a_development_instance", "This is a production instance")
    with instance.database.write() as db:
        client_id, secret = sessions.create_client(db)
        token = sessions.create_dev_browser(db, client_id)
    response = JSONResponse({"id": token, "object": "dev_browser"})
    cookies.set_client(instance, response, secret)
    return response


def show_client(request: Request) -> Response:
    """Return the browser's client, or null if it has none yet."""
    instance: Instance = request.app.state.instance
    with instance.database.read() as db:
        client_id = _client_of(instance, db, request)
        return _client_answer(db, client_id)


def end_sessions(request: Request) -> Response:
    """Sign the browser out of everything (`DELETE /v1/client/sessions`)."""
    instance: Instance = request.app.state.instance
    _require_own_origin(instance, request)
    with instance.database.write() as db:
        client_id = _client_of(instance, db, request)
        for session in sessions.of_client(db, client_id):
            sessions.end(db, session["id"], "removed")
        answer = _client_answer(db, client_id)
    return _signed_out(instance, answer)


def remove_session(request: Request) -> Response:
    """Sign the browser out of one session, as clerk-js does."""
    return _end_session(request, "removed")


def end_session(request: Request) -> Response:
    """End one session of the browser."""
    return _end_session(request, "ended")


def create_token(request: Request) -> Response:
    """Mint a session token for the page that asks (clerk-js polls this)."""
    instance: Instance = request.app.state.instance
    origin = _require_own_origin(instance, request)
    with instance.database.read() as db:
        client_id = _client_of(instance, db, request)
        session = _own_session(db, client_id, request.path_params["clerk_session_id"])
        user = users.get(db, session["user_id"])
    if session["status"] != "active":
        raise ClerkError(401, "signed_out", "You are signed out")
    return JSONResponse(
        {"object": "token", "jwt": tokens.session_token(instance, session, user, origin)}
    )


def _end_session(request: Request, status: sessions.EndStatus) -> Response:
    instance: Instance = request.app.state.instance
    _require_own_origin(instance, request)
    with instance.database.write() as db:
        client_id = _client_of(instance, db, request)
        session = _own_session(db, client_id, request.path_params["clerk_session_id"])
        sessions.end(db, session["id"], status)
        answer = _client_answer(db, client_id)
    return _signed_out(instance, answer)


def _client_of(instance: Instance, db: sqlite3.Connection, request: Request) -> str | None:
    if not instance.production:
        token = request.query_params.get(cookies.DEV_BROWSER)
        client_id = sessions.client_of_dev_browser(db, token)
        if client_id:
            return client_id
    return sessions.client_of_secret(db, request.cookies.get(cookies.CLIENT))


def _own_session(
    db: sqlite3.Connection, client_id: str | None, clerk_session_id: str
) -> dict[str, Any]:
    session = sessions.get(db, clerk_session_id)
    if session["client_id"] != client_id:
        raise not_found("Session")
    return session


def _client_answer(db: sqlite3.Connection, client_id: str | None) -> Response:
    if client_id is None:
        return JSONResponse({"response": None, "client": None})
    active = sessions.of_client(db, client_id)
    client = {
        "object": "client",
        "id": client_id,
        "sessions": [{**session, "user": users.get(db, session["user_id"])} for session in active],
        "last_active_session_id": active[0]["id"] if active else None,
    }
    return JSONResponse({"response": client, "client": None})


def _signed_out(instance: Instance, response: Response) -> Response:
    if instance.production:
        cookies.set_client_uat(instance, response, 0)
    return response


def _require_own_origin(instance: Instance, request: Request) -> str:
    """Refuse changes asked for by a page of another origin."""
    stack = instance.stack
    origin = request.headers.get("origin", "")
    if request.method not in _READING and origin not in {stack.app_url, stack.portal_url}:
        raise ClerkError(403, "origin_invalid", "This origin does not belong to the instance")
    return origin


ROUTES = [
    Route("/.well-known/jwks.json", jwks),
    Route("/.well-known/openid-configuration", discovery),
    Route("/v1/client", show_client),
    Route("/v1/client/handshake", handshake),
    Route("/v1/client/sessions", end_sessions, methods=["DELETE"]),
    Route("/v1/client/sessions/{clerk_session_id}/tokens", create_token, methods=["POST"]),
    Route("/v1/client/sessions/{clerk_session_id}/remove", remove_session, methods=["POST"]),
    Route("/v1/client/sessions/{clerk_session_id}/end", end_session, methods=["POST"]),
    Route("/v1/dev_browser", create_dev_browser, methods=["POST"]),
    Route("/v1/tickets/accept", accept_ticket),
]
