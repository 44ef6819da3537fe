"""Playback URLs end after five seconds here; the listener does not notice."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Response, Route, expect

from tests.browser.pages.room import Ingest, open_room, player, position, turns, wait_until_sounding
from tests.browser.test_story import api
from tests.support.audio import noise_wav
from tests.support.browser import sign_in
from tests.support.stack import RunningStack, wait_until

# More than a browser fetches ahead: playing on, or jumping, needs another request.
LONG_BYTES = 40_000_000
LONG_SECONDS = LONG_BYTES / 32_000
FORBIDDEN = 403


@pytest.fixture(scope="module")
def ingest(stack: RunningStack) -> Iterator[Ingest]:
    with Ingest(stack) as backend:
        yield backend


@pytest.fixture(scope="module")
def long(ingest: Ingest) -> tuple[str, str]:
    """A session of twenty minutes and its recording."""
    said = turns([f"This is turn {index}." for index in range(40)], every_ms=30_000)
    session = ingest.session(said)
    body = noise_wav(LONG_BYTES)
    return session, ingest.recording(session, body=body, content_type="audio/wav")


@pytest.fixture
def media(page: Page, stack: RunningStack) -> list[Response]:
    """What the bucket answered to this page."""
    answers: list[Response] = []
    endpoint = stack.info["s3Endpoint"]
    page.on("response", lambda r: answers.append(r) if r.url.startswith(endpoint) else None)
    return answers


def signatures(answers: list[Response]) -> list[str]:
    found = (re.search(r"X-Amz-Signature=(\w+)", answer.url) for answer in answers)
    return [match[1] for match in found if match]


def play(page: Page, stack: RunningStack, session: str, more: str = "") -> None:
    sign_in(page, stack, "reviewer")
    open_room(page, stack, session, more)
    player(page).get_by_role("button", name="Play").click()


def test_a_url_is_renewed_before_it_ends_so_that_a_jump_finds_a_good_one(
    page: Page, stack: RunningStack, long: tuple[str, str], media: list[Response]
) -> None:
    session, audio = long
    play(page, stack, session)
    wait_until_sounding(page)

    def renewals() -> int:
        events = api(stack, f"/audit?subjectId={audio}", "admin")["items"]
        return sum(event["action"] == "audio.renew" for event in events)

    # Twice: the first URL has ended by then, and so has its successor.
    before = renewals()
    wait_until(lambda: renewals() >= before + 2, 60, interval=0.5)
    wave = page.get_by_role("slider", name="Position in the session")
    box = wave.bounding_box()
    assert box
    wave.click(position={"x": box["width"] * 0.9, "y": 20})
    wait_until(lambda: position(page) > LONG_SECONDS * 0.89, 60)
    expect(player(page).get_by_role("button", name="Pause")).to_be_visible()
    wait_until(lambda: len(set(signatures(media))) > 1, 60)
    assert [answer.status for answer in media if answer.status >= 400] == []


@pytest.mark.long
def test_a_url_that_ended_is_replaced_without_losing_the_place(
    page: Page, stack: RunningStack, long: tuple[str, str], media: list[Response]
) -> None:
    play(page, stack, long[0], "&t=60")
    wait_until(lambda: position(page) > 60.5, 60)
    first = page.locator(".player > audio").evaluate("audio => audio.src")
    headers = {"Range": "bytes=0-1"}
    wait_until(
        lambda: page.request.get(first, headers=headers).status == FORBIDDEN, 30, interval=0.3
    )
    place = position(page)
    # As the browser does when what it fetched ahead is used up: it asks with the URL that ended.
    page.locator(".player > audio").evaluate("(audio, to) => audio.currentTime = to", 900)
    wait_until(lambda: place <= position(page) < 300, 30)
    after = position(page)
    wait_until(lambda: after + 0.5 < position(page), 30)
    wait_until(lambda: len(set(signatures(media))) > 1, 60)


@pytest.mark.parametrize("answer", ["an error", pytest.param("nothing", marks=pytest.mark.long)])
def test_a_url_that_gets_no_sound_is_replaced_without_losing_the_place(
    page: Page, stack: RunningStack, long: tuple[str, str], answer: str
) -> None:
    seen: list[str] = []

    def refuse_the_first(route: Route) -> None:
        signature = re.search(r"X-Amz-Signature=(\w+)", route.request.url)
        assert signature
        seen.append(signature[1])
        if answer == "an error" and len(seen) == 1:
            route.fulfill(status=FORBIDDEN, body="<Error><Code>AccessDenied</Code></Error>")
        elif answer == "an error" or signature[1] != seen[0]:
            route.continue_()

    page.route(f"{stack.info['s3Endpoint']}/**", refuse_the_first)
    play(page, stack, long[0], "&t=90")
    wait_until(lambda: position(page) > 90.3, 60)
    assert position(page) < 120
    assert len(seen) > 1
