"""Whatever people say or products store is shown as text: nothing of it runs or calls outside.

The content policy is switched off here: the pages must be safe without the second wall.
"""

from __future__ import annotations

import json
import re
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from tests.browser.pages.room import Ingest, open_room, turns
from tests.support.browser import new_context, sign_in
from tests.support.stack import RunningStack

LONG_WORD = "w" * 32_000


@dataclass(slots=True)
class Outside:
    """A server that nobody should ask for anything."""

    url: str
    asked: list[str] = field(default_factory=list)

    def corpus(self, word: str) -> list[str]:
        """Return texts that try to be more than text; each holds a word to search for."""
        at = f"{self.url}/{word}"
        return [
            f"{word} ![x]({at}/md.png) [link]({at}/) **bold** `code` $x^2$ $$y$$ <{at}/auto>",
            f"{word} :material/home: :red[x] :smile: :blue-badge[b] {at}/bare",
            f"{word} <img src={at}/html.png onerror=alert(1)><script>alert(1)</script>",
            f"{word} </p></div><style>*{{display:none}}</style><a href=javascript:alert(1)>x</a>",
            f"{word} <svg onload=alert(1)><iframe src={at}/frame></iframe><base href={at}/>",
            f"{word} before \u202e drawkcab \u202c after \u2066 isolate \u2069 end",
            "\U0001f600" * 59 + f"x {word} \u200b zero " + "\U0001f469\u200d\U0001f467" * 150,
            f'{word} =HYPERLINK("{at}/csv") | {{{{7*7}}}} ${{7*7}} %s',
            LONG_WORD,
        ]


@pytest.fixture(scope="module")
def outside() -> Iterator[Outside]:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name that http.server calls
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    # By name: an address of digits would be masked as a telephone number.
    yield Outside(f"http://localhost:{server.server_port}", asked)
    server.shutdown()
    server.server_close()


@pytest.fixture
def open_page(browser: Browser, stack: RunningStack) -> Iterator[Page]:
    context = new_context(browser, bypass_csp=True)
    page = context.new_page()
    sign_in(page, stack, "admin")
    yield page
    context.close()


def test_no_text_is_interpreted_on_any_page_or_in_any_file(
    open_page: Page, stack: RunningStack, outside: Outside
) -> None:
    page, word = open_page, f"zebra{uuid.uuid4().hex[:8]}"
    dialogs: list[str] = []

    def refuse(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", refuse)
    corpus = outside.corpus(word)
    name = f"![n]({outside.url}/name.png)"
    title = f"<img src={outside.url}/title.png> **t** $x$ {word}"
    said = turns(corpus)
    for turn in said:
        turn |= {"requestId": f"![r]({outside.url}/r.png)", "modelId": "<b>m</b>", "cost": 0.1}
    with Ingest(stack) as ingest:
        session = ingest.session(
            said,
            name=name,
            title=title,
            channel="chat",
            provider=f"[p]({outside.url}/p)",
            metadata={"html": corpus[2], "md": corpus[0], "<img src=x>": LONG_WORD[:9000]},
        )

    open_room(page, stack, session)
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    for text in corpus[:6]:
        expect(page.locator(".said").filter(has_text=re.compile(re.escape(text)))).to_have_count(1)
    expect(page.get_by_test_id("stMain").get_by_text("onerror=alert(1)").last).to_be_visible()
    assert page.locator(f"[src^='{outside.url}'], a[href^='{outside.url}']").count() == 0
    assert page.locator("a[href^='javascript:']").count() == 0

    page.get_by_role("link", name=name).click()  # the user's page
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    page.goto(f"{stack.app_url}/sessions?q={word}")
    hits = page.get_by_role("table", name="Matching turns")
    expect(hits.locator("mark").first).to_have_text(word)
    expect(hits).to_contain_text("onerror=alert(1)")
    page.goto(f"{stack.app_url}/users?q={quote('![n](')}")
    expect(page.get_by_test_id("stMain")).to_be_visible()
    page.goto(f"{stack.app_url}/sessions")
    expect(page.get_by_role("table", name="Sessions")).to_be_visible()

    for kind in ("json", "text", "markdown", "vtt", "srt", "csv"):
        file = page.request.get(f"{stack.app_url}/session/transcript?id={session}&format={kind}")
        assert file.headers["content-disposition"].startswith("attachment;")
        assert file.headers["x-content-type-options"] == "nosniff"
        if kind == "json":
            assert [turn["text"] for turn in json.loads(file.body())["interactions"]] == corpus
        if kind == "markdown":
            assert f"![x]({outside.url}" not in file.text()
        if kind == "csv":
            assert not re.search(r"(?m)^=|,=", file.text())

    assert outside.asked == []
    assert dialogs == []
