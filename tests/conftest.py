"""What tests of several rooms share."""

import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings
from playwright.sync_api import Browser
from xdist.remote import Producer  # type: ignore[import-untyped]
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]
from xdist.workermanage import WorkerController  # type: ignore[import-untyped]

from tests.support.browser import chromium

# Everybody's run generates the same examples; the long forms (`make fuzz`) look for new ones.
# No deadline for a single example: how fast the machine is just now is nobody's promise.
settings.register_profile("fixed", derandomize=True, database=None, deadline=None)
settings.register_profile(
    "random",
    print_blob=True,
    max_examples=int(os.environ.get("EARSHOT_FUZZ_EXAMPLES", "100")),
    deadline=None,
)
settings.load_profile(os.environ.get("EARSHOT_EXAMPLES", "fixed"))

ONE_STACK = "tests/browser/"
"""The tests of this folder look at one demo stack, which takes long to start."""

STACKS = 2
"""How many workers start that stack."""


class ByStack(LoadFileScheduling):  # type: ignore[misc]  # no types there
    """Shares tests out by file; those of one stack go to few workers."""

    def _assign_work_unit(self, node: WorkerController) -> None:
        first = node in self.nodes[:STACKS]
        alike = [file for file in self.workqueue if file.startswith(ONE_STACK) == first]
        # Files of few tests take longest: each test starts or kills something. Many short ones
        # come last, so that no worker waits long for the others.
        chosen = min(alike or self.workqueue, key=lambda file: len(self.workqueue[file]))
        self.workqueue.move_to_end(chosen, last=False)
        super()._assign_work_unit(node)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByStack:
    """Replace the scheduler of pytest-xdist."""
    return ByStack(config, log)


@pytest.fixture(autouse=True)
def main_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the program's main module: Streamlit's `AppTest` puts its script in that place, and
    processes that are spawned later would run the script again.
    """
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium per file: while its driver runs, no other test in the thread can use asyncio."""
    with chromium() as running:
        yield running


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests counted (`record_property`): how much a generated test really did."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            counted = report.user_properties if getattr(report, "when", "") == "call" else ()
            for name, value in counted:
                terminalreporter.write_line(f"{name}: {value} ({report.nodeid})")
