"""`make screenshots`: the pictures of the README, taken from a stack with demo data.

`python -m tests.screenshots FOLDER` takes every page in both themes instead.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.test_story import api
from tests.support.browser import chromium, new_context, sign_in
from tests.support.stack import ROOT, RunningStack, running_stack

FOLDER = ROOT / "docs" / "images"
SCHEMES = ("light", "dark")


def paths(stack: RunningStack) -> dict[str, str]:
    """Return the address of each page that is pictured, by the name of its picture."""
    session = support_call(stack)
    return {
        "overview": "/",
        "users": "/users",
        "user": f"/user?id={session['user']['clerkId']}",
        "sessions": "/sessions",
        "session": f"/session?id={session['id']}",
        "review": "/review",
        "alerts": "/alerts",
        "latency": "/latency",
        "storage": "/storage",
        "auth-errors": "/auth-errors",
        "status": "/status",
        "audit": "/audit",
    }


def support_call(stack: RunningStack) -> dict[str, Any]:
    """Return a recorded call for support in which something is masked."""
    found = api(stack, "/sessions?hasAudio=true&status=completed&limit=50")["items"]
    calls: list[dict[str, Any]] = [
        session for session in found if "role play" not in session["labels"]
    ]
    for session in calls:
        turns = api(stack, f"/sessions/{session['id']}/interactions?limit=8")["items"]
        if any("[" in turn["text"] for turn in turns):
            return session
    return calls[0]


def settled(page: Page) -> None:
    """Wait until nothing on the page is loading any more."""
    expect(page.get_by_test_id("stSidebarNav")).to_be_visible(timeout=30_000)
    _quiet(page)
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(1_000)  # charts and waveforms animate
    _quiet(page)  # a component may have asked for more meanwhile


def _quiet(page: Page) -> None:
    # The last: what a script has not drawn anew yet is pale.
    for busy in ("[data-testid=stStatusWidget]", "[data-testid=stSkeleton]", "[data-stale=true]"):
        expect(page.locator(busy)).to_have_count(0, timeout=30_000)


def shown() -> set[str]:
    """Return the names of the pictures that the README shows."""
    return set(re.findall(r"docs/images/([\w-]+)\.png", (ROOT / "README.md").read_text()))


def take(stack: RunningStack, folder: Path, wanted: Collection[str] | None = None) -> None:
    """Picture pages, such as `users-dark`; without a choice every page in both themes."""
    folder.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        for scheme in SCHEMES:
            context = new_context(
                browser, color_scheme=scheme, viewport={"width": 1360, "height": 1020}
            )
            page = context.new_page()
            sign_in(page, stack, "admin")
            for name, path in paths(stack).items():
                if wanted is not None and f"{name}-{scheme}" not in wanted:
                    continue
                page.goto(stack.app_url + path)
                settled(page)
                page.screenshot(path=folder / f"{name}-{scheme}.png")
            context.close()


if __name__ == "__main__":
    with (
        tempfile.TemporaryDirectory() as temporary,
        running_stack(Path(temporary) / "home") as running,
    ):
        if len(sys.argv) > 1:
            take(running, Path(sys.argv[1]))
        else:
            take(running, FOLDER, shown())
