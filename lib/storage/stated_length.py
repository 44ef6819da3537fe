"""How much sound a file says it has, where it says so: only then can it be found cut off.

Bit rates, fill values of writers that cannot go back, and positions of the last page are no
statements: a decoder that takes them for one refuses recordings that are whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import av

from lib.storage.formats import AudioFormat
from lib.storage.mpeg import find_frame

OPEN_SIZE: Final = 0x7FFF_0000
"""WAV sizes from here on are fill values of writers to a pipe (0x7FFFF000, 0x7FFFFFFF, 0x80000000,
0xFFFFF000, 0xFFFFFFFF and what they give with a header added): no recording of that size is
accepted (`MAX_AUDIO_BYTES`)."""

_XING_ROOM: Final = 64
"""Bytes of a first MP3 frame in which its Xing, Info or VBRI header begins."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A file under analysis.

    Attributes:
        audio_format: of its container.
        head: its first bytes.
        size: in bytes.
        container: opened by PyAV.
        stream: the audio stream in it.
    """

    audio_format: AudioFormat
    head: bytes
    size: int
    container: Any
    stream: Any


def stated_seconds(file: Opened, decoded: float) -> float | None:
    """Return the length that the file states, None if it states none.

    Args:
        file: what was decoded.
        decoded: seconds of sound that were found; a WAV states bytes, which this turns into time.
    """
    demuxer = file.audio_format.demuxer
    if demuxer == "wav":
        return _wav(file, decoded)
    if demuxer == "mp3":
        return _mp3(file.head)
    if demuxer == "flac":
        return _flac(file.head)
    if demuxer == "mp4" and file.stream.duration:
        return float(file.stream.duration * file.stream.time_base)
    if demuxer == "matroska" and file.container.duration:
        # Of Matroska's Duration element; muxers write the end of the last block into it.
        start = max(0, file.container.start_time or 0)
        return float((file.container.duration - start) / av.time_base)
    return None  # Ogg has no statement: its last page is the last that is there.


def _wav(file: Opened, decoded: float) -> float | None:
    place = _data_chunk(file.head)
    if place is None:
        return None
    start, stated = place
    present = file.size - start
    return decoded * stated / present if present > 0 and 0 < stated < OPEN_SIZE else None


def _data_chunk(head: bytes) -> tuple[int, int] | None:
    """Return begin and stated size of a WAV's samples, in bytes (EBU Tech 3306 for RF64)."""
    at, long_size = 12, None
    while at + 8 <= len(head):
        name, size = head[at : at + 4], int.from_bytes(head[at + 4 : at + 8], "little")
        if name == b"ds64":
            long_size = int.from_bytes(head[at + 16 : at + 24], "little")
        if name == b"data":
            return at + 8, size if long_size is None else long_size
        at += 8 + size + size % 2
    return None


def _mp3(head: bytes) -> float | None:
    """Read the frame count of a Xing, Info or VBRI header, which lies in the first frame."""
    found = find_frame(head)
    if found is None:
        return None
    at, frame = found
    room = head[at : at + frame.length]
    frames = 0
    for name in (b"Xing", b"Info"):
        place = room.find(name, 0, _XING_ROOM)
        if place >= 0 and room[place + 7 : place + 8] and room[place + 7] & 1:
            frames = int.from_bytes(room[place + 8 : place + 12], "big")
    place = room.find(b"VBRI", 0, _XING_ROOM)
    if place >= 0:
        frames = int.from_bytes(room[place + 14 : place + 18], "big")
    return frames * frame.samples / frame.rate if frames else None


def _flac(head: bytes) -> float | None:
    """Read the sample count of STREAMINFO (RFC 9639 section 8.2), 0 if it was not known."""
    rate = int.from_bytes(head[18:21], "big") >> 4
    samples = int.from_bytes(head[18:26], "big") & (1 << 36) - 1
    return samples / rate if rate and samples else None
