"""Phone, tablet, zoom: nothing is cut or pushed out of view."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.pages.room import Ingest, in_view, open_room, turns
from tests.support.browser import enter, new_context
from tests.support.stack import RunningStack, wait_until

TITLE = "Beschwerdemanagementkoordinationsbesprechung 電話サポートの問い合わせ記録 رسالة من العميل"
USER = f"user_{uuid.uuid4().hex}"
NAME = "Maximiliana-Alexandra von und zu Hohenstein-Wittgenstein-Sayn"
MODEL = "a-model-with-a-very-long-identifier-2026-11-preview"
PHONE, TABLET, ZOOMED = (390, 844), (820, 1180), (640, 450)

# What is wider than it shows, or lies to the right of the window, in all components of the page.
CUT = """() => {
  const found = [], roots = [document.querySelector("[data-testid=stMain]")];
  for (let root; (root = roots.pop()); )
    for (const part of root.querySelectorAll("*")) {
      if (part.shadowRoot) roots.push(part.shadowRoot);
      if (!part.matches(".text, .note, .chip, dd, h1, h2, h3, .said, .who, button, td")) continue;
      const { right, width, height } = part.getBoundingClientRect();
      const hides = getComputedStyle(part).overflowX !== "visible";
      const isCut = hides && part.scrollWidth > part.clientWidth + 1;
      if (width > 2 && height > 2 && (isCut || right > innerWidth + 1))
        found.push([part.tagName, part.className, part.textContent.slice(0, 60), right]);
    }
  return found;
}"""


@pytest.fixture(scope="module")
def session(stack: RunningStack) -> Iterator[str]:
    with Ingest(stack) as backend:
        yield backend.session(
            turns(["Hello there"] * 40),
            user=USER,
            title=TITLE,
            name=NAME,
            provider="acme",
            modelId=MODEL,
            metadata={"reference": "0f8fad5b-d9cb-469f-a165-70867728950e", "note": "word " * 40},
        )


@pytest.fixture(params=[PHONE, TABLET, pytest.param(ZOOMED, marks=pytest.mark.long)])
def small(browser: Browser, stack: RunningStack, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = new_context(browser)
    page = context.new_page()
    enter(page, stack, "reviewer")
    width, height = request.param
    page.set_viewport_size({"width": width, "height": height})
    yield page
    context.close()


def expect_nothing_cut(page: Page) -> None:
    found: list[object] = []

    def is_whole() -> bool:
        found[:] = page.evaluate(CUT)
        return not found

    wait_until(is_whole, 20, lambda: f"cut or out of the window: {found}")


def test_a_session_shows_all_of_its_names_and_its_metadata(
    small: Page, stack: RunningStack, session: str
) -> None:
    open_room(small, stack, session)
    expect(small.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(small.get_by_text(f"acme / {MODEL}")).to_be_visible()
    expect_nothing_cut(small)
    metadata = small.get_by_test_id("stCode")
    metadata.scroll_into_view_if_needed()
    wait_until(lambda: in_view(metadata), 20)
    box = metadata.bounding_box()
    assert box
    assert box["width"] >= 300, "too narrow to be read"


def test_a_phone_shows_every_choice_above_a_chart(page: Page, stack: RunningStack) -> None:
    enter(page, stack, "ops")
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.goto(f"{stack.app_url}/storage")
    expect(page.get_by_role("radio", name="Custom")).to_be_in_viewport(ratio=1)
    expect_nothing_cut(page)


def test_usual_titles_are_whole_beside_all_columns(page: Page, stack: RunningStack) -> None:
    enter(page, stack, "reviewer", "/sessions")
    titles = page.get_by_role("table", name="Sessions").locator("td.first .text")
    expect(titles.nth(20)).to_be_visible()
    cut = titles.evaluate_all(
        "all => all.filter(one => one.scrollHeight > one.clientHeight + 1).map(o => o.innerText)"
    )
    assert [title for title in cut if len(title) <= 36] == []
    wide = page.get_by_role("table", name="Sessions").locator("xpath=..")
    assert wide.evaluate("box => box.scrollWidth <= box.clientWidth"), "columns are out of view"


def test_lists_show_their_rows_whole(small: Page, stack: RunningStack, session: str) -> None:
    small.goto(f"{stack.app_url}/sessions?user={USER}")
    row = small.get_by_role("row").filter(has_text=NAME).first
    expect(row).to_be_visible()
    expect_nothing_cut(small)
    expect(row.get_by_role("link")).to_contain_text("رسالة من العميل")
    small.goto(f"{stack.app_url}/review")
    expect(small.get_by_role("heading", name="Review", level=1)).to_be_visible()
    expect_nothing_cut(small)
