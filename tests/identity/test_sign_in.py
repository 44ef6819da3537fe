"""Tickets, the browser's own sessions and the refresh of expired tokens."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx
import jwt
import pytest

from tests.identity.clerk import Running
from tests.identity.test_handshake import directives, signed_in_browser, value


def sid_of(clerk: Running, browser: httpx.Client) -> str:
    client = browser.get("/v1/client").json()["response"]
    return str(client["last_active_session_id"])


def test_a_ticket_signs_in_once(either: Running) -> None:
    ticket = either.ticket()
    browser = either.browser()
    answer = either.accept(browser, ticket)
    assert answer.status_code == httpx.codes.TEMPORARY_REDIRECT
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__client=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Domain" not in cookie.split("__client_uat")[0]
    again = either.accept(either.browser(), ticket)
    assert again.status_code == httpx.codes.BAD_REQUEST
    assert again.json()["errors"][0]["code"] == "ticket_invalid"
    assert "set-cookie" not in again.headers


def test_a_ticket_is_refused_when_it_is_too_old_or_unknown(development: Running) -> None:
    ticket = development.ticket()
    with development.instance.database.write() as db:
        db.execute("UPDATE tickets SET expires_at = 0")
    for one in (ticket, "ticket_unknown", ""):
        answer = development.accept(development.browser(), one)
        assert answer.status_code == httpx.codes.BAD_REQUEST


@pytest.mark.parametrize("site", ["cross-site", "none"])
def test_another_site_cannot_sign_a_browser_in(either: Running, site: str) -> None:
    ticket = either.ticket()
    answer = either.accept(either.browser(), ticket, **{"Sec-Fetch-Site": site})
    assert answer.status_code == httpx.codes.FORBIDDEN
    assert "set-cookie" not in answer.headers
    assert either.accept(either.browser(), ticket).is_redirect


def test_without_fetch_metadata_the_referrer_must_be_the_portal(development: Running) -> None:
    browser = development.browser()
    browser.headers["Referer"] = "https://evil.example/"
    assert browser.get(f"/v1/tickets/accept?ticket={development.ticket()}").is_client_error
    browser.headers["Referer"] = development.stack.portal_url + "/"
    assert browser.get(f"/v1/tickets/accept?ticket={development.ticket()}").is_redirect


def test_a_ticket_never_leads_away_from_the_app(either: Running) -> None:
    app = either.stack.app_url
    for target in ("https://evil.example/", f"{app}.evil.example/", "//evil.example", "\\evil"):
        answer = either.accept(either.browser(), either.ticket(), target)
        parts = urlsplit(answer.headers["Location"])
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == app + "/"


def test_signing_in_never_reuses_a_browser_identity_that_was_there_before(
    development: Running,
) -> None:
    victim = development.browser()
    development.handshake(victim)
    planted = victim.cookies["__client"]
    development.accept(victim, development.ticket())
    assert victim.cookies["__client"] != planted
    attacker = development.browser()
    attacker.cookies.set("__client", planted)
    assert attacker.get("/v1/client").json()["response"]["sessions"] == []


def test_signing_in_again_replaces_the_former_session(development: Running) -> None:
    browser, _ = signed_in_browser(development)
    former = sid_of(development, browser)
    development.accept(browser, development.ticket("ops"))
    assert development.api.get(f"/v1/sessions/{former}").json()["status"] == "replaced"
    assert sid_of(development, browser) != former


@pytest.mark.parametrize("way", ["DELETE all", "POST remove", "POST end"])
def test_a_browser_signs_itself_out(either: Running, way: str) -> None:
    browser, _ = signed_in_browser(either)
    sid = sid_of(either, browser)
    method, action = way.split()
    path = "/v1/client/sessions" + ("" if action == "all" else f"/{sid}/{action}")
    answer = browser.request(method, path, headers={"Origin": either.stack.app_url})
    assert answer.is_success
    assert answer.json()["response"]["sessions"] == []
    status = either.api.get(f"/v1/sessions/{sid}").json()["status"]
    assert status == ("ended" if action == "end" else "removed")


@pytest.mark.parametrize("origin", ["https://evil.example", "", "null"])
def test_another_origin_cannot_sign_a_browser_out(either: Running, origin: str) -> None:
    browser, _ = signed_in_browser(either)
    sid = sid_of(either, browser)
    answer = browser.delete("/v1/client/sessions", headers={"Origin": origin})
    assert answer.status_code == httpx.codes.FORBIDDEN
    assert either.api.get(f"/v1/sessions/{sid}").json()["status"] == "active"


def test_a_browser_reaches_only_its_own_sessions(development: Running) -> None:
    browser, _ = signed_in_browser(development)
    stranger, _ = signed_in_browser(development, "ops")
    path = f"/v1/client/sessions/{sid_of(development, browser)}"
    headers = {"Origin": development.stack.app_url}
    assert stranger.post(f"{path}/tokens", headers=headers).status_code == httpx.codes.NOT_FOUND
    assert stranger.post(f"{path}/remove", headers=headers).status_code == httpx.codes.NOT_FOUND
    own = browser.post(f"{path}/tokens", headers=headers).json()["jwt"]
    claims = jwt.decode(own, options={"verify_signature": False})
    assert claims["azp"] == development.stack.app_url


def test_an_expired_token_is_refreshed_only_with_its_refresh_token(either: Running) -> None:
    browser, dev_browser = signed_in_browser(either)
    extra = {"__clerk_db_jwt": dev_browser} if dev_browser else {}
    found = directives(either, either.handshake(browser, format="nonce", **extra))
    expired = value(found["__session"])
    sid = jwt.decode(expired, options={"verify_signature": False})["sid"]
    body = {
        "expired_token": expired,
        "refresh_token": value(found[f"__refresh_{either.suffix}"]),
        "request_origin": either.stack.app_url,
        "request_headers": {"user-agent": ["test"]},
        "format": "cookie",
    }
    url = f"/v1/sessions/{sid}/refresh"
    cookies = either.api.post(url, json=body).json()["cookies"]
    assert {one.split("=", 1)[0] for one in cookies} == {"__session", f"__session_{either.suffix}"}
    for name, wrong in (
        ("refresh_token", "rt_wrong"),
        ("expired_token", "a.b.c"),
        ("request_origin", "https://evil.example"),
    ):
        answer = either.api.post(url, json={**body, name: wrong})
        assert answer.status_code in {httpx.codes.BAD_REQUEST, httpx.codes.UNAUTHORIZED}
    either.api.post(f"/v1/sessions/{sid}/revoke")
    answer = either.api.post(url, json=body)
    assert answer.json()["errors"][0]["code"] == "session_revoked"
