"""Six hours of reviewing: the player in view, the place kept, nothing lost, no surprise."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.pages.room import Ingest, in_view, lit, player, turns
from tests.browser.pages.test_review import panel, start
from tests.support.browser import enter, new_context
from tests.support.desk import Desk
from tests.support.stack import RunningStack, wait_until

TURNS = 60


@pytest.fixture(scope="module")
def ingest(stack: RunningStack) -> Iterator[Ingest]:
    with Ingest(stack) as backend:
        yield backend


@pytest.fixture(scope="module")
def desk(stack: RunningStack, ingest: Ingest) -> Iterator[Desk]:
    made = Desk(stack, ingest)
    yield made
    made.close()


@pytest.fixture
def reviewer(page: Page, stack: RunningStack) -> Page:
    enter(page, stack, "reviewer")
    return page


def long_session(desk: Desk, ingest: Ingest, first: int = 0) -> str:
    """Return a queue of one recorded session of an hour, with turns numbered from `first`."""
    said = turns([f"This is turn {n}. " + "word " * (n * 13 % 60) for n in range(TURNS)])
    for turn in said:
        turn["sequence"] += first
    session = ingest.session(said, title="An hour", metadata={f"key {n}": n for n in range(40)})
    ingest.recording(session, TURNS * 2)
    return desk.queue_of([session])


def seen(locator: Locator, what: str) -> None:
    wait_until(lambda: in_view(locator), 20, lambda: f"not in view: {what}")


@pytest.mark.parametrize(
    "size", [(1280, 900), pytest.param((390, 844), marks=pytest.mark.long), (640, 450)]
)
def test_player_and_wave_stay_in_view_beside_all_questions(
    browser: Browser, stack: RunningStack, desk: Desk, ingest: Ingest, size: tuple[int, int]
) -> None:
    context = new_context(browser)
    page = context.new_page()
    enter(page, stack, "reviewer")
    start(page, stack, long_session(desk, ingest))
    page.set_viewport_size({"width": size[0], "height": size[1]})
    if size[0] < 1000:
        player(page).get_by_role("button", name="Review", exact=True).click()
        seen(panel(page).get_by_role("heading").first, "the review")
        # One scroll: nothing scrolls inside of the page.
        inner = page.locator(".scroller").evaluate("box => box.scrollHeight - box.clientHeight")
        assert inner == 0
    panel(page).get_by_role("button", name="Return to queue").scroll_into_view_if_needed()
    page.get_by_role("heading", name="Metadata").scroll_into_view_if_needed()
    seen(page.get_by_role("heading", name="Metadata"), "the end of the page")
    seen(player(page).get_by_role("button", name="Play"), "the player")
    seen(page.locator(".wave"), "the wave")
    if size[0] < 1000:
        player(page).get_by_role("button", name="Transcript", exact=True).click()
    seen(lit(page), "the lit turn")
    context.close()


def test_a_key_that_is_pressed_once_does_not_submit(
    reviewer: Page, stack: RunningStack, desk: Desk
) -> None:
    queue_id = desk.queue(2)
    start(reviewer, stack, queue_id)
    for key in "41n":
        reviewer.keyboard.press(key)
    submit = panel(reviewer).get_by_role("button", name="Press n again to submit")
    expect(submit).to_be_visible()
    reviewer.keyboard.press("j")
    expect(submit).to_have_count(0)
    reviewer.keyboard.press("n")
    expect(submit).to_be_visible()
    assert desk.done(queue_id) == 0
    reviewer.keyboard.press("n")
    wait_until(lambda: desk.done(queue_id) == 1, 30)


def test_what_was_typed_is_there_after_the_tab_was_closed_at_once(
    reviewer: Page, stack: RunningStack, desk: Desk
) -> None:
    start(reviewer, stack, desk.queue(1))
    address = reviewer.url
    reviewer.keyboard.press("j")
    reviewer.keyboard.press("3")
    reviewer.keyboard.press("c")
    reviewer.keyboard.type("Half a comm")
    reviewer.close()
    again = reviewer.context.new_page()
    enter(again, stack, "reviewer")
    again.goto(address)
    field = panel(again).get_by_role("textbox", name=re.compile("Comment on turn 1"))
    expect(field).to_have_value("Half a comm")
    question = panel(again).get_by_role("group", name=re.compile("Was the request understood"))
    expect(question.get_by_role("radio", name="3")).to_be_checked()
    field.press("Control+Enter")
    expect(panel(again).get_by_text(re.compile("· saved"))).to_be_visible()
    kept = again.evaluate("Object.keys(localStorage).filter(key => /earshot.review/.test(key))")
    assert kept == [], "what is stored is kept in the browser as well"


def test_a_change_of_a_submitted_review_stays_in_the_browser_until_it_is_sent(
    reviewer: Page, stack: RunningStack, desk: Desk
) -> None:
    queue_id = desk.queue(1)
    start(reviewer, stack, queue_id)
    session = reviewer.url.split("id=")[1].split("&")[0]
    for key in "41nn":
        reviewer.keyboard.press(key)
    wait_until(lambda: desk.done(queue_id) == 1, 30)
    address = f"{stack.app_url}/session?id={session}"
    reviewer.goto(address)
    reviewer.get_by_role("button", name="Change my review").click()
    question = panel(reviewer).get_by_role("group", name=re.compile("Was the request understood"))
    expect(question.get_by_role("radio", name="4")).to_be_checked()
    question.get_by_role("radio", name="2").check()
    expect(panel(reviewer).get_by_text("kept in this browser until you submit")).to_be_visible()
    reviewer.goto(address)
    reviewer.get_by_role("button", name="Change my review").click()
    expect(question.get_by_role("radio", name="2")).to_be_checked()
    panel(reviewer).get_by_role("button", name="Save changes").click()
    expect(panel(reviewer)).to_have_count(0)
    assert [answer["understood"] for answer in desk.found(queue_id)] == [2]
    kept = reviewer.evaluate("Object.keys(localStorage).filter(key => /earshot.review/.test(key))")
    assert kept == []


def test_a_comment_is_seen_on_its_turn_and_on_the_wave_and_leads_there(
    reviewer: Page, stack: RunningStack, desk: Desk, ingest: Ingest
) -> None:
    # Numbers count from 1, wherever the product's own sequence begins.
    queue_id = long_session(desk, ingest, first=100)
    start(reviewer, stack, queue_id)
    for _ in range(3):
        reviewer.keyboard.press("j")
    expect(panel(reviewer).get_by_role("heading", name="About turn 4")).to_be_visible()
    reviewer.keyboard.press("c")
    reviewer.keyboard.type("Well said")
    reviewer.keyboard.press("Control+Enter")
    note = panel(reviewer).get_by_role("listitem").filter(has_text="Well said")
    expect(note).to_be_focused()
    expect(lit(reviewer).get_by_role("list", name="Notes on this turn")).to_have_text(
        re.compile("Well said")
    )
    pin = reviewer.get_by_role("group", name="Notes").get_by_role("button")
    expect(pin).to_have_accessible_name(re.compile("^comment at 0:06, .*Well said"))
    seen(pin, "the mark on the wave")
    for go in (pin, note.get_by_role("button", name=re.compile("^Go to turn 4"))):
        lit(reviewer).hover()
        reviewer.mouse.wheel(0, 3000)
        expect(reviewer.get_by_text("This is turn 3.")).to_have_count(0)
        go.click()
        expect(lit(reviewer)).to_contain_text("This is turn 3.")
        seen(lit(reviewer), "the turn of the comment")
    session = reviewer.url.split("id=")[1].split("&")[0]
    for key in "41nn":
        reviewer.keyboard.press(key)
    wait_until(lambda: desk.done(queue_id) == 1, 30)
    # Whoever reads the session sees it too.
    reviewer.goto(f"{stack.app_url}/session?id={session}&turn=150&t=100000")
    expect(lit(reviewer)).to_contain_text("This is turn 50.")
    seen(reviewer.get_by_role("group", name="Notes").get_by_role("button"), "the mark")
    table = reviewer.get_by_role("table", name="Comments and corrections")
    expect(table).to_contain_text("Turn 4 at 0:06")
    table.get_by_role("link").click()
    expect(lit(reviewer)).to_contain_text("This is turn 3.")
    seen(lit(reviewer), "the turn of the comment")
    expect(lit(reviewer)).to_contain_text("Well said")


def test_single_keys_can_be_switched_off(reviewer: Page, stack: RunningStack, desk: Desk) -> None:
    start(reviewer, stack, desk.queue(1))
    reviewer.keyboard.press("?")
    reviewer.get_by_role("checkbox", name="Single keys are commands").uncheck()
    reviewer.get_by_role("button", name="Close", exact=True).click()
    for key in "j5n":
        reviewer.keyboard.press(key)
    reviewer.reload()
    expect(panel(reviewer).get_by_text("2 required questions remaining")).to_be_visible()
    reviewer.keyboard.press("j")
    reviewer.keyboard.press("5")
    reviewer.keyboard.press("?")
    expect(panel(reviewer).get_by_role("radio", checked=True)).to_have_count(0)
    expect(lit(reviewer)).to_have_count(0)
    player(reviewer).get_by_role("button", name="Keyboard help").click()
    reviewer.get_by_role("checkbox", name="Single keys are commands").check()
    reviewer.get_by_role("button", name="Close", exact=True).click()
    reviewer.keyboard.press("j")
    expect(lit(reviewer)).to_have_count(1)


def test_the_focus_goes_where_the_work_goes_and_answers_are_announced(
    reviewer: Page, stack: RunningStack, desk: Desk
) -> None:
    start(reviewer, stack, desk.queue(1))
    first = panel(reviewer).get_by_role("group", name=re.compile("Was the request understood"))
    second = panel(reviewer).get_by_role("group", name=re.compile("Was it resolved"))
    expect(first).to_be_focused()
    reviewer.keyboard.press("4")
    expect(second).to_be_focused()
    announced = panel(reviewer).get_by_role("status").filter(has_text="understood")
    expect(announced).to_have_text("Was the request understood?: 4, 1 required question remaining")
    reviewer.keyboard.press("[")
    expect(first).to_be_focused()
    panel(reviewer).get_by_role("button", name="Submit").click()
    expect(second).to_be_focused()
    expect(second).to_have_accessible_description("Please answer this question.")


def test_back_keeps_filters_and_place_and_a_new_page_begins_at_its_top(
    reviewer: Page, stack: RunningStack
) -> None:
    reviewer.goto(f"{stack.app_url}/sessions?channel=Chat")
    table = reviewer.get_by_role("table", name="Sessions")
    row = table.get_by_role("link").nth(25)
    row.scroll_into_view_if_needed()
    seen(row, "the row")
    name = row.inner_text()
    row.click()
    title = reviewer.get_by_role("heading", level=1)
    expect(title).to_have_text(name.splitlines()[-2])
    seen(title, "the title")
    expect(title).to_be_focused()
    reviewer.go_back()
    expect(reviewer.get_by_role("button", name="Channel: Chat")).to_be_visible()
    seen(row, "the row that was opened")
    expect(row).to_be_focused()
    row.click()
    expect(title).to_be_focused()
    reviewer.get_by_role("navigation", name="Breadcrumb").get_by_role("link").click()
    expect(reviewer.get_by_role("button", name="Channel: Chat")).to_be_visible()
    expect(reviewer).to_have_url(re.compile("channel=Chat"))
    seen(reviewer.get_by_role("heading", name="Sessions", level=1), "the title of the list")
