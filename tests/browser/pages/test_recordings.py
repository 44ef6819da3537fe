"""Recordings as real writers make them, heard in Chromium: any order, any clock, any codec."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from lib.config.settings import Settings
from lib.work.services import Services
from lib.worker import analysis_job
from lib.worker.analyser import Analyser
from local.stack import Stack
from tests.browser.pages.room import Ingest, lit, open_room, player, position, turns
from tests.support.audio import encode, encode_as, tone
from tests.support.browser import enter
from tests.support.stack import RunningStack, wait_until

CASES = Path(__file__).parents[2] / "storage" / "cases"
ORDER = CASES.parent / "order.json"

# What sounded, and which turn was lit while it did, once per recording: taken in its middle.
HEARD = """
player => new Promise(done => {
  const audio = player.querySelector("audio"), heard = [];
  const timer = setInterval(() => {
    const row = player.querySelector(".turn.lit .said");
    const ended = player.querySelector("[aria-label='Play again']");
    const isInside = audio.currentTime > 0.5 && audio.currentTime < audio.duration - 0.5;
    if (isInside && heard.at(-1)?.src !== audio.src) {
      heard.push({ src: audio.src, lit: row?.textContent });
    }
    if (ended) { clearInterval(timer); done(heard); }
  }, 20);
})
"""


@pytest.fixture(scope="module")
def ingest(stack: RunningStack) -> Iterator[Ingest]:
    with Ingest(stack) as backend:
        yield backend


@pytest.fixture
def reviewer(page: Page, stack: RunningStack) -> Page:
    enter(page, stack, "reviewer")
    return page


@pytest.fixture(scope="module")
def stored_out_of_order() -> list[dict[str, Any]]:
    turns_: list[dict[str, Any]] = json.loads(ORDER.read_text())["interactions"]
    return turns_


@pytest.fixture(scope="module")
def analysed(stack: RunningStack) -> Iterator[Callable[[], None]]:
    """Analyses what was uploaded, without waiting for the worker's next round."""
    environment = Stack.load(stack.home).app_environment()
    services = Services(Settings.model_validate({"_env_file": None, **environment}))
    analyser = Analyser(services.storage)

    def analyse() -> None:
        analysis_job.analyse_due(services.worker_caller, services.storage, analyser, lambda: False)

    yield analyse
    analyser.close()
    services.close()


def press(page: Page, name: str) -> None:
    player(page).get_by_role("button", name=name, exact=True).click()


def test_turns_that_were_stored_in_another_order_sound_in_the_order_of_time(
    reviewer: Page, stack: RunningStack, ingest: Ingest, stored_out_of_order: list[dict[str, Any]]
) -> None:
    session = ingest.session(stored_out_of_order)
    for turn in stored_out_of_order:
        ingest.recording(session, turn["durationMs"] / 1000, sequence=turn["sequence"])
    open_room(reviewer, stack, session)
    expect(reviewer.get_by_text("shown in chronological order")).to_be_visible()
    in_time = sorted(stored_out_of_order, key=lambda turn: turn["startedAtMs"])
    said = [turn["text"] for turn in in_time]
    assert reviewer.locator(".turn .said").all_inner_texts() == said
    press(reviewer, "Skip silence")
    press(reviewer, "Play")
    heard = reviewer.locator(".player").evaluate(HEARD)
    assert [item["lit"] for item in heard] == said


def test_one_recording_of_such_a_session_lights_the_turn_that_sounds(
    reviewer: Page, stack: RunningStack, ingest: Ingest, stored_out_of_order: list[dict[str, Any]]
) -> None:
    session = ingest.session(stored_out_of_order)
    ingest.recording(session, 21)
    for second, text in ((4, "QUESTION Where"), (10, "REPLY It arrives"), (15, "QUESTION2")):
        open_room(reviewer, stack, session, f"&t={second}")
        expect(lit(reviewer)).to_contain_text(text)
    reviewer.keyboard.press("j")
    expect(lit(reviewer)).to_contain_text("REPLY2 At noon")
    reviewer.keyboard.press("k")
    reviewer.keyboard.press("k")
    expect(lit(reviewer)).to_contain_text("REPLY It arrives")
    press(reviewer, "Play")
    wait_until(lambda: position(reviewer) > 9.2, 30)
    expect(lit(reviewer)).to_contain_text("REPLY It arrives")


def test_turns_that_begin_together_are_each_reached_and_heard(
    reviewer: Page, stack: RunningStack, ingest: Ingest
) -> None:
    said = turns(["First", "Together A", "Together B", "Last"])
    for turn in said[1:3]:
        turn["startedAtMs"] = 2000
    session = ingest.session(said)
    for turn in said:
        ingest.recording(session, 1.5, sequence=turn["sequence"])
    open_room(reviewer, stack, session)
    for text in ("First", "Together A", "Together B", "Last"):
        if text != "First":
            reviewer.keyboard.press("j")
        expect(lit(reviewer)).to_contain_text(text)
    reviewer.locator(".said", has_text="First").click()
    press(reviewer, "Play")
    heard = reviewer.locator(".player").evaluate(HEARD)
    assert [item["lit"] for item in heard] == ["First", "Together A", "Together B", "Last"]


