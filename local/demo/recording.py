"""Turns dialogues into recordings: speech, silence between turns, MP3 and its waveform.

Runs in worker processes (see `speech.py`), so everything that goes in or out can be pickled.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

import av
import numpy as np
from pydantic import ConfigDict, TypeAdapter

from lib.storage.decode import measure
from lib.storage.formats import format_of_content_type
from local.demo.speech import SAMPLE_RATE, Pcm, Voice, milliseconds, silence, speak

Kind = Literal["session", "turns"]

CONTENT_TYPE = "audio/mpeg"

# Constant bit rate: players find a moment by arithmetic, so seeking is exact to a frame (26 ms).
_BIT_RATE = 32_000
_LAME_QUALITY = "9"  # the fastest; at this rate the voice is the limit, not the encoder
_TAIL_MS = 400


@dataclass(frozen=True, slots=True)
class Utterance:
    """One turn to speak, `pause_ms` after the one before."""

    sequence: int
    voice: Voice
    text: str
    pause_ms: int


@dataclass(frozen=True, slots=True)
class Take:
    """When a turn sounds, in milliseconds from the session's start."""

    sequence: int
    started_at_ms: int
    duration_ms: int


@dataclass(frozen=True, slots=True)
class AudioFile:
    """One encoded recording.

    Attributes:
        sequence: of its turn; None for the whole session.
        peaks: stored form of the waveform.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(
        ser_json_bytes="base64", val_json_bytes="base64"
    )

    sequence: int | None
    data: bytes
    sha256: str
    duration_ms: int
    sample_rate: int
    channels: int
    peaks: bytes


@dataclass(frozen=True, slots=True)
class Recording:
    """A recorded session: when each turn sounds, and one file or one per turn."""

    takes: tuple[Take, ...]
    files: tuple[AudioFile, ...]


_STORED = TypeAdapter(Recording)


def record_once(file: Path, utterances: tuple[Utterance, ...], kind: Kind) -> Recording:
    """Return the recording that `file` keeps; without such a file, record and keep it.

    The synthesiser never says a text twice in exactly the same way, to a millisecond. Rows that
    were written must go on to fit, so a load that is repeated must find the first recording.
    """
    try:
        return _STORED.validate_json(file.read_bytes())
    except FileNotFoundError:
        recording = record(utterances, kind)
    draft = file.with_suffix(".tmp")
    draft.write_bytes(_STORED.dump_json(recording))
    draft.replace(file)
    return recording


def record(utterances: tuple[Utterance, ...], kind: Kind) -> Recording:
    """Speak a session.

    Raises:
        local.demo.speech.SpeechError: the synthesiser is not usable.
    """
    takes: list[Take] = []
    parts: list[Pcm] = []
    position = 0
    for utterance in utterances:
        pause = silence(utterance.pause_ms)
        sound = speak(utterance.text, utterance.voice)
        position += len(pause)
        takes.append(
            Take(utterance.sequence, round(position * 1000 / SAMPLE_RATE), milliseconds(sound))
        )
        position += len(sound)
        parts += [pause, sound]
    if kind == "session":
        files = [_file(None, np.concatenate([*parts, silence(_TAIL_MS)]))]
    else:
        files = [
            _file(take.sequence, sound) for take, sound in zip(takes, parts[1::2], strict=True)
        ]
    return Recording(tuple(takes), tuple(files))


def encode(sound: Pcm) -> bytes:
    """Return a sound as MP3; the header holds the exact number of samples."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp3") as container:
        stream = container.add_stream(
            "libmp3lame", rate=SAMPLE_RATE, options={"compression_level": _LAME_QUALITY}
        )
        stream.bit_rate = _BIT_RATE
        stream.layout = "mono"
        stream.format = "s16p"
        frame = av.AudioFrame.from_ndarray(sound[np.newaxis], format="s16p", layout="mono")
        frame.sample_rate = SAMPLE_RATE
        frame.pts = 0
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    return buffer.getvalue()


def _file(sequence: int | None, sound: Pcm) -> AudioFile:
    data = encode(sound)
    # Measured as the worker measures uploads: what is stored is what players will decode.
    peaks = measure(io.BytesIO(data), format_of_content_type(CONTENT_TYPE)).peaks
    return AudioFile(
        sequence=sequence,
        data=data,
        sha256=hashlib.sha256(data).hexdigest(),
        duration_ms=peaks.duration_ms,
        sample_rate=peaks.sample_rate,
        channels=peaks.channels,
        peaks=peaks.to_json(),
    )
