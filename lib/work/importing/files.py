"""A file -> its conversations and refusals, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Final

from lib.data.fields import Channel
from lib.formats.conversation import (
    MAX_FILE_BYTES,
    MAX_LINE_BYTES,
    Conversation,
    Recording,
    Refusal,
    Transcript,
    UnreadableError,
)
from lib.formats.json_text import parse_json
from lib.formats.session_records import Draft, is_export, read_session
from lib.formats.speakers import Speakers
from lib.formats.transcript_file import EXTENSIONS, NO_TURN, read_transcript
from lib.work.importing.beside import Recordings, open_beside

LINES: Final = frozenset({".jsonl", ".ndjson"})
"""Extensions of files that hold a record a line."""


@dataclass(frozen=True, slots=True)
class Options:
    """What files do not say of themselves.

    Attributes:
        speakers: who the names in transcripts are.
        user: Clerk id of the user of transcripts.
        started_at: start of the session of a transcript.
        channel: of transcripts; default voice, for chat completions chat.
        external_id: of the session of a transcript; default the file's name without extension.
        create_users: whether users that are not there are created, with their id alone.
    """

    speakers: Speakers
    user: str | None = None
    started_at: datetime | None = None
    channel: Channel | None = None
    external_id: str | None = None
    create_users: bool = False


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file, or a session in it, that is refused as a whole.

    Attributes:
        refusal: where and why.
        transcript: what was read of it before, so that the report can say that too.
    """

    refusal: Refusal
    transcript: Transcript = field(default_factory=Transcript)


@dataclass(frozen=True, slots=True)
class Item:
    """What was read, and how many bytes of the file are behind it."""

    found: Conversation | Unreadable
    position: int


class Source:
    """Reads files.

    Args:
        options: for all files.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._recordings = Recordings()

    def items(self, path: Path) -> Iterator[Item]:
        """Yield what a file holds; unreadable files and lines are refusals, never errors."""
        try:
            if path.suffix.lower() in LINES:
                yield from self._lines(path)
            else:
                yield Item(self._whole(path), path.stat().st_size)
        except UnreadableError as error:
            yield Item(_unreadable(error), 0)
        except OSError as error:
            yield Item(Unreadable(Refusal(0, f"cannot be read: {error.strerror}")), 0)

    def _whole(self, path: Path) -> Conversation | Unreadable:
        suffix = path.suffix.lower()
        if suffix not in EXTENSIONS:
            raise UnreadableError(0, "not a .jsonl, .vtt, .srt, .csv or .json file")
        with path.open("rb") as file:
            data = _read(file)
        if suffix == ".json":
            value = parse_json(data, 1)
            if is_export(value):
                draft = read_session(value, 1)
                return self._finished(draft, self._recordings.beside(path))
        return self._from_transcript(path, data, suffix)

    def _from_transcript(self, path: Path, data: bytes, suffix: str) -> Conversation | Unreadable:
        options = self._options
        file = read_transcript(data, suffix, options.speakers)
        started_at = options.started_at or file.session.get("startedAt")
        if options.user is None or started_at is None:
            raise UnreadableError(0, "--user and --started-at are needed for this file")
        fields = {
            **file.session,
            "externalId": options.external_id or path.stem,
            "userId": options.user,
            "startedAt": started_at,
            **({"channel": options.channel} if options.channel else {}),
        }
        recordings = self._recordings.beside(path)
        return self._finished(read_session(fields, 0), recordings, file.transcript)

    def _lines(self, path: Path) -> Iterator[Item]:
        draft: Draft | None = None
        with path.open("rb") as file:
            for number, line in _numbered(file):
                try:
                    value = _line_value(line, number)
                    if isinstance(value, Mapping) and value.get("type") == "interaction":
                        _add_interaction(draft, dict(value), number)
                        continue
                    finished, draft = draft, None
                    if finished:
                        yield Item(self._named(finished, path), file.tell())
                    draft = read_session(value, number)
                except UnreadableError as error:
                    yield Item(_unreadable(error), file.tell())
            if draft:
                yield Item(self._named(draft, path), file.tell())

    def _named(self, draft: Draft, path: Path) -> Conversation | Unreadable:
        """Finish a session of JSONL, with the transcript that it names."""
        name = draft.transcript_file
        if name is None:
            return self._finished(draft, ())
        try:
            with open_beside(path.parent, name) as file:
                data = _read(file)
            suffix = PurePosixPath(name).suffix.lower()
            transcript = read_transcript(data, suffix, self._options.speakers).transcript
            found = self._recordings.beside(path.parent / name)
        except UnreadableError as error:
            reason = f"the transcript's line {error.line}: {error.reason}"
        except (OSError, ValueError) as error:
            reason = error.strerror or "" if isinstance(error, OSError) else str(error)
        else:
            folder = PurePosixPath(name).parent
            moved = tuple(replace(item, name=str(folder / item.name)) for item in found)
            return self._finished(draft, moved, transcript)
        refusal = Refusal(draft.line, reason, "transcript", draft.sent.external_id)
        return Unreadable(refusal, draft.turns.transcript())

    def _finished(
        self, draft: Draft, beside: tuple[Recording, ...], transcript: Transcript | None = None
    ) -> Conversation | Unreadable:
        """Return the conversation; recordings that are named go before those that lie beside.

        A transcript without a single turn makes no session. A session that was sent without turns
        is one.
        """
        made = draft.conversation()
        named = made.transcript.recordings
        read = transcript or made.transcript
        if not read.turns and (transcript is not None or read.refused):
            refusal = Refusal(draft.line, NO_TURN, "", draft.sent.external_id)
            return Unreadable(refusal, read)
        person = made.person
        return replace(
            made,
            person=replace(person, may_create=person.may_create or self._options.create_users),
            transcript=replace(read, recordings=named or beside),
        )


def _read(file: BinaryIO) -> bytes:
    data = file.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise UnreadableError(0, f"more than {MAX_FILE_BYTES} bytes")
    return data


def _numbered(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield lines with their numbers; of a line that is too long, more than is allowed of one."""
    number = 0
    while line := file.readline(MAX_LINE_BYTES + 1):
        number += 1
        rest = line
        while len(rest) > MAX_LINE_BYTES and not rest.endswith(b"\n"):
            rest = file.readline(MAX_LINE_BYTES + 1)
        if line.strip():
            yield number, line


def _line_value(line: bytes, number: int) -> Any:
    if len(line) > MAX_LINE_BYTES:
        raise UnreadableError(number, f"more than {MAX_LINE_BYTES} bytes in a line")
    return parse_json(line, number)


def _add_interaction(draft: Draft | None, value: dict[str, Any], number: int) -> None:
    del value["type"]
    session = value.pop("session", None)
    if draft is None or session != draft.sent.external_id:
        raise UnreadableError(number, "not the externalId of the session above", "session")
    if draft.transcript_file is not None:
        raise UnreadableError(number, "its session names a transcript", "session")
    draft.turns.found()
    draft.turns.add(number, value)


def _unreadable(error: UnreadableError) -> Unreadable:
    return Unreadable(Refusal(error.line, error.reason, error.field))
