"""A link to a moment shows the moment: its turn is lit and in view, and playback follows on."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.pages.room import Ingest, in_view, lit, open_room, player, turns
from tests.support.browser import enter, new_context
from tests.support.stack import RunningStack, wait_until

TURNS = 150
TARGET = 90
DESK, PHONE, TABLET, ZOOMED = (1280, 900), (390, 844), (820, 1180), (640, 450)


@pytest.fixture(scope="module")
def ingest(stack: RunningStack) -> Iterator[Ingest]:
    with Ingest(stack) as backend:
        yield backend


@pytest.fixture(scope="module")
def kinds(ingest: Ingest) -> dict[str, str]:
    """One session of each kind, with texts of different lengths."""
    said = turns([f"This is turn {n}. " + "word " * (n * 13 % 70) for n in range(TURNS)])
    timeless = [{**turn, "startedAtMs": 0, "durationMs": 0} for turn in said]
    found = {
        "recording": ingest.session(said),
        "clips": ingest.session(said),
        "silent": ingest.session(said),
        "chat": ingest.session(timeless, channel="chat"),
    }
    ingest.recording(found["recording"], TURNS * 2)
    ingest.recording(found["clips"], 2, sequence=TARGET)
    ingest.recording(found["clips"], 2, sequence=TARGET + 1)
    return found


@pytest.fixture
def reviewer(page: Page, stack: RunningStack) -> Page:
    enter(page, stack, "reviewer")
    return page


def expect_moment(page: Page, text: str) -> None:
    """Expect that the turn with this text is the lit one and can be seen."""
    expect(lit(page)).to_contain_text(text)
    wait_until(lambda: in_view(lit(page)), 20, lambda: f"not in view: {text}")


@pytest.mark.parametrize("kind", ["recording", "clips", "silent", "chat"])
def test_a_link_to_a_moment_lights_its_turn_in_view(
    reviewer: Page, stack: RunningStack, kinds: dict[str, str], kind: str
) -> None:
    ms = 0 if kind == "chat" else TARGET * 2000 + 700
    open_room(reviewer, stack, kinds[kind], f"&turn={TARGET}&t={ms}")
    expect_moment(reviewer, f"This is turn {TARGET}.")
    if kind in {"recording", "clips"}:
        expect(reviewer.locator(".clock")).to_contain_text("3:00 /")
        wave = reviewer.locator(".wave").bounding_box()
        assert wave
        wait_until(
            lambda: abs(cursor(reviewer) - wave["width"] * (ms / TURNS / 2000)) < 6,
            20,
            lambda: f"the cursor stands at {cursor(reviewer)} of {wave['width']}",
        )


def cursor(page: Page) -> float:
    """Return how far the waveform's cursor is from its beginning, in pixels."""
    wave = page.locator(".wave").bounding_box()
    box = page.locator(".wave [part=cursor]").bounding_box()
    assert wave
    assert box
    return box["x"] - wave["x"]


@pytest.mark.parametrize(
    ("size", "scheme"),
    [
        (PHONE, "light"),
        pytest.param(ZOOMED, "light", marks=pytest.mark.long),
        pytest.param(TABLET, "light", marks=pytest.mark.long),
        pytest.param(DESK, "dark", marks=pytest.mark.long),
    ],
)
@pytest.mark.parametrize("kind", ["recording", pytest.param("chat", marks=pytest.mark.long)])
def test_it_is_in_view_on_every_screen(
    browser: Browser,
    stack: RunningStack,
    kinds: dict[str, str],
    kind: str,
    size: tuple[int, int],
    scheme: str,
) -> None:
    context = new_context(browser, color_scheme=scheme)
    page = context.new_page()
    enter(page, stack, "reviewer")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    open_room(page, stack, kinds[kind], f"&turn={TARGET}&t={TARGET * 2000}")
    expect_moment(page, f"This is turn {TARGET}.")
    if kind == "recording":
        assert in_view(player(page)), "the player is out of view"
    context.close()


def test_a_link_of_the_time_when_they_were_in_seconds_still_leads_there(
    reviewer: Page, stack: RunningStack, kinds: dict[str, str]
) -> None:
    open_room(reviewer, stack, kinds["silent"], f"&t={TARGET * 2 + 1}")
    expect_moment(reviewer, f"This is turn {TARGET}.")


def test_a_search_hit_leads_to_its_turn_with_the_words_marked_in_3000_turns(
    reviewer: Page, stack: RunningStack, ingest: Ingest
) -> None:
    word = f"needle{uuid.uuid4().hex[:8]}"
    texts = [f"Turn number {n}. " + "hay " * (n * 7 % 90) for n in range(3000)]
    texts[2500] += f" and the {word} too"
    ingest.session(turns(texts), title="A haystack")
    reviewer.goto(f"{stack.app_url}/sessions?q={word}")
    reviewer.get_by_role("table", name="Matching turns").get_by_role("link").click()
    expect_moment(reviewer, "Turn number 2500.")
    mark = lit(reviewer).locator("mark")
    expect(mark).to_have_text([word])
    assert in_view(mark)
    expect(reviewer.get_by_role("searchbox")).to_have_value(word)
    # No row that is far away is left in the document.
    far = reviewer.locator(".turn").evaluate_all(
        "rows => rows.filter(row => Math.abs(row.ariaPosInSet - 2501) > 60).length"
    )
    assert far == 0


