"""Short-lived playback URLs, issued after Convex has checked and audited the access."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from lib.data import Caller, listening
from lib.data.records import AudioObject
from lib.storage.client import Storage
from lib.storage.formats import format_of_content_type
from lib.storage.objects import read_small
from lib.storage.peaks import MAX_PEAKS_BYTES
from lib.storage.urls import sign_get

Unplayable = Literal["unknown", "pending", "expired", "deleted", "missing", "corrupt"]


class NotPlayableError(Exception):
    """The recording is in a state that cannot be played.

    Attributes:
        state: of the recording; for `corrupt`, `reason` has the flaw.
        reason: from `lib.storage.decode.FLAWS` or of the missing object; may be empty.
    """

    def __init__(self, state: Unplayable, reason: str = "") -> None:
        super().__init__(f"{state}: {reason}" if reason else state)
        self.state = state
        self.reason = reason


@dataclass(frozen=True, slots=True, repr=False)
class Playback:
    """A URL that serves one recording until `expires_at` (each range request must start before).

    What browsers do not play (`plays_in_browsers`) is served as well: other programs play it.
    """

    audio: AudioObject
    url: str
    expires_at: datetime


def issue_url(
    caller: Caller, storage: Storage, audio_object_id: str, *, renewal: bool = False
) -> Playback:
    """Return a playback URL after Convex has checked the caller's role and audited the access.

    If the audit event cannot be written, no URL is issued.

    Args:
        caller: with the listener's own token; Convex decides whether the role suffices.
        storage: the bucket.
        audio_object_id: document id of the recording.
        renewal: an earlier URL is about to expire.

    Raises:
        NotPlayableError: the recording cannot be played.
        Refused, Unavailable: Convex.
        StorageError: there are no credentials to sign with.
    """
    row = listening.play(caller, audio_object_id, renewal=renewal)
    if row is None:
        raise NotPlayableError("unknown")
    if row.status != "stored":
        raise NotPlayableError(row.status, row.reason or "")
    if row.analysis == "corrupt":
        raise NotPlayableError("corrupt", row.reason or "")
    signed = sign_get(storage, row.key)
    return Playback(row, signed.url, signed.expires_at)


def plays_in_browsers(audio: AudioObject) -> bool | None:
    """Tell whether browsers play the codec of a recording; None while it is not known."""
    return format_of_content_type(audio.content_type).plays_in_browsers(audio.codec)


def waveform(storage: Storage, audio: AudioObject) -> bytes | None:
    """Return the stored waveform (docs/storage.md), None if there is none yet.

    Waits at most 3 seconds.

    Raises:
        StorageError: the bucket did not answer in time, or lost it.
    """
    if audio.peaks_key is None or audio.status != "stored":
        return None
    return read_small(storage, "reader", audio.peaks_key, MAX_PEAKS_BYTES)
