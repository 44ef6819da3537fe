"""Small parts of sign-in: roles, cookies, URLs, proxies, events, profiles."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.auth import cookies
from lib.auth.app_session import MAX_AGE_SECONDS, AppSessionCookie
from lib.auth.backend_api import ApiRefusedError, ApiUnavailableError, BackendApi
from lib.auth.events import AuthEvent, EventReporter
from lib.auth.members import Member, Profiles
from lib.auth.path_kinds import PathKind, kind_of, route_label
from lib.auth.reasons import listed
from lib.auth.requests import TrustedProxies
from lib.auth.response_headers import bucket_origins
from lib.auth.roles import Role, allows, api_allowed, page_allowed, role_of
from lib.auth.tokens import TokenError, decode
from lib.auth.urls import format_query, origin_of, parse_query
from tests.auth.clerk import publishable_key, settings_for

TABLE = json.loads(Path("lib/auth/permissions.json").read_text())


def test_roles_are_those_of_the_table() -> None:
    assert {role.value for role in Role} == set(TABLE["inherits"])


def test_admin_may_open_every_page_and_machines_none() -> None:
    for page in TABLE["pages"]:
        assert page_allowed(Role.ADMIN, page)
        assert not page_allowed(Role.WORKER, page)
    assert not page_allowed(Role.ADMIN, "/not-in-the-table")
    assert not api_allowed(Role.ADMIN, "DELETE /everything")


def test_reviewer_and_ops_are_viewers_but_not_each_other() -> None:
    assert allows(Role.REVIEWER, Role.VIEWER)
    assert allows(Role.OPS, Role.VIEWER)
    assert not allows(Role.OPS, Role.REVIEWER)
    assert not allows(Role.VIEWER, Role.REVIEWER)
    assert allows(Role.WORKER, Role.INGEST)


@pytest.mark.parametrize(
    ("claims", "path", "role"),
    [
        ({"role": "viewer"}, "role", Role.VIEWER),
        ({"metadata": {"earshot": {"role": "reviewer"}}}, "metadata.earshot.role", Role.REVIEWER),
        ({"role": "worker"}, "role", None),
        ({"role": "Viewer"}, "role", None),
        ({"role": {"a": 1}}, "role", None),
        ({"role": "org:admin"}, "role", None),
        ({}, "role", None),
    ],
)
def test_role_comes_from_the_configured_claim(
    claims: dict[str, Any], path: str, role: Role | None
) -> None:
    assert role_of(claims, path) is role


@pytest.mark.parametrize(
    ("claims", "path", "role"),
    [
        ({"o": {"id": "org_team", "rol": "admin"}}, "o.rol", Role.ADMIN),
        ({"org_id": "org_team", "org_role": "org:ops"}, "org_role", Role.OPS),
        ({"o": {"id": "org_team"}, "role": "viewer"}, "role", Role.VIEWER),
        ({"o": {"id": "org_made_by_attacker", "rol": "admin"}}, "o.rol", None),
        ({"org_id": "org_made_by_attacker", "org_role": "org:admin"}, "org_role", None),
        ({"o": {"id": "org_made_by_attacker"}, "org_id": "org_team", "role": "ops"}, "role", None),
        ({"o": {"rol": "admin"}}, "o.rol", None),
        ({"o": "admin"}, "o.rol", None),
        ({"role": "admin"}, "role", None),
    ],
)
def test_role_in_an_organization_counts_in_the_teams_own_only(
    claims: dict[str, Any], path: str, role: Role | None
) -> None:
    assert role_of(claims, path, "org_team") is role
    if "." in path or path.startswith("org_"):
        assert role_of(claims, path) is None


@pytest.mark.parametrize(
    ("host", "production", "expected"),
    [
        ("clerk.example.com", True, "naoXFJnI"),
        ("happy-cat-12.clerk.accounts.dev", False, "BEHSmscT"),
    ],
)
def test_cookie_suffix_is_clerks(host: str, production: bool, expected: str) -> None:
    assert cookies.suffix(publishable_key(host, production=production)) == expected


@given(st.text(max_size=200))
def test_any_cookie_header_is_read_without_an_error(header: str) -> None:
    for name, value in cookies.parse(header).items():
        assert isinstance(name, str)
        assert isinstance(value, str)


@given(st.text(max_size=300))
def test_any_text_is_decoded_or_refused(text: str) -> None:
    reason = "token-invalid"
    try:
        decode(text)
    except TokenError as error:
        reason = error.reason
    assert reason == "token-invalid"


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), max_size=6))
def test_queries_survive_being_written_and_read(pairs: list[tuple[str, str]]) -> None:
    named = [(name, value) for name, value in pairs if name or value]
    readable = [
        pair
        for pair in named
        if not any("\ud800" <= char <= "\udfff" for text in pair for char in text)
    ]
    assert parse_query(format_query(readable)) == readable


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://A.example.com:443/x", "https://a.example.com"),
        ("http://localhost:8501/", "http://localhost:8501"),
        ("http://[::1]:80/", "http://[::1]"),
        ("javascript:alert(1)", None),
        ("//evil.example.com", None),
        ("https://[", None),
        ("https://x:99999/", None),
    ],
)
def test_origins_are_canonical(url: str, origin: str | None) -> None:
    assert origin_of(url) == origin


def test_forwarded_headers_count_from_listed_proxies_only() -> None:
    proxies = TrustedProxies(["10.0.0.0/8", "::1"])
    headers = {
        "host": "internal:8501",
        "x-forwarded-host": "app.example.com",
        "x-forwarded-proto": "https",
        "x-forwarded-for": "198.51.100.1, 203.0.113.7, 10.1.1.1",
    }
    assert proxies.origin("10.2.2.2", "http", headers) == "https://app.example.com"
    assert proxies.origin("203.0.113.9", "http", headers) == "http://internal:8501"
    # What a client wrote in front of the hop that our proxy saw is not believed.
    assert proxies.client_address("10.2.2.2", headers) == "203.0.113.7"
    assert proxies.client_address("203.0.113.9", headers) == "203.0.113.9"


def test_malformed_proxy_list_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="EARSHOT_TRUSTED_PROXIES"):
        TrustedProxies(["example.com"])


def test_app_session_cookie_is_readable_with_every_configured_key_only() -> None:
    old, new = "o" * 40, "n" * 40
    line = AppSessionCookie([old], secure=False).issue("sess_1", "user_1", 1000)
    value = line.partition(";")[0].partition("=")[2]
    held = {"earshot_session": value}
    rotated = AppSessionCookie([new, old], secure=False)
    assert rotated.read(held, 1000) is not None
    assert rotated.read(held, 1000 + MAX_AGE_SECONDS + 1) is None
    assert rotated.read(held, 900) is None
    assert AppSessionCookie([new], secure=False).read(held, 1000) is None
    assert rotated.read({"earshot_session": value[:-2]}, 1000) is None
    assert rotated.read({}, 1000) is None


def test_every_path_has_a_label_from_a_closed_list() -> None:
    labels = {route_label(f"/{part}/x?{number}") for number, part in enumerate("abcdef")}
    assert labels == {"/*"}
    assert route_label("/session") == "/session"
    assert route_label("/api/v1/users/user_1") == "/api/*"
    assert kind_of("relative") is PathKind.REFUSED


def test_reasons_that_clerk_makes_up_are_counted_under_one_name() -> None:
    assert listed("session-token-expired-refresh-some_new_code") == (
        "session-token-expired-refresh-other"
    )
    assert listed("something else") == "unexpected-error"


def test_client_addresses_are_hashed_and_floods_are_only_counted() -> None:
    events: list[AuthEvent] = []
    now = [1000.0]
    reporter = EventReporter(events.append, "key", lambda: now[0])
    for _ in range(30):
        reporter.report(
            "denied", "token-invalid", route="/", client_address="203.0.113.9", request_id="r"
        )
    assert "203.0.113.9" not in repr(events)
    assert [event.detail for event in events] == [True] * 20 + [False] * 10
    now[0] += 60
    reporter.report(
        "denied", "token-invalid", route="/", client_address="203.0.113.9", request_id="r"
    )
    assert events[-1].detail


@pytest.mark.parametrize(
    ("changes", "origins"),
    [
        ({"S3_ENDPOINT_URL": "http://127.0.0.1:9000"}, ("http://127.0.0.1:9000",)),
        (
            {"S3_ENDPOINT_URL": "https://s3.example.com"},
            ("https://s3.example.com", "https://bucket.s3.example.com"),
        ),
    ],
)
def test_recordings_may_be_played_from_the_bucket_only(
    changes: dict[str, Any], origins: tuple[str, ...]
) -> None:
    assert bucket_origins(settings_for(**changes)) == origins


def backend(status: int, body: Any = None, **headers: str) -> BackendApi:
    def reply(_: httpx.Request) -> httpx.Response:
        return httpx.Response(status, json=body, headers=headers)

    return BackendApi("https://api.clerk.com", "sk_live_secret", httpx.MockTransport(reply))


def test_rate_limit_says_how_long_to_wait() -> None:
    with backend(429, {}, **{"Retry-After": "7"}) as api, pytest.raises(ApiUnavailableError) as hit:
        api.users(limit=100, offset=0)
    assert hit.value.retry_after == 7


def test_refusal_names_clerks_code_and_no_secret() -> None:
    body = {"errors": [{"code": "resource_not_found", "message": "m"}]}
    with backend(404, body) as api, pytest.raises(ApiRefusedError) as refused:
        api.session("sess_1")
    assert (refused.value.status, refused.value.code) == (404, "resource_not_found")
    assert "sk_live" not in str(refused.value)


@pytest.mark.parametrize("body", [[], {"id": "sess_1"}, "text", None])
def test_answer_of_another_shape_is_no_answer(body: Any) -> None:
    with backend(200, body) as api, pytest.raises(ApiUnavailableError):
        api.session("sess_1")


def test_profile_completes_a_member_and_its_absence_keeps_nobody_out() -> None:
    user = {
        "first_name": "Ada",
        "last_name": "L",
        "image_url": "https://img/1",
        "primary_email_address_id": "e2",
        "email_addresses": [
            {"id": "e1", "email_address": "old@x.y"},
            {"id": "e2", "email_address": "ada@x.y"},
        ],
    }
    member = Member("user_1", "sess_1", Role.VIEWER)
    with backend(200, user) as api:
        known = Profiles(api).completed(member)
    assert (known.name, known.email, known.image_url) == ("Ada L", "ada@x.y", "https://img/1")
    with backend(500) as api:
        assert Profiles(api).completed(member) == member
