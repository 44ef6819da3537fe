"""What is said in a cue: markup of WebVTT, SubRip and ASS -> plain text, and who says it."""

from __future__ import annotations

import html
import re
from typing import Final

from lib.data.fields import Speaker
from lib.formats.speakers import Speakers

_VOICE: Final = re.compile(r"<v(?:\.[^\s<>.]+)*[ \t\n]+([^<>]{1,200})>")
_VTT_TAG: Final = re.compile(r"<[^>]*(?:>|\Z)")
# SubRip's own tags, and those of WebVTT that converters leave behind.
_SRT_TAG: Final = re.compile(
    r"</?(?:[biusvc]|font|ruby|rt|lang)(?:[. \t][^<>]{0,200})?>", re.IGNORECASE
)
# Overrides of Advanced SubStation Alpha, as in `{\an8}`; its line breaks and hard blanks.
_ASS_OVERRIDE: Final = re.compile(r"\{\\[^{}\n]{0,500}\}")
_ASS_BREAK: Final = re.compile(r"\\[Nn]")


class MultipleSpeakersError(Exception):
    """Several people speak in one cue."""


def webvtt_text(said: str, speakers: Speakers) -> tuple[Speaker, str]:
    """Return who says the text of a cue of WebVTT, and what.

    Raises:
        MultipleSpeakersError: it has more than one voice.
        UnknownSpeakerError: nobody is known to say it.
    """
    return _spoken(_voices(said), html.unescape(_VTT_TAG.sub("", said)), speakers)


def subrip_text(said: str, speakers: Speakers, has_ass: bool) -> tuple[Speaker, str]:
    """Return who says the text of a cue of SubRip, and what; raises like `webvtt_text`.

    Args:
        said: its lines.
        speakers: who is known.
        has_ass: whether the file has markup of ASS, whose line breaks are then read too.
    """
    text = said
    if has_ass:
        text = _ASS_BREAK.sub("\n", _ASS_OVERRIDE.sub("", text)).replace("\\h", "\u00a0")
    return _spoken(_voices(text), _SRT_TAG.sub("", text), speakers)


def has_ass_markup(text: str) -> bool:
    """Tell whether a file of SubRip has overrides of ASS in it."""
    return _ASS_OVERRIDE.search(text) is not None


def _voices(said: str) -> set[str]:
    return {" ".join(html.unescape(name).split()) for name in _VOICE.findall(said)}


def _spoken(voices: set[str], text: str, speakers: Speakers) -> tuple[Speaker, str]:
    if len(voices) > 1:
        raise MultipleSpeakersError("more than one voice in a cue")
    if not voices:
        return speakers.split(text)
    return speakers.of(voices.pop()), text
