"""The heading as a Streamlit component."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from lib.ui.parts.record_table.component import Tone
from lib.ui.shell.bundles import register

_mount: Final = register(Path(__file__).parent, "heading")


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a page of the dashboard."""

    text: str
    path: str
    params: dict[str, str] = field(default_factory=dict)

    def to_wire(self) -> dict[str, Any]:
        """Return the form that the component reads."""
        return {"text": self.text, "path": self.path, "params": self.params}


@dataclass(frozen=True, slots=True)
class Chip:
    """A small label beside the name."""

    text: str
    tone: Tone = "muted"
    title: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A label with a value; `title` is its tooltip, `link` its target."""

    label: str
    value: str
    title: str = ""
    tone: Tone | None = None
    link: Link | None = None

    def to_wire(self) -> dict[str, Any]:
        """Return the form that the component reads."""
        wire: dict[str, Any] = {"label": self.label, "value": self.value, "title": self.title}
        if self.tone:
            wire["tone"] = self.tone
        if self.link:
            wire["link"] = self.link.to_wire()
        return wire


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Previous and next record in the list that the reader came from."""

    previous: Link | None
    next: Link | None


def page_heading(
    title: str,
    lead: str = "",
    *,
    crumbs: Sequence[Link] = (),
    chips: Sequence[Chip] = (),
    facts: Sequence[Fact] = (),
    neighbours: Neighbours | None = None,
    level: Literal[1, 2] = 1,
    key: str,
) -> None:
    """Draw the top of a page, or of a card on it. All of it is shown as text.

    Args:
        title: name of the page or of the record.
        lead: one sentence below it.
        crumbs: breadcrumb links.
        chips: small labels beside the name.
        facts: below the name.
        neighbours: links to the records before and after.
        level: of the heading; 2 on a card, because a page has one heading of level 1.
        key: unique on the page.
    """
    moves = None
    if neighbours:
        moves = {
            "previous": neighbours.previous.to_wire() if neighbours.previous else None,
            "next": neighbours.next.to_wire() if neighbours.next else None,
        }
    _mount(
        key=key,
        data={
            "title": title,
            "level": level,
            "lead": lead,
            "crumbs": [link.to_wire() for link in crumbs],
            "chips": [{"text": c.text, "tone": c.tone, "title": c.title} for c in chips],
            "facts": [fact.to_wire() for fact in facts],
            "moves": moves,
        },
    )
