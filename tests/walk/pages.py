"""The shell commands of the documents: every fenced block `sh`, with what its page says of it.

A comment `<!-- walk: ... -->` before a block says how it is walked. Without one it runs to its end.

- `not run: REASON`;
- `runs to the end of the page; ready at: TEXT`: it stays up, and is ready when it prints that;
- `runs, with the settings filled in, to the end of the page; ready at: TEXT`: `.env` gets the
  stack's values first, where the page asks its reader to fill them in;
- `runs to the end of the walk; ready at: TEXT`;
- `then the settings are filled in`: it runs to its end, and then `.env` gets the stack's values.

A page with the comment `<!-- walk: this page in a new checkout -->` has a checkout of its own.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
REPORT: Final = ROOT / "docs" / "walk.md"
_INDEX: Final = "docs/README.md"
_ALONE: Final = "<!-- walk: this page in a new checkout -->"
_BLOCK: Final = re.compile(
    r"(?:^ *<!-- walk: (?P<how>[^>]+?) -->\n)?"
    r"^(?P<pad> *)```sh\b[^\n]*\n(?P<text>.*?)^(?P=pad)```$",
    re.MULTILINE | re.DOTALL,
)


class Kind(Enum):
    """How a block is walked."""

    RUN = "run"
    PAGE = "runs to the end of the page"
    FILLED = "runs, with the settings filled in, to the end of the page"
    WALK = "runs to the end of the walk"
    SETTINGS = "then the settings are filled in"
    LEFT_OUT = "not run"


@dataclass(frozen=True, slots=True)
class Block:
    """One block.

    Attributes:
        page: path of its page from the root.
        line: of its first command.
        script: the commands.
        kind: how it is walked.
        note: the reason, or what it prints when it is ready.
    """

    page: str
    line: int
    script: str
    kind: Kind
    note: str

    @property
    def title(self) -> str:
        """The first command, in one line."""
        first = self.script.splitlines()[0].split("  #")[0].rstrip(" \\")
        more = len(self.script.splitlines()) - 1
        return f"{first} (+{more})" if more else first


def pages(root: Path = ROOT) -> list[str]:
    """Return the pages in the order in which a newcomer meets them: README.md, then the index.

    Links that lead nowhere are left to `tests/test_docs.py`.
    """
    index = (root / _INDEX).read_text("utf-8")
    linked = re.findall(r"^\| \[[^]]+\]\(([\w/.-]+\.md)\)", index, re.MULTILINE)
    written = REPORT.relative_to(ROOT).as_posix()
    named = [f"docs/{page}" for page in linked]
    there = [page for page in named if page != written and (root / page).exists()]
    return ["README.md", *dict.fromkeys(there)]


def blocks(page: str, root: Path = ROOT) -> Iterator[Block]:
    """Yield the blocks of a page of a checkout, top to bottom.

    Raises:
        ValueError: a comment says nothing that is known.
    """
    text = (root / page).read_text("utf-8")
    for found in _BLOCK.finditer(text):
        kind, note = _how(found["how"] or Kind.RUN.value)
        line = text.count("\n", 0, found.start("text")) + 1
        yield Block(page, line, textwrap.dedent(found["text"]).strip(), kind, note)


def stands_alone(page: str, root: Path = ROOT) -> bool:
    """Tell whether a page is walked in a checkout of its own."""
    return _ALONE in (root / page).read_text("utf-8")


def every_block() -> list[Block]:
    """Return the blocks of all pages in the order in which they are walked."""
    return [block for page in pages() for block in blocks(page)]


def _how(words: str) -> tuple[Kind, str]:
    for kind in (Kind.RUN, Kind.SETTINGS):
        if words == kind.value:
            return kind, ""
    for kind in (Kind.PAGE, Kind.FILLED, Kind.WALK):
        if words.startswith(f"{kind.value}; ready at: "):
            return kind, words.partition("ready at: ")[2]
    if words.startswith(f"{Kind.LEFT_OUT.value}: "):
        return Kind.LEFT_OUT, words.partition(": ")[2]
    raise ValueError(f"a comment of the walk is not understood: {words}")
