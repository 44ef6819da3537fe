"""What became of conversations, and of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from lib.formats.conversation import Refusal

MAX_REPORTED: Final = 10_000
"""Refusals that the report names; the rest are counted."""


@dataclass(slots=True)
class Outcome:
    """What became of one conversation.

    Attributes:
        session: `created`, `present`, `refused`, or `read` if it was only read.
        turns_stored: turns that were not there.
        turns_present: turns that were there with the same content.
        recordings_stored: recordings that were not there.
        recordings_present: recordings that were there.
        refusals: what is not imported; parsers' refusals included.
        refused: how many, kept in `refusals` or not.
    """

    session: str = "refused"
    turns_stored: int = 0
    turns_present: int = 0
    recordings_stored: int = 0
    recordings_present: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    refused: int = 0

    def refuse(self, refusal: Refusal) -> None:
        """Note something that is not imported."""
        self.refusals.append(refusal)
        self.refused += 1


@dataclass(slots=True)
class Report:
    """What became of a run.

    Attributes:
        complete: whether every file was gone through.
        counts: sessions, turns and recordings by what became of them.
        refused: how many things are not imported.
        refusals: where and why, at most `MAX_REPORTED`.
    """

    complete: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    refusals: list[Refusal] = field(default_factory=list)

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
            "refusedCount": self.refused,
            "refused": [
                {name: value for name, value in asdict(item).items() if value not in {"", 0}}
                for item in self.refusals
            ],
        }

    def add(self, path: Path, outcome: Outcome) -> None:
        """Count one conversation."""
        self.counts.update(
            {
                f"sessions{outcome.session.capitalize()}": 1,
                "turnsStored": outcome.turns_stored,
                "turnsPresent": outcome.turns_present,
                "recordingsStored": outcome.recordings_stored,
                "recordingsPresent": outcome.recordings_present,
            }
        )
        self.refuse(path, outcome.refusals, outcome.refused)

    def refuse(self, path: Path, refusals: Iterable[Refusal], count: int) -> None:
        """Count refusals."""
        self.refused += count
        room = MAX_REPORTED - len(self.refusals)
        self.refusals += [replace(item, file=str(path)) for item in list(refusals)[:room]]
