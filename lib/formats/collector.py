"""Gathers the turns of one conversation, with its limits, and counts what becomes of every item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import cast

from pydantic import ValidationError

from lib.data.records import NewInteraction
from lib.formats.conversation import (
    MAX_CHARACTERS,
    MAX_REFUSALS,
    MAX_TURNS,
    Recording,
    Refusal,
    Standing,
    Transcript,
    Turn,
    UnreadableError,
)
from lib.formats.shapes import SentTurn, first_problem


class Collector:
    """Takes items one by one; what is wrong with one refuses that one only.

    A reader says with `found` how many items there are, then of each what it is: `add`, `merge`,
    `refuse` or `leave_out`.

    Turns without a sequence get their place, refused ones counted: when the file is mended and
    imported again, the missing turns fall into their places.
    """

    def __init__(self) -> None:
        self._turns: list[Turn] = []
        self._recordings: list[Recording] = []
        self._refusals: list[Refusal] = []
        self._notes: list[Refusal] = []
        self._items = self._merged = self._refused = self._left_out = 0
        self._places: set[int] = set()
        self._next = 0
        self._characters = 0

    def found(self, items: int = 1) -> None:
        """Count items of the file."""
        self._items += items

    def add(
        self,
        line: int,
        sent: object,
        path: str = "",
        standing: Standing = "placed",
        at: datetime | None = None,
        before: tuple[str, ...] = (),
    ) -> bool:
        """Take an item as a turn; return whether it is one.

        Args:
            line: where it stands.
            sent: its fields by their names in the API.
            path: of the turn within its line, for refusals.
            standing: as of `Turn`; so are the others.
            at: when it began.
            before: what was said before.

        Raises:
            UnreadableError: the conversation is too long.
        """
        place = self._next
        self.keep_place()
        if self._next > MAX_TURNS:
            raise UnreadableError(line, f"more than {MAX_TURNS} turns in one session")
        if not isinstance(sent, Mapping):
            self.refuse(line, "not an object", path)
            return False
        try:
            turn = SentTurn.model_validate(sent)
        except ValidationError as error:
            field, reason = first_problem(error)
            self.refuse(line, reason, f"{path}.{field}".strip("."))
            return False
        sequence = place if turn.sequence is None else turn.sequence
        if not self._take(line, turn, sequence, path):
            return False
        self._turns[-1] = replace(self._turns[-1], standing=standing, at=at, before=before)
        return True

    def keep_place(self) -> None:
        """Leave a place for an item that may be a turn once the file is mended."""
        self._next += 1

    def merge(self) -> None:
        """Count an item whose text is in the turn before it."""
        self._merged += 1

    def refuse(self, line: int, reason: str, path: str = "") -> None:
        """Note an item that ought to be a turn and could not be read."""
        self._refused += 1
        if len(self._refusals) < MAX_REFUSALS:
            self._refusals.append(Refusal(line, reason, path))

    def leave_out(self, line: int, reason: str, path: str = "") -> None:
        """Note an item that is no turn."""
        self._left_out += 1
        if len(self._notes) < MAX_REFUSALS:
            self._notes.append(Refusal(line, reason, path))

    def record(self, line: int, name: str, sequence: int | None = None) -> None:
        """Note a recording that is named in the file."""
        self._recordings.append(Recording(line, name, sequence))

    def transcript(self) -> Transcript:
        """Return what was gathered."""
        return Transcript(
            tuple(self._turns),
            tuple(self._recordings),
            tuple(self._refusals),
            tuple(self._notes),
            items=self._items,
            merged=self._merged,
            refused=self._refused,
            left_out=self._left_out,
        )

    def _take(self, line: int, turn: SentTurn, sequence: int, path: str) -> bool:
        if sequence in self._places:
            self.refuse(line, "the sequence is taken in this session", path)
            return False
        self._characters += turn.characters
        if self._characters > MAX_CHARACTERS:
            raise UnreadableError(line, f"more than {MAX_CHARACTERS} characters in one session")
        self._places.add(sequence)
        content = turn.model_dump(exclude_none=True, exclude={"audio"})
        content["sequence"] = sequence
        self._turns.append(Turn(line, cast("NewInteraction", content)))
        if turn.audio is not None:
            self.record(line, turn.audio, sequence)
        return True
