"""WebVTT (W3C) and SubRip -> turns.

Libraries for them drop what they cannot read without a word and know no line numbers; here every
cue is either a turn or a refusal with its line.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from lib.data.fields import Speaker
from lib.formats.collector import Collector
from lib.formats.conversation import Transcript, UnreadableError
from lib.formats.speakers import NobodyError, Speakers
from lib.product.limits import MAX_SEQUENCE

_ARROW: Final = "-->"
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_HEADER: Final = re.compile(r"WEBVTT(?:[ \t]|\Z)")
_COMMENT: Final = re.compile(r"(?:NOTE|STYLE|REGION)(?:[ \t]|\Z)")
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,6}")

_VTT_TIME: Final = r"(?:([0-9]{2,4}):)?([0-5][0-9]):([0-5][0-9])\.([0-9]{3})"
_SRT_TIME: Final = r"([0-9]{1,4}):([0-5]?[0-9]):([0-5]?[0-9])[,.]([0-9]{3})"
_VTT_TIMING: Final = re.compile(rf"[ \t]*{_VTT_TIME}[ \t]+-->[ \t]+{_VTT_TIME}(?:[ \t]|\Z)")
_SRT_TIMING: Final = re.compile(rf"[ \t]*{_SRT_TIME}[ \t]*-->[ \t]*{_SRT_TIME}(?:[ \t]|\Z)")

_VOICE: Final = re.compile(r"<v(?:\.[^\s<>.]+)*[ \t\n]+([^<>]{1,200})>")
_VTT_TAG: Final = re.compile(r"<[^>]*(?:>|\Z)")
_SRT_TAG: Final = re.compile(r"</?(?:[bius]|font)(?:[ \t][^<>]{0,200})?>", re.IGNORECASE)

Reader = Callable[[str, Speakers], tuple[Speaker, str]]


@dataclass(frozen=True, slots=True)
class _Syntax:
    """What tells one format from the other within a cue."""

    timing: re.Pattern[str]
    read: Reader


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines between two blank ones; `line` is the number of the first."""

    line: int
    lines: list[str]

    @property
    def timing(self) -> int | None:
        """Index of the timing line: the first one, or the one after the cue's id."""
        return next((at for at, line in enumerate(self.lines[:2]) if _ARROW in line), None)


def read_webvtt(text: str, speakers: Speakers) -> Transcript:
    """Return the turns of a WebVTT file.

    Cue ids are sequences if all of them are different numbers, else cues are numbered from 0.

    Raises:
        UnreadableError: it is no WebVTT, or too long.
    """
    lines = _LINE_END.split(text)
    if not _HEADER.match(lines[0]):
        raise UnreadableError(1, "does not begin with WEBVTT")
    header, *blocks = _blocks(lines, lambda line: not line)
    if len(header.lines) > 1 and header.timing == 1:
        blocks.insert(0, _Block(2, header.lines[1:]))
    cues = [block for block in blocks if block.timing == 0 or not _COMMENT.match(block.lines[0])]
    return _transcript(cues, _sequences(cues), _Syntax(_VTT_TIMING, _webvtt_text), speakers)


def read_subrip(text: str, speakers: Speakers) -> Transcript:
    """Return the turns of a SubRip file, numbered from 0.

    Raises:
        UnreadableError: there is no cue in it, or it is too long.
    """
    cues = list(_blocks(_LINE_END.split(text), lambda line: not line.strip()))
    if all(block.timing is None for block in cues):
        raise UnreadableError(1, "no cue of SubRip in it")
    return _transcript(cues, None, _Syntax(_SRT_TIMING, _subrip_text), speakers)


def _blocks(lines: list[str], is_blank: Callable[[str], bool]) -> Iterator[_Block]:
    found: list[str] = []
    for number, line in enumerate([*lines, ""], start=1):
        if not is_blank(line):
            found.append(line)
        elif found:
            yield _Block(number - len(found), found)
            found = []


def _sequences(cues: list[_Block]) -> list[int] | None:
    ids = [block.lines[0] if block.timing == 1 else "" for block in cues]
    if len(set(ids)) != len(ids) or not all(_NUMBER.fullmatch(name) for name in ids):
        return None
    numbers = [int(name) for name in ids]
    return numbers if max(numbers, default=0) <= MAX_SEQUENCE else None


def _transcript(
    cues: list[_Block], sequences: list[int] | None, syntax: _Syntax, speakers: Speakers
) -> Transcript:
    turns = Collector()
    for place, cue in enumerate(cues):
        sequence = place if sequences is None else sequences[place]
        try:
            turn = _turn(cue, syntax, speakers)
        except (_BadCueError, NobodyError) as error:
            turns.refuse(cue.line, str(error))
        else:
            turns.add(cue.line, {**turn, "sequence": sequence})
    return turns.transcript()


class _BadCueError(Exception):
    """A cue cannot be read."""


def _turn(cue: _Block, syntax: _Syntax, speakers: Speakers) -> dict[str, object]:
    if cue.timing is None:
        raise _BadCueError("no line with times (and an arrow -->)")
    times = syntax.timing.match(cue.lines[cue.timing])
    if times is None:
        raise _BadCueError("the times are malformed")
    said = cue.lines[cue.timing + 1 :]
    if any(_ARROW in line for line in said):
        raise _BadCueError("a second line with an arrow -->: a blank line is missing before it")
    start, end = _milliseconds(times.groups()[:4]), _milliseconds(times.groups()[4:])
    if end < start:
        raise _BadCueError("ends before it starts")
    speaker, text = syntax.read("\n".join(said), speakers)
    if not text.strip():
        raise _BadCueError("no text")
    turn: dict[str, object] = {"speaker": speaker, "text": text, "startedAtMs": start}
    return {**turn, "durationMs": end - start} if end > start else turn


def _milliseconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return float(((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths)


def _webvtt_text(said: str, speakers: Speakers) -> tuple[Speaker, str]:
    voices = {" ".join(html.unescape(name).split()) for name in _VOICE.findall(said)}
    text = html.unescape(_VTT_TAG.sub("", said))
    if len(voices) > 1:
        raise _BadCueError("more than one voice in a cue")
    if not voices:
        return speakers.split(text)
    return speakers.of(voices.pop()), text


def _subrip_text(said: str, speakers: Speakers) -> tuple[Speaker, str]:
    return speakers.split(_SRT_TAG.sub("", said))
