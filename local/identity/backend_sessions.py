"""Backend API: sessions, their tokens, handshake payloads and sign-in tickets."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import jwt
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.identity import cookies, sessions, tickets, tokens, users
from local.identity.backend_request import authorize, json_body, paging, seconds_field, text_field
from local.identity.database import now_ms
from local.identity.errors import ClerkError, missing_parameter, not_found
from local.identity.handshake import spend_nonce
from local.identity.instance import Instance

# Clerk's own bounds for `expires_in_seconds`.
_TOKEN_SECONDS = (30, 315_360_000)
_TICKET_SECONDS = (1, 2_592_000)
_TICKET_DEFAULT = 2_592_000


def jwks(request: Request) -> Response:
    """Return the public signing keys; not rate limited."""
    return JSONResponse(authorize(request).jwks)


def list_sessions(request: Request) -> Response:
    """Return sessions of a user or client, newest first."""
    instance = authorize(request)
    query = request.query_params
    filters = {name: query[name] for name in ("user_id", "client_id") if name in query}
    if not filters:
        raise missing_parameter("user_id")
    limit, offset = paging(request)
    if "status" in query:
        filters["status"] = query["status"]
    where = " AND ".join(f"{name} = :{name}" for name in filters)
    table = f"({sessions.STATUS_NOW}) WHERE {where}"
    values = {**filters, "now": now_ms(), "limit": limit, "offset": offset}
    order = "ORDER BY created_at DESC, id LIMIT :limit OFFSET :offset"
    with instance.database.read() as db:
        rows = db.execute(f"SELECT * FROM {table} {order}", values)  # noqa: S608  # own names
        page = [sessions.as_json(row) for row in rows]
        total = db.execute(f"SELECT count(*) FROM {table}", values).fetchone()[0]  # noqa: S608
    if query.get("paginated") == "true":
        return JSONResponse({"data": page, "total_count": total})
    return JSONResponse(page)


def get_session(request: Request) -> Response:
    """Return one session."""
    instance = authorize(request)
    with instance.database.read() as db:
        return JSONResponse(sessions.get(db, request.path_params["clerk_session_id"]))


async def create_session(request: Request) -> Response:
    """Make a session on a client of its own, for tests."""
    instance = authorize(request)
    user_id = text_field(await json_body(request), "user_id")
    if not user_id:
        raise missing_parameter("user_id")

    def work() -> dict[str, Any]:
        with instance.database.write() as db:
            client_id, _ = sessions.create_client(db)
            return sessions.create_session(db, client_id, user_id)

    return JSONResponse(await run_in_threadpool(work))


def revoke_session(request: Request) -> Response:
    """End a session; the browser's next handshake signs it out."""
    instance = authorize(request)
    with instance.database.write() as db:
        return JSONResponse(sessions.end(db, request.path_params["clerk_session_id"], "revoked"))


async def create_token(request: Request) -> Response:
    """Mint a session token, or a token of the template named in the path."""
    instance = authorize(request)
    seconds = seconds_field(await json_body(request), "expires_in_seconds", *_TOKEN_SECONDS)
    template = request.path_params.get("template")
    if template not in {None, tokens.CONVEX_TEMPLATE}:
        raise not_found("JWT template")

    def work() -> str:
        with instance.database.read() as db:
            session = sessions.get(db, request.path_params["clerk_session_id"])
            user = users.get(db, session["user_id"])
        if session["status"] != "active":
            raise not_found("Session")
        if template:
            return tokens.template_token(instance, user, seconds)
        return tokens.session_token(instance, session, user, None, seconds)

    return JSONResponse({"object": "token", "jwt": await run_in_threadpool(work)})


