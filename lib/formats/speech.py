"""JSON of speech recognition -> turns, with times and speakers.

Whisper and what follows its shape (faster-whisper, whisperX, OpenAI), whisper.cpp, Deepgram, and
AssemblyAI. Times are seconds, in AssemblyAI and whisper.cpp milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Final

from lib.data.fields import Speaker
from lib.formats.collector import Collector
from lib.formats.conversation import Transcript, UnreadableError
from lib.formats.speakers import Speakers, UnknownSpeakerError

_SECOND: Final = 1000.0
_MS: Final = 1.0
_UNNAMED: Final = "the speaker is not named: taken for the user; --default-speaker says otherwise"


@dataclass(frozen=True, slots=True)
class _Segment:
    """One stretch of speech as its recogniser wrote it; `unit` is milliseconds per unit of time."""

    path: str
    start: object
    end: object
    text: object
    speaker: object = None
    unit: float = _SECOND


def is_speech(value: object) -> bool:
    """Say whether a JSON value looks like one of the shapes above."""
    if isinstance(value, list):
        first = value[0] if value else None
        return isinstance(first, Mapping) and "start" in first and "role" not in first
    if not isinstance(value, Mapping):
        return False
    results = value.get("results")
    if isinstance(results, Mapping):
        return bool({"channels", "utterances"} & set(results))
    is_timed = bool({"segments", "transcription", "utterances", "words"} & set(value))
    return is_timed or (isinstance(value.get("text"), str) and "role" not in value)


def read_speech(value: Any, speakers: Speakers, line: int = 1) -> Transcript:
    """Return the turns of a recognised recording, numbered from 0.

    If nobody at all is named in it, and `speakers` has no default, the user is taken to speak.

    Args:
        value: the parsed JSON, for which `is_speech` holds.
        speakers: who the labels stand for; `0`, `A` and `SPEAKER_00` also as `speaker 0` and so on.
        line: where it begins.

    Raises:
        UnreadableError: it has no segments, or is too long.
    """
    segments = list(_segments(value, line))
    turns = Collector()
    turns.found(len(segments))
    found = [_spoken(segment, speakers) for segment in segments]
    is_unnamed = speakers.default is None and all(
        isinstance(spoken, UnknownSpeakerError) and segment.speaker is None
        for segment, spoken in zip(segments, found, strict=True)
        if spoken is not None
    )
    if is_unnamed and any(found):
        turns.found()
        turns.leave_out(line, _UNNAMED)
        found = [_spoken(segment, replace(speakers, default="user")) for segment in segments]
    for segment, spoken in zip(segments, found, strict=True):
        match spoken:
            case None:
                turns.keep_place()
                turns.leave_out(line, "no text", segment.path)
            case UnknownSpeakerError():
                turns.keep_place()
                turns.refuse(line, str(spoken), segment.path)
            case (speaker, text):
                times = _times(segment)
                turns.add(line, {"speaker": speaker, "text": text, **times}, segment.path)
    return turns.transcript()


def _spoken(
    segment: _Segment, speakers: Speakers
) -> tuple[Speaker, str] | UnknownSpeakerError | None:
    """Return who says a segment and what; an error if nobody is known to, None if it is empty."""
    text = segment.text.strip() if isinstance(segment.text, str) else ""
    if not text:
        return None
    try:
        if segment.speaker is None:
            return speakers.split(text)
        return _labelled(str(segment.speaker), speakers), text
    except UnknownSpeakerError as error:
        return error


def _labelled(label: str, speakers: Speakers) -> Speaker:
    """Return who a label of diarisation stands for."""
    for name in (label, f"speaker {label}"):
        try:
            return speakers.of(name)
        except UnknownSpeakerError as error:
            problem = error
    if speakers.default is not None:
        return speakers.default
    raise problem


def _times(segment: _Segment) -> dict[str, object]:
    """Return start and duration in milliseconds; what is no time is refused by its field."""
    start, end = _number(segment.start), _number(segment.end)
    if start is None:
        return {"startedAtMs": segment.start}
    times: dict[str, object] = {"startedAtMs": start * segment.unit}
    if end is not None and end > start:
        times["durationMs"] = (end - start) * segment.unit
    return times


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _segments(value: Any, line: int) -> Iterator[_Segment]:
    if isinstance(value, list):
        yield from _of_whisper(value, "", line)
    elif isinstance(value.get("results"), Mapping):
        yield from _of_deepgram(value["results"], line)
    elif value.get("transcription") is not None:
        yield from _of_whisper_cpp(value["transcription"], line)
    elif value.get("segments") is not None:
        yield from _of_whisper(value["segments"], "segments.", line)
    elif value.get("utterances") is not None:
        yield from _of_assemblyai(value["utterances"], line)
    else:
        yield _whole(value, line)


def _of_whisper(segments: object, prefix: str, line: int) -> Iterator[_Segment]:
    for index, item in _items(segments, line):
        path = f"{prefix}{index}"
        yield _Segment(
            path, item.get("start"), item.get("end"), item.get("text"), item.get("speaker")
        )


def _of_whisper_cpp(segments: object, line: int) -> Iterator[_Segment]:
    for index, item in _items(segments, line):
        offsets = item.get("offsets")
        times = offsets if isinstance(offsets, Mapping) else {}
        start, end, text = times.get("from"), times.get("to"), item.get("text")
        path = f"transcription.{index}"
        yield _Segment(path, start, end, text, item.get("speaker"), _MS)


def _of_assemblyai(utterances: object, line: int) -> Iterator[_Segment]:
    for index, item in _items(utterances, line):
        # Deepgram's results, kept alone, say `transcript` and mean seconds.
        is_deepgram = "transcript" in item
        text = item.get("transcript") if is_deepgram else item.get("text")
        unit = _SECOND if is_deepgram else _MS
        path = f"utterances.{index}"
        yield _Segment(path, item.get("start"), item.get("end"), text, item.get("speaker"), unit)


def _whole(value: Mapping[str, Any], line: int) -> _Segment:
    """Return all of a text as one segment, from its first word to the last."""
    words = [word for _, word in _items(value.get("words"), line)]
    if not words:
        return _Segment("text", 0, None, value.get("text"))
    # OpenAI says `word` and means seconds, AssemblyAI `text` and milliseconds.
    unit = _SECOND if "word" in words[0] else _MS
    start, end = words[0].get("start"), words[-1].get("end")
    return _Segment("text", start, end, value.get("text"), None, unit)


def _of_deepgram(results: Mapping[str, Any], line: int) -> Iterator[_Segment]:
    """Yield utterances; without them each channel's paragraphs, its words by speaker, or all.

    Where channels are people, and diarisation named nobody, the label is `channel 0` and so on.
    """
    channels = _items(results.get("channels"), line)
    are_people = len(channels) > 1
    if results.get("utterances"):
        for index, item in _items(results["utterances"], line):
            label = f"channel {item.get('channel')}" if are_people else None
            yield _Segment(
                f"results.utterances.{index}",
                item.get("start"),
                item.get("end"),
                item.get("transcript"),
                _label(item.get("speaker"), label),
            )
        return
    for index, channel in channels:
        path = f"results.channels.{index}.alternatives.0"
        label = f"channel {index}" if are_people else None
        _, best = next(iter(_items(channel.get("alternatives"), line)), (0, {}))
        outer = best.get("paragraphs")
        paragraphs = outer.get("paragraphs") if isinstance(outer, Mapping) else None
        if paragraphs:
            found = _paragraphs(paragraphs, f"{path}.paragraphs", line)
        elif best.get("words"):
            found = _by_speaker(best["words"], f"{path}.words", line)
        else:
            found = iter([_Segment(path, 0, None, best.get("transcript"))])
        for segment in found:
            yield replace(segment, speaker=_label(segment.speaker, label))


def _label(speaker: object, otherwise: str | None) -> object:
    return otherwise if speaker is None else speaker


def _paragraphs(paragraphs: object, path: str, line: int) -> Iterator[_Segment]:
    for index, item in _items(paragraphs, line):
        sentences = [part.get("text") for _, part in _items(item.get("sentences"), line)]
        text = " ".join(part for part in sentences if isinstance(part, str))
        start, end = item.get("start"), item.get("end")
        yield _Segment(f"{path}.{index}", start, end, text, item.get("speaker"))


def _by_speaker(words: object, path: str, line: int) -> Iterator[_Segment]:
    for speaker, group in groupby(_items(words, line), lambda item: item[1].get("speaker")):
        part = list(group)
        (place, first), (_, last) = part[0], part[-1]
        text = " ".join(str(word.get("punctuated_word", word.get("word", ""))) for _, word in part)
        yield _Segment(f"{path}.{place}", first.get("start"), last.get("end"), text, speaker)


def _items(value: object, line: int) -> list[tuple[int, Mapping[str, Any]]]:
    """Return the objects of a list with their places; what is no object is an empty one.

    Raises:
        UnreadableError: it is no list.
    """
    if value is None:
        return []
    if not isinstance(value, list):
        raise UnreadableError(line, "not the list of segments that speech recognition writes")
    return [(at, item if isinstance(item, Mapping) else {}) for at, item in enumerate(value)]
