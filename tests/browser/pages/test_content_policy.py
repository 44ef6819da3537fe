"""The content policy is strict, and no page needs more than it allows."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import ConsoleMessage, Page, expect

from tests.support.browser import enter
from tests.support.stack import RunningStack

TABLE = Path(__file__).parents[3] / "lib" / "auth" / "permissions.json"
# Charts are drawn only after their libraries are loaded.
SLOW_MS = 30_000
PAGES = sorted(json.loads(TABLE.read_text())["pages"])


def test_every_page_keeps_within_its_content_policy(page: Page, stack: RunningStack) -> None:
    refused: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            refused.append(message.text)

    page.on("console", note)
    enter(page, stack, "admin", "/sessions")
    session = page.get_by_role("table", name="Sessions").locator("tbody a").first
    expect(session).to_be_visible()
    address = session.get_attribute("href") or ""
    for path in [*PAGES, address]:
        answer = page.goto(f"{stack.app_url}{path}")
        assert answer is not None
        assert "object-src 'none'; base-uri 'none'" in answer.headers["content-security-policy"]
        main = page.get_by_test_id("stMain")
        expect(main.get_by_role("heading").first).to_be_visible(timeout=SLOW_MS)
    assert refused == []
