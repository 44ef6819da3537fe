"""What the listening room opens, and what is taken out of it."""

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


def open_session(caller: Caller, session_id: str, *, note: bool) -> OpenedSession | None:
    """Return a session with its recordings of the whole; those of turns come with the turns.

    Args:
        caller: who looks.
        session_id: document id.
        note: put on record that the caller viewed it; an answer that got lost is asked for again,
            and the view may then be on record twice.
    """
    # Without an idempotency key: what people said must not be kept as a stored answer.
    return caller.mutation_repeatable(LISTENING_OPEN, ListeningOpenArgs(id=session_id, note=note))


def play(caller: Caller, audio_object_id: str, *, renewal: bool) -> AudioObject | None:
    """Return a recording that the caller is about to hear.

    That they hear it is on record if it can be played: it is stored, and not found corrupt.

    Args:
        caller: who listens.
        audio_object_id: document id.
        renewal: they go on hearing it.
    """
    return caller.mutation(LISTENING_PLAY, ListeningPlayArgs(id=audio_object_id, renewal=renewal))


def export_audio(caller: Caller, session_id: str) -> tuple[AudioObject, ...]:
    """Return the recordings that can be copied; that the caller exports them is on record."""
    return caller.mutation_once(LISTENING_EXPORT_AUDIO, ListeningExportAudioArgs(id=session_id))
