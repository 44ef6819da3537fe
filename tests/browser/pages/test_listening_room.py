"""The listening room in Chromium, with real recordings from the bucket."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

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

# Four changes of the lit turn: how late each was by the recording's own clock, in milliseconds, and
# for how long the page stood still at most since the change before. Turns begin every 2 seconds.
LIT_CHANGES = """
async player => {
  const audio = player.querySelector("audio"), changes = [];
  let beat = performance.now(), stopped = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    stopped = Math.max(stopped, now - beat - 10);
    beat = now;
  }, 10);
  await new Promise(done => {
    const observer = new MutationObserver(() => {
      const row = player.querySelector(".turn.lit");
      const turn = Number(row && row.ariaPosInSet) - 1;
      if (changes.at(-1)?.turn === turn) return;
      stopped = Math.max(stopped, performance.now() - beat - 10);
      changes.push({ turn, late: (audio.currentTime - turn * 2) * 1000, stopped });
      stopped = 0;
      if (changes.length === 4) { observer.disconnect(); done(); }
    });
    observer.observe(player, { subtree: true, attributes: true, attributeFilter: ["class"] });
  });
  clearInterval(timer);
  return changes;
}
"""

# Presses keys one right after the other, before the browser has drawn a frame.
PRESS_AT_ONCE = """
keys => {
  for (const key of keys) {
    let focused = document.activeElement;
    while (focused.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
    focused.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, composed: true }));
  }
}
"""


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
    changes = reviewer.locator(".player").evaluate(LIT_CHANGES)
    assert [change["turn"] for change in changes] == sorted(change["turn"] for change in changes)
    for change in changes:
        # A busy machine may stop the whole page for a while; that is not the player's delay.
        assert -20 <= change["late"] <= 150 + change["stopped"], changes
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


def test_a_key_right_after_the_help_is_closed_is_not_lost(
    reviewer: Page, stack: RunningStack, minute: str
) -> None:
    open_room(reviewer, stack, minute)
    reviewer.evaluate(PRESS_AT_ONCE, ["?", "Escape", " "])
    expect(player(reviewer).get_by_role("button", name="Pause")).to_be_visible()


def test_keys_work_while_the_focus_is_in_the_transcript(
    reviewer: Page, stack: RunningStack, minute: str
) -> None:
    open_room(reviewer, stack, minute)
    reviewer.get_by_role("region", name="Transcript").focus()
    reviewer.keyboard.press("j")
    expect(lit(reviewer)).to_contain_text("This is turn 1.")
    reviewer.keyboard.press("Space")
    expect(player(reviewer).get_by_role("button", name="Pause")).to_be_visible()
    assert reviewer.locator(".scroller").evaluate("scroller => scroller.scrollTop") == 0
    reviewer.get_by_label("Speed").focus()
    reviewer.keyboard.press("j")  # a field keeps its keys
    expect(lit(reviewer)).to_contain_text("This is turn 1.")


def test_the_latency_strip_shows_what_was_late_and_leads_there(
    reviewer: Page, stack: RunningStack, ingest: Ingest
) -> None:
    said = turns([f"This is turn {index}." for index in range(20)])
    for turn in said[1::2]:
        turn |= {"ttftMs": 400, "latencyMs": 900}
    said[7] |= {"ttftMs": 1900, "latencyMs": 3100}
    said[13] |= {"ttftMs": 1201}
    session = ingest.session(said)
    ingest.recording(session, 40)
    open_room(reviewer, stack, session)
    expect(reviewer.get_by_text("2 of 10 measured turns late")).to_be_visible()
    strip = reviewer.get_by_role("slider", name="Latency by turn")
    strip.focus()
    strip.press("PageDown")
    expect(strip).to_have_attribute(
        "aria-valuetext", "0:14 · first token 1.90 s (late) · full turn 3.10 s (late)"
    )
    expect(lit(reviewer)).to_contain_text("This is turn 7.")
    strip.press("ArrowRight")
    expect(lit(reviewer)).to_contain_text("This is turn 9.")
    strip.press("Home")
    expect(lit(reviewer)).to_contain_text("This is turn 1.")
    box = strip.bounding_box()
    assert box
    strip.click(position={"x": box["width"] * 26 / 40, "y": 20})
    expect(lit(reviewer)).to_contain_text("This is turn 13.")
    expect(reviewer.locator(".clock")).to_contain_text("0:26 /")


def test_a_link_to_a_moment_opens_at_that_moment(
    reviewer: Page, stack: RunningStack, minute: str
) -> None:
    open_room(reviewer, stack, minute, "&t=21")
    expect(lit(reviewer)).to_contain_text("This is turn 10.")
    expect(reviewer.locator(".clock")).to_contain_text("0:21 /")


def test_position_and_speed_are_remembered_per_session(
    reviewer: Page, stack: RunningStack, ingest: Ingest, minute: str
) -> None:
    open_room(reviewer, stack, minute)
    reviewer.get_by_text("This is turn 4.").click()
    player(reviewer).get_by_label("Speed").select_option("2")
    reviewer.reload()
    expect(reviewer.locator(".clock")).to_contain_text("0:08 /")
    expect(player(reviewer).get_by_label("Speed")).to_have_value("2")
    # Another session is heard at its own speed, and this one still at its own.
    other = ingest.session(turns(["One", "Two"]))
    ingest.recording(other, 4)
    open_room(reviewer, stack, other)
    player(reviewer).get_by_label("Speed").select_option("0.75")
    open_room(reviewer, stack, minute)
    expect(player(reviewer).get_by_label("Speed")).to_have_value("2")


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


def test_a_tool_is_read_with_the_keyboard_and_no_time_is_made_up(
    reviewer: Page, stack: RunningStack, ingest: Ingest
) -> None:
    said = turns(["Where is it?", "", "One moment.", "", "At the depot."])
    said[1] |= {"speaker": "tool"}
    said[1]["tool"] = {"callId": "c", "name": "look_up", "arguments": '{"order":7}'}
    said[2] |= {"speaker": "assistant", "interrupted": True, "timing": "derived"}
    said[3] |= {"speaker": "tool", "timing": "none"}
    said[3]["tool"] = {"callId": "c", "result": "<b>depot</b>", "latencyMs": 120, "isError": True}
    said[4] |= {"timing": "none", "stages": {"modelMs": 400, "toolMs": 120}}
    session = ingest.session(said)
    ingest.recording(session, 10)
    judged = {"name": "helpful", "value": 0.5, "origin": "machine", "evaluator": "judge-1"}
    ingest.score(session, {**judged, "explanation": "found *nothing*"}, {**judged, "sequence": 2})
    open_room(reviewer, stack, session)
    expect(reviewer.get_by_text("found *nothing*")).to_be_visible()
    expect(reviewer.get_by_text("Turn 3, machine judge-1")).to_be_visible()
    rows = reviewer.locator(".turn")
    expect(rows).to_have_count(4)
    expect(rows.nth(2)).to_contain_text("interrupted")
    expect(rows.nth(2)).to_contain_text("Score · helpful · machine judge-1")
    expect(
        reviewer.get_by_role("button", name="about 0:04, turn 3, play from here")
    ).to_be_visible()
    unknown = reviewer.get_by_role("button", name="time not known, turn 4, go to this turn")
    expect(rows.nth(3)).to_contain_text("model 400 ms")
    before = position(reviewer)
    unknown.click()
    expect(lit(reviewer)).to_contain_text("At the depot.")
    assert position(reviewer) == before
    expect(player(reviewer).get_by_role("button", name="Play")).to_be_visible()
    expect(reviewer.get_by_text("<b>depot</b>")).to_be_hidden()
    rows.nth(1).locator("summary").focus()
    reviewer.keyboard.press("Enter")
    expect(reviewer.get_by_text("<b>depot</b>")).to_be_visible()
    expect(rows.nth(1)).to_contain_text("look_up 120 ms · failed")
    reviewer.goto(f"{reviewer.url}&turn=3&find=order")
    expect(lit(reviewer)).to_contain_text("look_up")
    expect(lit(reviewer).locator("mark")).to_have_text(["order"])


def test_a_session_that_does_not_exist_is_said_not_to_exist(
    reviewer: Page, stack: RunningStack
) -> None:
    reviewer.goto(f"{stack.app_url}/session?id=nonsense")
    expect(reviewer.get_by_role("heading", name="Session not found")).to_be_visible()
