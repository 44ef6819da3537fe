"""What the listening room opens, and what is taken out of it; both are on the audit trail.

Generated from the Convex functions by `python -m codegen`; a test proves that it is current.
"""

from __future__ import annotations

from lib.data.client import Caller
from lib.data.records import (
    LISTENING_EXPORT_AUDIO,
    LISTENING_OPEN,
    LISTENING_PLAY,
    AudioObject,
    ListeningExportAudioArgs,
    ListeningOpenArgs,
    ListeningPlayArgs,
    OpenedSession,
)


def export_audio(caller: Caller, id: str) -> tuple[AudioObject, ...]:
    """Return the recordings that can be copied; that the caller exports them is on record.

    Those of the whole session come first, then the others by sequence, at most 2,000.

    Raises:
        Refused: NOT_FOUND for an unknown session.
    """
    return caller.mutation_once(LISTENING_EXPORT_AUDIO, ListeningExportAudioArgs(id=id))


def open_session(caller: Caller, id: str, *, note: bool) -> OpenedSession | None:
    """Return the session with its recordings of the whole, or None.

    Recordings of turns come with the turns. With `note`, that the caller viewed it is on record in
    the same transaction.
    """
    return caller.mutation_repeatable(LISTENING_OPEN, ListeningOpenArgs(id=id, note=note))


def play(
    caller: Caller, id: str, *, renewal: bool, idempotency_key: str | None = None
) -> AudioObject | None:
    """Return a recording that the caller is about to hear, or None.

    If it can be played, that the caller hears it (`renewal`: goes on hearing it) is on record in
    the same transaction.
    """
    return caller.mutation(
        LISTENING_PLAY, ListeningPlayArgs(id=id, renewal=renewal), idempotency_key
    )
