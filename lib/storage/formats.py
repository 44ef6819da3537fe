"""Audio formats that are accepted: content type, extension, size limit and how to recognise them.

A format is what the first bytes say, not what the client claims. Signatures: RFC 2361 / EBU 3306
(RIFF, RF64), ISO/IEC 11172-3 (MPEG audio), ID3v2.4, RFC 3533 (Ogg), RFC 8794 (EBML), ISO/IEC
14496-12 (MP4), RFC 9639 (FLAC).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lib.storage.mpeg import find_frame

SNIFF_BYTES = 64 * 1024
"""How many first bytes `sniff` wants to see; FFmpeg looks as far for an MP3's first frame."""

MAX_AUDIO_BYTES = 2 * 1024**3
"""Largest recording: 90 minutes of 96 kHz stereo 16-bit PCM; a single PUT may have 5 GiB."""


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """One accepted format.

    Attributes:
        content_type: the value of `Content-Type` that is stored.
        extension: of the object's key.
        demuxer: FFmpeg demuxer that reads it; no other is tried.
        codecs: FFmpeg's names of the codecs that browsers play in this container. Others are
            decoded here, but not there: such a recording is there to be downloaded.
        aliases: other names of the content type that are in use.
    """

    content_type: str
    extension: str
    demuxer: str
    codecs: frozenset[str]
    aliases: tuple[str, ...] = ()

    def plays_in_browsers(self, codec: str | None) -> bool | None:
        """Tell whether browsers play a codec in this format; None while it is not known."""
        return None if codec is None else codec in self.codecs


_PCM: Final = "pcm_u8 pcm_s16le pcm_s24le pcm_s32le pcm_f32le pcm_mulaw pcm_alaw"

# The one list of what browsers play: tests/browser/test_codecs.py tries each codec in Chromium.
FORMATS = (
    AudioFormat(
        "audio/wav",
        "wav",
        "wav",
        frozenset(f"{_PCM} mp3 flac".split()),
        ("audio/x-wav", "audio/wave", "audio/vnd.wave", "audio/x-pn-wav"),
    ),
    AudioFormat(
        "audio/mpeg",
        "mp3",
        "mp3",
        frozenset({"mp3"}),
        ("audio/mp3", "audio/x-mp3", "audio/mpeg3", "audio/x-mpeg-3", "audio/x-mpeg"),
    ),
    AudioFormat(
        "audio/ogg",
        "ogg",
        "ogg",
        frozenset({"opus", "vorbis", "flac"}),
        ("audio/x-ogg", "audio/opus", "application/ogg"),
    ),
    AudioFormat("audio/webm", "webm", "matroska", frozenset({"opus", "vorbis"})),
    AudioFormat(
        "audio/mp4",
        "m4a",
        "mp4",
        frozenset(f"{_PCM} pcm_s16be pcm_s24be aac mp3 opus flac".split()),
        ("audio/x-m4a", "audio/m4a", "audio/x-mp4", "audio/mp4a-latm"),
    ),
    AudioFormat("audio/flac", "flac", "flac", frozenset({"flac"}), ("audio/x-flac",)),
)
_BY_CONTENT_TYPE = {name: item for item in FORMATS for name in (item.content_type, *item.aliases)}
_BY_EXTENSION = {item.extension: item for item in FORMATS}

CONTENT_TYPE_PATTERN: Final = (
    "^(" + "|".join(_BY_CONTENT_TYPE).replace(".", r"\.") + r")[ \t]*(;[ -~]*)?$"
)
"""What `format_of_content_type` accepts in lower case, for schemas."""


def format_of_content_type(content_type: str) -> AudioFormat:
    """Return the format of a content type: in any case, by any of its names, with any parameters.

    Raises:
        ValueError: it is not accepted.
    """
    try:
        return _BY_CONTENT_TYPE[content_type.partition(";")[0].strip(" \t").lower()]
    except KeyError:
        accepted = ", ".join(item.content_type for item in FORMATS)
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


def _is_wav(head: bytes) -> bool:
    return head[:4] in {b"RIFF", b"RF64"} and head[8:12] == b"WAVE"


def _is_mpeg(head: bytes) -> bool:
    return head[:3] == b"ID3" or find_frame(head) is not None


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
