"""`make unit`: tests that start a process are skipped when they try to.

So no list says which tests need a stack or a browser; those run in `make test`.
"""

from __future__ import annotations

import sys

import pytest


def _refuse(event: str, _: object) -> None:
    if event in {"subprocess.Popen", "os.posix_spawn", "os.fork"}:
        pytest.skip("starts a process")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Watch from now on; xdist has started its workers, and a worker starts none."""
    if hasattr(session.config, "workerinput"):
        sys.addaudithook(_refuse)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip browser tests at once: Playwright starts its driver where a skip is not understood."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.skip("drives a browser"))
