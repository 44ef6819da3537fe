"""Audit events in words: what was done, and which page shows to what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lib.data.records import AuditEvent

ACTIONS: Final[Mapping[str, str]] = {
    "Viewed a session": "session.view",
    "Viewed a user": "user.view",
    "Listened": "audio.play",
    "Went on listening": "audio.renew",
    "Revealed masked data": "reveal",
    "Exported a transcript": "transcript.export",
    "Exported a recording": "audio.export",
    "Exported sessions": "session.export",
    "Exported a user": "user.export",
    "Exported the audit trail": "audit.export",
    "Exported reviews": "review.export",
    "Erased a user": "erase",
    "Held a session": "session.hold",
    "Released a session": "session.release",
    "Decided a dispute": "review.decide",
    "Created a queue": "queue.create",
    "Changed a queue": "queue.change",
    "Acknowledged an alert": "alert.acknowledge",
    "Silenced a rule": "alert.silence",
    "Ended a silence": "alert.unsilence",
}
"""Every action that Convex records, by how it is chosen and shown."""

WORDS: Final[Mapping[str, str]] = {action: words for words, action in ACTIONS.items()}
_SESSION_SUBJECTS: Final = frozenset({"userSession", "session", "transcript"})


def page_of(event: AuditEvent) -> tuple[str, dict[str, str]] | None:
    """Return the page of what an event is about, with its parameters; None if it has none."""
    details = event.details or {}
    session_id = details.get("sessionId")
    if event.subject_type in _SESSION_SUBJECTS:
        return "/session", {"id": event.subject_id}
    if event.subject_type == "user":
        return "/user", {"id": event.subject_id}
    if event.subject_type == "audioObject" and isinstance(session_id, str):
        return "/session", {"id": session_id}
    if event.subject_type == "userSessions":
        return "/sessions", {
            name: str(value) for name, value in details.items() if name != "format"
        }
    return None
