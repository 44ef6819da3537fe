"""A transcript as JSON and as text: plain, Markdown, WebVTT, SubRip and CSV. Pure functions.

What people said is never taken for markup: each format escapes what it could read as its own. What
people read or play (plain text, Markdown, WebVTT, SubRip) is in the order of time, with the result
of a tool at its call; what programs read (JSON, CSV) is turn by turn as stored, in the order of the
sequence numbers.

A turn whose time nobody knows is shown without one. In WebVTT it is a comment; SubRip has none, so
it is not in there.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from msgspec.structs import fields

from lib.data.functions import rfc3339
from lib.data.records import (
    AudioObject,
    Interaction,
    SessionUser,
    Stages,
    ToolCall,
    UserSession,
)
from lib.formats.csv_cells import write_rows
from lib.formats.record_export import as_json
from lib.formats.record_export import plain as plain_record
from lib.formats.tool_turns import joined, said
from lib.product.words import Words

# Cues need an end: of the turn itself, of the next one's start, or a reading time.
_SHORTEST_CUE_MS: Final = 500.0
_READING_MS_PER_CHARACTER: Final = 60.0
_SPEAKERS: Final = Words(
    {"user": "User", "assistant": "Assistant", "system": "System", "tool": "Tool"}, str.capitalize
)
# CommonMark 0.31 section 2.4: ASCII punctuation may be escaped; a line may begin a block.
_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$&:=^\"'@/])")
_COLUMNS: Final[Mapping[str, Callable[[Interaction], object]]] = {
    "sequence": lambda turn: turn.sequence,
    "speaker": lambda turn: turn.speaker,
    "startedAtMs": lambda turn: turn.started_at_ms,
    "durationMs": lambda turn: turn.duration_ms,
    "text": lambda turn: turn.text,
    "provider": lambda turn: turn.provider,
    "modelId": lambda turn: turn.model_id,
    "tokensIn": lambda turn: turn.tokens_in,
    "tokensOut": lambda turn: turn.tokens_out,
    "cost": lambda turn: turn.cost,
    "ttftMs": lambda turn: turn.ttft_ms,
    "latencyMs": lambda turn: turn.latency_ms,
    "requestId": lambda turn: turn.request_id,
    "toolCallId": lambda turn: turn.tool and turn.tool.call_id,
    "toolName": lambda turn: turn.tool and turn.tool.name,
    "toolArguments": lambda turn: turn.tool and turn.tool.arguments,
    "toolResult": lambda turn: turn.tool and turn.tool.result,
    "toolIsError": lambda turn: turn.tool and turn.tool.is_error,
    "toolLatencyMs": lambda turn: turn.tool and turn.tool.latency_ms,
    "toolArgumentsCut": lambda turn: turn.tool and turn.tool.arguments_cut,
    "toolResultCut": lambda turn: turn.tool and turn.tool.result_cut,
    "interrupted": lambda turn: turn.interrupted,
    "endOfTurnMs": lambda turn: turn.stages and turn.stages.end_of_turn_ms,
    "speechToTextMs": lambda turn: turn.stages and turn.stages.speech_to_text_ms,
    "modelMs": lambda turn: turn.stages and turn.stages.model_ms,
    "textToSpeechMs": lambda turn: turn.stages and turn.stages.text_to_speech_ms,
    "toolMs": lambda turn: turn.stages and turn.stages.tool_ms,
    "timing": lambda turn: turn.timing,
    "language": lambda turn: turn.language,
}

# SubRip has no escapes: what players take for tags is written with angle quotation marks, and an
# override of ASS with a full-width bracket.
_NO_TAGS: Final = str.maketrans({"<": "\u2039", ">": "\u203a"})
_ASS_OVERRIDE: Final = re.compile(r"\{(?=\\)")

Turns = Sequence[Interaction]
"""All turns of a session, by sequence."""

MAX_TURNS: Final = 20_000
MAX_CHARACTERS: Final = 32_000_000
"""Of a transcript that is written as a whole; longer ones are read in pages."""

_INTERNAL: Final = frozenset({"user_id", "source", "source_id", "session_id", "audio_object_id"})
_OF_AUDIO: Final = (
    "content_type",
    "bytes",
    "duration_ms",
    "status",
    "analysis",
    "reason",
    "codec",
)


class TooLongError(Exception):
    """A transcript has more turns or characters than are written as a whole."""


@dataclass(frozen=True, slots=True)
class TextFormat:
    """One way to write a transcript."""

    media_type: str
    extension: str
    write: Callable[[UserSession, Turns], str]

    def file(self, session: UserSession, turns: Turns) -> bytes:
        """Return the file in UTF-8; half of a surrogate pair, which has no bytes, is `?`."""
        return self.write(session, turns).encode("utf-8", "replace")


def gathered(turns: Iterable[Interaction]) -> list[Interaction]:
    """Return all turns, read while there is room for them.

    Raises:
        TooLongError: there are more than `MAX_TURNS`, or `MAX_CHARACTERS` in them.
    """
    found: list[Interaction] = []
    characters = 0
    for turn in turns:
        characters += len(said(turn))
        if len(found) == MAX_TURNS or characters > MAX_CHARACTERS:
            raise TooLongError(
                f"It has more than {MAX_TURNS} turns or {MAX_CHARACTERS} characters."
            )
        found.append(turn)
    return found


def document(session: UserSession, turns: Turns) -> str:
    """Return JSON: `{"session": {...}, "interactions": [...]}` with the API's names and values."""
    whole = {
        "session": {
            **_wire(session),
            "user": _person(session),
            "userId": session.user.clerk_id,
        },
        "interactions": [_turn(turn) for turn in turns],
    }
    return as_json(whole)


