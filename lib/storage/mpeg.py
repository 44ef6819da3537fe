"""Frame headers of MPEG audio (ISO/IEC 11172-3, 13818-3): where the sound of an MP3 begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LONGEST_FRAME: Final = 2881
"""Bytes: MPEG-2.5 Layer II at 160 kbit/s and 8 kHz, padded."""

_CHAIN: Final = 3
"""Headers in a row, each where the one before it says, that no other kind of file has."""

_KBITS: Final = {
    (1, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""By MPEG version (2 also for 2.5) and layer; index 0 ("free") and 15 are not accepted."""
_RATES: Final = (44_100, 48_000, 32_000)


@dataclass(frozen=True, slots=True)
class Frame:
    """What one header says.

    Attributes:
        kind: version, layer and sample rate bits; the same in all frames of a file.
        length: of the frame in bytes.
        samples: in it, per channel.
        rate: samples per second.
    """

    kind: tuple[int, int, int]
    length: int
    samples: int
    rate: int


def read_frame(data: bytes, at: int) -> Frame | None:
    """Read the header at a position, or return None if there is none."""
    head = data[at : at + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:  # noqa: PLR2004
        return None
    version_bits, layer_bits = head[1] >> 3 & 3, head[1] >> 1 & 3
    bitrate, rate_bits, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version_bits == 1 or layer_bits == 0 or bitrate in {0, 15} or rate_bits == 3:  # noqa: PLR2004
        return None
    version, layer = (1 if version_bits == 3 else 2), 4 - layer_bits  # noqa: PLR2004
    rate = _RATES[rate_bits] // {3: 1, 2: 2, 0: 4}[version_bits]
    bits = _KBITS[version, layer][bitrate - 1] * 1000
    samples = {1: 384, 2: 1152, 3: 1152 if version == 1 else 576}[layer]
    slot = 4 if layer == 1 else 1
    length = (samples // 8 // slot * bits // rate + padding) * slot
    return Frame((version_bits, layer_bits, rate_bits), length, samples, rate)


def find_frame(head: bytes) -> tuple[int, Frame] | None:
    """Return position and header of the first whole frame.

    Recorders that cut a stream begin inside of a frame, and some begin with zeros. There a header
    counts only if others follow where it says; at the very beginning one is enough.

    Args:
        head: first bytes of the file.
    """
    start = _after_tag(head)
    frame = read_frame(head, start)
    if frame:
        return start, frame
    start += len(head[start:]) - len(head[start:].lstrip(b"\0"))
    for at in range(start, min(start + LONGEST_FRAME, len(head))):
        frame = read_frame(head, at)
        if frame and _is_chain(head, at, frame):
            return at, frame
    return None


def _after_tag(head: bytes) -> int:
    """Return where an ID3v2 tag ends (ID3v2.4 section 3.1); 0 without one."""
    if head[:3] != b"ID3" or len(head) < 10:  # noqa: PLR2004
        return 0
    size = sum(byte << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
    return 10 + size + (10 if head[5] & 0x10 else 0)


def _is_chain(head: bytes, at: int, frame: Frame) -> bool:
    following: Frame | None = frame
    for _ in range(_CHAIN):
        if following is None or following.kind != frame.kind:
            return False
        at += following.length
        following = read_frame(head, at)
    return True
