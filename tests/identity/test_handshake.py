"""The handshake: what the Frontend API sends back to the app, in both modes and both forms."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest

from tests.identity.clerk import Running

_NONCE = "__clerk_handshake_nonce"
_TOKEN = "__clerk_handshake"


def directives(clerk: Running, answer: httpx.Response) -> dict[str, str]:
    """Return the cookies that a handshake asks the app to set, by name."""
    assert answer.status_code == httpx.codes.TEMPORARY_REDIRECT
    assert answer.headers["Cache-Control"] == "no-store"
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    carried = {name: values[0] for name, values in query.items()} | set_cookies(answer)
    if _NONCE in carried:
        payload = clerk.api.get(
            "/v1/clients/handshake_payload", params={"nonce": carried[_NONCE]}
        ).json()
        lines = payload["directives"]
    else:
        key = clerk.instance.key.public_key()
        lines = jwt.decode(carried[_TOKEN], key, algorithms=["RS256"])["handshake"]
    return {line.split("=", 1)[0]: line.split("=", 1)[1] for line in lines}


def set_cookies(answer: httpx.Response) -> dict[str, str]:
    """Return cookies by name, also those of a domain that the test's client is not in."""
    lines = answer.headers.get_list("set-cookie")
    return {line.split("=", 1)[0]: value(line.split("=", 1)[1]) for line in lines}


def value(directive: str) -> str:
    return directive.split(";", 1)[0]


def signed_in_browser(clerk: Running, username: str = "viewer") -> tuple[httpx.Client, str]:
    """Return a browser with a session, and the dev browser that its return URL carried."""
    browser = clerk.browser()
    answer = clerk.accept(browser, clerk.ticket(username))
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    return browser, query.get("__clerk_db_jwt", [""])[0]


@pytest.mark.parametrize("form", ["", "nonce"])
def test_a_first_visit_gets_a_dev_browser_and_signed_out_cookies(
    development: Running, form: str
) -> None:
    found = directives(development, development.handshake(development.browser(), format=form))
    assert value(found["__clerk_db_jwt"]).startswith("dvb_")
    assert value(found["__client_uat"]) == "0"
    assert value(found["__session"]) == ""
    for name in ("__session", "__client_uat", "__clerk_db_jwt"):
        assert found[f"{name}_{development.suffix}"] == found[name]


@pytest.mark.parametrize("form", ["", "nonce"])
def test_a_signed_in_browser_gets_a_session_token_for_the_app(either: Running, form: str) -> None:
    browser, dev_browser = signed_in_browser(either)
    extra = {"__clerk_db_jwt": dev_browser} if dev_browser else {}
    found = directives(either, either.handshake(browser, format=form, **extra))
    claims = jwt.decode(
        value(found["__session"]),
        either.instance.key.public_key(),
        algorithms=["RS256"],
        audience="convex",
    )
    assert (claims["azp"], claims["role"]) == (either.stack.app_url, "viewer")
    assert found[f"__session_{either.suffix}"] == found["__session"]
    assert "HttpOnly" in found[f"__refresh_{either.suffix}"]
    assert all("SameSite=Lax" in one and "Path=/" in one for one in found.values())


def test_the_dev_browser_alone_identifies_a_browser_across_sites(development: Running) -> None:
    _, dev_browser = signed_in_browser(development)
    stranger = development.browser()
    found = directives(
        development, development.handshake(stranger, __clerk_db_jwt=dev_browser, format="nonce")
    )
    assert value(found["__session"])
    assert value(found["__clerk_db_jwt"]) == dev_browser


def test_an_unknown_dev_browser_is_replaced_and_stays_signed_out(development: Running) -> None:
    answer = development.handshake(development.browser(), __clerk_db_jwt="dvb_planted")
    found = directives(development, answer)
    assert value(found["__clerk_db_jwt"]) != "dvb_planted"
    assert value(found["__session"]) == ""


def test_production_speaks_in_cookies_of_the_common_domain(production: Running) -> None:
    browser, dev_browser = signed_in_browser(production)
    assert dev_browser == ""
    answer = production.handshake(browser, format="nonce")
    assert answer.headers["Location"] == production.stack.app_url + "/users?x=1"
    cookies = answer.headers.get_list("set-cookie")
    (carrier,) = [one for one in cookies if one.startswith(_NONCE)]
    assert "Domain=earshot.localhost" in carrier
    assert "HttpOnly" in carrier
    (uat,) = [one for one in cookies if one.startswith("__client_uat=")]
    assert re.match(r"__client_uat=\d{10};", uat)
    assert "Domain=earshot.localhost" in uat


def test_the_production_token_form_fits_into_a_cookie(production: Running) -> None:
    browser, _ = signed_in_browser(production)
    answer = production.handshake(browser)
    assert all(len(one) <= 4096 for one in answer.headers.get_list("set-cookie"))
    assert value(directives(production, answer)["__session"])


def test_the_instance_can_insist_on_one_form(development: Running) -> None:
    try:
        for form, name in (("token", _TOKEN), ("nonce", _NONCE)):
            development.instance.configure(handshake_format=form)
            wished = "nonce" if form == "token" else ""
            answer = development.handshake(development.browser(), format=wished)
            assert name in parse_qs(urlsplit(answer.headers["Location"]).query)
    finally:
        development.instance.configure(handshake_format="requested")


def test_a_nonce_is_good_once_and_only_for_a_moment(development: Running) -> None:
    def nonce() -> str:
        answer = development.handshake(development.browser(), format="nonce")
        return parse_qs(urlsplit(answer.headers["Location"]).query)[_NONCE][0]

    def ask(one: str) -> int:
        url = "/v1/clients/handshake_payload"
        return development.api.get(url, params={"nonce": one}).status_code

    first = nonce()
    assert [ask(first), ask(first)] == [httpx.codes.OK, httpx.codes.NOT_FOUND]
    second = nonce()
    with development.instance.database.write() as db:
        db.execute("UPDATE nonces SET expires_at = 0")
    assert ask(second) == httpx.codes.NOT_FOUND


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "javascript:alert(1)",
        "{app}.evil.example/",
        "{app}@evil.example/",
        "http://evil.example\\@{app}/",
        "{app}\r\nSet-Cookie: a=b",
        "http://[",
        "",
    ],
)
def test_a_handshake_returns_to_the_app_or_nowhere(either: Running, target: str) -> None:
    url = target.replace("{app}", either.stack.app_url)
    answer = either.handshake(either.browser(), redirect_url=url)
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert "Location" not in answer.headers
    assert answer.json()["errors"][0]["code"] == "redirect_url_mismatch"


def test_a_session_revoked_elsewhere_is_cleared_by_the_next_handshake(either: Running) -> None:
    browser, dev_browser = signed_in_browser(either)
    extra = {"__clerk_db_jwt": dev_browser} if dev_browser else {}
    found = directives(either, either.handshake(browser, format="nonce", **extra))
    sid = jwt.decode(value(found["__session"]), options={"verify_signature": False})["sid"]
    assert either.api.post(f"/v1/sessions/{sid}/revoke").json()["status"] == "revoked"
    answer = either.handshake(browser, format="nonce", **extra)
    found = directives(either, answer)
    assert value(found["__session"]) == ""
    assert "Max-Age=0" in found["__session"]
    uat = found if dev_browser else set_cookies(answer)
    assert value(uat["__client_uat"]) == "0"
