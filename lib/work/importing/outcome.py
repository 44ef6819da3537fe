"""What became of conversations, and of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from lib.formats.conversation import Refusal, Transcript

MAX_REPORTED: Final = 10_000
"""Refusals, and things left out, that the report names; the rest are counted."""


@dataclass(slots=True)
class Items:
    """What became of the blocks, rows, segments and pieces of messages that files hold.

    `read` is the sum of the others.
    """

    read: int = 0
    turns: int = 0
    merged: int = 0
    refused: int = 0
    left_out: int = 0

    @classmethod
    def of(cls, transcript: Transcript) -> Items:
        """Return the counts of what was read, before anything is stored."""
        found = transcript
        return cls(found.items, len(found.turns), found.merged, found.refused, found.left_out)

    def refuse_turns(self, count: int) -> None:
        """Count turns that were read and then refused."""
        self.turns -= count
        self.refused += count

    def add(self, other: Items) -> None:
        """Add the counts of another conversation."""
        self.read += other.read
        self.turns += other.turns
        self.merged += other.merged
        self.refused += other.refused
        self.left_out += other.left_out


@dataclass(slots=True)
class Outcome:
    """What became of one conversation.

    Attributes:
        session: `created`, `present`, `refused`, `read` if it was only read, or empty if what is
            refused may be no session.
        turns_stored: turns that were not there.
        turns_present: turns that were there with the same content.
        recordings_stored: recordings that were not there.
        recordings_present: recordings that were there.
        refusals: what is not imported; parsers' refusals included.
        refused: how many, kept in `refusals` or not.
        notes: what is left out because it is no turn.
        items: what became of everything in its file.
    """

    session: str = "refused"
    turns_stored: int = 0
    turns_present: int = 0
    recordings_stored: int = 0
    recordings_present: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    refused: int = 0
    notes: list[Refusal] = field(default_factory=list)
    items: Items = field(default_factory=Items)

    @classmethod
    def of(cls, transcript: Transcript, session: str = "refused") -> Outcome:
        """Return the outcome of a conversation that is read and not stored yet."""
        return cls(
            session=session,
            refusals=list(transcript.refusals),
            refused=transcript.refused,
            notes=list(transcript.notes),
            items=Items.of(transcript),
        )

    def refuse(self, refusal: Refusal) -> None:
        """Note something that is not imported."""
        self.refusals.append(refusal)
        self.refused += 1

    def refuse_rest(self, refusal: Refusal) -> None:
        """Note that the conversation is refused, and with it every turn that is not stored."""
        self.refuse(refusal)
        if self.items.read == 0:
            self.items = Items(read=1, refused=1)
        self.items.refuse_turns(self.items.turns - self.turns_stored - self.turns_present)

    def named(self, session: str) -> Outcome:
        """Write the external id of its session into everything that is reported of it."""
        self.refusals = [replace(item, session=session) for item in self.refusals]
        self.notes = [replace(item, session=session) for item in self.notes]
        return self


@dataclass(slots=True)
class Report:
    """What became of a run.

    Attributes:
        complete: whether every file was gone through.
        counts: sessions, turns and recordings by what became of them.
        items: what became of everything in the files.
        refused: how many things are not imported that ought to be.
        refusals: where and why, at most `MAX_REPORTED`.
        notes: what is left out because it is no turn, at most `MAX_REPORTED`.
        unmapped: how often fields were there that have no place here, by name.
    """

    complete: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    items: Items = field(default_factory=Items)
    refused: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    notes: list[Refusal] = field(default_factory=list)
    unmapped: Counter[str] = field(default_factory=Counter)

    def wire(self) -> dict[str, Any]:
        """Return the report as JSON."""
        names = (
            "sessionsRead",
            "sessionsCreated",
            "sessionsPresent",
            "sessionsRefused",
            "turnsStored",
            "turnsPresent",
            "recordingsStored",
            "recordingsPresent",
        )
        return {
            "complete": self.complete,
            **{name: self.counts[name] for name in names},
            "items": {
                "read": self.items.read,
                "turns": self.items.turns,
                "merged": self.items.merged,
                "refused": self.items.refused,
                "leftOut": self.items.left_out,
            },
            **({"unmapped": dict(self.unmapped.most_common())} if self.unmapped else {}),
            "refusedCount": self.refused,
            "refused": _wire(self.refusals),
            "leftOut": _wire(self.notes),
        }

    def add(self, path: Path, outcome: Outcome) -> None:
        """Count one conversation."""
        if outcome.session:
            self.counts[f"sessions{outcome.session.capitalize()}"] += 1
        self.counts.update(
            {
                "turnsStored": outcome.turns_stored,
                "turnsPresent": outcome.turns_present,
                "recordingsStored": outcome.recordings_stored,
                "recordingsPresent": outcome.recordings_present,
            }
        )
        self.items.add(outcome.items)
        self.refused += outcome.refused
        _report(self.refusals, path, outcome.refusals)
        _report(self.notes, path, outcome.notes)


def _report(reported: list[Refusal], path: Path, found: Iterable[Refusal]) -> None:
    room = MAX_REPORTED - len(reported)
    reported += [replace(item, file=str(path)) for item in list(found)[:room]]


def _wire(found: Iterable[Refusal]) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in asdict(item).items() if value not in {"", 0}}
        for item in found
    ]
