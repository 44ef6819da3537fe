"""Legal hold of a session: excludes it from retention, lifecycle rules and erasure."""

from __future__ import annotations

from collections.abc import Callable

from lib.data import Caller, audio_objects, user_sessions
from lib.storage.client import Storage
from lib.storage.tags import set_expiry


def set_hold(
    caller: Caller, worker: Callable[[], Caller], storage: Storage, session_id: str, *, held: bool
) -> int:
    """Place or release a legal hold; can be repeated.

    To place it, the row is changed first, so that the retention job stops immediately; then the
    objects' expiry tags. After a failure half way the row is on hold: repeat the call.

    Args:
        caller: with the role admin; Convex checks and audits it.
        worker: makes a caller with the role worker, to list the recordings.
        storage: the bucket.
        session_id: document id of the session.
        held: whether to hold.

    Returns:
        Number of recordings whose lifecycle changed; 0 where the endpoint has none.

    Raises:
        Refused, Unavailable: Convex.
        StorageError: the change of a tag is not confirmed.
    """
    user_sessions.set_legal_hold(caller, session_id, legal_hold=held)
    changed = 0
    for row in audio_objects.for_session(worker(), session_id):
        # Only analysed recordings have tags.
        if row.status == "stored" and row.peaks_key is not None:
            changed += set_expiry(storage, "retention", row.key, allowed=not held)
    return changed
