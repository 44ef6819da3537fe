"""docs/faults.json and docs/faults.md, made from a run of `make faults`."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any, Final

_MOST_TROUBLES: Final = 10
_PAGE: Final = """\
# Faults

Made by `make faults`: real processes (app, worker, Convex runtime, S3, identity provider) under
load, one fault after the other. {date}, {cores} cores. The same again:
`EARSHOT_FAULT_SEED={seed} make faults`.

Checked afterwards: every acknowledged write is there exactly once, every acknowledged recording is
whole and analysed, no session was handed to two reviewers or reviewed twice, no claim is stuck,
every alert message arrived, counters equal a recount, rows and objects agree, every job and rule
runs again, and pages came back without a restart of the app (unless it was killed itself).

- {acknowledgedTurns:,} turns in {conversations:,} conversations, {recordings} recordings, {reviews}
  reviews and {messages} alert messages were acknowledged, {views:,} pages shown.
- Full disk: {disk}.
- Clock: the Convex runtime's, stepped by a preloaded module (`tests/faults/clock.mjs`).

| round | fault | work and pages go on after |
|---:|---|---:|
{rounds}

What clients saw meanwhile, and repeated (all kinds: [faults.json](faults.json)):

{troubles}
"""


def write(target: Path, seed: int, disk: bool, rounds: list[Any], found: dict[str, Any]) -> None:
    """Write the result of a run.

    Args:
        target: path without suffix.
        seed: of the run.
        disk: whether the disk could be filled.
        rounds: of {fault, recoverySeconds}.
        found: what was counted.
    """
    result = {
        "seed": seed,
        "date": time.strftime("%Y-%m-%d"),
        "cores": os.cpu_count(),
        "fullDisk": disk,
        "rounds": rounds,
        **found,
    }
    target.with_suffix(".json").write_text(json.dumps(result, indent=1) + "\n")
    target.with_suffix(".md").write_text(_page(result))


def _page(result: dict[str, Any]) -> str:
    rows = [
        f"| {number} | {one['fault']} | {one['recoverySeconds']:.1f} s |"
        for number, one in enumerate(result["rounds"], 1)
    ]
    seen = list(result["troubles"].items())[:_MOST_TROUBLES]
    troubles = [f"- {count} x {what}" for what, count in seen]
    disk = "a small tmpfs under the stack's home" if result["fullDisk"] else "left out, no root"
    words = {"rounds": "\n".join(rows), "troubles": "\n".join(troubles), "disk": disk}
    return _PAGE.format(**{**result, **words})