async def refresh_session(request: Request) -> Response:
    """Exchange an expired session token and a refresh token for a fresh session token."""
    instance = authorize(request)
    body = await json_body(request)
    expired, refresh, origin = (
        text_field(body, name) for name in ("expired_token", "refresh_token", "request_origin")
    )
    if not expired or not refresh or not origin:
        raise ClerkError(400, "form_param_missing", "expired_token, refresh_token, request_origin")
    clerk_session_id = request.path_params["clerk_session_id"]
    token = await run_in_threadpool(
        _refreshed, instance, clerk_session_id, expired, refresh, origin
    )
    if text_field(body, "format") != "cookie":
        return JSONResponse({"object": "token", "jwt": token})
    directives = cookies.session_cookies(instance, token, secure=origin.startswith("https:"))
    return JSONResponse({"object": "cookies", "cookies": directives})


def handshake_payload(request: Request) -> Response:
    """Return the directives behind a handshake nonce, once."""
    instance = authorize(request)
    with instance.database.write() as db:
        directives = spend_nonce(db, request.query_params.get("nonce", ""))
    return JSONResponse({"directives": directives})


async def create_ticket(request: Request) -> Response:
    """Make a sign-in ticket; its `url` signs the browser in that opens it from the portal."""
    instance = authorize(request)
    body = await json_body(request)
    user_id = text_field(body, "user_id")
    if not user_id:
        raise missing_parameter("user_id")
    seconds = seconds_field(body, "expires_in_seconds", *_TICKET_SECONDS) or _TICKET_DEFAULT

    def work() -> dict[str, Any]:
        with instance.database.write() as db:
            return tickets.create(db, user_id, seconds)

    ticket = await run_in_threadpool(work)
    url = f"{instance.stack.issuer_url}/v1/tickets/accept?ticket={quote(ticket['token'])}"
    return JSONResponse({**ticket, "url": url})


def revoke_ticket(request: Request) -> Response:
    """Revoke a sign-in ticket."""
    instance = authorize(request)
    with instance.database.write() as db:
        return JSONResponse(tickets.revoke(db, request.path_params["ticket_id"]))


def _refreshed(
    instance: Instance, clerk_session_id: str, expired: str, refresh: str, origin: str
) -> str:
    if origin != instance.stack.app_url:
        raise ClerkError(400, "request_origin_invalid", "Unknown request origin")
    try:
        claims = jwt.decode(
            expired,
            instance.key.public_key(),
            algorithms=["RS256"],
            options={"verify_exp": False, "verify_aud": False, "verify_nbf": False},
        )
    except jwt.InvalidTokenError as error:
        raise ClerkError(401, "expired_token_invalid", "The expired token is no good") from error
    with instance.database.write() as db:
        session = sessions.get(db, clerk_session_id)
        if session["status"] != "active":
            raise ClerkError(401, f"session_{session['status']}", "The session is not active")
        if claims.get("sid") != clerk_session_id or not sessions.has_refresh_token(
            db, clerk_session_id, refresh
        ):
            raise ClerkError(401, "refresh_token_invalid", "The refresh token is no good")
        db.execute(
            "UPDATE sessions SET last_active_at = ? WHERE id = ?", (now_ms(), clerk_session_id)
        )
        user = users.get(db, session["user_id"])
    return tokens.session_token(instance, session, user, origin)


_SESSION = "/v1/sessions/{clerk_session_id}"
ROUTES = [
    Route("/v1/jwks", jwks),
    Route("/v1/sessions", list_sessions),
    Route("/v1/sessions", create_session, methods=["POST"]),
    Route(_SESSION, get_session),
    Route(f"{_SESSION}/revoke", revoke_session, methods=["POST"]),
    Route(f"{_SESSION}/refresh", refresh_session, methods=["POST"]),
    Route(f"{_SESSION}/tokens", create_token, methods=["POST"]),
    Route(f"{_SESSION}/tokens/{{template}}", create_token, methods=["POST"]),
    Route("/v1/clients/handshake_payload", handshake_payload),
    Route("/v1/sign_in_tokens", create_ticket, methods=["POST"]),
    Route("/v1/sign_in_tokens/{ticket_id}/revoke", revoke_ticket, methods=["POST"]),
]
