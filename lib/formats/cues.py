"""WebVTT (W3C) and SubRip -> turns.

Libraries for them drop what they cannot read without a word and know no line numbers; here every
block is a turn, a part of one, or named with its line and the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from lib.data.fields import Speaker
from lib.formats.collector import Collector
from lib.formats.conversation import Transcript, UnreadableError
from lib.formats.cue_blocks import ARROW, Block, lines_of, subrip_blocks, webvtt_blocks
from lib.formats.cue_text import MultipleSpeakersError, has_ass_markup, subrip_text, webvtt_text
from lib.formats.speakers import Speakers, UnknownSpeakerError
from lib.formats.times import looks_timed, read_timing
from lib.product.limits import MAX_SEQUENCE
from lib.product.texts import sanitized

_SIGNATURE: Final = re.compile(r"WEBVTT(?:[ \t]|\Z)")
_COMMENTS: Final = {"NOTE": "a comment", "STYLE": "a style sheet", "REGION": "a region"}

_MALFORMED: Final = "the times are malformed"

Spoken = Callable[[str], tuple[Speaker, str]]


def read_webvtt(text: str, speakers: Speakers) -> Transcript:
    """Return the turns of a WebVTT file.

    Cue ids are sequences if all of them are different numbers, else cues are numbered from 0.

    Raises:
        UnreadableError: it is no WebVTT, or too long.
    """
    signature, *lines = lines_of(text)
    if not _SIGNATURE.match(signature):
        raise UnreadableError(1, "does not begin with WEBVTT")
    # Lines after the signature, up to a blank one or the first times, are the header.
    header = next(
        (at for at, line in enumerate(lines) if not line.strip() or ARROW in line), len(lines)
    )
    blocks = list(webvtt_blocks(lines[header:], 2 + header))
    turns = Collector()
    if header:
        turns.found()
        turns.leave_out(2, "the file's header")
    return _transcript(turns, blocks, lambda said: webvtt_text(said, speakers), is_webvtt=True)


def read_subrip(text: str, speakers: Speakers) -> Transcript:
    """Return the turns of a SubRip file, numbered from 0.

    Raises:
        UnreadableError: there is no cue in it, or it is too long.
    """
    blocks = list(subrip_blocks(lines_of(text)))
    if all(block.timing is None for block in blocks):
        raise UnreadableError(1, "no cue of SubRip in it")
    has_ass = has_ass_markup(text)
    return _transcript(
        Collector(), blocks, lambda said: subrip_text(said, speakers, has_ass), is_webvtt=False
    )


def _transcript(
    turns: Collector, blocks: list[Block], spoken: Spoken, is_webvtt: bool
) -> Transcript:
    turns.found(len(blocks))
    cues = _cues(turns, blocks, is_webvtt)
    sequences = _sequences([cue for cue, _ in cues]) if is_webvtt else None
    for place, (cue, following) in enumerate(cues):
        _add(turns, cue, following, place if sequences is None else sequences[place], spoken)
    return turns.transcript()


def _cues(
    turns: Collector, blocks: list[Block], is_webvtt: bool
) -> list[tuple[Block, list[Block]]]:
    """Return the cues, each with the blocks that a blank line within its text cut off."""
    cues: list[tuple[Block, list[Block]]] = []
    for block in blocks:
        before = cues[-1][0] if cues else None
        if is_webvtt and block.comment:
            turns.leave_out(block.line, _COMMENTS[block.comment])
        elif block.timing is not None:
            cues.append((block, []))
        elif any(looks_timed(line) for line in block.lines[:2]):
            turns.refuse(block.line, _MALFORMED)
        elif before and block.is_numbered_after(before) and len(block.lines) == 1:
            turns.leave_out(block.line, "the number of a cue that is not there")
        elif before is None or block.is_numbered_after(before):
            turns.refuse(block.line, "no line with times (and an arrow -->)")
        else:
            cues[-1][1].append(block)
    return cues


def _sequences(cues: list[Block]) -> list[int] | None:
    numbers = [cue.number for cue in cues if cue.number is not None]
    if len(set(numbers)) != len(cues) or max(numbers, default=0) > MAX_SEQUENCE:
        return None
    return numbers


def _add(
    turns: Collector, cue: Block, following: list[Block], sequence: int, spoken: Spoken
) -> None:
    """Take a cue as a turn, with the blocks that go on with its text."""
    said = "\n\n".join("\n".join(block.said) for block in [cue, *following])
    times = read_timing(cue.lines[cue.timing or 0])
    is_taken = False
    try:
        speaker, text = spoken(said) if said.strip() else ("user", "")
    except (MultipleSpeakersError, UnknownSpeakerError) as error:
        turns.refuse(cue.line, str(error))
    else:
        if times is None:
            turns.refuse(cue.line, _MALFORMED)
        elif not text.strip():
            turns.leave_out(cue.line, "no text")
        else:
            start, end = times
            turn = {
                "speaker": speaker,
                "text": sanitized(text),
                "startedAtMs": start,
                "sequence": sequence,
            }
            is_taken = turns.add(
                cue.line, turn | ({"durationMs": end - start} if end > start else {})
            )
            if end < start:
                turns.found()
                turns.leave_out(cue.line, "the end of a cue, which is before its start")
    for block in following:
        if is_taken:
            turns.merge()
        else:
            turns.refuse(block.line, "goes on with a cue that is not imported")
