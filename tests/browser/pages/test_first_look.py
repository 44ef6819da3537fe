"""What each role sees first, charts as they are read, and pages that say what happened."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from lib.data import Caller
from tests.browser.pages.test_alerts import fires
from tests.browser.test_story import session_with_audio
from tests.support.browser import enter, new_context, sign_in
from tests.support.stack import RunningStack

SLOW_MS = 60_000
CARDS = ("Storage, p95", "Storage success", "First token, p95", "Full turn, p95", "Assessment, p95")


def test_ops_see_open_incidents_then_one_row_of_objectives(
    page: Page, stack: RunningStack, worker: Caller
) -> None:
    title = f"First look {uuid4().hex[:6]}"
    fires(worker, title)
    enter(page, stack, "ops", "/")
    incident = page.get_by_role("table", name="Open incidents").get_by_role("link", name=title)
    expect(incident).to_be_in_viewport(timeout=SLOW_MS)
    cards = page.locator(".st-key-overview-objectives").get_by_test_id("stMetric")
    expect(cards).to_have_count(6)
    for name, card in zip(CARDS, cards.all(), strict=False):
        expect(card).to_contain_text(name)
    tops = {round(box["y"]) for card in cards.all() if (box := card.bounding_box())}
    assert len(tops) == 1, "they stand in one row"
    lines = page.locator(".st-key-overview-objectives").get_by_role("img")
    expect(lines).to_have_count(6)
    for name, line in zip(CARDS, lines.all(), strict=False):
        expect(line).to_have_accessible_name(re.compile(rf"{name}, hour by hour: .*; objective"))
        assert line.evaluate("image => image.naturalWidth > 0 && image.height > 15"), "not drawn"
    # The menu says how many fire, on this page and on others.
    badge = page.get_by_test_id("stSidebarNav").get_by_role(
        "link", name=re.compile(r"Alerts \(\d+")
    )
    expect(badge).to_be_visible(timeout=SLOW_MS)
    incident.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title, timeout=SLOW_MS)
    expect(page).to_have_title(f"{title} · Earshot")
    panel = page.locator(".st-key-incident-panel")
    before = int(re.findall(r"\((\d+)\)", badge.inner_text())[0])
    panel.get_by_role("button", name="Acknowledge").click(timeout=SLOW_MS)
    after = re.compile(rf"^\D*Alerts( \({before - 1}\))?\s*$" if before > 1 else r"Alerts\s*$")
    expect(page.get_by_test_id("stSidebarNav").get_by_role("link", name="Alerts")).to_have_text(
        after, timeout=SLOW_MS
    )


def test_a_reviewer_continues_where_a_draft_was_left(page: Page, stack: RunningStack) -> None:
    enter(page, stack, "reviewer", "/review")
    page.get_by_role("button", name="Start reviewing").first.click(timeout=SLOW_MS)
    page.wait_for_url(re.compile("review="), timeout=SLOW_MS)
    heading = page.get_by_role("heading", level=1)
    expect(heading).not_to_have_text("Review", timeout=SLOW_MS)
    title = heading.inner_text()
    page.goto(stack.app_url + "/")
    claims = page.get_by_role("table", name="Reviews to continue")
    expect(claims).to_be_in_viewport(timeout=SLOW_MS)
    claims.get_by_role("link", name=title[:20]).first.click()
    page.wait_for_url(re.compile(r"/session\?.*review="), timeout=SLOW_MS)
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible(timeout=SLOW_MS)


def test_a_viewer_sees_the_newest_sessions_first_and_nothing_of_operations(
    page: Page, stack: RunningStack
) -> None:
    enter(page, stack, "viewer", "/")
    first = page.get_by_role("table", name="Newest sessions").locator("tbody tr").first
    expect(first).to_be_in_viewport(timeout=SLOW_MS)
    expect(page.get_by_text("Objectives, last 24 hours")).to_have_count(0)


def test_the_tab_names_the_session(page: Page, stack: RunningStack) -> None:
    session = session_with_audio(stack)
    enter(page, stack, "viewer", f"/session?id={session['id']}")
    expect(page).to_have_title(f"{session['title']} · Earshot", timeout=SLOW_MS)


@pytest.mark.parametrize(
    ("path", "what", "others"),
    [
        ("/session?id=gone", "Session", "Sessions"),
        pytest.param("/user?id=gone", "User", "Users", marks=pytest.mark.long),
        pytest.param("/alerts?incident=gone", "Incident", "Alerts", marks=pytest.mark.long),
    ],
)
def test_what_is_not_there_is_said_in_the_one_heading_and_leads_to_the_others(
    page: Page, stack: RunningStack, path: str, what: str, others: str
) -> None:
    enter(page, stack, "ops", path)
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{what} not found", timeout=SLOW_MS)
    expect(page).to_have_title(f"{what} not found · Earshot")
    page.get_by_role("link", name=f"Go to {others}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(others, timeout=SLOW_MS)


def test_an_unknown_value_of_a_filter_is_said(page: Page, stack: RunningStack) -> None:
    enter(page, stack, "viewer", "/sessions?review=Foo&since=yesterday")
    said = page.locator(".st-key-ignored-filters")
    expect(said).to_be_in_viewport(timeout=SLOW_MS)
    expect(said).to_contain_text("review=Foo, since=yesterday")


def test_one_choice_of_the_zone_changes_lists_and_charts_and_stays(
    browser: Browser, stack: RunningStack
) -> None:
    at_utc = new_context(browser, timezone_id="UTC")
    visited = at_utc.new_page()
    enter(visited, stack, "ops")
    expect(visited.get_by_role("button", name="Sign out")).to_be_visible()
    # As after a journey: that there was nothing to choose at UTC was no choice of UTC.
    kept = at_utc.storage_state()
    context = new_context(browser, timezone_id="Asia/Tokyo", storage_state=kept)
    at_utc.close()
    page = context.new_page()
    page.goto(stack.app_url + "/storage?window=7+days")
    chart = page.get_by_role("figure", name=re.compile("Percentiles of storage latency"))
    expect(chart).to_contain_text("time: Asia/Tokyo", timeout=SLOW_MS)
    expect(chart).to_contain_text(re.compile(r"\d+ (m?s)\b"))
    expect(chart).not_to_contain_text("milliseconds")
    page.get_by_test_id("stSidebar").get_by_role("radio", name="UTC").click()
    expect(chart).to_contain_text("time: UTC", timeout=SLOW_MS)
    page.reload()
    expect(chart).to_contain_text("time: UTC", timeout=SLOW_MS)
    context.close()


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_signed_out_elsewhere_is_a_calm_page_that_leads_back(
    browser: Browser, stack: RunningStack, scheme: str
) -> None:
    context = new_context(browser, color_scheme=scheme)
    page = context.new_page()
    path = f"/session?id={session_with_audio(stack)['id']}"
    sign_in(page, stack, "viewer", path)
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=SLOW_MS)
    elsewhere = context.new_page()
    elsewhere.goto(stack.app_url + "/auth/sign-out")
    elsewhere.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_in_viewport()
    expect(page.get_by_text("urn:earshot")).to_have_count(0)
    expect(page.get_by_role("link", name="Earshot", exact=True)).to_be_visible()
    again = page.get_by_role("link", name="Sign in again")
    expect(again).to_have_attribute("href", path)
    context.close()
