"""No page of the dashboard has a serious accessibility fault, by day or by night (axe-core)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_story import session_with_audio
from tests.screenshots import paths, settled
from tests.support.browser import new_context, sign_in
from tests.support.stack import ROOT, RunningStack

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = {"serious", "critical"}
# Less grave to axe, but a screen reader's readers go by headings.
ORDERED = "heading-order"
# What we do not draw ourselves: frame, sidebar and toolbar of Streamlit, and what Plotly draws.
FOREIGN = ["[data-testid=stSidebar]", "[data-testid=stHeader]", ".js-plotly-plot"]
RUN = """async ([part, foreign]) => {
  const found = await axe.run(
    { include: [[part]], exclude: foreign.map(selector => [selector]) },
    { resultTypes: ["violations"] },
  );
  return found.violations.map(({ id, impact, help, nodes }) => ({
    id, impact, help, where: nodes.slice(0, 4).map(node => [node.target, node.failureSummary]),
  }));
}"""
PAGES = (
    "overview",
    "users",
    "user",
    "sessions",
    "session",
    "review",
    "alerts",
    "latency",
    "storage",
    "auth-errors",
    "status",
    "audit",
)


@pytest.fixture(scope="module", params=["light", pytest.param("dark", marks=pytest.mark.long)])
def member(browser: Browser, stack: RunningStack, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = new_context(browser, color_scheme=request.param, bypass_csp=True)
    page = context.new_page()
    sign_in(page, stack, "admin")
    yield page
    context.close()


@pytest.fixture(scope="module")
def addresses(stack: RunningStack) -> dict[str, str]:
    return paths(stack)


def faults(page: Page, part: str = "[data-testid=stMain]") -> list[dict[str, Any]]:
    page.add_script_tag(path=AXE)
    found: list[dict[str, Any]] = page.evaluate(RUN, [part, FOREIGN])
    return [fault for fault in found if fault["impact"] in GRAVE or fault["id"] == ORDERED]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_serious_fault(
    member: Page, stack: RunningStack, addresses: dict[str, str], name: str
) -> None:
    member.goto(stack.app_url + addresses[name])
    settled(member)
    found = faults(member)
    assert found == [], json.dumps(found, indent=1)
    expect(member.get_by_role("heading", level=1)).to_have_count(1)


def test_the_page_to_sign_in_has_no_fault(browser: Browser, stack: RunningStack) -> None:
    context = new_context(browser, bypass_csp=True)
    page = context.new_page()
    page.goto(stack.app_url)
    expect(page.get_by_label("Username")).to_be_visible()
    found = faults(page, "body")
    assert found == [], json.dumps(found, indent=1)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    context.close()


def test_the_player_has_no_serious_fault_while_it_plays_and_shows_its_help(
    member: Page, stack: RunningStack
) -> None:
    member.goto(f"{stack.app_url}/session?id={session_with_audio(stack)['id']}")
    settled(member)
    member.get_by_role("group", name="Player").get_by_role("button", name="Play").click()
    member.keyboard.press("?")
    member.get_by_role("dialog", name="Keyboard").wait_for()
    found = faults(member)
    assert found == [], json.dumps(found, indent=1)


def test_what_a_popover_asks_can_be_read(member: Page, stack: RunningStack) -> None:
    member.goto(f"{stack.app_url}/sessions")
    settled(member)
    member.get_by_role("button", name="Export").click()
    expect(member.get_by_role("button", name="Start export")).to_be_visible()
    found = faults(member, "[data-testid=stPopoverBody]")
    assert found == [], json.dumps(found, indent=1)


def test_the_forms_of_a_review_can_be_read(member: Page, stack: RunningStack) -> None:
    member.goto(f"{stack.app_url}/review?view=Manage")
    settled(member)
    expect(member.get_by_role("button", name="Create queue")).to_be_visible()
    found = faults(member)
    assert found == [], json.dumps(found, indent=1)


def test_every_picture_is_of_a_page_that_is_checked(addresses: dict[str, str]) -> None:
    assert set(PAGES) == set(addresses)


def test_filters_that_are_set_can_be_read(member: Page, stack: RunningStack) -> None:
    member.goto(f"{stack.app_url}/sessions?channel=Chat&label=negotiation")
    settled(member)
    member.get_by_role("button", name="Label: negotiation").wait_for()
    found = faults(member)
    assert found == [], json.dumps(found, indent=1)
