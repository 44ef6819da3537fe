"""Who speaks: names in transcripts -> user, assistant or system."""

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
    "system": "system",
}
_NAME_CHARS: Final = 80
# "Name: text": as much of a line as can be a name.
_PREFIX: Final = re.compile(rf"([^:\n]{{1,{_NAME_CHARS}}}):[ \t]?")


class NobodyError(Exception):
    """Nobody is known to have spoken; the message says what to do."""


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
            NobodyError: nobody knows.
        """
        found = self._find(name)
        if found is None:
            raise NobodyError("the speaker is not known: name them with --speaker NAME=ROLE")
        return found

    def split(self, text: str) -> tuple[Speaker, str]:
        """Return who says a text that may begin with `Name: `, and what they say.

        Raises:
            NobodyError: it begins with no known name, and there is no default.
        """
        match = _PREFIX.match(text)
        speaker = self._find(match[1]) if match else None
        if match and speaker:
            return speaker, text[match.end() :]
        if self.default is None:
            raise NobodyError("no known speaker: use --speaker NAME=ROLE or --default-speaker ROLE")
        return self.default, text

    def _find(self, name: str) -> Speaker | None:
        key = " ".join(name.split()).lower()
        return self.named.get(key) or _KNOWN.get(key)
