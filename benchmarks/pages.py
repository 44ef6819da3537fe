"""What a page costs its reader: from the start of the navigation to what they came for.

One browser, one stack with 100,000 sessions, and beside it a bare Streamlit page with one table of
50 rows, visited in turns, with warm browser caches. A visit ends when the first row of the list, or
the first line of the transcript (for the bare page: the table), is visible.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx
from playwright.sync_api import Page

from benchmarks import listening_room
from benchmarks.dataset import cache, prepare
from benchmarks.figures import Figure
from local.stack import free_ports
from tests.support.browser import chromium, new_context, sign_in
from tests.support.stack import RunningStack, running_stack, wait_until

SESSIONS: Final = 100_000
VISITS: Final = 15
WARM_VISITS: Final = 3

BARE: Final = """
import pandas as pd
import streamlit as st

names = ["Session", "Started", "Duration", "Channel", "Turns", "Outcome", "Review", "Slow", "Flags"]
rows = [{name: f"{name} {number}" for name in names} for number in range(50)]
st.dataframe(pd.DataFrame(rows))
"""


def measure() -> Iterator[Figure]:
    """Yield how long each page takes, and how that compares to the bare page."""
    with large_stack() as stack, bare_page() as bare, chromium() as browser:
        page = new_context(browser).new_page()
        sign_in(page, stack, "viewer")
        room = f"{stack.app_url}/session"
        usual, long, full = listening_room.stored_sessions(stack)
        times = visits(
            {
                "bare": lambda: visit(page, bare, "[data-testid=stDataFrame] canvas"),
                "sessions": lambda: visit(page, f"{stack.app_url}/sessions", "tbody tr"),
                "session": lambda: visit(page, f"{room}?id={usual}", ".turn"),
                "long": lambda: visit(page, f"{room}?id={long}", ".turn"),
            }
        )
        plain, sessions = times["bare"], times["sessions"]
        yield Figure("bare page with one dataframe, median", plain, "ms")
        yield Figure("Sessions, first row, median", sessions, "ms")
        yield Figure("Sessions, first row / bare page", sessions / plain, "times", at_most=1.5)
        yield Figure("Session, first line, median", times["session"], "ms")
        first_line = times["session"] / plain
        yield Figure("Session, first line / bare page", first_line, "times", at_most=1.5)
        yield Figure("Session of 2,000 turns, usable, median", times["long"], "ms", under=1500)
        yield from listening_room.figures(page, long, full, stack)


def visits(pages: dict[str, Callable[[], float]]) -> dict[str, float]:
    """Visit the pages in turns; return each one's median in milliseconds."""
    times: dict[str, list[float]] = {name: [] for name in pages}
    for number in range(WARM_VISITS + VISITS):
        for name, come in pages.items():
            took = come()
            if number >= WARM_VISITS:
                times[name].append(took)
    return {name: statistics.median(taken) for name, taken in times.items()}


def visit(page: Page, address: str, awaited: str) -> float:
    """Open a page; return the milliseconds until something on it is visible."""
    page.goto("about:blank")
    began = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator(awaited).first.wait_for(state="visible")
    return (time.perf_counter() - began) * 1000


@contextmanager
def large_stack() -> Iterator[RunningStack]:
    """Run a stack over a private copy of the large data set."""
    source = prepare(SESSIONS)
    with tempfile.TemporaryDirectory(prefix="earshot-bench-", dir=cache()) as folder:
        home = Path(folder) / "home"
        shutil.copytree(source / "convex", home / "convex")
        with running_stack(home, demo=False) as stack:
            yield stack


@contextmanager
def bare_page() -> Iterator[str]:
    """Serve the bare page; give its address."""
    port = free_ports(1)[0]
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "bare.py"
        script.write_text(BARE)
        server = subprocess.Popen(  # noqa: S603  # our interpreter, our script
            [
                sys.executable,
                "-m",
                "streamlit",
                "run",
                str(script),
                "--server.port",
                str(port),
                "--server.headless",
                "true",
                "--server.fileWatcherType",
                "none",
                "--browser.gatherUsageStats",
                "false",
            ],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_until(lambda: _answers(f"http://127.0.0.1:{port}/_stcore/health"), 60)
            yield f"http://localhost:{port}/"
        finally:
            server.terminate()
            server.wait(20)


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, trust_env=False).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
