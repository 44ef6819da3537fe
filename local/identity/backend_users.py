"""Backend API: users."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.identity import sessions, users
from local.identity.backend_request import authorize, json_body, object_field, paging, text_field
from local.identity.errors import invalid_parameter
from local.identity.instance import Instance
from local.identity.limits import USER_WRITES

_ORDERS = {
    "created_at": "created_at",
    "updated_at": "updated_at",
    "last_sign_in_at": "last_sign_in_at",
    "last_active_at": "last_active_at",
    "email_address": "email",
    "username": "username",
    "first_name": "first_name",
    "last_name": "last_name",
}
_FILTERS = {
    "email_address": "email",
    "username": "username",
    "external_id": "external_id",
    "user_id": "id",
}
_SEARCHED = ("id", "email", "username", "first_name", "last_name")
_METADATA = ("public_metadata", "private_metadata", "unsafe_metadata")
_TEXTS = ("username", "external_id", "first_name", "last_name")


def list_users(request: Request) -> Response:
    """Return a page of users; newest first unless `order_by` says otherwise."""
    instance = authorize(request)
    where, values = _conditions(request)
    limit, offset = paging(request)
    statement = f"SELECT * FROM users{where} ORDER BY {_order(request)} LIMIT ? OFFSET ?"  # noqa: S608  # own names
    with instance.database.read() as db:
        rows = db.execute(statement, (*values, limit, offset)).fetchall()
    return JSONResponse([users.as_json(row) for row in rows])


def count_users(request: Request) -> Response:
    """Return the number of users that match the filters of the list."""
    instance = authorize(request)
    where, values = _conditions(request)
    with instance.database.read() as db:
        total = db.execute(f"SELECT count(*) FROM users{where}", values).fetchone()[0]  # noqa: S608  # own names
    return JSONResponse({"object": "total_count", "total_count": total})


def get_user(request: Request) -> Response:
    """Return one user."""
    instance = authorize(request)
    with instance.database.read() as db:
        return JSONResponse(users.get(db, request.path_params["user_id"]))


async def create_user(request: Request) -> Response:
    """Add a user with at most one e-mail address."""
    instance = authorize(request)
    body = await json_body(request)
    addresses = body.get("email_address") or []
    if not isinstance(addresses, list) or not all(isinstance(one, str) for one in addresses):
        raise invalid_parameter("email_address", "email_address must be a list of addresses")
    if len(addresses) > 1:
        raise invalid_parameter("email_address", "this instance keeps one address per user")
    fields: dict[str, Any] = {name: text_field(body, name) for name in _TEXTS}
    fields |= {name: object_field(body, name) for name in _METADATA}
    new = users.NewUser(email=addresses[0] if addresses else None, **fields)

    def work() -> dict[str, Any]:
        with instance.database.write() as db:
            return users.create(db, new)

    return JSONResponse(await run_in_threadpool(work))


async def update_user(request: Request) -> Response:
    """Change names, username or external id; metadata is replaced, as Clerk does here."""
    instance, user_id = _authorize_write(request)
    body = await json_body(request)
    changes: dict[str, Any] = {name: text_field(body, name) for name in _TEXTS if name in body}
    changes |= {name: object_field(body, name) for name in _METADATA if name in body}

    def work() -> dict[str, Any]:
        with instance.database.write() as db:
            return users.update(db, user_id, changes)

    return JSONResponse(await run_in_threadpool(work))


async def update_metadata(request: Request) -> Response:
    """Merge metadata; a null removes its key."""
    instance, user_id = _authorize_write(request)
    body = await json_body(request)
    changes = {name: object_field(body, name) for name in _METADATA if name in body}

    def work() -> dict[str, Any]:
        with instance.database.write() as db:
            return users.merge_metadata(db, user_id, changes)

    return JSONResponse(await run_in_threadpool(work))


def delete_user(request: Request) -> Response:
    """Delete a user with all sessions."""
    instance, user_id = _authorize_write(request)
    with instance.database.write() as db:
        return JSONResponse(users.delete(db, user_id))


def _switch(column: str, *, on: bool) -> Callable[[Request], Response]:
    """Return the endpoint that bans, unbans, locks or unlocks; ban and lock end all sessions."""

    def endpoint(request: Request) -> Response:
        instance, user_id = _authorize_write(request)
        with instance.database.write() as db:
            users.get(db, user_id)
            if on:
                sessions.end_all(db, user_id)
            return JSONResponse(users.update(db, user_id, {column: int(on)}))

    return endpoint


def _authorize_write(request: Request) -> tuple[Instance, str]:
    """Authorize a change of one user, which has a limit of its own."""
    instance = authorize(request)
    user_id: str = request.path_params["user_id"]
    request.app.state.calls.take(f"user {user_id}", USER_WRITES)
    return instance, user_id


def _conditions(request: Request) -> tuple[str, list[Any]]:
    query = request.query_params
    clauses: list[str] = []
    values: list[Any] = []
    for name, column in _FILTERS.items():
        wanted = query.getlist(name)
        if wanted:
            clauses.append(f"{column} IN ({', '.join('?' * len(wanted))})")
            values += wanted
    if query.get("query"):
        clauses.append("(" + " OR ".join(f"instr(lower({c}), ?)" for c in _SEARCHED) + ")")
        values += [query["query"].lower()] * len(_SEARCHED)
    if "banned" in query:
        clauses.append("banned = ?")
        values.append(int(query["banned"] == "true"))
    return (" WHERE " + " AND ".join(clauses) if clauses else ""), values


def _order(request: Request) -> str:
    wanted = request.query_params.get("order_by", "-created_at")
    column = _ORDERS.get(wanted.lstrip("+- "))
    if column is None:
        raise invalid_parameter("order_by", "order_by is not a sortable field")
    direction = "DESC" if wanted.startswith("-") else "ASC"
    return f"{column} {direction}, id {direction}"


_USER = "/v1/users/{user_id}"
ROUTES = [
    Route("/v1/users", list_users),
    Route("/v1/users", create_user, methods=["POST"]),
    Route("/v1/users/count", count_users),
    Route(_USER, get_user),
    Route(_USER, update_user, methods=["PATCH"]),
    Route(_USER, delete_user, methods=["DELETE"]),
    Route(f"{_USER}/metadata", update_metadata, methods=["PATCH"]),
    Route(f"{_USER}/ban", _switch("banned", on=True), methods=["POST"]),
    Route(f"{_USER}/unban", _switch("banned", on=False), methods=["POST"]),
    Route(f"{_USER}/lock", _switch("locked", on=True), methods=["POST"]),
    Route(f"{_USER}/unlock", _switch("locked", on=False), methods=["POST"]),
]
