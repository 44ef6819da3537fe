"""Rows of the recordings in the bucket."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from lib.data.client import Caller
from lib.data.functions import Page
from lib.data.records import (
    AUDIO_OBJECTS_ALL,
    AUDIO_OBJECTS_BEGIN,
    AUDIO_OBJECTS_BY_KEYS,
    AUDIO_OBJECTS_DUE,
    AUDIO_OBJECTS_FOR_SESSION,
    AUDIO_OBJECTS_GET,
    AUDIO_OBJECTS_MARK_ANALYSED,
    AUDIO_OBJECTS_MARK_EXPIRED,
    AUDIO_OBJECTS_MARK_MISSING,
    AUDIO_OBJECTS_MARK_STORED,
    AudioObject,
    AudioObjectsAllArgs,
    AudioObjectsBeginArgs,
    AudioObjectsByKeysArgs,
    AudioObjectsDueArgs,
    AudioObjectsForSessionArgs,
    AudioObjectsGetArgs,
    AudioObjectsMarkAnalysedArgs,
    AudioObjectsMarkExpiredArgs,
    AudioObjectsMarkMissingArgs,
    AudioObjectsMarkStoredArgs,
)


def begin(
    caller: Caller, *, idempotency_key: str | None = None, **audio: Unpack[AudioObjectsBeginArgs]
) -> AudioObject:
    """Note a recording that is about to be uploaded; it stays `pending` until it is stored."""
    return caller.mutation(AUDIO_OBJECTS_BEGIN, audio, idempotency_key)


def get(caller: Caller, audio_object_id: str) -> AudioObject | None:
    """Return the row of a recording."""
    return caller.query(AUDIO_OBJECTS_GET, AudioObjectsGetArgs(id=audio_object_id))


def for_session(caller: Caller, session_id: str) -> tuple[AudioObject, ...]:
    """Return the recordings of a session."""
    return caller.query(
        AUDIO_OBJECTS_FOR_SESSION, AudioObjectsForSessionArgs(session_id=session_id)
    )


def by_keys(caller: Caller, keys: Sequence[str]) -> tuple[AudioObject, ...]:
    """Return the recordings among 1 to 200 keys that have a row, in any order."""
    return caller.query(AUDIO_OBJECTS_BY_KEYS, AudioObjectsByKeysArgs(keys=keys))


def every(caller: Caller, **place: Unpack[AudioObjectsAllArgs]) -> Page[AudioObject]:
    """Return one page of all recordings, the oldest first."""
    return caller.query(AUDIO_OBJECTS_ALL, place)


def due(caller: Caller, **what: Unpack[AudioObjectsDueArgs]) -> Page[AudioObject]:
    """Return one page of recordings that wait for the worker, the oldest first."""
    return caller.query(AUDIO_OBJECTS_DUE, what)


def mark_stored(caller: Caller, **stored: Unpack[AudioObjectsMarkStoredArgs]) -> AudioObject:
    """Note that the object is in the bucket and its length and first bytes were checked."""
    return caller.mutation(AUDIO_OBJECTS_MARK_STORED, stored)


def mark_analysed(caller: Caller, **result: Unpack[AudioObjectsMarkAnalysedArgs]) -> AudioObject:
    """Note the result of the analysis."""
    return caller.mutation(AUDIO_OBJECTS_MARK_ANALYSED, result)


def mark_missing(caller: Caller, audio_object_id: str, reason: str | None = None) -> AudioObject:
    """Note that the bucket does not hold the object."""
    return caller.mutation(
        AUDIO_OBJECTS_MARK_MISSING, AudioObjectsMarkMissingArgs(id=audio_object_id, reason=reason)
    )


def mark_expired(caller: Caller, audio_object_id: str) -> AudioObject:
    """Note that the privacy window ended the object."""
    return caller.mutation(
        AUDIO_OBJECTS_MARK_EXPIRED, AudioObjectsMarkExpiredArgs(id=audio_object_id)
    )
