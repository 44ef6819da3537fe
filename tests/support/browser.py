"""Chromium for tests, driven by Playwright."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from lib.smoke.chromium import find_chromium, prefer_installed_node
from tests.support.stack import RunningStack

_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]


def chromium_path() -> str:
    """Return the Chromium to run.

    Raises:
        RuntimeError: there is none; the message says how to get one.
    """
    path = find_chromium()
    if path is None:
        raise RuntimeError("The browser tests need Chromium: make browser")
    return str(path)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a headless Chromium and end it afterwards."""
    prefer_installed_node()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium_path(), args=_FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def fill_sign_in(page: Page, username: str, password: str) -> None:
    """Type into the portal's form and send it."""
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def sign_in(page: Page, stack: RunningStack, role: str, path: str = "/") -> None:
    """Open a page of the app as nobody, sign in at the portal and wait to be back."""
    page.goto(stack.app_url + path)
    fill_sign_in(page, role, stack.password(role))
    page.wait_for_url(f"{stack.app_url}/**")
    expect(page.get_by_test_id("stSidebarNav")).to_be_visible(timeout=30_000)


# Pages are awaited, not timed: other tests share the machine.
expect.set_options(timeout=20_000)

_cookies: dict[tuple[str, str], list[Any]] = {}


def enter(page: Page, stack: RunningStack, role: str, path: str = "/") -> None:
    """Open a page of the app as a member, with the cookies of an earlier sign-in if they still do.

    For tests of what lies behind the gate. One that signs out or lets tokens end signs in itself.
    """
    who = (str(stack.home), role)
    page.context.add_cookies(_cookies.get(who, []))
    page.goto(stack.app_url + path)
    if not page.url.startswith(stack.app_url):
        fill_sign_in(page, role, stack.password(role))
        page.wait_for_url(f"{stack.app_url}/**")
    expect(page.get_by_test_id("stSidebarNav")).to_be_visible(timeout=30_000)
    _cookies[who] = list(page.context.cookies())


def new_context(browser: Browser, **options: object) -> BrowserContext:
    """Return a fresh browser profile with a desktop viewport and UTC."""
    settings: dict[str, object] = {
        "viewport": {"width": 1280, "height": 900},
        "timezone_id": "UTC",
        "locale": "en-GB",
    }
    context = browser.new_context(**{**settings, **options})  # type: ignore[arg-type]
    context.set_default_timeout(30_000)
    return context
