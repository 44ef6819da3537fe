"""Inputs as programs write them, and what happens to each; `docs/import-inputs.md` is made of them.

Facts only: what a format's tests or documents say of it, in words of our own. Each input says what
is right, the page what happens.
"""

from __future__ import annotations

from typing import Any, Final

from lib.formats.conversation import UnreadableError
from tests.formats.inputs.chats import CHATS
from tests.formats.inputs.given import GIVEN
from tests.formats.inputs.made import Input
from tests.formats.inputs.speech import SPEECH
from tests.formats.inputs.subrip import SUBRIP
from tests.formats.inputs.tables import TABLES
from tests.formats.inputs.webvtt import WEBVTT

GROUPS: Final = {
    "Files that failed": GIVEN,
    "WebVTT": WEBVTT,
    "SubRip": SUBRIP,
    "Chats": CHATS,
    "Speech recognition": SPEECH,
    "Tables": TABLES,
}


def page() -> str:
    """Return the page of the documentation."""
    count = sum(len(inputs) for inputs in GROUPS.values())
    head = (
        f"# What happens to {count} inputs\n\n"
        "Made by `python -m tests.formats.inputs` of what the readers do; a test compares.\n"
        "A file of which no turn can be read makes no session. Speakers are named where needed.\n"
    )
    return head + "".join(_section(name, inputs) for name, inputs in GROUPS.items())


def _section(name: str, inputs: tuple[Input, ...]) -> str:
    rows = [f"| {item.name} | {item.writer} | {_result(item)} |\n" for item in inputs]
    return f"\n## {name}\n\n| input | written by | result |\n|---|---|---|\n{''.join(rows)}"


def _result(item: Input) -> str:
    try:
        found = item.read()
    except UnreadableError as error:
        return f"refused: {_cell(error.reason)}"
    parts = [f"{len(found.turns)} turn{'' if len(found.turns) == 1 else 's'}"]
    if found.merged:
        parts.append(f"{found.merged} merged")
    parts += [f"refused: {_cell(reason)}" for reason in _once(found.refusals)]
    parts += [f"left out: {_cell(reason)}" for reason in _once(found.notes)]
    if not found.turns:
        parts.append("no session")
    return "; ".join(parts)


def _once(found: tuple[Any, ...]) -> list[str]:
    return list(dict.fromkeys(item.reason for item in found))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
