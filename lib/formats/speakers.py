"""Who speaks: names in transcripts -> user, assistant, system or tool."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from lib.data.fields import Speaker

_KNOWN: Final[dict[str, Speaker]] = {
    "user": "user",
    "customer": "user",
    "caller": "user",
    "human": "user",
    "assistant": "assistant",
    "agent": "assistant",
    "bot": "assistant",
    "ai": "assistant",
    "model": "assistant",
    "system": "system",
    "developer": "system",
    "tool": "tool",
    "function": "tool",
}
_NAME_CHARS: Final = 80
# "Name: text", "[NAME]: text" and "(name) text", perhaps after a dash: as much as can be a name.
_PREFIX: Final = re.compile(
    rf"(?:(?:[-\u2013\u2014]|>>)[ \t]*)?"
    rf"(?:\[([^\[\]\n]{{1,{_NAME_CHARS}}})\]:?[ \t]?"
    rf"|\(([^()\n]{{1,{_NAME_CHARS}}})\):?[ \t]?"
    rf"|([^:\n]{{1,{_NAME_CHARS}}}):[ \t]?)"
)
# What diarisation calls people: no words that anybody said.
_LABEL: Final = re.compile(r"(?:speaker|spk|channel)[ _]?[0-9A-Z?]{1,3}|[A-Z]", re.IGNORECASE)


class UnknownSpeakerError(Exception):
    """Nobody is known to have spoken; the message says what to do."""


def known_role(name: str) -> Speaker | None:
    """Return who a name stands for in every format, in any case; None if it stands for nobody."""
    return _KNOWN.get(_key(name))


@dataclass(frozen=True, slots=True)
class Speakers:
    """The names that are known.

    Attributes:
        named: further names, in lower case.
        default: who speaks where no name stands; None refuses such turns.
    """

    named: Mapping[str, Speaker] = field(default_factory=dict)
    default: Speaker | None = None

    def of(self, name: str) -> Speaker:
        """Return who a name stands for.

        Raises:
            UnknownSpeakerError: nobody knows.
        """
        found = self._find(name)
        if found is None:
            raise UnknownSpeakerError(_ask_for(name))
        return found

    def split(self, text: str) -> tuple[Speaker, str]:
        """Return who says a text that may begin with a name, and what they say.

        Raises:
            UnknownSpeakerError: it begins with no known name, and there is no default.
        """
        match = _PREFIX.match(text)
        name = (match[1] or match[2] or match[3]) if match else ""
        speaker = self._find(name)
        if match and speaker:
            return speaker, text[match.end() :]
        if self.default is not None:
            return self.default, text
        if _LABEL.fullmatch(name):
            raise UnknownSpeakerError(_ask_for(name))
        raise UnknownSpeakerError(
            "no known speaker: use --speaker NAME=ROLE or --default-speaker ROLE"
        )

    def _find(self, name: str) -> Speaker | None:
        return self.named.get(_key(name)) or known_role(name)


def _key(name: str) -> str:
    return " ".join(name.split()).lower()


def _ask_for(name: str) -> str:
    if _LABEL.fullmatch(name):
        return f'the speaker is not known: name them with --speaker "{name}=ROLE"'
    return "the speaker is not known: name them with --speaker NAME=ROLE"
