"""What the parsers make: conversations, and refusals that say where and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from lib.data.records import NewInteraction
from lib.formats.shapes import SentSession

MAX_FILE_BYTES: Final = 64 * 1024 * 1024
"""Largest transcript or JSON file; JSONL files may have any size."""

MAX_LINE_BYTES: Final = 16 * 1024 * 1024
"""Largest line of a JSONL file."""

MAX_TURNS: Final = 20_000
MAX_CHARACTERS: Final = 32_000_000
"""Of one session: what a transcript of the API holds at most."""

MAX_REFUSALS: Final = 1_000
"""Refusals, and things left out, that are kept of one conversation; the rest are counted."""


class UnreadableError(Exception):
    """A file, or a line of JSONL, is refused as a whole; the only error that parsers raise.

    Attributes:
        line: 1-based; 0 if no line is to blame.
        reason: a sentence without the file's content.
        field: path of the offending field, if one is to blame.
    """

    def __init__(self, line: int, reason: str, field: str = "") -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason
        self.field = field


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that is not imported: refused, or left out because it is no turn.

    Attributes:
        line: 1-based line of the file; 0 if no line is to blame.
        reason: why; never holds what was said.
        field: path of the offending field, empty if there is none.
        session: external id of the conversation, empty if unknown.
        file: set when the report is made.
    """

    line: int
    reason: str
    field: str = ""
    session: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn and the line where it stands."""

    line: int
    content: NewInteraction


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording beside the file.

    Attributes:
        line: where it is named; 0 if it was found by its name.
        name: relative to the file's folder.
        sequence: of its turn; None for the whole session.
    """

    line: int
    name: str
    sequence: int | None


@dataclass(frozen=True, slots=True)
class Person:
    """The user of a conversation; without an id or number an anonymous caller.

    Attributes:
        clerk_id: Clerk user id.
        phone: in E.164; `lib.product.phones` makes it.
        external_id: the writer's own id of them.
        profile: `email`, `name`, `image_url`, for a user who is not there yet.
        may_create: whether such a user is created; else the conversation is refused.
    """

    clerk_id: str | None = None
    phone: str | None = None
    external_id: str | None = None
    profile: Mapping[str, str] = field(default_factory=dict)
    may_create: bool = False


@dataclass(frozen=True, slots=True)
class Transcript:
    """The turns of one conversation, and what became of everything else in its file.

    An item is what the format is made of: a block of WebVTT or SubRip, a row, a segment, a piece
    of a message. Nothing is lost in silence: `items` is the sum of the turns, `merged`, `refused`
    and `left_out`.

    Attributes:
        turns: what was read.
        recordings: that the file names.
        refusals: items that ought to be turns and could not be read, at most `MAX_REFUSALS`.
        notes: items that are left out because they are no turns, at most `MAX_REFUSALS`.
        items: how many the file holds.
        merged: how many went into the turn before them.
        refused: how many were refused, named in `refusals` or not.
        left_out: how many were left out, named in `notes` or not.
    """

    turns: tuple[Turn, ...] = ()
    recordings: tuple[Recording, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    notes: tuple[Refusal, ...] = ()
    items: int = 0
    merged: int = 0
    refused: int = 0
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Conversation:
    """One session to import."""

    line: int
    person: Person
    session: SentSession
    transcript: Transcript
