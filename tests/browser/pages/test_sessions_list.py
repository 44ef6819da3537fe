"""Sessions: filters in the address, by keyboard, into a queue, into a file, and what is new."""

from __future__ import annotations

import csv
import io
import json
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Locator, Page, expect

from lib.data import Caller, Client, review_queues, rubrics
from lib.data.records import NewCriterion
from tests.browser.pages.room import Ingest, turns
from tests.support.browser import enter
from tests.support.stack import RunningStack

FORMULA = '=HYPERLINK("http://localhost:9/","open")'
NEW_MS = 40_000  # The list asks for new sessions every 15 seconds.


@pytest.fixture(scope="module")
def ingest(stack: RunningStack) -> Iterator[Ingest]:
    with Ingest(stack) as backend:
        yield backend


@pytest.fixture(scope="module")
def three(ingest: Ingest) -> tuple[str, list[str]]:
    """Three sessions of one user; return the user's Clerk id and the sessions, newest first."""
    first = ingest.session(turns(["Good morning"]), name="Three Sessions", title=FORMULA)
    clerk_id = ingest.owner_of(first)
    more = [
        ingest.session(
            turns(["Good evening"]),
            user=clerk_id,
            title=title,
            channel="chat",
            startedAt=f"2026-01-0{day}T03:04:05Z",
        )
        for day, title in ((3, "\u202edesrever **bold**"), (4, "T" * 300))
    ]
    return clerk_id, [more[1], more[0], first]


def rows(page: Page) -> Locator:
    return page.get_by_role("table", name="Sessions").locator("tbody tr")


def choose(page: Page, chip: str, option: str) -> None:
    page.get_by_role("button", name=chip, exact=True).click()
    page.get_by_role("radiogroup", name=chip).get_by_text(option, exact=True).click()
    page.keyboard.press("Escape")


def test_filters_are_chips_in_the_address_and_come_back_with_it(
    page: Page, stack: RunningStack
) -> None:
    enter(page, stack, "viewer", "/sessions")
    choose(page, "Channel", "Chat")
    expect(page.get_by_role("button", name="Channel: Chat")).to_be_visible()
    choose(page, "Outcome", "Failed")
    expect(page).to_have_url(re.compile(r"channel=Chat.*status=Failed|status=Failed.*channel=Chat"))
    expect(rows(page).first).to_contain_text("failed")
    expect(rows(page).first).to_contain_text("chat")
    shown = rows(page).locator("a").first.get_attribute("href")
    page.reload()
    expect(page.get_by_role("button", name="Outcome: Failed")).to_be_visible()
    expect(rows(page).locator("a").first).to_have_attribute("href", shown or "")
    rows(page).locator("a").first.click()
    expect(page).to_have_url(re.compile("/session\\?"))
    page.go_back()
    expect(page.get_by_role("button", name="Outcome: Failed")).to_be_visible()
    expect(rows(page).locator("a").first).to_have_attribute("href", shown or "")
    page.get_by_role("button", name="Clear filters").click()
    expect(page.get_by_role("button", name="Outcome", exact=True)).to_be_visible()
    expect(page).not_to_have_url(re.compile("status=|channel="))


def test_labels_that_occur_are_suggested_and_others_can_be_typed(
    page: Page, stack: RunningStack
) -> None:
    enter(page, stack, "viewer", "/sessions")
    expect(rows(page).first).to_be_visible()
    page.get_by_role("button", name="Label", exact=True).click()
    field = page.get_by_role("combobox", name="Label")
    field.click()
    field.press_sequentially("negot")
    page.get_by_role("option", name="negotiation").click()
    expect(page).to_have_url(re.compile("label=negotiation"))
    expect(rows(page).first).to_contain_text("negotiation")
    expect(page.get_by_role("button", name="Label: negotiation")).to_be_visible()
    field.fill("no-such-label")
    field.press("Enter")
    expect(page).to_have_url(re.compile("label=no-such-label"))
    expect(page.get_by_text("No sessions match these filters")).to_be_visible()


def test_every_filter_of_a_shared_address_is_in_force(
    page: Page, stack: RunningStack, three: tuple[str, list[str]]
) -> None:
    clerk_id, sessions = three
    address = f"/sessions?user={clerk_id}&since=2026-01-02&until=2026-01-03&sort=Oldest+first"
    enter(page, stack, "viewer", address)
    links = rows(page).locator("a")
    expect(links).to_have_count(2)
    expect(links.first).to_have_attribute("href", re.compile(sessions[2]))
    expect(page.get_by_role("button", name=re.compile("Started: 2026-01-02"))).to_be_visible()
    page.goto(f"{stack.app_url}/sessions?user={clerk_id}&status=nonsense&since=nonsense")
    expect(links).to_have_count(3)


def test_hostile_titles_are_text(
    page: Page, stack: RunningStack, three: tuple[str, list[str]]
) -> None:
    enter(
        page,
        stack,
        "viewer",
        f"/sessions?user={three[0]}&label=%2A%2Ax%2A%2A+%5Ba%5D(http://localhost:9)",
    )
    expect(page.get_by_role("button", name="Label: **x** [a](http://loc")).to_be_visible()
    page.goto(f"{stack.app_url}/sessions?user={three[0]}")
    expect(page.get_by_text("\u202edesrever **bold**")).to_be_visible()
    expect(page.get_by_text(FORMULA)).to_be_visible()
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0


