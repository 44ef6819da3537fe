"""The Backend API, driven by Clerk's own Python client."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from clerk_backend_api import Clerk
from clerk_backend_api.models import ClerkErrors, SDKError
from clerk_backend_api.models.getsessionlistop import QueryParamStatus

from tests.identity.clerk import Running

# The client's own request model touches a field that it calls deprecated.
deprecated_inside = pytest.mark.filterwarnings("ignore:.*DEPRECATED:DeprecationWarning")


@pytest.fixture
def clerk(development: Running) -> Iterator[Clerk]:
    stack = development.stack
    url = f"{stack.clerk_api_url}/v1"
    with Clerk(bearer_auth=stack.clerk_secret_key, server_url=url, retry_config=None) as client:
        yield client


def test_users_are_created_read_changed_and_deleted(clerk: Clerk) -> None:
    user = clerk.users.create(email_address=["dana@customers.example"], first_name="Dana")
    assert user.email_addresses[0].email_address == "dana@customers.example"
    assert user.primary_email_address_id == user.email_addresses[0].id
    changed = clerk.users.update(user_id=user.id, last_name="Reyes")
    assert (changed.first_name, changed.last_name) == ("Dana", "Reyes")
    assert changed.updated_at > user.updated_at
    assert clerk.users.get(user_id=user.id).last_name == "Reyes"
    assert clerk.users.delete(user_id=user.id).deleted is True
    with pytest.raises(ClerkErrors) as missing:
        clerk.users.get(user_id=user.id)
    assert missing.value.data.errors[0].code == "resource_not_found"


def test_metadata_is_merged_and_null_removes_a_key(clerk: Clerk) -> None:
    user = clerk.users.create(public_metadata={"role": "ops", "plan": {"tier": 1}})
    changed = clerk.users.update_metadata(
        user_id=user.id, public_metadata={"role": None, "plan": {"seats": 3}}
    )
    assert changed.public_metadata == {"plan": {"tier": 1, "seats": 3}}


def test_an_address_belongs_to_one_user_only(clerk: Clerk) -> None:
    clerk.users.create(email_address=["once@customers.example"])
    with pytest.raises(ClerkErrors) as taken:
        clerk.users.create(email_address=["once@customers.example"])
    assert taken.value.data.errors[0].code == "form_identifier_exists"


@deprecated_inside
def test_the_user_list_pages_without_gaps_in_the_order_asked_for(clerk: Clerk) -> None:
    total = clerk.users.count(request={}).total_count
    assert total is not None
    pages = [
        clerk.users.list(request={"limit": 2, "offset": offset, "order_by": "created_at"})
        for offset in range(0, total, 2)
    ]
    ids = [user.id for page in pages for user in page]
    assert len(ids) == len(set(ids)) == total
    newest = clerk.users.list(request={"limit": 500})
    assert [user.id for user in newest] == ids[::-1]


@deprecated_inside
def test_users_are_found_by_address_and_by_words(clerk: Clerk) -> None:
    (by_address,) = clerk.users.list(request={"email_address": ["ops@team.earshot.example"]})
    (by_name,) = clerk.users.list(request={"query": "oona"})
    assert by_address.id == by_name.id
    assert by_address.public_metadata == {"role": "ops"}


def test_a_session_is_created_listed_and_revoked(clerk: Clerk, development: Running) -> None:
    user_id = development.user("reviewer")["id"]
    session = clerk.sessions.create(request={"user_id": user_id})
    listed = clerk.sessions.list(user_id=user_id, status=QueryParamStatus.ACTIVE, limit=100)
    assert session.id in {one.id for one in listed}
    assert clerk.sessions.revoke(session_id=session.id).status == "revoked"
    revoked = clerk.sessions.list(user_id=user_id, status=QueryParamStatus.REVOKED, limit=1)
    assert [one.status for one in revoked] == ["revoked"]
    assert clerk.sessions.get(session_id=session.id).status == "revoked"
    with pytest.raises(ClerkErrors) as ended:
        clerk.sessions.create_token(session_id=session.id)
    assert ended.value.status_code == httpx.codes.NOT_FOUND


def test_only_the_template_that_exists_mints_tokens(clerk: Clerk, development: Running) -> None:
    session = clerk.sessions.create(request={"user_id": development.user("viewer")["id"]})
    for template, known in {"convex": True, "other": False}.items():
        if known:
            token = clerk.sessions.create_token_from_template(
                session_id=session.id, template_name=template
            )
            assert token.jwt
        else:
            with pytest.raises(ClerkErrors):
                clerk.sessions.create_token_from_template(
                    session_id=session.id, template_name=template
                )


def test_a_ban_ends_all_sessions_and_refuses_new_ones(clerk: Clerk) -> None:
    user = clerk.users.create(username="soon-banned")
    session = clerk.sessions.create(request={"user_id": user.id})
    assert clerk.users.ban(user_id=user.id).banned is True
    assert clerk.sessions.get(session_id=session.id).status == "revoked"
    with pytest.raises(SDKError):
        clerk.sessions.create(request={"user_id": user.id})
    assert clerk.users.unban(user_id=user.id).banned is False
    assert clerk.sessions.create(request={"user_id": user.id}).status == "active"


@pytest.mark.parametrize("path", ["/users", "/users/count", "/sessions?user_id=x", "/jwks"])
@pytest.mark.parametrize("key", ["", "Bearer sk_test_wrong", "Basic abc"])
def test_nothing_answers_without_the_secret_key(development: Running, path: str, key: str) -> None:
    headers = {"Authorization": key} if key else {}
    answer = httpx.get(f"{development.stack.clerk_api_url}/v1{path}", headers=headers)
    assert answer.status_code == httpx.codes.UNAUTHORIZED
    assert answer.json()["errors"][0]["code"] in {"authentication_invalid", "clerk_key_invalid"}
    assert answer.json()["clerk_trace_id"]


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=501", "limit=x", "offset=-1", "offset=99999999999", "order_by=password"],
)
def test_odd_list_parameters_are_refused(development: Running, query: str) -> None:
    answer = development.api.get(f"/v1/users?{query}")
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert answer.json()["errors"][0]["meta"]["param_name"] in {"limit", "offset", "order_by"}


@pytest.mark.parametrize("body", ["[]", "{", '"x"', '{"public_metadata": 1}', '{"username": 3}'])
def test_odd_bodies_are_refused(development: Running, body: str) -> None:
    answer = development.api.post("/v1/users", content=body)
    assert answer.is_client_error
    assert answer.json()["errors"]


def test_the_rate_limit_says_when_to_come_back(development: Running) -> None:
    development.instance.configure(requests_per_window=5)
    try:
        answers = [development.api.get("/v1/users/count") for _ in range(12)]
        unlimited = development.api.get("/v1/jwks")
    finally:
        development.instance.configure(requests_per_window=100_000)
    limited = [one for one in answers if one.status_code == httpx.codes.TOO_MANY_REQUESTS]
    assert limited
    assert all(1 <= int(one.headers["Retry-After"]) <= 10 for one in limited)
    assert limited[0].json()["errors"][0]["code"] == "too_many_requests"
    assert unlimited.is_success


def test_changes_of_one_user_have_a_limit_of_their_own(development: Running) -> None:
    url = f"/v1/users/{development.user('ops')['id']}/metadata"
    answers = [development.api.patch(url, json={}) for _ in range(22)]
    assert httpx.codes.TOO_MANY_REQUESTS in {one.status_code for one in answers}
    other = f"/v1/users/{development.user('viewer')['id']}/metadata"
    assert development.api.patch(other, json={}).is_success
