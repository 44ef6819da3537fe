"""Around the transcript: files to take away, masked text and its reveal, on record."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages.room import Ingest, open_room, turns
from tests.browser.test_story import api
from tests.support.browser import sign_in
from tests.support.stack import RunningStack

SECRET = "ada.lovelace@example.org"
NUMBER = "+44 20 7946 0958"


@pytest.fixture(scope="module")
def ingest(stack: RunningStack) -> Iterator[Ingest]:
    with Ingest(stack) as backend:
        yield backend


@pytest.fixture(scope="module")
def personal(ingest: Ingest) -> str:
    """A session in which somebody says an address, with one recording and metadata."""
    texts = [f"Write to {SECRET} please", "Thank you", f"or call {NUMBER}"]
    session = ingest.session(turns(texts), title=f"From {SECRET}", metadata={"reply": SECRET})
    ingest.recording(session, 6)
    return session


def trail(stack: RunningStack, session: str) -> list[tuple[str, object]]:
    events = api(stack, f"/audit?subjectId={session}", "admin")["items"]
    return [(event["action"], event["details"]) for event in reversed(events)]


def fetched(page: Page, link: str) -> tuple[str, bytes]:
    with page.expect_download() as download:
        page.get_by_role("link", name=link, exact=True).click()
    name = download.value.suggested_filename
    return name, Path(download.value.path()).read_bytes()


def test_a_reviewer_takes_transcript_and_recordings_away_and_that_is_on_record(
    page: Page, stack: RunningStack, personal: str
) -> None:
    sign_in(page, stack, "reviewer")
    before = len(trail(stack, personal))
    open_room(page, stack, personal)
    formats = {
        "JSON": "json",
        "Text": "txt",
        "Markdown": "md",
        "WebVTT": "vtt",
        "SubRip": "srt",
        "CSV": "csv",
    }
    for link, extension in formats.items():
        name, content = fetched(page, link)
        assert name == f"transcript-{personal}.{extension}"
        assert b"Thank you" in content
        # Exports hold what the role sees, whatever is on the screen.
        assert SECRET.encode() not in content
    name, content = fetched(page, "Recordings (ZIP)")
    assert name == f"recordings-{personal}.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as archived:
        assert archived.namelist() == ["session.mp3"]
        assert archived.testzip() is None
    written = [{"format": f} for f in ("json", "text", "markdown", "vtt", "srt", "csv")]
    assert trail(stack, personal)[before:] == [
        ("session.view", None),
        *(("transcript.export", details) for details in written),
        ("audio.export", {"recordings": 1}),
    ]


def test_a_viewer_takes_the_transcript_but_not_the_recordings(
    page: Page, stack: RunningStack, personal: str
) -> None:
    sign_in(page, stack, "viewer")
    open_room(page, stack, personal)
    assert json.loads(fetched(page, "JSON")[1])["interactions"][1]["text"] == "Thank you"
    expect(page.get_by_text("Reviewers can export the recordings.")).to_be_visible()
    expect(page.get_by_role("link", name="Recordings (ZIP)")).to_have_count(0)
    answer = page.goto(f"{stack.app_url}/session/recordings?id={personal}")
    assert answer
    assert answer.status == 403


@pytest.mark.parametrize("query", ["", "?id=../x", "?id=" + "z" * 32, "?id=" + quote("é" * 20)])
def test_a_file_of_no_session_is_not_found(page: Page, stack: RunningStack, query: str) -> None:
    sign_in(page, stack, "viewer")
    answer = page.request.get(f"{stack.app_url}/session/transcript{query}")
    assert answer.status == 404
    assert "Request id" in answer.text()


def test_masked_text_is_revealed_for_a_reason_and_gone_on_leaving(
    page: Page, stack: RunningStack, personal: str
) -> None:
    sign_in(page, stack, "reviewer")
    open_room(page, stack, personal)
    mask = page.locator(".mask")
    expect(mask).to_have_text(["[email]", "[phone]"])
    expect(mask.first).to_have_attribute("title", "Masked: e-mail address")
    expect(page.get_by_text(SECRET)).to_have_count(0)

    page.get_by_role("button", name="Reveal").click()
    expect(page.get_by_text("Enter a reason")).to_be_visible()
    before = len(trail(stack, personal))
    page.get_by_label("Reason for access").fill("ticket 42 <b>")
    page.get_by_role("button", name="Reveal").click()
    expect(page.get_by_text(f"Write to {SECRET} please")).to_be_visible()
    expect(page.get_by_role("heading", name=f"From {SECRET}")).to_be_visible()
    expect(page.locator(".clear")).to_contain_text("“ticket 42 <b>”")
    expect(mask).to_have_count(0)
    reason = {"reason": "ticket 42 <b>"}
    assert trail(stack, personal)[before:] == [("reveal", reason)] * 2

    page.get_by_role("button", name="Mask again").click()
    expect(page.get_by_text("Write to [email] please")).to_be_visible()
    expect(page.get_by_text(SECRET)).to_have_count(0)

    page.get_by_label("Reason for access").fill("again")
    page.get_by_role("button", name="Reveal").click()
    expect(page.get_by_text(f"Write to {SECRET} please")).to_be_visible()
    page.get_by_role("navigation", name="Breadcrumb").get_by_role("link").click()
    expect(page.get_by_role("table", name="Sessions")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile("/session"))
    expect(page.get_by_text("Write to [email] please")).to_be_visible()
    expect(page.get_by_text(SECRET)).to_have_count(0)


def test_a_viewer_is_told_who_can_reveal_and_an_admin_reveals_like_a_reviewer(
    page: Page, stack: RunningStack, personal: str
) -> None:
    sign_in(page, stack, "viewer")
    open_room(page, stack, personal)
    expect(page.get_by_text("Reviewers can reveal them")).to_be_visible()
    expect(page.get_by_role("button", name="Reveal")).to_have_count(0)
    page.context.clear_cookies()
    sign_in(page, stack, "admin")
    open_room(page, stack, personal)
    expect(page.locator(".mask")).to_have_text(["[email]", "[phone]"])
    before = len(trail(stack, personal))
    page.get_by_label("Reason for access").fill("ticket 43")
    page.get_by_role("button", name="Reveal").click()
    expect(page.get_by_text(f"Write to {SECRET} please")).to_be_visible()
    assert trail(stack, personal)[before:] == [("reveal", {"reason": "ticket 43"})] * 2
    page.get_by_role("link", name="All events of this session").click()
    expect(page.get_by_role("table", name="Audit events")).to_contain_text("ticket 43")
