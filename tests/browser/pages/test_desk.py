"""A reviewer's and an admin's desk: found, selected, labelled, assigned, reviewed, compared."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Locator, Page, expect

from lib.data import audit, review_claims, review_queues, reviews
from lib.data.records import NewTurnAnswers
from tests.browser.pages.room import Ingest, open_room, player, turns, wait_until_sounding
from tests.support.browser import enter
from tests.support.desk import Desk
from tests.support.stack import RunningStack, wait_until

MANY = 30
CROWDED = f"Crowded {uuid.uuid4().hex[:6]}"


@pytest.fixture(scope="module")
def ingest(stack: RunningStack) -> Iterator[Ingest]:
    with Ingest(stack) as backend:
        yield backend


@pytest.fixture(scope="module")
def desk(stack: RunningStack, ingest: Ingest) -> Iterator[Desk]:
    made = Desk(stack, ingest)
    yield made
    made.close()


@pytest.fixture(scope="module")
def crowd(ingest: Ingest) -> str:
    """A user of many sessions of rising latency, the newest the fastest; return their Clerk id."""
    who = {"user": f"user_{uuid.uuid4().hex}", "name": CROWDED}
    ingest.session(turns(["Hello"]), **who)
    for number in range(1, MANY):
        (turn,) = turns(["Hello"])
        late = {**turn, "speaker": "assistant", "latencyMs": number * 1000}
        started = f"2026-01-01T{23 - number // 2:02}:{30 * (number % 2):02}:00Z"
        ingest.session([late], **who, startedAt=started, title=f"Call {number}")
    return who["user"]


def rows(page: Page, table: str = "Sessions") -> Locator:
    return page.get_by_role("table", name=table).locator("tbody tr")


def panel(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Review")


def bar(page: Page) -> Locator:
    return page.get_by_role("toolbar", name="Selected rows")


def choose(page: Page, field: str, words: str, within: Locator | None = None) -> None:
    """Choose an option of a field by typing its beginning."""
    box = (within or page).get_by_role("combobox", name=field)
    box.click()
    box.press_sequentially(words)
    page.get_by_role("option", name=words).first.click()


def test_actions_on_a_ticked_row_are_in_sight_and_labels_are_set_and_undone(
    page: Page, stack: RunningStack, desk: Desk, crowd: str
) -> None:
    enter(page, stack, "reviewer", f"/sessions?user={crowd}")
    expect(rows(page)).to_have_count(MANY)
    rows(page).first.get_by_role("checkbox").check()
    expect(bar(page)).to_be_in_viewport(ratio=1)
    rows(page).nth(1).get_by_role("checkbox").check()
    expect(bar(page)).to_contain_text("2 selected")
    bar(page).get_by_role("button", name="Label").click()
    dialog = page.get_by_role("dialog")
    label = f"late {uuid.uuid4().hex[:6]}"
    field = dialog.get_by_role("combobox", name="Set")
    field.fill(label)
    field.press("Enter")
    field.press("Tab")
    dialog.get_by_role("button", name="Apply").click()
    expect(page.get_by_text(f"Labels: set {label}, 2 sessions")).to_be_visible()
    for number in range(2):
        flags = rows(page).nth(number).locator(".chips")
        expect(flags).to_have_attribute("title", re.compile(label))
    session = (rows(page).first.locator("a").get_attribute("href") or "").partition("id=")[2]
    admin = replace(desk.caller, token=lambda: stack.token("admin"))
    on_record = audit.page(admin, session_id=session, action="session.label", cursor=None, limit=5)
    assert [event.details for event in on_record.items] == [{"added": [label]}]
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Labels: set")).to_have_count(0)
    expect(page.locator(f".chips[title*='{label}']")).to_have_count(0)


def test_selected_sessions_are_assigned_and_a_refused_one_is_named(
    page: Page, stack: RunningStack, desk: Desk
) -> None:
    name = f"Assigned {uuid.uuid4().hex[:6]}"
    queue_id = desk.queue(0, name=name)
    owner = f"user_{uuid.uuid4().hex}"
    taken, free = (desk.session(title, user=owner) for title in ("Taken case", "Free case"))
    review_queues.add_sessions(desk.caller, queue_id=queue_id, session_ids=[taken])
    assert review_claims.take_next(desk.reviewer("Earl Early"), queue_id)
    enter(page, stack, "admin", f"/sessions?user={owner}")
    page.get_by_role("checkbox", name="Select all on this page").check()
    bar(page).get_by_role("button", name="Assign").click()
    dialog = page.get_by_role("dialog")
    choose(page, "Queue", name, dialog)
    choose(page, "Reviewer", "Ravi Menon", dialog)
    dialog.get_by_role("button", name="Assign", exact=True).click()
    expect(dialog.get_by_text("1 assigned to Ravi Menon.")).to_be_visible()
    expect(dialog.get_by_text("Not assigned: Taken case")).to_be_visible()
    expect(dialog.get_by_text("All places at a session are taken.")).to_be_visible()
    expect(rows(page)).to_have_count(2)
    items = review_queues.items(desk.caller, queue_id=queue_id, cursor=None, limit=5).items
    assert [item.slots[0].state for item in items if item.session.id == free] == ["assigned"]


def test_lists_are_sorted_by_a_heading_and_say_among_which_sessions(
    page: Page, stack: RunningStack, crowd: str
) -> None:
    enter(page, stack, "viewer", f"/sessions?user={crowd}")
    heading = page.get_by_role("columnheader", name="Slowest turn")
    heading.get_by_role("button").click()
    expect(rows(page).first).to_contain_text("Call 29")
    expect(heading).to_have_attribute("aria-sort", "descending")
    words = f"Slowest turn first, within all {MANY} sessions that match."
    expect(page.get_by_text(words)).to_be_visible()
    expect(page).to_have_url(re.compile("sort=Slowest"))
    heading.get_by_role("button").click()
    expect(rows(page).first).to_contain_text("Call 1")
    expect(rows(page).last).not_to_contain_text("Call")
    page.get_by_role("button", name="Latency", exact=True).click()
    field = page.get_by_role("spinbutton", name="Slowest turn, seconds at least")
    field.fill("28")
    field.press("Enter")
    expect(rows(page)).to_have_count(2)
    expect(page.get_by_role("button", name="Latency: 28 s or slower")).to_be_visible()


def test_a_user_is_found_by_name_in_the_filter(page: Page, stack: RunningStack, crowd: str) -> None:
    enter(page, stack, "viewer", "/sessions")
    expect(rows(page).first).to_be_visible()
    page.get_by_role("button", name="User", exact=True).click()
    field = page.get_by_role("textbox", name="User").or_(page.get_by_role("searchbox", name="User"))
    field.fill(CROWDED.lower())
    page.get_by_role("button", name=re.compile(CROWDED)).click()
    expect(rows(page)).to_have_count(MANY)
    expect(page).to_have_url(re.compile(f"user={crowd}"))
    expect(page.get_by_role("button", name=f"User: {CROWDED}")).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    expect(page).not_to_have_url(re.compile("user="))


def test_a_session_that_was_found_is_reviewed_and_resumed(
    page: Page, stack: RunningStack, desk: Desk
) -> None:
    name = f"Found {uuid.uuid4().hex[:6]}"
    queue_id = desk.queue(2, name=name)
    page_of_items = review_queues.items(desk.caller, queue_id=queue_id, cursor=None, limit=5)
    session_id = page_of_items.items[0].session.id
    enter(page, stack, "reviewer")
    open_room(page, stack, session_id)
    page.get_by_role("button", name=f"Review in {name}").click()
    expect(panel(page)).to_be_visible()
    page.keyboard.press("4")
    expect(panel(page).get_by_text(re.compile("· saved"))).to_be_visible()
    open_room(page, stack, session_id)
    page.get_by_role("button", name=f"Resume review in {name}").click()
    question = panel(page).get_by_role("group", name=re.compile("Was the request understood"))
    expect(question.get_by_role("radio", name="4")).to_be_checked()
    page.goto(f"{stack.app_url}/review")
    first = page.get_by_role("button", name=re.compile("Start|Resume|Nothing")).first
    expect(first).to_have_text(re.compile("Resume my review"))
    expect(page.get_by_role("heading", level=2).first).to_have_text(name)
    page.goto(f"{stack.app_url}/review?queue={queue_id}")
    row = rows(page, "Sessions of the queue").filter(has_text="Case 0")
    row.get_by_role("checkbox").check()
    expect(bar(page)).to_be_in_viewport(ratio=1)
    bar(page).get_by_role("button", name="Review").click()
    expect(panel(page)).to_be_visible()
    expect(page.get_by_role("heading", name="Case 0")).to_be_visible()


def test_the_trail_of_a_session_names_who_opened_and_heard_it(
    page: Page, stack: RunningStack, ingest: Ingest
) -> None:
    title = f"Heard {uuid.uuid4().hex[:6]}"
    session_id = ingest.session(turns(["Hello"]), title=title, name="Heard Person")
    ingest.recording(session_id, 30)
    enter(page, stack, "viewer")
    open_room(page, stack, session_id)
    player(page).get_by_role("button", name="Play").click()
    wait_until_sounding(page)
    page.context.clear_cookies()
    enter(page, stack, "admin")
    open_room(page, stack, session_id)
    expect(page.get_by_text("Vera Lindqvist")).to_be_visible()
    expect(page.get_by_text(re.compile("opened once, heard once"))).to_be_visible()
    page.get_by_role("link", name="All events of this session").click()
    expect(page.get_by_role("button", name=f"Session: {title}")).to_be_visible()
    played = rows(page, "Audit events").filter(has_text="Played a recording")
    expect(played).to_contain_text("Vera Lindqvist")
    expect(played).to_contain_text(title)
    expect(played).to_contain_text("Heard Person")
    page.get_by_role("button", name="Actor", exact=True).click()
    page.get_by_role("button", name=re.compile("Ada Farrow")).click()
    expect(played).to_have_count(0)
    expect(rows(page, "Audit events")).to_have_count(1)


def test_a_queue_says_what_it_would_take_before_it_is_saved_and_can_be_changed(
    page: Page, stack: RunningStack, desk: Desk
) -> None:
    name = f"Seen before {uuid.uuid4().hex[:6]}"
    enter(page, stack, "admin", "/review?view=Manage")
    form = page.locator(".st-key-new-queue")
    told = form.get_by_text(re.compile(r"Would take \d+ of the \d+ sessions of the last 7 days"))
    expect(told).to_be_visible()
    form.get_by_label("Name", exact=True).fill(name)
    form.get_by_text("chat", exact=True).click()
    choose(page, "Label", "negotiation", form)
    expect(told).not_to_have_text(re.compile(r"Would take (\d+) of the \1 "))
    taken = re.search(r"\d+", told.inner_text())
    assert taken
    form.get_by_role("button", name="Create queue").click()
    row = rows(page, "Review queues").filter(has_text=name)
    row.locator("a").click()
    expect(page.get_by_text("chat, label negotiation")).to_be_visible()
    page.get_by_text("Manage this queue").click()
    page.get_by_text("voice", exact=True).click()
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("voice, label negotiation")).to_be_visible()
    (queue,) = (one for one in review_queues.every(desk.caller) if one.name == name)
    assert (queue.filters.channel, queue.filters.label) == ("voice", "negotiation")
    review_queues.update(desk.caller, id=queue.id, state="closed")


def test_a_rubric_is_written_question_by_question_beside_its_preview(
    page: Page, stack: RunningStack
) -> None:
    name = f"Written {uuid.uuid4().hex[:6]}"
    enter(page, stack, "admin", "/review?view=Manage")
    preview = page.get_by_role("complementary", name="Preview")
    form = page.locator(".st-key-rubric-form")
    form.get_by_role("textbox", name="Name", exact=True).fill(name)
    page.get_by_role("textbox", name="Question 1").fill("Was it kind?")
    expect(preview.get_by_role("group", name=re.compile("Was it kind"))).to_be_visible()
    expect(preview).to_be_in_viewport()
    choose(page, "Answer", "One of several")
    options = page.get_by_role("combobox", name="Options")
    for option in ("warmly", "coldly"):
        options.fill(option)
        options.press("Enter")
        options.press("Tab")
        expect(preview.get_by_role("radio", name=option)).to_be_visible()
    page.get_by_role("button", name="Add a question").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text(re.compile(r"Question 2 \(without words\), label"))).to_be_visible()
    page.get_by_role("button", name="Remove").last.click()
    expect(preview.get_by_role("group")).to_have_count(1)
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Published as version 1")).to_be_visible()


def test_results_name_their_sessions_and_mark_where_reviewers_differ(
    page: Page, stack: RunningStack, desk: Desk
) -> None:
    queue_id = desk.queue(1, target=2)
    for name, understood, right in (("Ann Able", 5, True), ("Bea Bold", 2, False)):
        reviewer = desk.reviewer(name)
        claim = review_claims.take_next(reviewer, queue_id)
        assert claim
        reviews.submit(
            reviewer,
            item_id=claim.item_id,
            answers={"understood": understood, "resolved": True},
            turns=[NewTurnAnswers(sequence=1, answers={"right": right})],
            comments=[],
            corrections=[],
        )
    wait_until(lambda: desk.done(queue_id) == 2, 30)
    enter(page, stack, "admin", f"/review?queue={queue_id}")
    page.get_by_text("Disagreements", exact=True).click()
    expect(rows(page, "Sessions of the queue")).to_have_count(1)
    rows(page, "Sessions of the queue").locator("a").click()
    expect(page.get_by_text("2 of 3 answers differ")).to_be_visible()
    compared = rows(page, "Answers side by side")
    expect(compared.filter(has_text="differs")).to_have_count(2)
    expect(compared.filter(has_text="Was it resolved?")).not_to_contain_text("differs")
    page.goto(f"{stack.app_url}/review?view=Results")
    listed = rows(page, "Reviews")
    expect(listed.first).to_contain_text("Case 0")
    expect(listed.first).to_contain_text("Bea Bold")
    tile = page.get_by_test_id("stMetric").filter(has_text="Reviews, 30 days")
    number = int(re.sub(r"\D", "", tile.get_by_test_id("stMetricValue").inner_text()))
    expect(listed).to_have_count(min(number, 50))
    page.get_by_text("Mine", exact=True).click()
    expect(page.get_by_text("No reviews in the last 30 days")).to_be_visible()
