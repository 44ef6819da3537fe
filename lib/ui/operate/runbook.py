"""What `docs/runbook.md` says, for the pages that show it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

PATH: Final = Path(__file__).resolve().parents[3] / "docs" / "runbook.md"
PARTS: Final = ("Meaning", "Impact", "Check", "Fix")

_SECTION: Final = re.compile(r"^#{3,4} `([\w-]+)`$", re.MULTILINE)
_PART: Final = re.compile(r"^- \*\*(\w+):\*\* (.+?)(?=^- \*\*|^#|\Z)", re.MULTILINE | re.DOTALL)
_LINK: Final = re.compile(r"\[([^\]]*)\]\(([^)]*)\)")


@dataclass(frozen=True, slots=True)
class Section:
    """One section.

    Attributes:
        name: of the alert rule or reason.
        parts: text by name of the part (`PARTS`), as plain text: links name their document.
    """

    name: str
    parts: dict[str, str]


@cache
def sections() -> dict[str, Section]:
    """Return all sections by name; none if the documents were not deployed with the code."""
    try:
        text = PATH.read_text("utf-8")
    except OSError:
        return {}
    found = list(_SECTION.finditer(text))
    ends = [match.start() for match in found[1:]] + [len(text)]
    return {
        match[1]: Section(match[1], _parts(text[match.end() : end]))
        for match, end in zip(found, ends, strict=True)
    }


def _parts(text: str) -> dict[str, str]:
    return {match[1]: _plain(match[2]) for match in _PART.finditer(text)}


def _plain(text: str) -> str:
    linked = _LINK.sub(lambda match: f"{match[1]} (docs/{match[2].partition('#')[0]})", text)
    return " ".join(linked.replace("`", "").split())
