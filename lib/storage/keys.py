"""Names of objects in the bucket: built here, parsed here, anything else is refused.

    audio/v1/{yyyy}/{mm}/{dd}/{session id}/{object id}.{extension}     a recording
    audio/v1/{yyyy}/{mm}/{dd}/{session id}/{object id}.peaks.json      its waveform
    probe/{object id}                                                   the storage probe's own

The date is the UTC day of the upload's begin. The object id is random and never used twice, since
not every S3 server honours conditional writes. Keys hold no personal data: they reach logs,
inventories and URLs.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Self

from lib.storage.formats import FORMATS, format_of_content_type

AUDIO_PREFIX = "audio/v1/"
PROBE_PREFIX = "probe/"

_PEAKS = "peaks.json"
# The same grammar as in convex/model/audio.ts: tests/storage/audio_keys.json has cases for both.
_KEY = re.compile(
    r"audio/v1/(2[01]\d{2})/(\d{2})/(\d{2})/([0-9A-Za-z]{16,64})/([0-9a-f]{32})\."
    rf"({re.escape(_PEAKS)}|{'|'.join(item.extension for item in FORMATS)})",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class AudioKey:
    """Key of one recording, or of its waveform.

    Attributes:
        day: UTC day on which the upload began.
        session_id: document id of the session.
        object_id: 32 random hexadecimal digits.
        extension: `wav`, `mp3`, ... or `peaks.json`.
    """

    day: date
    session_id: str
    object_id: str
    extension: str

    @classmethod
    def new(
        cls, session_id: str, content_type: str, now: datetime | None = None, object_id: str = ""
    ) -> Self:
        """Make the key of a new recording.

        Args:
            session_id: document id of the session.
            content_type: decides the extension.
            now: moment of the upload's begin.
            object_id: 32 hexadecimal digits that nobody used before; default random.

        Raises:
            ValueError: the content type is not accepted, or an id is malformed.
        """
        extension = format_of_content_type(content_type).extension
        day = (now or datetime.now(UTC)).astimezone(UTC).date()
        return cls.parse(str(cls(day, session_id, object_id or secrets.token_hex(16), extension)))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a key.

        Raises:
            ValueError: `text` is not exactly a key that `new` or `peaks` makes.
        """
        match = _KEY.fullmatch(text)
        if not match:
            raise ValueError("not an audio key")
        year, month, day, session_id, object_id, extension = match.groups()
        return cls(date(int(year), int(month), int(day)), session_id, object_id, extension)

    @property
    def peaks(self) -> AudioKey:
        """Key of the waveform of this recording."""
        return AudioKey(self.day, self.session_id, self.object_id, _PEAKS)

    @property
    def stem(self) -> str:
        """What a recording and its waveform have in common."""
        return f"{AUDIO_PREFIX}{self.day:%Y/%m/%d}/{self.session_id}/{self.object_id}"

    def __str__(self) -> str:
        return f"{self.stem}.{self.extension}"


def peaks_key(key: str) -> str:
    """Return the key of the waveform of the recording at `key`.

    Raises:
        ValueError: `key` is not an audio key.
    """
    return str(AudioKey.parse(key).peaks)


def stem_of(key: str) -> str:
    """Return what a recording and its waveform have in common, of any text.

    Rows may hold keys of an older, wider grammar: what is stored under them must go all the same.
    """
    return key.partition(".")[0]


def both_keys(key: str) -> tuple[str, str]:
    """Return the key of a recording and that of its waveform, of any text as `stem_of`."""
    return key, f"{stem_of(key)}.{_PEAKS}"


NEVER_WRITTEN = PROBE_PREFIX + "never-written"
"""No object has this name: asking for it and hearing that it is missing shows that all is well."""


def new_probe_key() -> str:
    """Return a key of the probe that no other probe has used."""
    return PROBE_PREFIX + secrets.token_hex(16)
