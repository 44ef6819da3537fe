"""Files with what vendors send -> conversations, by the same mappers as deliveries.

A file is one delivery, or a JSON delivery a line. Of OTLP, the lines of a file are mapped as one,
since each may hold a part of the same conversation.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

from lib.data import Caller, interactions, user_sessions
from lib.formats.conversation import (
    MAX_FILE_BYTES,
    MAX_REFUSALS,
    Conversation,
    Person,
    Refusal,
    Transcript,
    UnreadableError,
)
from lib.formats.json_text import parse_json
from lib.sources import otlp, vapi
from lib.sources.history import arrange
from lib.sources.mapped import Mapper, SourceDefaults
from lib.work.importing.files import LINES, Item, Options, Unreadable

DeliveryFormat = Literal["vapi", "otlp"]

_MAPPERS: Final[dict[DeliveryFormat, Mapper]] = {
    "vapi": vapi.map_delivery,
    "otlp": otlp.map_delivery,
}
_OF_OTLP: Final = ("resourceSpans", "resourceLogs")


@dataclass(frozen=True, slots=True)
class _Delivery:
    """A delivery and the line where it stands."""

    line: int
    payload: bytes


class DeliverySource:
    """Reads files of one format.

    Args:
        kind: of the files.
        options: of all sessions: the user, and their channel if it is given.
        worker: makes a caller with the role worker, to see what is stored already; None does not
            look.
    """

    def __init__(
        self, kind: DeliveryFormat, options: Options, worker: Callable[[], Caller] | None
    ) -> None:
        self._kind, self._options, self._worker = kind, options, worker
        self._defaults = SourceDefaults(channel=options.channel)
        self.unmapped: Counter[str] = Counter()

    def items(self, path: Path) -> Iterator[Item]:
        """Yield what a file holds; what cannot be read is a refusal, never an error.

        What is left out of a delivery is reported with the next conversation, or the last one.
        """
        held: Conversation | None = None
        rest = Transcript()
        size = 0
        try:
            size = path.stat().st_size
            for found in self._found(path, size):
                if isinstance(found, Unreadable):
                    yield Item(found, 0)
                elif isinstance(found, Transcript):
                    rest = _both(rest, found)
                else:
                    if held is not None:
                        yield Item(held, 0)
                    held, rest = _with(found, rest), Transcript()
        except OSError as error:
            yield Item(Unreadable(Refusal(0, f"cannot be read: {error.strerror}")), 0)
        if held is not None:
            yield Item(_with(held, rest), size)
        elif rest.items:
            yield Item(Unreadable(Refusal(0, "no conversation in it"), rest), size)

    def _found(self, path: Path, size: int) -> Iterator[Conversation | Transcript | Unreadable]:
        """Yield conversations, what is left out of deliveries, and refusals."""
        try:
            if size > MAX_FILE_BYTES:
                yield Unreadable(Refusal(0, f"more than {MAX_FILE_BYTES} bytes"))
                return
            deliveries = self._deliveries(path, path.read_bytes())
        except UnreadableError as error:
            yield _refused(error)
            return
        for delivery in deliveries:
            try:
                mapped = _MAPPERS[self._kind](delivery.payload, "", path.name, self._defaults)
            except UnreadableError as error:
                line = delivery.line + max(0, error.line - 1)
                yield _refused(UnreadableError(line, error.reason, error.field))
                continue
            self.unmapped.update(mapped.unmapped)
            notes = tuple(replace(note, line=delivery.line) for note in mapped.left_out)
            count = mapped.left_out_count
            yield Transcript(notes=notes, items=count, left_out=count)
            for conversation in mapped.conversations:
                yield self._finished(replace(conversation, line=delivery.line))

    def _deliveries(self, path: Path, data: bytes) -> list[_Delivery]:
        if path.suffix.lower() not in LINES:
            return [_Delivery(1, data)]
        lines = [_Delivery(number, line) for number, line in enumerate(data.splitlines(), 1)]
        found = [line for line in lines if line.payload.strip()]
        return [_Delivery(1, _joined(found))] if self._kind == "otlp" else found

    def _finished(self, conversation: Conversation) -> Conversation | Unreadable:
        """Return a conversation with its user, and without the turns that are stored."""
        if self._options.user is None:
            refusal = Refusal(conversation.line, "--user is needed for this file")
            return Unreadable(refusal, conversation.transcript)
        sent, read = conversation.session, conversation.transcript
        if sent.status == "active":
            sent = sent.model_copy(update={"status": "completed"})
        turns = read.turns
        if self._kind == "otlp" and self._worker is not None:
            known = user_sessions.by_external_id(self._worker(), sent.external_id)
            if known is not None:
                sent = sent.model_copy(update={"started_at": known.started_at})
                stored = interactions.every(self._worker(), known.id)
                turns = arrange(turns, stored, known.started_at)
        repeated = len(read.turns) - len(turns)
        transcript = replace(read, turns=turns, merged=read.merged + repeated)
        person = Person(clerk_id=self._options.user, may_create=self._options.create_users)
        return replace(conversation, session=sent, transcript=transcript, person=person)


def _with(conversation: Conversation, rest: Transcript) -> Conversation:
    return replace(conversation, transcript=_both(conversation.transcript, rest))


def _both(read: Transcript, rest: Transcript) -> Transcript:
    """Return what was read with what was left out besides."""
    return replace(
        read,
        notes=(*read.notes, *rest.notes)[:MAX_REFUSALS],
        items=read.items + rest.items,
        left_out=read.left_out + rest.left_out,
    )


def _joined(lines: list[_Delivery]) -> bytes:
    """Return the lines of OTLP as one delivery."""
    whole: dict[str, list[Any]] = {name: [] for name in _OF_OTLP}
    for line in lines:
        value = parse_json(line.payload, line.line)
        if not isinstance(value, dict) or not whole.keys() & value.keys():
            raise UnreadableError(line.line, "no OTLP: neither resourceSpans nor resourceLogs")
        for name in _OF_OTLP:
            found = value.get(name)
            whole[name] += found if isinstance(found, list) else []
    return json.dumps(whole).encode()


def _refused(error: UnreadableError) -> Unreadable:
    return Unreadable(Refusal(error.line, error.reason, error.field))
