"""Recordings of turns, silence, loops, links, and the states in which there is nothing to hear."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from lib.data import Caller, audio_objects
from tests.browser.pages.room import Ingest, lit, open_room, player, position, turns
from tests.support.browser import sign_in
from tests.support.stack import RunningStack, wait_until

GAP_MS = 40_000
REQUEST = "0190a3b4-1234-7123-8123-123456789012"


@pytest.fixture(scope="module")
def ingest(stack: RunningStack) -> Iterator[Ingest]:
    with Ingest(stack) as backend:
        yield backend


@pytest.fixture(scope="module")
def apart(ingest: Ingest) -> str:
    """Three turns forty seconds apart; the first and the last have recordings of three seconds."""
    said = turns(["First", "Second", "Third"], every_ms=GAP_MS)
    for turn in said:
        turn |= {"durationMs": 3000, "requestId": REQUEST}
    session = ingest.session(said)
    ingest.recording(session, 3, sequence=0)
    ingest.recording(session, 3, sequence=2)
    return session


@pytest.fixture
def reviewer(page: Page, stack: RunningStack) -> Page:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=stack.app_url)
    sign_in(page, stack, "reviewer")
    return page


def press(page: Page, name: str) -> None:
    player(page).get_by_role("button", name=name, exact=True).click()


def test_recordings_of_turns_play_one_after_another_and_silence_is_skipped(
    reviewer: Page, stack: RunningStack, apart: str
) -> None:
    open_room(reviewer, stack, apart)
    press(reviewer, "Skip silence")
    press(reviewer, "Play")
    # Eighty seconds of session in a few: three of sound, then straight on to the last turn.
    expect(lit(reviewer)).to_contain_text("Third", timeout=30_000)
    expect(player(reviewer).get_by_role("button", name="Play again")).to_be_visible(timeout=30_000)


def test_a_loop_goes_back_to_the_beginning_of_its_turn(
    reviewer: Page, stack: RunningStack, apart: str
) -> None:
    open_room(reviewer, stack, apart, "&t=0")
    reviewer.keyboard.press("l")
    press(reviewer, "Play")
    wait_until(lambda: position(reviewer) > 1.5, 30)
    wait_until(lambda: position(reviewer) < 1, 30)
    expect(lit(reviewer)).to_contain_text("First")
    expect(player(reviewer).get_by_role("button", name="Pause")).to_be_visible()


@pytest.mark.long
def test_every_speed_keeps_the_pitch(reviewer: Page, stack: RunningStack, apart: str) -> None:
    open_room(reviewer, stack, apart, "&t=0")
    player(reviewer).get_by_label("Speed").select_option("3")
    press(reviewer, "Play")
    wait_until(lambda: position(reviewer) > 0.3, 30)
    audio = reviewer.locator(".player > audio")
    assert audio.evaluate("audio => [audio.playbackRate, audio.preservesPitch]") == [3, True]


def test_link_to_the_moment_and_request_id_are_copied(
    reviewer: Page, stack: RunningStack, apart: str
) -> None:
    open_room(reviewer, stack, apart)
    reviewer.get_by_text("Third").click()
    press(reviewer, "Copy link to this moment")
    expect(reviewer.get_by_text("Link to 1:20 copied.")).to_be_visible()
    copied = reviewer.evaluate("navigator.clipboard.readText()")
    assert copied == f"{stack.app_url}/session?id={apart}&turn=2&t=80000"
    lit(reviewer).get_by_role("button", name="request 0190a3b4").click()
    expect(lit(reviewer).get_by_text("request id copied")).to_be_visible()
    assert reviewer.evaluate("navigator.clipboard.readText()") == REQUEST
    reviewer.goto(copied)
    expect(lit(reviewer)).to_contain_text("Third")


def test_a_recording_that_is_on_its_way_is_said_to_be(
    reviewer: Page, stack: RunningStack, ingest: Ingest
) -> None:
    session = ingest.session(turns(["One", "Two"]))
    ingest.announced(session)
    open_room(reviewer, stack, session)
    expect(reviewer.get_by_text(re.compile("still being uploaded"))).to_be_visible()
    expect(player(reviewer).get_by_role("button", name="Play")).to_be_hidden()


def test_a_voice_session_without_recording_says_so(
    reviewer: Page, stack: RunningStack, ingest: Ingest
) -> None:
    open_room(reviewer, stack, ingest.session(turns(["One"])))
    expect(reviewer.get_by_text("This session has no recording.")).to_be_visible()


def test_a_recording_past_the_privacy_window_is_said_to_be_gone_and_the_transcript_stays(
    reviewer: Page, stack: RunningStack, ingest: Ingest, worker: Caller
) -> None:
    session = ingest.session(turns(["One", "Two"]))
    recording = ingest.recording(session, 3)
    audio_objects.mark_expired(worker, recording)
    open_room(reviewer, stack, session)
    expect(reviewer.get_by_text(re.compile("privacy window ended"))).to_be_visible()
    expect(player(reviewer).get_by_role("button", name="Play")).to_be_hidden()
    expect(reviewer.get_by_text("Two", exact=True)).to_be_visible()


def test_a_recording_that_ends_in_the_privacy_window_while_one_listens_says_so(
    reviewer: Page, stack: RunningStack, ingest: Ingest, worker: Caller
) -> None:
    session = ingest.session(turns(["One", "Two"]))
    recording = ingest.recording(session, 3)
    open_room(reviewer, stack, session)
    audio_objects.mark_expired(worker, recording)
    press(reviewer, "Play")
    expect(reviewer.get_by_text(re.compile("privacy window ended"))).to_be_visible()


def test_a_bucket_that_refuses_is_told_and_playback_begins_where_it_was_once_it_does_not(
    reviewer: Page, stack: RunningStack, apart: str
) -> None:
    bucket = f"{stack.info['s3Endpoint']}/**"
    reviewer.route(bucket, lambda route: route.fulfill(status=403, body="<Error/>"))
    open_room(reviewer, stack, apart, "&t=81")
    press(reviewer, "Play")
    expect(reviewer.get_by_text(re.compile("could not be loaded. Press play"))).to_be_visible()
    expect(reviewer.locator(".clock")).to_contain_text("1:21 /")
    reviewer.unroute(bucket)
    press(reviewer, "Try again")
    wait_until(lambda: position(reviewer) > 1.2, 60)
    expect(lit(reviewer)).to_contain_text("Third")


def test_being_offline_is_said_and_playback_goes_on_afterwards(
    reviewer: Page, stack: RunningStack, apart: str
) -> None:
    open_room(reviewer, stack, apart, "&t=0")
    reviewer.context.set_offline(True)
    press(reviewer, "Play")
    expect(reviewer.get_by_text(re.compile("You are offline"))).to_be_visible()
    reviewer.context.set_offline(False)
    wait_until(lambda: position(reviewer) > 0.5, 60)
