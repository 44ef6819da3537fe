"""`python -m tests.walk`: `make walk`, which follows the documents to the letter.

Every shell block of README.md and of the pages that docs/README.md lists is run in their order, in
a new clone of this commit with an empty home and few programs, against the local stack that
README's first command starts. What is not run is listed with its reason. The result is
`docs/walk.md`; ends with 1 if a command failed.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tests.walk.checkout import Checkout, WalkError
from tests.walk.pages import REPORT, ROOT, Block, Kind, blocks, pages, stands_alone
from tests.walk.programs import ASKED_FOR

_HEAD: Final = """# The walk

Written by `make walk`, which runs every shell block of these documents, one after the other as it
stands: in a new clone, with an empty `HOME`, no other variables than `PORT` and those for package
registries, and the programs of Debian's required packages and of those that the pages ask for
({packages}); no Node.js, git or compiler.

README's first command starts the local stack. Then the walk writes a recording for
[api/README.md](api/README.md) and three files for [import.md](import.md). Where a page says to fill
in `.env`, the walk does so with that stack's values, and takes them away at the page's end; the
other pages run without. [deployment.md](deployment.md) is walked in a clone of its own.
"""
_CHROMIUM: Final = ".venv/chromium/chrome"
_FAILED: Final = "**failed**"


def main() -> int:
    """Walk, and keep the report.

    Pages may be named (`python -m tests.walk docs/import.md`): README's first command is run, then
    these; the rows of the others stay as they were.
    """
    wanted = sys.argv[1:]
    kept = REPORT.read_text("utf-8").splitlines() if wanted else []
    commit = _commit()
    rows: list[str] = []
    with tempfile.TemporaryDirectory(prefix="walk-") as temporary:
        checkout = Checkout(Path(temporary) / "first")
        checkout.clone()
        checkout.bring_files()
        try:
            for page in pages(checkout.root):
                here = checkout
                if stands_alone(page, checkout.root) and (not wanted or page in wanted):
                    here = Checkout(Path(temporary) / Path(page).stem)
                    here.clone()
                for block in blocks(page, checkout.root):
                    before = [row for row in kept if row.startswith(row_of(block))]
                    if before and page not in wanted and block.kind is not Kind.WALK:
                        rows += before[:1]
                        continue
                    rows.append(f"{_walk(here, block, checkout.home)} {commit} |")
                    print(rows[-1], flush=True)
                here.stop(page=page)
        finally:
            checkout.stop()
        versions = _versions(checkout)
    REPORT.write_text(_report(rows, versions), "utf-8")
    return int(any(_FAILED in row for row in rows))


def _walk(checkout: Checkout, block: Block, home: Path) -> str:
    begun = time.monotonic()
    outcome = "works"
    try:
        if block.kind is Kind.LEFT_OUT:
            outcome = f"not run: {block.note}"
        elif block.kind in {Kind.RUN, Kind.SETTINGS}:
            checkout.run(block)
            if block.kind is Kind.SETTINGS:
                checkout.fill_in_settings(home)
        else:
            if block.kind is Kind.FILLED:
                checkout.fill_in_settings(home)
            checkout.start(block)
            outcome = f"works: prints `{block.note}`"
            if block.kind is Kind.WALK:
                checkout.take_variables()
    except (WalkError, AssertionError, subprocess.SubprocessError) as error:
        print(f"{block.page}:{block.line}: {error}", file=sys.stderr, flush=True)
        outcome = _FAILED
    spent = "" if block.kind is Kind.LEFT_OUT else f"{time.monotonic() - begun:.0f} s"
    return f"{row_of(block)} {outcome} | {spent} |"


def row_of(block: Block) -> str:
    """Return the part of a block's row that depends on the page only."""
    name = block.page.removeprefix("docs/")
    link = f"../{name}" if name == block.page else name
    return f"| [{name}]({link}) | `{block.title.replace('|', chr(92) + '|')}` |"


def _versions(checkout: Checkout) -> str:
    def said(*command: str) -> str:
        done = subprocess.run(
            command,
            cwd=checkout.root,
            env=checkout.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout.strip()

    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    python = said("python3", "--version")
    found = [system, f"{os.cpu_count()} cores", python]
    if (checkout.root / _CHROMIUM).exists():  # no page unpacked one if only some were walked
        found.append(said(_CHROMIUM, "--version"))
    return ", ".join(found)


def _commit() -> str:
    head = ["git", "rev-parse", "--short=12", "HEAD"]
    return subprocess.run(head, check=True, capture_output=True, text=True).stdout.strip()


def _report(rows: list[str], versions: str) -> str:
    left_out = sum("| not run: " in row for row in rows)
    failed = sum(_FAILED in row for row in rows)
    works = len(rows) - left_out - failed
    said = f"{len(rows)} blocks: {works} work, {failed} failed, {left_out} were not run."
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    table = "\n".join(
        ["| page | commands | outcome | time | commit |", "|---|---|---|---|---|", *rows]
    )
    packages = ", ".join(f"`{name}`" for name in ASKED_FOR)
    head = _HEAD.format(packages=packages)
    return f"{head}\n{day}, {versions}. {said}\n\n{table}\n"


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main())
