"""The review workflow in Chromium: queues, the panel beside the transcript, results."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from lib.data import review_queues, reviews
from tests.browser.pages.room import Ingest
from tests.support.browser import enter
from tests.support.desk import Desk
from tests.support.stack import RunningStack, wait_until

HOSTILE = "![x](http://localhost:9/a.png) <img src=x onerror=alert(1)> **bold** :material/home:"


@pytest.fixture(scope="module")
def desk(stack: RunningStack) -> Iterator[Desk]:
    with Ingest(stack) as ingest:
        made = Desk(stack, ingest)
        yield made
        made.close()


@pytest.fixture
def reviewer(page: Page, stack: RunningStack) -> Page:
    enter(page, stack, "reviewer")
    return page


def start(page: Page, stack: RunningStack, queue_id: str) -> None:
    """Open the first session of a queue from its page, with the keyboard."""
    page.goto(f"{stack.app_url}/review?queue={queue_id}")
    button = page.get_by_role("button", name=re.compile("Start reviewing"))
    button.press("Enter")
    expect(panel(page)).to_be_visible()


def panel(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Review")


def test_a_reviewer_clears_five_sessions_with_the_keyboard_alone(
    reviewer: Page, stack: RunningStack, desk: Desk
) -> None:
    queue_id = desk.queue(5)
    start(reviewer, stack, queue_id)
    for number in range(5):
        expect(panel(reviewer).get_by_text("2 required questions remaining")).to_be_visible()
        address = reviewer.url
        reviewer.keyboard.press("j")
        reviewer.keyboard.press(str(number + 1))
        reviewer.keyboard.press("1" if number % 2 else "2")
        reviewer.keyboard.press("n")
        reviewer.keyboard.press("n")
        expect(reviewer).not_to_have_url(address)
    expect(reviewer.get_by_role("button", name="Undo")).to_be_visible()
    assert desk.done(queue_id) == 5
    answers = [(answer["understood"], answer["resolved"]) for answer in desk.found(queue_id)]
    assert sorted(answers) == [(1, False), (2, True), (3, False), (4, True), (5, False)]


def test_comments_corrections_and_answers_about_a_turn_are_stored_as_text(
    reviewer: Page, stack: RunningStack, desk: Desk
) -> None:
    queue_id = desk.queue(1)
    start(reviewer, stack, queue_id)
    reviewer.keyboard.press("j")
    reviewer.keyboard.press("j")
    expect(panel(reviewer).get_by_role("heading", name="About turn 2")).to_be_visible()
    reviewer.keyboard.press("c")
    reviewer.keyboard.type(HOSTILE)
    reviewer.keyboard.press("Control+Enter")
    expect(panel(reviewer).get_by_text(HOSTILE)).to_be_visible()
    reviewer.keyboard.press("e")
    reviewer.keyboard.press("End")
    reviewer.keyboard.type(" Indeed.")
    reviewer.keyboard.press("Control+Enter")
    turn = panel(reviewer).get_by_role("group", name=re.compile("Is this turn right"))
    turn.get_by_text("No", exact=True).click()
    reviewer.keyboard.press("[")
    reviewer.keyboard.press("[")
    for key in "41nn":
        reviewer.keyboard.press(key)
    wait_until(lambda: desk.done(queue_id) == 1, 30)
    (review,) = reviews.page(desk.caller, queue_id=queue_id, cursor=None, limit=5).items
    assert [(comment.sequence, comment.text) for comment in review.comments] == [(1, HOSTILE)]
    assert [(item.sequence, item.text) for item in review.corrections] == [
        (1, "This is turn 1. Indeed.")
    ]
    assert [(item.sequence, dict(item.answers)) for item in review.turns] == [(1, {"right": False})]


def test_what_was_written_survives_a_reload(
    reviewer: Page, stack: RunningStack, desk: Desk
) -> None:
    start(reviewer, stack, desk.queue(1))
    reviewer.keyboard.press("3")
    expect(panel(reviewer).get_by_text(re.compile("· saved"))).to_be_visible()
    reviewer.reload()
    question = panel(reviewer).get_by_role("group", name=re.compile("Was the request understood"))
    expect(question.get_by_role("radio", name="3")).to_be_checked()


def test_a_submitted_review_can_be_taken_back_and_is_as_it_was(
    reviewer: Page, stack: RunningStack, desk: Desk
) -> None:
    queue_id = desk.queue(2)
    start(reviewer, stack, queue_id)
    first = reviewer.url
    for key in "51nn":
        reviewer.keyboard.press(key)
    expect(panel(reviewer).get_by_text("Submitted: Case")).to_be_visible()
    assert desk.done(queue_id) == 1
    reviewer.keyboard.press("z")
    expect(reviewer).to_have_url(first)
    question = panel(reviewer).get_by_role("group", name=re.compile("Was the request understood"))
    expect(question.get_by_role("radio", name="5")).to_be_checked()
    assert desk.done(queue_id) == 0


def test_a_review_with_questions_left_is_not_sent_and_says_which(
    reviewer: Page, stack: RunningStack, desk: Desk
) -> None:
    queue_id = desk.queue(1)
    start(reviewer, stack, queue_id)
    reviewer.keyboard.press("n")
    question = panel(reviewer).get_by_role("group", name=re.compile("Was it resolved"))
    expect(question.get_by_text("Please answer this question.")).to_be_visible()
    assert desk.done(queue_id) == 0


def test_a_viewer_reads_submitted_reviews_and_is_offered_no_work(
    reviewer: Page, stack: RunningStack, desk: Desk
) -> None:
    queue_id = desk.queue(1)
    start(reviewer, stack, queue_id)
    session = reviewer.url.split("id=")[1].split("&")[0]
    for key in "41nn":
        reviewer.keyboard.press(key)
    wait_until(lambda: desk.done(queue_id) == 1, 30)
    reviewer.context.clear_cookies()
    enter(reviewer, stack, "viewer", "/review")
    expect(reviewer.get_by_text("Newest reviews")).to_be_visible()
    expect(reviewer.get_by_role("button", name=re.compile("Start reviewing"))).to_have_count(0)
    reviewer.goto(f"{stack.app_url}/session?id={session}")
    expect(reviewer.get_by_text("Was it resolved? yes")).to_be_visible()
    expect(reviewer.get_by_role("button", name="Change my review")).to_have_count(0)


def test_an_admin_opens_a_queue_and_closes_it_again(
    page: Page, stack: RunningStack, desk: Desk
) -> None:
    name = f"Opened by hand {uuid.uuid4()}"
    enter(page, stack, "admin", "/review?view=Manage")
    form = page.locator(".st-key-new-queue")
    form.get_by_label("Name", exact=True).fill(name)
    form.get_by_role("button", name="Create queue").click()
    row = page.get_by_role("table", name="Review queues").get_by_role("row").filter(has_text=name)
    expect(row).to_contain_text("open")
    (queue,) = [
        queue
        for queue in review_queues.page(desk.caller, cursor=None, limit=50).items
        if queue.name == name
    ]
    page.goto(f"{stack.app_url}/review?queue={queue.id}")
    page.get_by_text("Manage this queue").click()
    page.get_by_role("button", name="Close queue").click()
    expect(page.get_by_role("button", name="Reopen queue")).to_be_visible()
    closed = review_queues.get(desk.caller, queue.id)
    assert closed
    assert closed.state == "closed"


def test_an_admin_orders_the_sessions_of_a_queue_and_takes_one_out(
    page: Page, stack: RunningStack, desk: Desk
) -> None:
    queue_id = desk.queue(3)
    enter(page, stack, "admin", f"/review?queue={queue_id}")
    table = page.get_by_role("table", name="Sessions of the queue")

    def row(title: str) -> Locator:
        return table.get_by_role("row").filter(has_text=title)

    row("Case 2").get_by_role("checkbox").check()
    page.get_by_role("button", name="Review first").click()
    expect(row("Case 2")).to_contain_text("9")
    expect(page.get_by_text("1 session moved to the front")).to_be_visible()
    items = review_queues.items(desk.caller, queue_id=queue_id, cursor=None, limit=50).items
    assert [item.session.title for item in items if item.priority == 9] == ["Case 2"]
    page.get_by_role("button", name="Clear", exact=True).click()
    row("Case 1").get_by_role("checkbox").check()
    page.get_by_role("button", name="Remove").click()
    expect(row("Case 1")).to_have_count(0)
    left = review_queues.get(desk.caller, queue_id)
    assert left
    assert left.progress.items == 2
