"""The path that everything else stands on: sign in, find a session, hear it, leave."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from typing import Any

import boto3
import httpx
import jwt
import pytest
from botocore.config import Config
from playwright.sync_api import Page, Response, expect

from local.identity.instance import Instance
from local.stack import Stack, TokenRole
from tests.support.browser import enter, sign_in
from tests.support.stack import RunningStack, wait_until

SHORT_SECONDS = 6
CLOCK_SKEW_SECONDS = 5  # a token counts for this long past its end

# The player's element is not in the document; remember what is asked to play.
MEDIA_ELEMENTS = """
const play = HTMLMediaElement.prototype.play;
window.mediaElements = [];
HTMLMediaElement.prototype.play = function () {
  if (!window.mediaElements.includes(this)) window.mediaElements.push(this);
  return play.call(this);
};
"""


def api(stack: RunningStack, path: str, role: TokenRole = "viewer") -> dict[str, Any]:
    answer = httpx.get(
        f"http://127.0.0.1:{stack.port}/api/v1{path}",
        headers={"Authorization": f"Bearer {stack.token(role)}"},
        timeout=20,
        trust_env=False,
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def session_with_audio(stack: RunningStack, number: int = 0) -> dict[str, Any]:
    sessions = api(stack, "/sessions?hasAudio=true&status=completed&limit=20")["items"]
    found: dict[str, Any] = sessions[number]
    return found


def play_and_hear(page: Page) -> None:
    """Press play; wait until the media element's own time and the player's clock have gone on."""
    page.add_init_script(MEDIA_ELEMENTS)
    page.reload()
    page.get_by_role("group", name="Player").get_by_role("button", name="Play").click()
    page.wait_for_function("() => (window.mediaElements ?? []).some((m) => m.currentTime > 1.5)")
    expect(page.locator(".clock")).to_contain_text(re.compile(r"^0:0[1-9]"), timeout=30_000)


def test_a_reviewer_signs_in_finds_a_user_opens_a_session_hears_it_and_leaves(
    page: Page, stack: RunningStack
) -> None:
    session = session_with_audio(stack)
    user = api(stack, f"/users/{session['user']['clerkId']}")
    media: list[Response] = []
    page.on(
        "response",
        lambda r: media.append(r) if r.url.startswith(stack.info["s3Endpoint"]) else None,
    )

    sign_in(page, stack, "reviewer", "/users")
    page.get_by_role("searchbox").fill(user["name"])
    page.get_by_role("searchbox").press("Enter")
    page.get_by_role("link", name=re.compile(re.escape(user["name"]))).first.click()
    expect(page).to_have_url(re.compile(r"/user\?.*id="))
    page.locator(f"a[href*='{session['id']}']").first.click()
    expect(page).to_have_url(re.compile(rf"/session\?.*id={session['id']}"))

    expect(page.get_by_role("list", name="Transcript")).to_be_visible()
    transcript = api(stack, f"/sessions/{session['id']}/transcript")["interactions"]
    expect(page.get_by_text(transcript[1]["text"]).first).to_be_visible()
    play_and_hear(page)
    ranged = [r for r in media if r.request.headers.get("range")]
    assert ranged, "the browser asked for no range"
    assert {r.status for r in ranged} == {206}

    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(lambda url: not url.startswith(stack.app_url + "/session"))
    page.goto(f"{stack.app_url}/session?id={session['id']}")
    page.wait_for_url(lambda url: not url.startswith(stack.app_url))
    expect(page.get_by_label("Username")).to_be_visible()
    assert transcript[1]["text"] not in page.content()


@pytest.fixture
def short_tokens(stack: RunningStack) -> Iterator[int]:
    """Let session tokens live for a few seconds, as the instance's owner may; yield how many."""
    instance = Instance(Stack.load(stack.home))
    usual = instance.settings.token_seconds
    instance.configure(token_seconds=SHORT_SECONDS)
    yield SHORT_SECONDS
    instance.configure(token_seconds=usual)


def test_one_stays_signed_in_past_the_life_of_the_session_token(
    page: Page, stack: RunningStack, short_tokens: int
) -> None:
    sign_in(page, stack, "reviewer", "/sessions")
    wait_until(lambda: expired_for(page, stack) > CLOCK_SKEW_SECONDS, 60, interval=0.5)
    page.get_by_role("link", name="Users").click()
    expect(page.get_by_role("searchbox")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    assert page.url.startswith(stack.app_url)


def expired_for(page: Page, stack: RunningStack) -> float:
    """Return for how many seconds the browser's session token has been expired."""
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies(stack.app_url)}
    claims = jwt.decode(cookies["__session"], options={"verify_signature": False})
    return time.time() - float(claims["exp"])


def test_an_unknown_address_gives_a_calm_page(page: Page, stack: RunningStack) -> None:
    enter(page, stack, "reviewer")
    answer = page.goto(f"{stack.app_url}/no-such-page")
    assert answer
    assert answer.status == 404
    expect(page.get_by_role("heading")).to_be_visible()
    assert "Traceback" not in page.content()


def test_a_page_above_ones_role_answers_403(page: Page, stack: RunningStack) -> None:
    enter(page, stack, "reviewer")
    for path in ("/storage", "/audit"):
        answer = page.goto(stack.app_url + path)
        assert answer
        assert answer.status == 403
        expect(page.get_by_role("heading").first).to_be_visible()


def test_a_recording_that_is_gone_is_said_to_be_gone(page: Page, stack: RunningStack) -> None:
    session = session_with_audio(stack, 3)
    bucket = boto3.client(
        "s3",
        endpoint_url=stack.info["s3Endpoint"],
        aws_access_key_id=stack.info["s3AccessKey"],
        aws_secret_access_key=stack.info["s3SecretKey"],
        region_name="us-east-1",
        config=Config(s3={"addressing_style": "path"}),
    )
    listed = bucket.list_objects_v2(Bucket=stack.info["s3Bucket"], Prefix="audio/", MaxKeys=1000)
    gone = [item["Key"] for item in listed["Contents"] if session["id"] in item["Key"]]
    assert gone
    for key in gone:
        bucket.delete_object(Bucket=stack.info["s3Bucket"], Key=key)
    enter(page, stack, "reviewer", f"/session?id={session['id']}")
    expect(page.get_by_role("list", name="Transcript")).to_be_visible()
    play = page.get_by_role("group", name="Player").get_by_role("button", name="Play")
    if play.is_visible():
        play.click()
    expect(page.get_by_text(re.compile("missing")).first).to_be_visible()


def test_a_killed_database_is_said_to_be_away_and_comes_back_with_everything(
    page: Page, stack: RunningStack
) -> None:
    before = api(stack, "/sessions?limit=5")["items"]
    name = before[0].get("title") or before[0]["externalId"]
    enter(page, stack, "reviewer", "/sessions")
    expect(page.get_by_text(name).first).to_be_visible()
    stack.refresh()
    pid = stack.info["pids"]["convex"]
    os.kill(pid, signal.SIGSTOP)
    try:
        page.reload()
        expect(page.get_by_text(re.compile("could not", re.IGNORECASE)).first).to_be_visible(
            timeout=40_000
        )
        expect(page.get_by_text("Request id").first).to_be_visible()
    finally:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: stack.ready()["status"] == "ready", 60)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text(name).first).to_be_visible()
    assert stack.refresh()["pids"]["convex"] != pid
    assert api(stack, "/sessions?limit=5")["items"] == before
