"""The listening room's part of the benchmark `pages`: sessions made for it, and what they cost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from playwright.sync_api import Page

from benchmarks.figures import Figure
from lib.data import Caller
from lib.data.client import Client
from lib.ui.listening.player import load_session
from local.stack import Stack
from tests.browser.pages.room import Ingest, turns
from tests.support.stack import RunningStack

LONG_TURNS: Final = 2000
TEXT_BYTES: Final = 32 * 1024
FULL_TURNS: Final = 126
"""Turns of `TEXT_BYTES`: with their other fields just below 4 MiB."""

# The longest task while the whole transcript goes by, a sixtieth per step, in milliseconds.
SCROLL: Final = """async scroller => {
  let longest = 0;
  const observer = new PerformanceObserver(list => {
    for (const task of list.getEntries()) longest = Math.max(longest, task.duration);
  });
  observer.observe({ type: "longtask" });
  let most = 0;
  for (let step = 0; step <= 60; step += 1) {
    scroller.scrollTop = scroller.scrollHeight * step / 60;
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    most = Math.max(most, scroller.querySelectorAll(".turn").length);
  }
  await new Promise(done => setTimeout(done, 200));
  observer.disconnect();
  return [longest, most];
}"""


class CountingClient(Client):
    """Counts the calls that are made."""

    calls = 0

    def call(self, *args: Any, **more: Any) -> Any:  # the value of any function
        """Run a function."""
        self.calls += 1
        return super().call(*args, **more)


def stored_sessions(stack: RunningStack) -> tuple[str, str, str]:
    """Store a session of 40 turns with a recording, one of 2,000 turns, one of 4 MiB."""
    with Ingest(stack) as ingest:
        usual = ingest.session(turns([f"This is turn {number}. " * 3 for number in range(40)]))
        ingest.recording(usual, 80)
        texts = [f"Turn {number}. " + "word " * (number * 7 % 60) for number in range(LONG_TURNS)]
        return (
            usual,
            ingest.session(turns(texts)),
            ingest.session(turns(["w" * TEXT_BYTES] * FULL_TURNS)),
        )


def figures(page: Page, long: str, full: str, stack: RunningStack) -> Iterator[Figure]:
    """Yield what the long sessions cost; the page shows the one of 2,000 turns."""
    page.goto(f"{stack.app_url}/session?id={long}")
    scroller = page.locator(".scroller")
    page.locator(".turn").first.wait_for(state="visible")
    longest, most = scroller.evaluate(SCROLL)
    yield Figure("2,000 turns, longest task while scrolling", longest, "ms", at_most=100)
    yield Figure("2,000 turns, most turns in the document", most, "", at_most=200)
    yield Figure("Convex calls per view, 4 MiB of transcript", calls(stack, full), "", at_most=3)


def calls(stack: RunningStack, session_id: str) -> int:
    """Return how many calls the session page makes for a session."""
    client = CountingClient(Stack.load(stack.home).convex_url, 30)
    token = stack.token("viewer")
    caller = Caller(client, lambda: token, "bench")
    assert load_session(caller, session_id, None, note=True) is not None
    client.close()
    return client.calls
