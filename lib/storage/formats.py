"""Audio formats that are accepted: content type, extension, size limit and how to recognise them.

A format is what the first bytes say, not what the client claims. Signatures: RFC 2361 / EBU 3306
(RIFF, RF64), ISO/IEC 11172-3 (MPEG audio), ID3v2.4, RFC 3533 (Ogg), RFC 8794 (EBML), ISO/IEC
14496-12 (MP4), RFC 9639 (FLAC).
"""

from __future__ import annotations

from dataclasses import dataclass

SNIFF_BYTES = 4096
"""How many first bytes `sniff` wants to see."""

MAX_AUDIO_BYTES = 2 * 1024**3
"""Largest recording: 90 minutes of 96 kHz stereo 16-bit PCM; a single PUT may have 5 GiB."""


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """One accepted format.

    Attributes:
        content_type: exact value of `Content-Type`.
        extension: of the object's key.
        demuxer: FFmpeg demuxer that reads it; no other is tried.
    """

    content_type: str
    extension: str
    demuxer: str


FORMATS = (
    AudioFormat("audio/wav", "wav", "wav"),
    AudioFormat("audio/mpeg", "mp3", "mp3"),
    AudioFormat("audio/ogg", "ogg", "ogg"),
    AudioFormat("audio/webm", "webm", "matroska"),
    AudioFormat("audio/mp4", "m4a", "mp4"),
    AudioFormat("audio/flac", "flac", "flac"),
)
_BY_CONTENT_TYPE = {item.content_type: item for item in FORMATS}
_BY_EXTENSION = {item.extension: item for item in FORMATS}


def format_of_content_type(content_type: str) -> AudioFormat:
    """Return the format with exactly this content type.

    Raises:
        ValueError: it is not accepted.
    """
    try:
        return _BY_CONTENT_TYPE[content_type]
    except KeyError:
        accepted = ", ".join(_BY_CONTENT_TYPE)
        raise ValueError(f"content type must be one of {accepted}") from None


def format_of_extension(extension: str) -> AudioFormat:
    """Return the format with this extension.

    Raises:
        ValueError: it is not accepted.
    """
    try:
        return _BY_EXTENSION[extension]
    except KeyError:
        raise ValueError("unknown extension") from None


def check_size(size: int) -> None:
    """Refuse impossible sizes.

    Raises:
        ValueError: `size` (bytes) is not between 1 and `MAX_AUDIO_BYTES`.
    """
    if not 1 <= size <= MAX_AUDIO_BYTES:
        raise ValueError(f"a recording has between 1 and {MAX_AUDIO_BYTES} bytes")


def sniff(head: bytes) -> AudioFormat | None:
    """Recognise a format by its first bytes, or return None."""
    for content_type, matches in _SIGNATURES:
        if matches(head):
            return _BY_CONTENT_TYPE[content_type]
    return None


def promised_bytes(head: bytes) -> int | None:
    """Return the length that a WAV header claims for the whole file, None if it claims none.

    Decoders silently shorten a WAV to what is there, so its truncation shows only here. Recorders
    that write to a pipe leave 0 or 2^32-1.
    """
    size = int.from_bytes(head[4:8], "little")
    if not _is_wav(head) or head[:4] == b"RF64" or size in {0, 2**32 - 1}:
        return None
    return size + 8


def _is_wav(head: bytes) -> bool:
    return head[:4] in {b"RIFF", b"RF64"} and head[8:12] == b"WAVE"


def _is_mpeg(head: bytes) -> bool:
    if head[:3] == b"ID3":
        return True
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:  # noqa: PLR2004
        return False
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bitrate, rate = head[2] >> 4, head[2] >> 2 & 3
    return version != 1 and layer != 0 and bitrate not in {0, 15} and rate != 3  # noqa: PLR2004


def _is_ogg(head: bytes) -> bool:
    return head[:4] == b"OggS"


def _is_webm(head: bytes) -> bool:
    return head[:4] == b"\x1a\x45\xdf\xa3" and b"\x42\x82" in head[:64] and b"webm" in head[:64]


def _is_mp4(head: bytes) -> bool:
    return head[4:8] == b"ftyp"


def _is_flac(head: bytes) -> bool:
    return head[:4] == b"fLaC"


_SIGNATURES = (
    ("audio/wav", _is_wav),
    ("audio/flac", _is_flac),
    ("audio/ogg", _is_ogg),
    ("audio/webm", _is_webm),
    ("audio/mp4", _is_mp4),
    ("audio/mpeg", _is_mpeg),
)
