"""Lists keep their view in the address; charts carry objective, units and a table."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.support.browser import enter
from tests.support.stack import RunningStack

# The first page of a fresh process draws charts only after their libraries are loaded.
SLOW_MS = 30_000


def first_link(page: Page, table: str) -> str:
    link = page.get_by_role("table", name=table).locator("tbody a").first
    expect(link).to_be_visible()
    return link.get_attribute("href") or ""


def test_pages_of_a_list_go_forth_and_back(page: Page, stack: RunningStack) -> None:
    enter(page, stack, "viewer", "/sessions")
    first = first_link(page, "Sessions")
    page.get_by_role("button", name="Next").click()
    expect(page).to_have_url(re.compile("cursor="))
    expect(page.locator(f"a[href='{first}']")).to_have_count(0)
    page.get_by_role("button", name="Previous").click()
    expect(page.locator(f"a[href='{first}']")).to_have_count(1)
    expect(page).not_to_have_url(re.compile("cursor="))


def test_a_search_hit_opens_the_session_at_what_was_said(page: Page, stack: RunningStack) -> None:
    enter(page, stack, "viewer", "/sessions?q=payment")
    hits = page.get_by_role("table", name="Matching turns")
    expect(hits.locator("mark").first).to_have_text(re.compile("payment", re.IGNORECASE))
    hits.locator("tbody a").first.click()
    expect(page).to_have_url(re.compile(r"/session\?.*t=\d+"))
    expect(
        page.locator(".turn").filter(has_text=re.compile("payment", re.IGNORECASE)).first
    ).to_be_visible()


def test_a_list_without_matches_says_what_to_do(page: Page, stack: RunningStack) -> None:
    enter(page, stack, "viewer", "/users?q=zzzzqqqq")
    expect(page.get_by_text("No users match")).to_be_visible()


def test_previous_and_next_follow_the_list_one_came_from(page: Page, stack: RunningStack) -> None:
    enter(page, stack, "viewer", "/sessions")
    links = page.get_by_role("table", name="Sessions").locator("tbody a")
    expect(links.nth(1)).to_be_visible()
    second = links.nth(1).get_attribute("href") or ""
    links.first.click()
    expect(page.get_by_role("list", name="Transcript")).to_be_visible()
    page.get_by_role("link", name="Next →").click()
    expect(page).to_have_url(re.compile(re.escape(second)))
    page.get_by_role("navigation", name="Breadcrumb").get_by_role("link").click()
    expect(page).to_have_url(re.compile("/sessions"))


def test_storage_health_draws_the_objective_and_has_the_numbers_behind(
    page: Page, stack: RunningStack
) -> None:
    enter(page, stack, "ops", "/storage?window=7+days")
    chart = page.get_by_role("figure", name=re.compile("Percentiles of storage latency"))
    expect(chart).to_be_visible(timeout=SLOW_MS)
    expect(chart).to_contain_text("objective: p95 under 500 ms")
    expect(chart).to_contain_text("200 ms")
    expect(page.get_by_role("figure", name=re.compile("failed operations by class"))).to_be_visible(
        timeout=SLOW_MS
    )
    expect(page.get_by_text("demo data").first).to_be_visible()
    page.get_by_text("Table", exact=True).first.click()
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()


def test_auth_errors_are_drawn_by_reason_and_listed(page: Page, stack: RunningStack) -> None:
    enter(page, stack, "ops", "/auth-errors?window=7+days")
    chart = page.get_by_role("figure", name=re.compile("Denied requests over time"))
    expect(chart).to_be_visible(timeout=SLOW_MS)
    rows = page.get_by_role("table", name="Sign-in decisions").locator("tbody tr")
    expect(rows.first).to_contain_text("denied")


def test_system_status_asks_every_dependency(page: Page, stack: RunningStack) -> None:
    enter(page, stack, "ops", "/status")
    for name in ("Convex", "Object storage", "Clerk Backend API", "Clerk signing keys", "Worker"):
        expect(page.get_by_text(name, exact=True)).to_be_visible(timeout=SLOW_MS)
    responding = page.get_by_test_id("stMain").get_by_text(re.compile("(?<!not )responding"))
    expect(responding).to_have_count(6, timeout=SLOW_MS)
    expect(page.get_by_role("table", name="Background jobs")).to_be_visible()


def test_opening_a_session_is_on_the_audit_trail(page: Page, stack: RunningStack) -> None:
    enter(page, stack, "admin", "/sessions")
    page.get_by_role("table", name="Sessions").locator("tbody a").first.click()
    expect(page.get_by_role("list", name="Transcript")).to_be_visible()
    page.get_by_role("link", name="Audit").click()
    trail = page.get_by_role("table", name="Audit events")
    expect(trail.locator("tbody tr").first).to_contain_text("Viewed a session")


def test_the_menu_shows_only_what_the_role_may_open(page: Page, stack: RunningStack) -> None:
    enter(page, stack, "viewer")
    menu = page.get_by_test_id("stSidebarNav")
    expect(menu.get_by_role("link", name="Sessions")).to_be_visible()
    expect(menu.get_by_role("link")).to_have_count(4)
    for hidden in ("Storage health", "Product latency", "Alerts", "Audit"):
        expect(menu.get_by_role("link", name=hidden)).to_have_count(0)