def test_rows_are_reached_selected_and_put_into_a_queue_by_keyboard(
    page: Page, stack: RunningStack, three: tuple[str, list[str]]
) -> None:
    queue = a_queue(stack)
    clerk_id, sessions = three
    enter(page, stack, "admin", f"/sessions?user={clerk_id}")
    expect(rows(page)).to_have_count(3)
    rows(page).locator("a").first.focus()
    page.keyboard.press("x")
    expect(page.get_by_role("toolbar")).to_contain_text("1 selected")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.get_by_role("toolbar")).to_contain_text("2 selected")
    expect(rows(page).nth(1).locator("a")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("toolbar")).to_be_hidden()
    page.get_by_role("checkbox", name="Select all on this page").check()
    expect(page.get_by_role("toolbar")).to_contain_text("3 selected")
    page.get_by_role("button", name="Add to queue").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("3 sessions selected")).to_be_visible()
    dialog.get_by_role("combobox").click()
    page.get_by_role("option", name=queue).click()
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(dialog.get_by_text("3 added, 0 already in the queue.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("toolbar")).to_contain_text("3 selected")
    page.get_by_role("button", name="Clear", exact=True).click()
    rows(page).locator("a").first.focus()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"id={sessions[2]}"))


def a_queue(stack: RunningStack) -> str:
    """Open a review queue; return its name."""
    token = stack.token("worker")
    client = Client(stack.info["convexUrl"], timeout_seconds=20)
    worker = Caller(client, lambda: token)
    criterion = NewCriterion(
        key="quality",
        label="Quality",
        description="How good",
        kind="score",
        level="session",
        required=True,
    )
    name = f"Queue {uuid.uuid4().hex[:8]}"
    rubric = rubrics.publish(worker, name=name, criteria=[criterion])
    review_queues.create(worker, name=name, rubric_id=rubric.id)
    client.close()
    return name


@pytest.mark.parametrize(
    ("role", "offered"),
    [("viewer", ["Export", "Clear"]), ("reviewer", ["Review", "Label", "Export", "Clear"])],
)
def test_selected_rows_offer_what_the_role_may_do_and_no_more(
    page: Page, stack: RunningStack, three: tuple[str, list[str]], role: str, offered: list[str]
) -> None:
    enter(page, stack, role, f"/sessions?user={three[0]}")
    expect(rows(page)).to_have_count(3)
    rows(page).first.get_by_role("checkbox").check()
    expect(page.get_by_role("toolbar").get_by_role("button")).to_have_text(offered)


@pytest.mark.parametrize("form", ["CSV", "JSON"])
def test_what_the_filters_select_becomes_a_file_without_formulas(
    page: Page, stack: RunningStack, three: tuple[str, list[str]], form: str
) -> None:
    clerk_id, sessions = three
    enter(page, stack, "viewer", f"/sessions?user={clerk_id}")
    expect(rows(page)).to_have_count(3)
    page.get_by_role("button", name="Export").click()
    page.get_by_role("radiogroup", name="Format").get_by_text(form, exact=True).click()
    page.get_by_role("button", name="Start export").click()
    link = page.get_by_role("link", name=re.compile("Download 3 records"))
    expect(link).to_be_visible()
    stranger = page.context.browser
    assert stranger
    with stranger.new_context() as other:
        answer = other.request.get(f"{stack.app_url}{link.get_attribute('href')}")
        assert answer.status == 401
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename.endswith(f".{form.lower()}")
    text = download.value.path().read_text("utf-8-sig")
    if form == "JSON":
        records = json.loads(text)
        assert [record["id"] for record in records] == sessions
        assert records[2]["title"] == FORMULA
    else:
        table = list(csv.DictReader(io.StringIO(text, newline="")))
        assert [row["id"] for row in table] == sessions
        assert table[2]["title"] == f"'{FORMULA}"


def test_new_sessions_are_told_and_do_not_move_the_list(
    page: Page, stack: RunningStack, ingest: Ingest, three: tuple[str, list[str]]
) -> None:
    enter(page, stack, "viewer", "/sessions")
    first = rows(page).locator("a").first
    before = first.get_attribute("href") or ""
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    fresh = ingest.session(turns(["Hello"]), startedAt=now)
    notice = page.get_by_role("button", name=re.compile(r"Show \d+ new sessions?"))
    expect(notice).to_be_visible(timeout=NEW_MS)
    expect(first).to_have_attribute("href", before)
    notice.click()
    expect(page.locator(f"a[href*='{fresh}']")).to_be_visible()
    expect(notice).to_be_hidden()


def test_search_is_narrowed_by_the_filters(
    page: Page, stack: RunningStack, three: tuple[str, list[str]]
) -> None:
    enter(page, stack, "viewer", f"/sessions?q=evening&user={three[0]}&since=2026-01-04")
    hits = page.get_by_role("table", name="Matching turns").locator("tbody tr")
    expect(hits).to_have_count(1)
    expect(hits.locator("mark")).to_have_text("evening")
    choose(page, "Channel", "Voice")
    expect(page.get_by_text("Remove a filter.")).to_be_visible()