@pytest.mark.parametrize(
    "name", ["a6-gsm.wav", pytest.param("a6b-ima.wav", marks=pytest.mark.long), "a7-alac.m4a"]
)
def test_what_browsers_cannot_play_says_which_codec_and_offers_the_download(
    reviewer: Page, stack: RunningStack, ingest: Ingest, analysed: Callable[[], None], name: str
) -> None:
    codec = {"a6-gsm.wav": "gsm_ms", "a6b-ima.wav": "adpcm_ima_wav", "a7-alac.m4a": "alac"}[name]
    kind = "audio/x-m4a" if name.endswith("m4a") else "audio/x-wav"
    session = ingest.session(turns(["One", "Two"]))
    body = (CASES / name).read_bytes()
    ingest.recording(session, body=body, content_type=kind)
    analysed()
    open_room(reviewer, stack, session)
    notice = reviewer.get_by_text("Browsers cannot play this recording")
    expect(notice).to_contain_text(f"Codec: {codec}.")
    expect(player(reviewer).get_by_role("button", name="Play")).to_be_hidden()
    expect(reviewer.get_by_text("Two", exact=True)).to_be_visible()
    with reviewer.expect_download() as download:
        reviewer.get_by_role("link", name="Download recordings (ZIP)").click()
    assert download.value.suggested_filename == f"recordings-{session}.zip"


def test_who_may_not_download_is_told_who_may(
    page: Page, stack: RunningStack, ingest: Ingest, analysed: Callable[[], None]
) -> None:
    session = ingest.session(turns(["One", "Two"]))
    body = (CASES / "a6-gsm.wav").read_bytes()
    ingest.recording(session, sequence=1, body=body, content_type="audio/wav")
    analysed()
    enter(page, stack, "viewer")
    open_room(page, stack, session)
    expect(page.locator(".turn", has_text="Two")).to_contain_text("cannot play it (gsm_ms)")
    expect(page.get_by_text("Reviewers can export the recordings.")).to_be_visible()
    expect(page.get_by_role("link", name="Download recordings")).to_be_hidden()


def test_what_is_found_out_only_while_one_listens_is_said_then(
    reviewer: Page, stack: RunningStack, ingest: Ingest, analysed: Callable[[], None]
) -> None:
    session = ingest.session(turns(["One", "Two"]))
    body = (CASES / "a6-gsm.wav").read_bytes()
    ingest.recording(session, body=body, content_type="audio/wav")
    open_room(reviewer, stack, session)
    analysed()
    if player(reviewer).get_by_role("button", name="Play", exact=True).is_visible():
        press(reviewer, "Play")
    expect(reviewer.get_by_text("Browsers cannot play this recording")).to_be_visible()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ((CASES / "a10b-granule10min.ogg").read_bytes(), "audio/ogg; codecs=opus"),
        pytest.param(
            encode_as("webm", "libopus", tone(21), begin_at=600),
            "audio/webm;codecs=opus",
            marks=pytest.mark.long,
        ),
        (encode_as("webm", "libopus", tone(21), begin_at=600, to_pipe=True), "audio/webm"),
        pytest.param(
            encode_as("mp4", "aac", tone(21), begin_at=600),
            "audio/x-m4a",
            marks=pytest.mark.long,
        ),
    ],
    ids=["ogg", "webm", "webm without its length", "mp4"],
)
def test_a_recording_whose_clock_starts_late_is_heard_at_the_right_time(
    reviewer: Page,
    stack: RunningStack,
    ingest: Ingest,
    analysed: Callable[[], None],
    body: bytes,
    content_type: str,
) -> None:
    session = ingest.session(turns([f"This is turn {index}." for index in range(10)]))
    ingest.recording(session, body=body, content_type=content_type)
    analysed()
    open_room(reviewer, stack, session, "&t=10")
    expect(reviewer.locator(".clock")).to_contain_text("0:10 / 0:21")
    press(reviewer, "Play")
    wait_until(lambda: position(reviewer) > 612.3, 30)
    expect(lit(reviewer)).to_contain_text("This is turn 6.")
    reviewer.get_by_text("This is turn 0.").click()
    wait_until(lambda: 600.2 < position(reviewer) < 605, 30)
    expect(lit(reviewer)).to_contain_text("This is turn 0.")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (encode_as("wav", "pcm_mulaw", tone(6, 8_000, 2), 8_000), "audio/x-wav"),
        pytest.param(
            encode_as("wav", "pcm_alaw", tone(6, 8_000, 2), 8_000),
            "audio/wave",
            marks=pytest.mark.long,
        ),
        ((CASES / "a3e-fffff000.wav").read_bytes(), "audio/wav"),
        (bytes(900) + encode("audio/mpeg", tone(6))[777:], "audio/mp3"),
        pytest.param(
            encode("audio/flac", tone(12))[:150_000], "audio/x-flac", marks=pytest.mark.long
        ),
        pytest.param(
            encode("audio/mpeg", tone(12))[:100_000], "audio/mpeg", marks=pytest.mark.long
        ),
    ],
    ids=["mu-law", "A-law", "wav of a pipe", "mp3 inside of a frame", "cut flac", "cut mp3"],
)
def test_what_can_be_played_is_played(
    reviewer: Page,
    stack: RunningStack,
    ingest: Ingest,
    analysed: Callable[[], None],
    body: bytes,
    content_type: str,
) -> None:
    session = ingest.session(turns(["One", "Two", "Three"]))
    ingest.recording(session, body=body, content_type=content_type)
    analysed()
    open_room(reviewer, stack, session)
    press(reviewer, "Play")
    wait_until(lambda: position(reviewer) > 2.3, 30)
    expect(lit(reviewer)).to_contain_text("Two")
    is_cut = len(body) in {100_000, 150_000}
    expect(reviewer.get_by_text("The recording is incomplete")).to_have_count(int(is_cut))