@pytest.mark.parametrize("kind", ["recording", "chat"])
def test_who_comes_back_is_where_they_left_off(
    reviewer: Page, stack: RunningStack, kinds: dict[str, str], kind: str
) -> None:
    open_room(reviewer, stack, kinds[kind], f"&turn={TARGET}&t=0")
    for _ in range(3):
        reviewer.keyboard.press("j")
    expect_moment(reviewer, f"This is turn {TARGET + 3}.")
    open_room(reviewer, stack, kinds[kind])
    expect_moment(reviewer, f"This is turn {TARGET + 3}.")


def test_playback_is_followed_until_the_reader_scrolls_and_again_when_asked(
    reviewer: Page, stack: RunningStack, kinds: dict[str, str]
) -> None:
    open_room(reviewer, stack, kinds["recording"], f"&turn={TARGET}&t={TARGET * 2000 + 1500}")
    expect_moment(reviewer, f"This is turn {TARGET}.")
    player(reviewer).get_by_label("Speed").select_option("3")
    player(reviewer).get_by_role("button", name="Play").click()
    expect(lit(reviewer)).to_contain_text(f"This is turn {TARGET + 4}.", timeout=60_000)
    wait_until(lambda: in_view(lit(reviewer)), 20)
    # A new layout scrolls too, and is not the reader.
    reviewer.set_viewport_size({"width": 1100, "height": 800})
    expect(lit(reviewer)).to_contain_text(f"This is turn {TARGET + 8}.", timeout=60_000)
    wait_until(lambda: in_view(lit(reviewer)), 20)
    follow = reviewer.get_by_role("button", name="Follow playback")
    expect(follow).to_be_hidden()
    reviewer.get_by_role("region", name="Transcript").hover()
    reviewer.mouse.wheel(0, -4000)
    expect(follow).to_be_visible()
    read = first_in_view(reviewer)
    expect(lit(reviewer)).to_have_count(0, timeout=60_000)
    assert abs(first_in_view(reviewer) - read) <= 1, "the text moved away from the reader"
    follow.click()
    wait_until(lambda: in_view(lit(reviewer)), 20)


def first_in_view(page: Page) -> int:
    """Return the number of the first turn that the transcript shows."""
    number: int = page.locator(".scroller").evaluate(
        """box => [...box.querySelectorAll(".turn")].find(
             row => row.getBoundingClientRect().bottom > box.getBoundingClientRect().top + 1
           ).ariaPosInSet * 1"""
    )
    return number


def test_the_link_that_is_copied_leads_to_the_very_turn(
    reviewer: Page, stack: RunningStack, kinds: dict[str, str]
) -> None:
    reviewer.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=stack.app_url)
    open_room(reviewer, stack, kinds["recording"], f"&turn={TARGET}&t={TARGET * 2000}")
    reviewer.keyboard.press("j")
    player(reviewer).get_by_role("button", name="Copy link to this moment").click()
    expect(reviewer.get_by_text("Link to 3:02 copied.")).to_be_visible()
    copied = reviewer.evaluate("navigator.clipboard.readText()")
    next_start = (TARGET + 1) * 2000
    assert copied.endswith(f"&turn={TARGET + 1}&t={next_start}")
    reviewer.goto(copied)
    expect_moment(reviewer, f"This is turn {TARGET + 1}.")


def test_words_are_found_in_the_transcript_and_led_to_one_by_one(
    reviewer: Page, stack: RunningStack, ingest: Ingest
) -> None:
    texts = [f"Plain turn {n}." for n in range(200)]
    for number in (20, 120, 190):
        texts[number] = f"Turn {number} speaks of a Refund."
    open_room(reviewer, stack, ingest.session(turns(texts)))
    reviewer.keyboard.press("/")
    reviewer.keyboard.type("refund")
    expect(reviewer.get_by_text("3 turns")).to_be_visible()
    for number, place in ((20, 1), (120, 2), (190, 3), (20, 1)):
        reviewer.keyboard.press("Enter")
        expect_moment(reviewer, f"Turn {number} speaks of a Refund.")
        expect(lit(reviewer).locator("mark")).to_have_text(["Refund"])
        expect(reviewer.get_by_text(f"{place} of 3 turns")).to_be_visible()
    reviewer.keyboard.press("Shift+Enter")
    expect_moment(reviewer, "Turn 190 speaks of a Refund.")


def test_a_turn_can_be_played_with_the_keyboard_alone(
    reviewer: Page, stack: RunningStack, kinds: dict[str, str]
) -> None:
    open_room(reviewer, stack, kinds["recording"])
    reviewer.get_by_role("region", name="Transcript").focus()
    reviewer.keyboard.press("Tab")
    for name in ("0:00, turn 1", "0:02, turn 2", "0:04, turn 3"):
        if name != "0:00, turn 1":
            reviewer.keyboard.press("ArrowDown")
        turn = reviewer.get_by_role("button", name=f"{name}, play from here")
        expect(turn).to_be_focused()
    reviewer.keyboard.press("Enter")
    expect(player(reviewer).get_by_role("button", name="Pause")).to_be_visible()
    expect_moment(reviewer, "This is turn 2.")
