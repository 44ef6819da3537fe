"""What ops sees at night: from a chart to the request behind it, ranges by link, what to do."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from tests.support.browser import enter
from tests.support.stack import RunningStack, wait_until

SLOW_MS = 60_000
# The demo data has throttling in the afternoon three days ago (local/demo/history.py).
INCIDENT = datetime.now(UTC).replace(hour=13, minute=0) - timedelta(days=3)


def custom(page: str, start: datetime, hours: int) -> str:
    form = "%Y-%m-%dT%H:%M"
    end = start + timedelta(hours=hours)
    return f"{page}?window=Custom&from={start:{form}}&to={end:{form}}"


def test_a_link_to_an_incident_leads_to_a_request_and_its_log_line_in_one_click(
    page: Page, stack: RunningStack
) -> None:
    enter(page, stack, "ops", custom("/storage", INCIDENT, 4) + "&outcome=Throttled")
    events = page.get_by_role("table", name="Storage operations", exact=True)
    first = events.locator("tbody tr").first
    expect(first).to_contain_text("throttled", timeout=SLOW_MS)
    request_id = (
        first.locator("td").last.get_attribute("title") or first.locator("td").last.inner_text()
    )
    first.locator("a").first.click()
    panel = page.get_by_test_id("stMain")
    expect(panel.get_by_text(f"Request id: {request_id}")).to_be_visible(timeout=SLOW_MS)
    code = panel.get_by_test_id("stCode")
    expect(code).to_contain_text(f'"requestId": "{request_id}"', timeout=SLOW_MS)
    expect(page).to_have_url(re.compile(f"request={request_id}"))
    expect(page).to_have_url(re.compile("window=Custom"))


def test_storage_health_compares_budgets_and_downloads(page: Page, stack: RunningStack) -> None:
    enter(page, stack, "ops", "/storage?window=7+days")
    chart = page.get_by_role("figure", name=re.compile("Percentiles of storage latency"))
    expect(chart).to_contain_text("p95, previous period", timeout=SLOW_MS)
    heat = page.get_by_role("figure", name=re.compile("Heat map"))
    expect(heat).to_contain_text("objective: 500 ms")
    budgets = page.get_by_role("table", name="Error budgets of storage")
    expect(budgets.locator("tbody tr")).to_have_count(2)
    expect(budgets).to_contain_text("allowed")
    page.get_by_text("Table", exact=True).first.click()
    with page.expect_download() as caught:
        page.get_by_role("button", name="Download CSV").first.click()
    text = caught.value.path().read_text()
    assert text.startswith("Time,p50 (ms),p95 (ms),p99 (ms),Operations,Failures")
    assert len(text.splitlines()) == 57  # 7 days in steps of three hours


def test_a_range_that_cannot_be_drawn_says_why(page: Page, stack: RunningStack) -> None:
    enter(page, stack, "ops", custom("/storage", INCIDENT, -4))
    expect(page.get_by_text("The end must lie after the start.")).to_be_visible(timeout=SLOW_MS)


def test_a_reason_is_explained_on_its_page(page: Page, stack: RunningStack) -> None:
    enter(page, stack, "ops", "/auth-errors?window=7+days")
    reasons = page.get_by_role("table", name="Denials by reason")
    expect(reasons).to_contain_text("A Bearer token has expired.", timeout=SLOW_MS)
    reasons.get_by_role("link", name="token-expired").click()
    expect(page).to_have_url(re.compile("reason=token-expired"))
    expect(page.get_by_text("Machines: use service tokens", exact=False)).to_be_visible(
        timeout=SLOW_MS
    )
    sources = page.get_by_role("table", name="Sources of denials")
    expect(sources.locator("tbody tr").first).to_contain_text("/api/*")
    expect(page.get_by_text("Marked as unusual:")).to_be_visible()


def test_product_latency_is_held_against_its_objectives(page: Page, stack: RunningStack) -> None:
    enter(page, stack, "ops", "/latency?window=30+days")
    for title, objective in (
        ("first token", "1200"),
        ("full turn", "2500"),
        ("assessment", "8000"),
    ):
        chart = page.get_by_role("figure", name=re.compile(f"Percentiles of {title}"))
        expect(chart).to_contain_text(f"objective: p95 under {objective} ms", timeout=SLOW_MS)
    models = page.get_by_role("table", name="Latency by provider and model")
    expect(models.locator("tbody tr").first).to_be_visible()


def test_status_hides_secrets_and_finds_requests(page: Page, stack: RunningStack) -> None:
    enter(page, stack, "ops", "/status")
    page.get_by_text(re.compile(r"All \d+ settings")).click(timeout=SLOW_MS)
    settings = page.get_by_role("table", name="Settings", exact=True)
    secret = settings.locator("tbody tr").filter(has_text="CLERK_SECRET_KEY")
    expect(secret).to_contain_text("set, hidden")
    page.get_by_label("Request id").fill("never-seen-0001")
    page.get_by_label("Request id").press("Enter")
    expect(page.get_by_text("Request id: never-seen-0001")).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_text("No slow or failed operation", exact=False)).to_be_visible()


def test_a_page_that_refreshes_itself_shows_what_is_new_in_the_same_visit(
    page: Page, stack: RunningStack
) -> None:
    page.clock.install()
    enter(page, stack, "ops", "/auth-errors?window=1+hour&refresh=Every+30+s")
    expect(page.get_by_role("heading", name="Latest denials")).to_be_visible(timeout=SLOW_MS)
    request_id = uuid4().hex
    refused = httpx.get(
        f"http://127.0.0.1:{stack.port}/api/v1/users",
        headers={"Authorization": "Bearer nobody", "X-Request-Id": request_id},
        trust_env=False,
    )
    assert refused.status_code == 401
    page.evaluate("window.sameVisit = true")
    table = page.get_by_role("table", name="Sign-in decisions")
    new = table.locator("tbody tr").filter(has_text=request_id[:8])

    def shown_after_half_a_minute() -> bool:
        page.clock.fast_forward(31_000)
        with suppress(PlaywrightTimeoutError):  # a refresh draws to its end before the next one
            new.first.wait_for(timeout=10_000)
        return new.count() > 0

    wait_until(shown_after_half_a_minute, 60)
    assert page.evaluate("window.sameVisit")