def plain(session: UserSession, turns: Turns) -> str:
    """Return one paragraph per turn: `[00:01:02] User: text`."""
    title = f"{_one_line(session.title)}\n\n" if session.title else ""
    lines = [
        f"{_when(turn, '[', '] ')}{_who(turn)}: {_indented(said(turn))}" for turn in _by_time(turns)
    ]
    return title + "".join(f"{line}\n" for line in lines)


def markdown(session: UserSession, turns: Turns) -> str:
    """Return CommonMark in which the spoken text is literal."""
    head = f"# {_literal(_one_line(session.title or session.external_id))}\n\n"
    parts = [
        f"**{_who(turn)}**{_when(turn, ' (', ')')}\n\n{_quoted(said(turn))}\n\n"
        for turn in _by_time(turns)
    ]
    return head + "".join(parts)


def _person(session: UserSession) -> dict[str, Any]:
    """Return the user; without Earshot's own id, which means nothing elsewhere."""
    shown = _wire(session.user)
    if session.user.clerk_id == session.user_id:
        del shown["clerkId"]
    return shown


def webvtt(_session: UserSession, turns: Turns) -> str:
    """Return WebVTT (W3C) with the speaker as voice of each cue."""
    untimed = [
        f"NOTE\n{_SPEAKERS[turn.speaker]}: {_cue(said(turn))}\n\n"
        for turn in _by_time(turns)
        if not _has_time(turn)
    ]
    cues = [
        f"{turn.sequence}\n{_time(start, '.')} --> {_time(end, '.')}\n"
        f"<v {_SPEAKERS[turn.speaker]}>{_cue(_html(said(turn)))}\n\n"
        for turn, start, end in _timed(turns)
    ]
    return "WEBVTT\n\n" + "".join([*untimed, *cues])


def subrip(_session: UserSession, turns: Turns) -> str:
    """Return SubRip: numbered cues with a comma before the milliseconds."""
    cues = [
        f"{number}\n{_time(start, ',')} --> {_time(end, ',')}\n"
        f"{_SPEAKERS[turn.speaker]}: {_cue(_no_tags(said(turn)))}\n\n"
        for number, (turn, start, end) in enumerate(_timed(turns), start=1)
    ]
    return "".join(cues)


def table(_session: UserSession, turns: Turns) -> str:
    """Return CSV as `lib.formats.csv_cells` writes it, its byte order mark included."""
    out = io.BytesIO()
    write_rows(out, _COLUMNS, ([read(turn) for read in _COLUMNS.values()] for turn in turns))
    return out.getvalue().decode()


