"""Recordings: the rows that belong to objects in the bucket, and their life.

Generated from the Convex functions by `python -m codegen`; a test proves that it is current.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Unpack

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
    AUDIO_OBJECTS_NOTE_TAG,
    AUDIO_OBJECTS_START_EXPIRY,
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
    AudioObjectsNoteTagArgs,
    AudioObjectsStartExpiryArgs,
    StartedExpiry,
)


def begin(
    caller: Caller,
    *,
    idempotency_key: str | None = None,
    **arguments: Unpack[AudioObjectsBeginArgs],
) -> AudioObject:
    """Announce a recording of one turn (`sequence`) or of the whole session (no `sequence`).

    It stays `pending` until it is stored. An announcement that is still pending for the same bytes
    is made anew: the same row and key, and the whole time to upload again.

    Raises:
        Refused: NOT_FOUND for an unknown session or interaction; CONFLICT if there is a stored
            recording already, or the key is taken.
    """
    return caller.mutation(AUDIO_OBJECTS_BEGIN, arguments, idempotency_key)


def by_keys(caller: Caller, keys: Sequence[str]) -> tuple[AudioObject, ...]:
    """Return the recordings of up to 200 keys, those that exist, in any order."""
    return caller.query(AUDIO_OBJECTS_BY_KEYS, AudioObjectsByKeysArgs(keys=keys))


def due(caller: Caller, **arguments: Unpack[AudioObjectsDueArgs]) -> Page[AudioObject]:
    """Return one page of the recordings that wait for the worker, oldest first.

    By `kind`: `analysis`, stored ones without one; `abandoned`, pending ones created before
    `before`; `expired`, stored ones that expire at or before it and are not on legal hold;
    `expiring`, those whose objects are to be deleted; `tag` and `untag`, those whose objects are to
    get or lose the tag by which the bucket deletes them.
    """
    return caller.query(AUDIO_OBJECTS_DUE, arguments)


def every(caller: Caller, *, cursor: str | None, limit: int) -> Page[AudioObject]:
    """Return one page of all recordings, the oldest first."""
    return caller.query(AUDIO_OBJECTS_ALL, AudioObjectsAllArgs(cursor=cursor, limit=limit))


def for_session(caller: Caller, session_id: str) -> tuple[AudioObject, ...]:
    """Return the recordings of a session, at most 2,000.

    Those of the whole session come first, then the others by sequence.
    """
    return caller.query(
        AUDIO_OBJECTS_FOR_SESSION, AudioObjectsForSessionArgs(session_id=session_id)
    )


def get(caller: Caller, id: str) -> AudioObject | None:
    """Return the row of a recording, or None."""
    return caller.query(AUDIO_OBJECTS_GET, AudioObjectsGetArgs(id=id))


def mark_analysed(
    caller: Caller,
    *,
    idempotency_key: str | None = None,
    **arguments: Unpack[AudioObjectsMarkAnalysedArgs],
) -> AudioObject:
    """Note what the analysis found.

    A repeat, or a later analysis of the same object, replaces the figures.

    Raises:
        Refused: CONFLICT unless the object is stored.
    """
    return caller.mutation(AUDIO_OBJECTS_MARK_ANALYSED, arguments, idempotency_key)


def mark_expired(caller: Caller, id: str, *, idempotency_key: str | None = None) -> AudioObject:
    """Note that the object was deleted because its privacy window ended.

    The transcript stays.

    Raises:
        Refused: CONFLICT if it was not being deleted and its session is held.
    """
    return caller.mutation(
        AUDIO_OBJECTS_MARK_EXPIRED, AudioObjectsMarkExpiredArgs(id=id), idempotency_key
    )


def mark_missing(
    caller: Caller,
    *,
    idempotency_key: str | None = None,
    **arguments: Unpack[AudioObjectsMarkMissingArgs],
) -> AudioObject:
    """Note that the object is not in the bucket although its row says so.

    With `from_` and `announced_at` only if the row is still as the caller saw it: what was
    announced again, or has arrived meanwhile, is not missing.

    Raises:
        Refused: CONFLICT if it is not.
    """
    return caller.mutation(AUDIO_OBJECTS_MARK_MISSING, arguments, idempotency_key)


def mark_stored(
    caller: Caller, id: str, *, etag: str | None = None, idempotency_key: str | None = None
) -> AudioObject:
    """Note that the object is in the bucket and of the announced size.

    It can be played and analysed from now on.
    """
    return caller.mutation(
        AUDIO_OBJECTS_MARK_STORED, AudioObjectsMarkStoredArgs(id=id, etag=etag), idempotency_key
    )


def note_tag(
    caller: Caller, id: str, tag: Literal["set", "gone"], *, idempotency_key: str | None = None
) -> None:
    """Note that the tag of a recording is `set`, or was looked for and is `gone`.

    What has changed meanwhile stays as it is, and in its queue.
    """
    return caller.mutation(
        AUDIO_OBJECTS_NOTE_TAG, AudioObjectsNoteTagArgs(id=id, tag=tag), idempotency_key
    )


def start_expiry(caller: Caller, *, idempotency_key: str | None = None) -> StartedExpiry:
    """End the next recordings whose window is over, unless their session is held.

    Those that are pending or missing end too, since their objects may come late. From here on
    nobody hears them, a later hold does not keep them, and the worker deletes their objects (`due`
    of the kind `expiring`). `more` says that another call has more to do.
    """
    return caller.mutation(
        AUDIO_OBJECTS_START_EXPIRY, AudioObjectsStartExpiryArgs(), idempotency_key
    )
