"""What goes into one call: many short conversations together, a long one in several parts."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lib.formats.conversation import Conversation, Turn
from lib.product.limits import APPEND_BYTES, APPEND_ITEMS, IMPORT_CONVERSATIONS
from lib.work.importing.files import Unreadable

_REMEMBERED: Final = 10_000
"""Users, about 2 MiB."""

_FRAME_BYTES: Final = 16
"""More than Convex counts for a field beyond its name and value in JSON."""


_Ids = tuple[str, str]
"""Kind and value of an id of a person."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What was read of a file; once it is done, `advance` more bytes of the files are."""

    path: Path
    found: Conversation | Unreadable
    advance: int


@dataclass(slots=True)
class _Room:
    """What one call still takes."""

    entries: int = IMPORT_CONVERSATIONS
    turns: int = APPEND_ITEMS
    size: int = APPEND_BYTES

    def take(self, turns: Sequence[Turn], entries: int = 0) -> bool:
        """Return whether it fits in, and then take it in."""
        size = sum(_size(turn) for turn in turns)
        fits = entries <= self.entries and len(turns) <= self.turns and size <= self.size
        if fits:
            self.entries -= entries
            self.turns -= len(turns)
            self.size -= size
        return fits


def batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Yield what is done by one writer, in order: as much as fits into one call.

    A conversation that is too long for one call is alone, and so is one with recordings, which take
    longer than everything else.
    """
    batch: list[Entry] = []
    room = _Room()
    for entry in entries:
        found = entry.found
        turns = found.transcript.turns if isinstance(found, Conversation) else ()
        is_alone = isinstance(found, Conversation) and bool(found.transcript.recordings)
        fits = not is_alone and room.take(turns, 1)
        if batch and not fits:
            yield batch
            batch, room = [], _Room()
            fits = not is_alone and room.take(turns, 1)
        batch.append(entry)
        if not fits:
            yield batch
            batch, room = [], _Room()
    if batch:
        yield batch


def parts(turns: Sequence[Turn]) -> Iterator[list[Turn]]:
    """Yield the turns of a conversation call by call; at least one call, which may have none."""
    part: list[Turn] = []
    room = _Room()
    for turn in turns:
        if not room.take([turn]):
            yield part
            part, room = [], _Room()
            room.take([turn])
        part.append(turn)
    yield part


class Beginners:
    """Users who may be created by a batch that is under way.

    Another batch that has them waits for that one: side by side, the two would conflict, and one of
    them would be done again. Of users met long ago nothing is remembered.
    """

    def __init__(self) -> None:
        self._first: OrderedDict[_Ids, Future[Any]] = OrderedDict()

    def before(self, batch: Sequence[Entry]) -> set[Future[Any]]:
        """Return what must be done before a batch."""
        found = (self._first.get(ids) for ids in _users(batch))
        return {first for first in found if first is not None and not first.done()}

    def note(self, batch: Sequence[Entry], outcomes: Future[Any]) -> None:
        """Note a batch that was handed to a writer."""
        for ids in _users(batch):
            self._first.setdefault(ids, outcomes)
        while len(self._first) > _REMEMBERED:
            self._first.popitem(last=False)


def _users(batch: Sequence[Entry]) -> set[_Ids]:
    """Return each id of those who may be created: two may be of one person."""
    found = (entry.found for entry in batch)
    people = [item.person for item in found if isinstance(item, Conversation)]
    return {
        (kind, value)
        for person in people
        if person.may_create
        for kind in ("clerk_id", "phone", "external_id")
        if (value := getattr(person, kind))
    }


def _size(turn: Turn) -> int:
    """Return more than Convex counts: numbers as text, and texts with JSON's escapes."""
    return len(json.dumps(turn.content)) + _FRAME_BYTES * len(turn.content)