JSON: Final = TextFormat("application/json", "json", document)
FORMATS: Final = {
    "text": TextFormat("text/plain", "txt", plain),
    "markdown": TextFormat("text/markdown", "md", markdown),
    "vtt": TextFormat("text/vtt", "vtt", webvtt),
    "srt": TextFormat("application/x-subrip", "srt", subrip),
    "csv": TextFormat("text/csv", "csv", table),
}


def _turn(turn: Interaction) -> dict[str, Any]:
    # The whole of the session is there; its id would only be repeated.
    return {name: value for name, value in _wire(turn).items() if name != "id"}


def _wire(record: UserSession | Interaction | SessionUser) -> dict[str, Any]:
    return {
        field.encode_name: _value(getattr(record, field.name))
        for field in fields(record)
        if field.name not in _INTERNAL
    }


def _value(value: object) -> Any:
    match value:
        case datetime():
            return rfc3339(value)
        case AudioObject():
            of_audio = {_camel(name): getattr(value, name) for name in _OF_AUDIO}
            return {"audioObjectId": value.id, **of_audio}
        case SessionUser():
            return _wire(value)
        case ToolCall() | Stages():
            return plain_record(value)
        case _:
            return value


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _timed(turns: Turns) -> list[tuple[Interaction, float, float]]:
    """Return the turns that have a time, in order, with start and end of their cues in ms."""
    ordered = [turn for turn in _by_time(turns) if _has_time(turn)]
    following = [*(turn.started_at_ms for turn in ordered[1:]), float("inf")]
    return [
        (turn, turn.started_at_ms, _end(turn, after))
        for turn, after in zip(ordered, following, strict=False)
    ]


def _by_time(turns: Turns) -> list[Interaction]:
    """Return the turns as they are read: in order of time, results of tools at their calls."""
    return sorted(joined(turns).turns, key=lambda turn: (turn.started_at_ms, turn.sequence))


def _has_time(turn: Interaction) -> bool:
    return turn.timing != "none"


def _when(turn: Interaction, before: str, after: str) -> str:
    """Return when a turn began; a time that was worked out of others is said to be about right."""
    if not _has_time(turn):
        return ""
    about = "~" if turn.timing == "derived" else ""
    return f"{before}{about}{_clock(turn.started_at_ms)}{after}"


def _who(turn: Interaction) -> str:
    return f"{_SPEAKERS[turn.speaker]}{' (interrupted)' if turn.interrupted else ''}"


def _end(turn: Interaction, following: float) -> float:
    if turn.duration_ms:
        return turn.started_at_ms + turn.duration_ms
    reading = max(_SHORTEST_CUE_MS, len(said(turn)) * _READING_MS_PER_CHARACTER)
    end = turn.started_at_ms + reading
    return min(end, following) if following > turn.started_at_ms else end


def _time(milliseconds: float, point: str) -> str:
    whole = round(milliseconds)
    seconds, thousandths = divmod(whole, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{point}{thousandths:03}"


def _clock(milliseconds: float) -> str:
    return _time(milliseconds, ".")[:-4]


def _indented(text: str) -> str:
    """Return a text without control characters except tabs, further lines indented."""
    return "\n    ".join(_lines(text, "\t"))


def _one_line(text: str) -> str:
    return " ".join(" ".join(_lines(text, "\t")).split())


def _literal(line: str) -> str:
    return _MARKDOWN.sub(r"\\\1", line)


def _quoted(text: str) -> str:
    """Return a block quote; digits at a line's start would begin a list, blanks a code block."""
    lines = [_literal(" ".join(line.split())) for line in _lines(text)]
    return "\n".join(f"> {line}" for line in lines)


def _html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _cue(text: str) -> str:
    """Return the text of a cue: a blank line would end it, an arrow could begin another."""
    lines = [line.replace("-->", "->") for line in _lines(text) if line.strip()]
    return "\n".join(lines) or "…"


def _no_tags(text: str) -> str:
    return _ASS_OVERRIDE.sub("\uff5b", text.translate(_NO_TAGS))


def _lines(text: str, kept: str = "") -> list[str]:
    """Return the lines of a text without control characters (Unicode's Cc) other than `kept`."""
    return [
        "".join(char for char in line if char in kept or unicodedata.category(char) != "Cc")
        for line in text.splitlines()
    ]
