"""The listening room in Chromium, with real recordings from the bucket."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.pages.room import (
    Ingest,
    lit,
    open_room,
    player,
    position,
    turns,
    wait_until_sounding,
)
from tests.support.browser import enter, new_context
from tests.support.stack import RunningStack, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.stack]

HOSTILE = [
    "![x](http://localhost:9/md.png) [link](http://localhost:9/) **bold** $x^2$ :material/home:",
    "<img src=http://localhost:9/html.png onerror=alert(1)><script>alert(1)</script>",
    "</p></div><style>*{display:none}</style><a href=javascript:alert(1)>x</a>",
    "before \u202e drawkcab \u202c after \u2066 isolate \u2069",
    "bell \u0007 escape \u001b[31m red",
    "w" * 32_000,
]


@pytest.fixture(scope="module")
def ingest(stack: RunningStack) -> Iterator[Ingest]:
    with Ingest(stack) as backend:
        yield backend


@pytest.fixture(scope="module")
def minute(ingest: Ingest) -> str:
    """A session of thirty turns with one recording of sixty seconds."""
    session = ingest.session(turns([f"This is turn {index}." for index in range(30)]))
    ingest.recording(session, 60)
    return session


@pytest.fixture
def reviewer(page: Page, stack: RunningStack) -> Page:
    enter(page, stack, "reviewer")
    return page


def test_the_lit_turn_is_the_one_that_sounds(
    reviewer: Page, stack: RunningStack, minute: str
) -> None:
    open_room(reviewer, stack, minute)
    player(reviewer).get_by_role("button", name="Play").click()
    wait_until_sounding(reviewer)
    # Sampled while it plays: the lit turn is that of now, or of a moment ago.
    steps = reviewer.locator(".player").evaluate(
        """async player => {
            const audio = player.querySelector('audio'), wrong = [];
            const turnAt = time => Math.floor(time / 2) + 1;
            for (let sample = 0; sample < 100; sample += 1) {
              await new Promise(done => setTimeout(done, 50));
              const time = audio.currentTime;
              const row = player.querySelector('.turn.lit');
              const lit = Number(row && row.ariaPosInSet);
              if (lit !== turnAt(time) && lit !== turnAt(time - 0.4)) wrong.push([time, lit]);
            }
            return wrong;
        }"""
    )
    assert steps == []
    expect(lit(reviewer)).to_have_attribute("aria-current", "true")


def test_a_click_on_a_turn_moves_the_sound_there(
    reviewer: Page, stack: RunningStack, minute: str
) -> None:
    open_room(reviewer, stack, minute)
    reviewer.get_by_text("This is turn 5.").click()
    expect(lit(reviewer)).to_contain_text("This is turn 5.")
    player(reviewer).get_by_role("button", name="Play").click()
    expect(player(reviewer).get_by_role("button", name="Pause")).to_be_visible()
    wait_until(lambda: position(reviewer) > 10.2, 30)
    assert position(reviewer) < 25


def test_the_whole_room_works_by_keyboard(reviewer: Page, stack: RunningStack, minute: str) -> None:
    open_room(reviewer, stack, minute)
    reviewer.keyboard.press("j")
    reviewer.keyboard.press("j")
    expect(lit(reviewer)).to_contain_text("This is turn 2.")
    reviewer.keyboard.press("k")
    expect(lit(reviewer)).to_contain_text("This is turn 1.")
    reviewer.keyboard.press(".")
    expect(reviewer.locator(".clock")).to_contain_text("0:07 /")
    reviewer.keyboard.press(",")
    expect(reviewer.locator(".clock")).to_contain_text("0:02 /")
    reviewer.keyboard.press("l")
    loop = player(reviewer).get_by_role("button", name="Loop this turn")
    expect(loop).to_have_attribute("aria-pressed", "true")
    reviewer.keyboard.press(">")
    expect(player(reviewer).get_by_label("Speed")).to_have_value("1.25")
    reviewer.keyboard.press("?")
    help_overlay = reviewer.get_by_role("dialog", name="Keyboard")
    expect(help_overlay).to_be_visible()
    reviewer.keyboard.press("Escape")
    expect(help_overlay).to_be_hidden()
    reviewer.keyboard.press("Space")
    expect(player(reviewer).get_by_role("button", name="Pause")).to_be_visible()
    reviewer.keyboard.press("Space")
    expect(player(reviewer).get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_a_link_to_a_moment_opens_at_that_moment(
    reviewer: Page, stack: RunningStack, minute: str
) -> None:
    open_room(reviewer, stack, minute, "&t=21")
    expect(lit(reviewer)).to_contain_text("This is turn 10.")
    expect(reviewer.locator(".clock")).to_contain_text("0:21 /")


def test_position_and_speed_are_remembered(
    reviewer: Page, stack: RunningStack, minute: str
) -> None:
    open_room(reviewer, stack, minute)
    reviewer.get_by_text("This is turn 4.").click()
    player(reviewer).get_by_label("Speed").select_option("2")
    reviewer.reload()
    expect(reviewer.locator(".clock")).to_contain_text("0:08 /")
    expect(player(reviewer).get_by_label("Speed")).to_have_value("2")


def test_a_url_that_expired_is_replaced_without_losing_the_place(
    reviewer: Page, stack: RunningStack, minute: str
) -> None:
    seen: list[str] = []

    def expire_the_first(route: Route) -> None:
        signature = re.search(r"X-Amz-Signature=(\w+)", route.request.url)
        assert signature
        seen.append(signature[1])
        if signature[1] == seen[0]:
            route.fulfill(status=403, body="<Error><Code>AccessDenied</Code></Error>")
        else:
            route.continue_()

    # Signatures differ by the second in which they are made.
    reviewer.route(f"{stack.info['s3Endpoint']}/**", expire_the_first)
    open_room(reviewer, stack, minute, "&t=30")
    player(reviewer).get_by_role("button", name="Play").click()
    wait_until(lambda: position(reviewer) > 30.3, 40)
    assert len(set(seen)) > 1
    assert position(reviewer) < 50


def test_one_player_sounds_at_a_time(browser: Browser, stack: RunningStack, minute: str) -> None:
    context = new_context(browser)
    first, second = context.new_page(), context.new_page()
    enter(first, stack, "reviewer")
    open_room(first, stack, minute)
    player(first).get_by_role("button", name="Play").click()
    wait_until_sounding(first)
    open_room(second, stack, minute)
    player(second).get_by_role("button", name="Play").click()
    expect(player(second).get_by_role("button", name="Pause")).to_be_visible()
    expect(player(first).get_by_role("button", name="Play")).to_be_visible()
    context.close()


def test_what_was_said_is_shown_and_never_interpreted(
    reviewer: Page, stack: RunningStack, ingest: Ingest
) -> None:
    outside: list[str] = []
    dialogs: list[str] = []
    reviewer.on("request", lambda r: outside.append(r.url) if "localhost:9/" in r.url else None)
    reviewer.on("dialog", lambda dialog: dialogs.append(dialog.message))
    name = "![n](http://localhost:9/name.png)"
    title = "<img src=http://localhost:9/title.png> **t**"
    session = ingest.session(turns(HOSTILE), name=name, title=title, channel="chat")
    open_room(reviewer, stack, session)
    expect(reviewer.get_by_role("heading", name=title)).to_be_visible()
    for said in HOSTILE[:3]:
        expect(reviewer.get_by_text(said, exact=True)).to_be_visible()
    reviewer.get_by_role("link", name=name).click()
    expect(reviewer.get_by_role("heading", name=name)).to_be_visible()
    reviewer.goto(f"{stack.app_url}/sessions")
    expect(reviewer.get_by_role("table")).to_be_visible()
    assert outside == []
    assert dialogs == []


def test_two_thousand_turns_scroll_with_few_rows_in_the_document(
    reviewer: Page, stack: RunningStack, ingest: Ingest
) -> None:
    texts = [f"Turn number {index}. " + "word " * (index * 7 % 60) for index in range(2000)]
    session = ingest.session(turns(texts))
    open_room(reviewer, stack, session)
    most = reviewer.locator(".scroller").evaluate(
        """async scroller => {
            let most = 0;
            for (let step = 0; step <= 60; step += 1) {
              scroller.scrollTop = scroller.scrollHeight * step / 60;
              await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
              most = Math.max(most, scroller.querySelectorAll('.turn').length);
            }
            return most;
        }"""
    )
    assert 0 < most <= 200
    expect(reviewer.get_by_text("Turn number 1999.")).to_be_visible()
    last = reviewer.locator(".turn").last
    expect(last).to_have_attribute("aria-setsize", "2000")
    expect(last).to_have_attribute("aria-posinset", "2000")


def test_a_chat_has_its_transcript_and_no_empty_player(
    reviewer: Page, stack: RunningStack, ingest: Ingest
) -> None:
    session = ingest.session(turns(["Hello", "Hi there"]), channel="chat")
    open_room(reviewer, stack, session)
    expect(reviewer.get_by_text("Hi there")).to_be_visible()
    expect(player(reviewer).get_by_role("button", name="Play")).to_be_hidden()
    expect(reviewer.get_by_role("slider")).to_be_hidden()
    expect(reviewer.get_by_text("No recording")).to_be_hidden()


def test_a_session_that_does_not_exist_is_said_not_to_exist(
    reviewer: Page, stack: RunningStack
) -> None:
    reviewer.goto(f"{stack.app_url}/session?id=nonsense")
    expect(reviewer.get_by_role("heading", name="Session not found")).to_be_visible()
