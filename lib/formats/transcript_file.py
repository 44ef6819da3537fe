"""The bytes of a transcript's file -> its turns, and what it says of its session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from lib.formats.chat import is_chat, read_chat
from lib.formats.conversation import Transcript, UnreadableError
from lib.formats.csv_transcript import read_table
from lib.formats.cues import read_subrip, read_webvtt
from lib.formats.json_text import parse_json
from lib.formats.session_records import read_interactions
from lib.formats.speakers import Speakers
from lib.formats.speech import is_speech, read_speech
from lib.formats.text_file import decoded

EXTENSIONS: Final = frozenset({".vtt", ".srt", ".csv", ".json"})
"""Of the files that are read here, in lower case."""

NO_TURN: Final = "no turn in it could be read, so no session is made"


@dataclass(frozen=True, slots=True)
class TranscriptFile:
    """What a file holds.

    Attributes:
        transcript: its turns.
        session: what it says of the session, named as in the API.
    """

    transcript: Transcript
    session: Mapping[str, Any] = field(default_factory=lambda: {"channel": "voice"})


def read_transcript(data: bytes, extension: str, speakers: Speakers) -> TranscriptFile:
    """Read a file by its extension, JSON by its shape.

    Raises:
        UnreadableError: it is not what its extension says, or too long.
    """
    match extension:
        case ".vtt":
            return TranscriptFile(read_webvtt(decoded(data), speakers))
        case ".srt":
            return TranscriptFile(read_subrip(decoded(data), speakers))
        case ".csv":
            return TranscriptFile(read_table(decoded(data), speakers))
        case ".json":
            return _of_json(parse_json(data, 1), speakers)
        case _:
            raise UnreadableError(0, "not a .vtt, .srt, .csv or .json file")


def _of_json(value: Any, speakers: Speakers) -> TranscriptFile:
    if is_speech(value):
        return TranscriptFile(read_speech(value, speakers))
    if isinstance(value, Mapping) and "interactions" in value:
        return TranscriptFile(read_interactions(value))
    if not is_chat(value):
        raise UnreadableError(
            1, "no shape of a chat, of speech recognition or of the API's transcripts"
        )
    chat = read_chat(value)
    known = {"channel": "chat", "startedAt": chat.started_at, "modelId": chat.model_id}
    return TranscriptFile(
        chat.transcript, {name: item for name, item in known.items() if item is not None}
    )
