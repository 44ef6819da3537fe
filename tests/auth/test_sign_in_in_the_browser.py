"""Sign-in in Chromium, across origins, against both kinds of Clerk instance."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response, expect

from lib.auth.tokens import decode
from local.stack import Stack
from tests.support.browser import new_context, sign_in
from tests.support.stack import RunningStack, running_stack


@dataclass
class Visit:
    """A browser profile at a running stack, and the navigations that it made."""

    stack: RunningStack
    context: BrowserContext
    page: Page
    hops: list[tuple[int, str]] = field(default_factory=list)

    def note(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self.hops.append((response.status, response.url))

    def handshakes(self) -> int:
        return sum("/v1/client/handshake" in url for _, url in self.hops)

    def lose_token(self) -> None:
        """Forget the session token, as if it had expired, and the trips so far."""
        names = re.compile(r"^(__session|__refresh|__clerk_redirect)")
        self.context.clear_cookies(name=names)
        self.hops.clear()

    def token(self) -> str:
        """Return the session token that the browser has."""
        found = {cookie["name"]: cookie["value"] for cookie in self.context.cookies()}
        return found["__session"]

    def backend(self, method: str, path: str) -> httpx.Response:
        keys = Stack.load(self.stack.home)
        headers = {"Authorization": f"Bearer {keys.clerk_secret_key}"}
        url = f"{keys.clerk_api_url}{path}"
        return httpx.request(method, url, headers=headers, trust_env=False)


# Every other browser test signs in to a development instance.
@pytest.fixture(
    scope="module", params=[pytest.param("development", marks=pytest.mark.long), "production"]
)
def stack(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningStack]:
    home = tmp_path_factory.mktemp(request.param) / "home"
    with running_stack(home, demo=False, mode=request.param) as running:
        yield running


@pytest.fixture
def visit(stack: RunningStack, browser: Browser) -> Iterator[Visit]:
    context = new_context(browser)
    made = Visit(stack, context, context.new_page())
    made.page.on("response", made.note)
    yield made
    context.close()


def test_visit_signs_in_through_handshakes_and_keeps_the_deep_link(visit: Visit) -> None:
    page, app_url = visit.page, visit.stack.app_url
    sign_in(page, visit.stack, "viewer", "/sessions?status=Active")
    assert page.url == f"{app_url}/sessions?status=Active"
    assert visit.handshakes() >= 1
    cookies = {cookie["name"]: cookie for cookie in visit.context.cookies(app_url)}
    assert cookies["earshot_session"]["httpOnly"]
    # Reading on costs no further trip.
    visit.hops.clear()
    page.reload()
    assert visit.handshakes() == 0
    # A token that is gone comes back by one handshake.
    visit.lose_token()
    page.reload()
    assert visit.handshakes() == 1
    assert page.url == f"{app_url}/sessions?status=Active"
    refused = page.goto(f"{app_url}/audit")
    assert refused is not None
    assert refused.status == 403


def test_session_revoked_elsewhere_ends_at_the_sign_in_page(visit: Visit) -> None:
    sign_in(visit.page, visit.stack, "viewer", "/users")
    mine = decode(visit.token()).payload["sid"]
    assert visit.backend("POST", f"/v1/sessions/{mine}/revoke").status_code == 200
    visit.lose_token()
    visit.page.reload()
    expect(visit.page.get_by_label("Username")).to_be_visible()
    assert not visit.page.url.startswith(visit.stack.app_url)


def test_sign_out_in_one_tab_is_noticed_in_the_other_and_ends_copied_tokens(visit: Visit) -> None:
    sign_in(visit.page, visit.stack, "viewer", "/users")
    token = visit.token()
    other = visit.context.new_page()
    other.goto(f"{visit.stack.app_url}/auth/sign-out")
    other.get_by_role("button", name="Sign out").click()
    expect(other.get_by_role("heading", name="You are signed out")).to_be_visible()
    visit.page.bring_to_front()
    visit.page.evaluate("dispatchEvent(new Event('focus'))")
    signed_out = visit.page.get_by_role("heading", name="You are signed out")
    expect(signed_out.or_(visit.page.get_by_label("Username"))).to_be_visible(timeout=10_000)
    copied = httpx.get(
        f"http://127.0.0.1:{visit.stack.port}/api/v1/sessions",
        headers={"Authorization": f"Bearer {token}"},
        trust_env=False,
    )
    assert copied.json()["detail"] == "signed-out-here"


def test_cookie_that_never_agrees_ends_in_a_page_and_not_in_a_loop(visit: Visit) -> None:
    sign_in(visit.page, visit.stack, "viewer", "/")
    # A second `__client_uat`, sent first because of its longer path, newer than any token.
    known = {cookie["name"] for cookie in visit.context.cookies(visit.stack.app_url)}
    visit.context.add_cookies(
        [
            {
                "name": name,
                "value": "9999999999",
                "domain": urlsplit(visit.stack.app_url).hostname or "",
                "path": "/users",
            }
            for name in known
            if name.startswith("__client_uat")
        ]
    )
    visit.hops.clear()
    visit.page.goto(f"{visit.stack.app_url}/users")
    expect(visit.page.locator("main h1")).to_contain_text("stuck in a loop")
    assert visit.handshakes() <= 4
