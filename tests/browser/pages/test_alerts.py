"""Alerts in a browser: from an incident to a request id, and what ops does about one."""

from __future__ import annotations

import re
from uuid import uuid4

from playwright.sync_api import Dialog, Page, expect

from lib.data import Caller, alerts, system
from lib.data.records import NewEvaluation
from tests.support.browser import enter
from tests.support.stack import RunningStack

SLOW_MS = 60_000
HOSTILE = "![x](https://evil.example/x.png) **bold** <img src=x onerror=alert(1)> :material/home:"


def fires(worker: Caller, title: str) -> str:
    """Let a rule fire that no worker evaluates, so that nobody ends it; return its name."""
    rule = f"test-{uuid4().hex[:8]}"
    result = NewEvaluation(
        rule=rule,
        title=title,
        severity="critical",
        unit="share",
        value=0.9,
        threshold=0.5,
        path="/storage",
        params={"window": "1 hour"},
        phase="firing",
        bad_for_ms=0,
        blind_for_ms=0,
        after=None,
        change="firing",
    )
    now = system.ping(worker).now
    assert alerts.evaluate(worker, at=now, channels=[], results=[result]).opened == 1
    return rule


def test_from_an_alert_to_a_request_id_in_three_clicks(page: Page, stack: RunningStack) -> None:
    enter(page, stack, "ops", "/alerts")
    past = page.get_by_role("table", name="Resolved incidents")
    past.get_by_role("link", name="Storage operations fail").click(timeout=SLOW_MS)  # one
    chart = page.get_by_role("figure", name=re.compile("Value of the rule storage-failures-fast"))
    expect(chart).to_be_visible(timeout=SLOW_MS)
    expect(chart).to_contain_text("threshold: 14.4")
    page.get_by_role("link", name="Open Storage health for this time").click()  # two
    page.wait_for_url(re.compile(r"/storage\?.*window=Custom"))
    operations = page.get_by_role("table", name="Storage operations", exact=True)
    failed = operations.locator("tbody tr").filter(has_text="throttled").first
    failed.get_by_role("link").first.click(timeout=SLOW_MS)  # three
    panel = page.locator(".st-key-request-panel")
    expect(panel.get_by_text(re.compile(r"^Request id: [0-9a-f-]{36}$"))).to_be_visible(
        timeout=SLOW_MS
    )


def test_ops_looks_after_an_incident_and_words_stay_words(
    page: Page, stack: RunningStack, worker: Caller
) -> None:
    dialogs: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    title = f"Probe {uuid4().hex[:6]} {HOSTILE}"
    fires(worker, title)
    enter(page, stack, "ops", "/alerts")
    table = page.get_by_role("table", name="Open incidents")
    table.get_by_role("link", name=title).click(timeout=SLOW_MS)
    panel = page.locator(".st-key-incident-panel")
    panel.get_by_role("button", name="Acknowledge").click(timeout=SLOW_MS)
    expect(panel.get_by_text("acknowledged by you")).to_be_visible(timeout=SLOW_MS)
    expect(panel.get_by_role("button", name="Acknowledge")).to_have_count(0)
    panel.get_by_label("Note").fill(HOSTILE)
    panel.get_by_role("button", name="Add note").click()
    expect(panel.get_by_text(HOSTILE, exact=True)).to_be_visible(timeout=SLOW_MS)
    assert dialogs == []
    assert not [url for url in asked if "evil.example" in url]


def test_a_rule_is_silenced_with_a_reason_and_the_silence_ended(
    page: Page, stack: RunningStack
) -> None:
    reason = f"Moving the bucket {uuid4().hex[:6]}"
    enter(page, stack, "ops", "/alerts")
    page.get_by_test_id("stPopover").get_by_role("button").click(timeout=SLOW_MS)
    form = page.get_by_test_id("stForm").filter(
        has=page.get_by_placeholder("Why the rule is silenced")
    )
    form.get_by_placeholder("Why the rule is silenced").fill(reason)
    form.get_by_role("button", name="Silence").click()
    expect(page.get_by_text(re.compile(reason))).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_text(re.compile("All rules: silenced until"))).to_be_visible()
    rules = page.get_by_role("table", name="Alert rules")
    expect(rules.locator("tbody tr").first).to_contain_text("silenced")
    page.get_by_role("button", name="End silence").click()
    expect(page.get_by_text(re.compile(reason))).to_have_count(0, timeout=SLOW_MS)


def test_without_a_channel_the_page_says_that_nobody_is_told(
    page: Page, stack: RunningStack
) -> None:
    enter(page, stack, "ops", "/alerts")
    expect(page.get_by_text(re.compile("^No channel is configured"))).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_role("button", name="Send test message")).to_be_disabled()


def test_alerts_are_not_for_viewers(page: Page, stack: RunningStack) -> None:
    enter(page, stack, "viewer", "/sessions")
    page.goto(f"{stack.app_url}/alerts")
    expect(page.get_by_text("You don't have access to this page")).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_role("table")).to_have_count(0)
