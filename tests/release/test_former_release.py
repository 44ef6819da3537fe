"""The last release on today's functions, as during an upgrade and after a way back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lib.smoke.chromium import find_chromium
from local import processes
from local.children import Child, stop_all
from local.identity.instance import Instance
from local.stack import Stack, free_ports
from tests.release.contract import load
from tests.support.stack import ROOT, wait_until

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]
READY_SECONDS = 120


@pytest.fixture(scope="module")
def former(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a checkout of the last release, set up as its own Makefile does."""
    commit = load()["commit"]
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=False)
    assert not archive.returncode, f"{commit} is not here: git fetch --unshallow"
    folder = tmp_path_factory.mktemp("former")
    subprocess.run(["tar", "-x"], cwd=folder, input=archive.stdout, check=True)
    python = f"{sys.base_prefix}/bin/python3"
    made = subprocess.run(
        ["make", "setup-dev", f"PYTHON={python}"],
        cwd=folder,
        env={name: text for name, text in os.environ.items() if not name.startswith("MAKE")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not made.returncode, made.stdout[-3000:] + made.stderr[-3000:]
    return folder


@pytest.fixture(scope="module")
def stack(former: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Start today's stack with the app of the last release."""
    stack = Stack.load_or_create(tmp_path_factory.mktemp("home"), free_ports(1)[0])
    makers = (processes.convex, processes.storage, processes.identity, processes.portal)
    children = [make(stack) for make in makers]
    app = processes.app(stack, demo=False)
    app.command[0], app.folder = str(former / ".venv/bin/python"), former
    try:
        for child in children:
            child.start()
        wait(children)
        subprocess.run(
            [sys.executable, "-m", "local", "prepare", "--no-demo"],
            cwd=ROOT,
            env={**os.environ, "EARSHOT_HOME": stack.home},
            check=True,
        )
        # A revoke is seen when the last token has ended.
        Instance(stack).configure(token_seconds=15)
        app.start()
        children.append(app)
        wait([app])
        yield stack
    finally:
        stop_all(children, lambda _: None)


def wait(children: list[Child]) -> None:
    wait_until(
        lambda: all(child.is_ready() for child in children),
        READY_SECONDS,
        lambda: "\n".join(child.last_lines() for child in children),
    )


def test_the_smoke_test_of_the_last_release_passes_on_the_functions_of_this_one(
    former: Path, stack: Stack, tmp_path: Path
) -> None:
    chromium = find_chromium()
    assert chromium, "There is no Chromium: make browser"
    (tmp_path / "chromium").symlink_to(chromium)
    done = subprocess.run(
        [str(former / ".venv/bin/python"), "-m", "lib", "smoke", "--json"],
        cwd=former,
        env={
            "HOME": os.environ["HOME"],
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            **stack.app_environment(),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    told = json.loads(done.stdout)
    failed = [row for row in told["steps"] if row["status"] == "FAIL"]
    assert failed == [], done.stderr[-2000:]
    assert told["counts"]["SKIPPED"] == 0, told["steps"]
