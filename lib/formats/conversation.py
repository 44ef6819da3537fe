"""What the parsers make: conversations, and refusals that say where and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

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


ChannelRole = Literal["user", "assistant", "mixed"]
"""Whose voice a channel of a recording is."""

Standing = Literal["placed", "history", "asked", "answered", "called", "spoken"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn and the line where it stands.

    Attributes:
        line: of the file.
        content: its fields.
        standing: `placed` where the sequence is the turn's own. Others are found again by their
            `request_id`, and get a sequence when they are stored (`lib.sources.history`):
            `history` was said before the call of a model that repeats it, `asked` came since the
            call before, `answered` is what the model said, `called` a tool that ran by itself,
            `spoken` a sound that was made of a text.
        at: when it began, for turns whose session may have begun in another delivery.
        before: what a call of a model repeats before a turn that was `asked`, place by place;
            empty texts for calls of tools.
    """

    line: int
    content: NewInteraction
    standing: Standing = "placed"
    at: datetime | None = None
    before: tuple[str, ...] = ()


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
class RecordingLink:
    """A recording that is to be fetched.

    Attributes:
        urls: the same recording, the one to try first first.
        channels: whose voice each channel is.
        start_offset_ms: where in the session it begins.
    """

    urls: tuple[str, ...]
    channels: tuple[ChannelRole, ...]
    start_offset_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """A score that somebody else gave.

    Attributes:
        name: what is judged.
        value: as a number, if it is one.
        label: in a word, if it is one.
        explanation: why.
        origin: who judges.
        evaluator: their name.
        about: beginning of the `request_id` of the turn that is judged; empty for the session.
    """

    name: str
    value: float | None
    label: str | None
    explanation: str | None
    origin: Literal["machine", "vendor", "user"]
    evaluator: str
    about: str = ""


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
    """One session to import.

    Attributes:
        line: where it begins.
        person: its user.
        session: its fields.
        transcript: its turns.
        links: recordings to fetch.
        judgements: scores of it and of its turns.
        is_over: whether it is known to have ended; else it ends once it is quiet.
        traces: ids of the traces that it is known by besides its external id.
    """

    line: int
    person: Person
    session: SentSession
    transcript: Transcript
    links: tuple[RecordingLink, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    is_over: bool = True
    traces: tuple[str, ...] = ()
