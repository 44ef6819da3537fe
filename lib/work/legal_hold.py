"""Puts a session on legal hold, and lifts it: retention, lifecycle and erasure leave it alone."""

from __future__ import annotations

from collections.abc import Callable

from lib.data import Caller, audio_objects, user_sessions
from lib.storage.client import Storage
from lib.storage.tags import set_expiry


def set_hold(
    caller: Caller, worker: Callable[[], Caller], storage: Storage, session_id: str, *, held: bool
) -> int:
    """Hold or release a session's recordings; may be repeated.

    The row comes first when holding, so that the retention job stops at once; the objects' expiry
    tags follow. A failure half way leaves the row held: repeat the call.

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
        StorageError: a tag is not known to be changed.
    """
    user_sessions.set_legal_hold(caller, session_id, legal_hold=held)
    changed = 0
    for row in audio_objects.for_session(worker(), session_id):
        # Only what was analysed has ever been tagged.
        if row.status == "stored" and row.peaks_key is not None:
            changed += set_expiry(storage, "retention", row.key, allowed=not held)
    return changed
