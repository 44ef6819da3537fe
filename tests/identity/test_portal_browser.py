"""Sign-in as a person does it: Chromium, the portal, and an app behind Clerk's own SDK."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response, expect

from local import processes
from local.children import stop_all
from local.identity.credentials import sign_ins
from local.identity.throttle import PER_USERNAME
from local.stack import Mode
from tests.identity.clerk import Running, official_app, running, start
from tests.support.browser import fill_sign_in, new_context


@contextmanager
def signing_in(home: Path, mode: Mode) -> Iterator[Running]:
    """Run the instance, its portal and the official app."""
    with running(home, mode) as clerk, official_app(clerk):
        portal = processes.portal(clerk.stack)
        try:
            start(portal)
            yield clerk
        finally:
            stop_all([portal], lambda _line: None)


@pytest.fixture(scope="module")
def development_portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with signing_in(tmp_path_factory.mktemp("development"), "development") as started:
        yield started


@pytest.fixture(scope="module")
def production_portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with signing_in(tmp_path_factory.mktemp("production"), "production") as started:
        yield started


@pytest.fixture(
    params=[pytest.param("development_portal", marks=pytest.mark.long), "production_portal"]
)
def clerk(request: pytest.FixtureRequest) -> Running:
    """Run the test in both modes."""
    started: Running = request.getfixturevalue(request.param)
    return started


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = new_context(browser)
    yield opened
    opened.close()


def sign_in(page: Page, clerk: Running, username: str, path: str = "/") -> dict[str, Any]:
    """Sign in from a page of the app; return what the app then knows of the person."""
    page.goto(clerk.stack.app_url + path)
    fill_sign_in(page, username, sign_ins(clerk.stack)[username])
    page.wait_for_url(f"{clerk.stack.app_url}/**")
    return shown(page)


def shown(page: Page) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(page.inner_text("body"))
    return answer


def visit(page: Page, url: str) -> list[Response]:
    """Load a page; return the answers to the navigation, redirects included."""
    answers: list[Response] = []

    def keep(answer: Response) -> None:
        if answer.request.is_navigation_request():
            answers.append(answer)

    page.on("response", keep)
    page.goto(url)
    page.remove_listener("response", keep)
    return answers


def test_signing_in_returns_to_the_page_asked_for(clerk: Running, context: BrowserContext) -> None:
    page = context.new_page()
    person = sign_in(page, clerk, "reviewer", "/session?id=abc&t=12")
    assert person["userId"] == clerk.user("reviewer")["id"]
    assert (person["role"], person["aud"]) == ("reviewer", "convex")
    assert page.url == f"{clerk.stack.app_url}/session?id=abc&t=12"
    assert [one.status for one in visit(page, page.url)] == [200]


def test_the_token_form_of_the_handshake_signs_in_too(
    clerk: Running, context: BrowserContext
) -> None:
    clerk.instance.configure(handshake_format="token")
    try:
        person = sign_in(context.new_page(), clerk, "viewer", "/users")
    finally:
        clerk.instance.configure(handshake_format="requested")
    assert person["role"] == "viewer"


def test_the_portal_sets_no_cookie_of_its_own(clerk: Running, context: BrowserContext) -> None:
    page = context.new_page()
    sign_in(page, clerk, "viewer")
    names = {cookie.get("name", "") for cookie in context.cookies(clerk.stack.portal_url)}
    assert not [name for name in names if "portal" in name or "authenticator" in name]
    page.goto(clerk.stack.portal_url)
    expect(page.get_by_label("Username")).to_be_visible()


def test_the_portal_asks_nobody_else_on_the_network(
    development_portal: Running, context: BrowserContext
) -> None:
    page = context.new_page()
    asked: set[str] = set()
    page.on("request", lambda one: asked.add(one.url))
    page.goto(development_portal.stack.portal_url)
    expect(page.get_by_label("Username")).to_be_visible()
    assert all(
        one.startswith((development_portal.stack.portal_url, "data:", "blob:")) for one in asked
    )


def test_a_user_without_a_role_is_signed_in_but_has_none(
    development_portal: Running, context: BrowserContext
) -> None:
    person = sign_in(context.new_page(), development_portal, "casey")
    assert person["userId"] == development_portal.user("casey")["id"]
    assert "role" not in person


def test_an_expired_token_is_renewed_by_a_handshake_and_ends_with_the_session(
    clerk: Running, context: BrowserContext
) -> None:
    page = context.new_page()
    clerk.instance.configure(token_seconds=1, refresh_tokens=False)
    try:
        person = sign_in(page, clerk, "ops")
        while len(answers := visit(page, clerk.stack.app_url + "/")) == 1:
            page.wait_for_timeout(200)
        assert any("/v1/client/handshake" in one.url for one in answers)
        assert shown(page)["sessionId"] == person["sessionId"]
        clerk.api.post(f"/v1/sessions/{person['sessionId']}/revoke")
        while page.url.startswith(clerk.stack.app_url):
            page.wait_for_timeout(200)
            page.goto(clerk.stack.app_url + "/")
        assert page.url.startswith(clerk.stack.portal_url)
    finally:
        clerk.instance.configure(token_seconds=60, refresh_tokens=True)


def test_an_expired_token_is_refreshed_without_leaving_the_app(
    development_portal: Running, context: BrowserContext
) -> None:
    page = context.new_page()
    development_portal.instance.configure(token_seconds=1)
    try:
        sign_in(page, development_portal, "ops")
        before = _session_cookie(context)
        while _session_cookie(context) == before:
            page.wait_for_timeout(200)
            assert [one.status for one in visit(page, development_portal.stack.app_url + "/")] == [
                200
            ]
    finally:
        development_portal.instance.configure(token_seconds=60)


def test_a_ticket_link_from_another_site_signs_nobody_in(
    clerk: Running, context: BrowserContext
) -> None:
    page = context.new_page()
    url = f"{clerk.stack.issuer_url}/v1/tickets/accept?ticket={clerk.ticket()}"
    page.set_content(f'<a href="{url}">win a prize</a>')
    with page.expect_response(re.compile("/v1/tickets/accept")) as answer:
        page.get_by_role("link").click()
    assert answer.value.status == httpx.codes.FORBIDDEN
    assert not [one for one in context.cookies() if one.get("name") == "__client"]


def test_after_five_wrong_passwords_even_the_right_one_must_wait(
    development_portal: Running, context: BrowserContext
) -> None:
    page = context.new_page()
    for attempt in range(PER_USERNAME):
        page.goto(development_portal.stack.portal_url)
        fill_sign_in(page, "admin", f"wrong-{attempt}")
        expect(page.get_by_text("Wrong username or password")).to_be_visible()
    page.goto(development_portal.stack.portal_url)
    fill_sign_in(page, "admin", development_portal.stack.passwords["admin"])
    expect(page.get_by_text("Too many attempts. Please wait 5 minutes")).to_be_visible()
    assert page.url.startswith(development_portal.stack.portal_url)


def test_passwords_are_kept_as_private_bcrypt_hashes(development_portal: Running) -> None:
    path = Path(development_portal.stack.home) / "identity" / "password-hashes.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    hashes = json.loads(path.read_text())
    assert set(hashes) == set(sign_ins(development_portal.stack))
    assert all(re.fullmatch(r"\$2b\$12\$.{53}", one) for one in hashes.values())


def _session_cookie(context: BrowserContext) -> str:
    (cookie,) = [one for one in context.cookies() if one.get("name") == "__session"]
    return cookie.get("value", "")
