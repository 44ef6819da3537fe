"""An admin makes a key, which is shown once, replaces its secret, and ends it; the API follows."""

from __future__ import annotations

import re
from uuid import uuid4

import httpx
from playwright.sync_api import Page, expect

from tests.support.browser import enter
from tests.support.stack import RunningStack

SLOW_MS = 60_000


def status(stack: RunningStack, key: str) -> int:
    return httpx.get(
        f"http://127.0.0.1:{stack.port}/api/v1/sessions?limit=1",
        headers={"Authorization": f"Bearer {key}"},
        trust_env=False,
        timeout=30,
    ).status_code


def shown_key(page: Page) -> str:
    code = page.locator(".st-key-made-key").get_by_text(re.compile(r"^esk_[0-9a-f]{88}$"))
    expect(code).to_be_visible(timeout=SLOW_MS)
    return code.inner_text()


def test_a_key_is_made_rotated_and_revoked_on_the_page(page: Page, stack: RunningStack) -> None:
    name = f"Backend {uuid4().hex[:6]}"
    enter(page, stack, "admin", "/api-keys")
    expect(page.get_by_role("heading", level=1, name="API keys")).to_be_visible(timeout=SLOW_MS)
    page.get_by_text("Make a key", exact=True).click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("radio", name="read", exact=True).check(force=True)
    page.get_by_role("button", name="Make the key").click()
    first = shown_key(page)
    assert status(stack, first) == 200
    page.get_by_role("button", name="I have copied it").click()
    row = page.get_by_role("table", name="API keys").get_by_role("row", name=name)
    expect(row).to_contain_text("works", timeout=SLOW_MS)
    expect(page.get_by_text(first)).to_have_count(0)
    page.get_by_role("button", name="Rotate").click()
    page.get_by_role("dialog").get_by_role("button", name="Rotate the key").click()
    second = shown_key(page)
    assert second != first
    assert second[:20] == first[:20]
    page.get_by_role("button", name="I have copied it").click()
    page.get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke the key").click()
    expect(row).to_contain_text("revoked", timeout=SLOW_MS)
