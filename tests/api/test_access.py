"""Who may call what: every operation and role, no token, broken ones; with the gate and without."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from inspect import iscoroutinefunction
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from lib.api.access import PUBLIC
from lib.api.app import operations, schema_app
from lib.auth.roles import Role, api_allowed
from tests.support.api import ROLES, Api

PROTECTED = [name for name in operations(schema_app()) if name not in PUBLIC]
_BODIES: dict[str, dict[str, str]] = {"POST": {}, "PATCH": {}}


def send(api: Api, operation: str, role: str | None, token: str | None = None) -> tuple[int, str]:
    method, _, path = operation.partition(" ")
    path = re.sub(r"\{sequence\}", "0", path)
    path = re.sub(r"\{\w+\}", "k" * 32, path)
    headers = {"Authorization": token} if token is not None else {}
    answer = api.call(method, path, role, headers=headers, json=_BODIES.get(method))
    assert answer.headers["X-Request-Id"]
    if answer.status_code in {401, 403}:
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["requestId"] == answer.headers["X-Request-Id"]
    return answer.status_code, answer.headers.get("WWW-Authenticate", "")


@pytest.fixture(params=["api", "bare_api"])
def either(request: pytest.FixtureRequest) -> Api:
    served: Api = request.getfixturevalue(request.param)
    return served


@pytest.mark.parametrize("operation", PROTECTED)
def test_each_role_gets_in_exactly_where_the_table_says(either: Api, operation: str) -> None:
    for role in ROLES:
        status, challenge = send(either, operation, role)
        if api_allowed(Role(role), operation):
            assert status not in {401, 403}, role
        else:
            assert status == 403, role
            assert "insufficient_scope" in challenge


@pytest.mark.parametrize("operation", PROTECTED)
def test_nobody_gets_in_without_a_token(either: Api, operation: str) -> None:
    status, challenge = send(either, operation, None)
    assert status == 401
    assert challenge.startswith("Bearer")


@pytest.mark.parametrize(
    "token", ["", "Bearer", "Bearer e30.e30.e30", "Basic YTpi", "Bearer a b", "bearer x"]
)
def test_a_broken_authorization_is_401(either: Api, token: str) -> None:
    status, challenge = send(either, "GET /users", None, token)
    assert status == 401
    assert challenge.startswith("Bearer")


def test_cookies_are_ignored(either: Api) -> None:
    cookie = f"__session={either.token('admin')}"
    answer = either.call("GET", "/users", None, headers={"Cookie": cookie})
    assert answer.status_code == 401


def test_a_member_without_a_role_is_403(either: Api) -> None:
    for role in (None, "superuser", "ingest"):
        token = either.convex.issuer.token(role)
        assert send(either, "GET /users", None, f"Bearer {token}")[0] == 403


def test_an_expired_or_foreign_token_is_401(either: Api) -> None:
    issuer = either.convex.issuer
    for token in (
        issuer.token("admin", exp=1),
        issuer.token("admin", sid=None),
        issuer.token("admin", iss="https://clerk.example.com"),
        issuer.token("admin", azp="https://evil.example.com"),
    ):
        assert send(either, "GET /users", None, f"Bearer {token}")[0] == 401


def test_what_needs_no_token_is_a_short_list(either: Api) -> None:
    for operation in PUBLIC & set(operations(schema_app())):
        method, _, path = operation.partition(" ")
        assert either.call(method, path, None).status_code not in {401, 403}


def test_a_viewer_sees_no_address_and_the_backend_does(api: Api) -> None:
    body = {"clerkId": "user_masked", "email": "masked.person@example.com"}
    api.call("POST", "/users", json=body)
    shown = api.call("GET", "/users/user_masked", "viewer").json()["email"]
    assert "example.com" not in shown
    assert api.call("GET", "/users/user_masked", "ingest").json()["email"] == body["email"]


def test_nothing_in_front_of_an_endpoint_takes_a_thread() -> None:
    found = {call for dependant in _dependants() for call in _dependencies(dependant)}
    assert found
    assert [call for call in found if not _is_async(call)] == []


def _dependants() -> Iterator[Dependant]:
    for found in iter_route_contexts(schema_app().routes):
        if isinstance(found.original_route, APIRoute):
            yield found.original_route.dependant


def _dependencies(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    for inner in dependant.dependencies:
        assert inner.call is not None
        yield inner.call
        yield from _dependencies(inner)


def _is_async(call: Callable[..., Any]) -> bool:
    return iscoroutinefunction(call) or iscoroutinefunction(type(call).__call__)
