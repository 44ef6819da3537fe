"""Gathers the turns of one conversation, with its limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from pydantic import ValidationError

from lib.data.records import NewInteraction
from lib.formats.conversation import (
    MAX_CHARACTERS,
    MAX_REFUSALS,
    MAX_TURNS,
    Recording,
    Refusal,
    Transcript,
    Turn,
    UnreadableError,
)
from lib.formats.shapes import SentTurn, first_problem


class Collector:
    """Takes turns one by one; what is wrong with one refuses that one only.

    Turns without a sequence get their place, refused ones counted: when the file is mended and
    imported again, the missing turns fall into their places.
    """

    def __init__(self) -> None:
        self._turns: list[Turn] = []
        self._recordings: list[Recording] = []
        self._refusals: list[Refusal] = []
        self._refused = 0
        self._places: set[int] = set()
        self._next = 0
        self._characters = 0

    def add(self, line: int, sent: object, path: str = "") -> None:
        """Take a turn.

        Args:
            line: where it stands.
            sent: its fields by their names in the API.
            path: of the turn within its line, for refusals.

        Raises:
            UnreadableError: the conversation is too long.
        """
        place = self._next
        self._next += 1
        if self._next > MAX_TURNS:
            raise UnreadableError(line, f"more than {MAX_TURNS} turns in one session")
        if not isinstance(sent, Mapping):
            self._refuse(Refusal(line, "not an object", path))
            return
        try:
            turn = SentTurn.model_validate(sent)
        except ValidationError as error:
            field, reason = first_problem(error)
            self._refuse(Refusal(line, reason, f"{path}.{field}".strip(".")))
            return
        self._take(line, turn, place if turn.sequence is None else turn.sequence, path)

    def refuse(self, line: int, reason: str, path: str = "") -> None:
        """Note a turn that could not be read; it keeps its place."""
        self._next += 1
        self._refuse(Refusal(line, reason, path))

    def note(self, line: int, reason: str, path: str = "") -> None:
        """Note something else than a turn that is not imported."""
        self._refuse(Refusal(line, reason, path))

    def record(self, line: int, name: str, sequence: int | None = None) -> None:
        """Note a recording that is named in the file."""
        self._recordings.append(Recording(line, name, sequence))

    def transcript(self) -> Transcript:
        """Return what was gathered."""
        return Transcript(
            tuple(self._turns), tuple(self._recordings), tuple(self._refusals), self._refused
        )

    def _take(self, line: int, turn: SentTurn, sequence: int, path: str) -> None:
        if sequence in self._places:
            self._refuse(Refusal(line, "the sequence is taken in this session", path))
            return
        self._characters += len(turn.text)
        if self._characters > MAX_CHARACTERS:
            raise UnreadableError(line, f"more than {MAX_CHARACTERS} characters in one session")
        self._places.add(sequence)
        content = turn.model_dump(exclude_none=True, exclude={"audio"})
        content["sequence"] = sequence
        self._turns.append(Turn(line, cast("NewInteraction", content)))
        if turn.audio is not None:
            self.record(line, turn.audio, sequence)

    def _refuse(self, refusal: Refusal) -> None:
        self._refused += 1
        if len(self._refusals) < MAX_REFUSALS:
            self._refusals.append(refusal)
