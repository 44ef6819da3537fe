"""Audit: filtered, exported, and each event leads to what it is about."""

from __future__ import annotations

import csv
import io
import re

from playwright.sync_api import Page, expect

from tests.support.browser import enter
from tests.support.stack import RunningStack


def test_an_event_is_found_by_what_was_done_and_leads_to_its_session(
    page: Page, stack: RunningStack
) -> None:
    enter(page, stack, "admin", "/sessions")
    page.get_by_role("table", name="Sessions").locator("tbody a").first.click()
    expect(page.get_by_role("list", name="Transcript")).to_be_visible()
    page.get_by_role("link", name="Audit").click()
    page.get_by_role("button", name="Action", exact=True).click()
    page.get_by_role("combobox").click()
    page.get_by_role("option", name="Viewed a session").click()
    expect(page).to_have_url(re.compile(r"action=Viewed\+a\+session"))
    trail = page.get_by_role("table", name="Audit events").locator("tbody tr")
    expect(trail.first).to_contain_text("session.view")
    page.reload()
    expect(page.get_by_role("button", name="Action: Viewed a session")).to_be_visible()
    trail.first.locator("a").click()
    expect(page.get_by_role("list", name="Transcript")).to_be_visible()


def test_the_trail_is_exported_and_that_is_on_it(page: Page, stack: RunningStack) -> None:
    enter(page, stack, "admin", "/audit?action=Viewed+a+session")
    page.get_by_role("button", name="Export").click()
    page.get_by_role("button", name="Start export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("Download")).click()
    text = download.value.path().read_text("utf-8-sig")
    events = list(csv.DictReader(io.StringIO(text, newline="")))
    assert {event["action"] for event in events} <= {"session.view"}
    page.goto(f"{stack.app_url}/audit?action=Exported+the+audit+trail")
    trail = page.get_by_role("table", name="Audit events")
    expect(trail.locator("tbody tr").first).to_contain_text("audit.export")


def test_a_day_without_events_says_what_to_do(page: Page, stack: RunningStack) -> None:
    enter(page, stack, "admin", "/audit?since=2020-01-01&until=2020-01-02")
    expect(page.get_by_text("No events match")).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    expect(page.get_by_role("table", name="Audit events")).to_be_visible()
