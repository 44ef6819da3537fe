"""Audit events as rows of a list: in words, each with the page of what it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from lib.data.records import AuditEvent
from lib.product import figures as fmt
from lib.ui.parts.record_table.component import Cell, Column, Row

AUDIT_COLUMNS: Final = (
    Column("When"), Column("Who"), Column("Did"), Column("To"), Column("Details", minor=True),
    Column("Request id"),
)  # fmt: skip
ACTIONS: Final[Mapping[str, str]] = {
    "Viewed a session": "session.view",
    "Viewed a user": "user.view",
    "Listened": "audio.play",
    "Went on listening": "audio.renew",
    "Revealed masked data": "reveal",
    "Looked for a person": "user.find",
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
    session_id = event.session_id or details.get("sessionId")
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


def _acting(event: AuditEvent) -> str:
    if event.impersonator_id is None:
        return event.actor_role
    return f"{event.actor_role}, impersonated by {event.impersonator_id}"


def audit_rows(events: Sequence[AuditEvent], zone: ZoneInfo) -> list[Row]:
    """Return the trail; each event opens the page of what it is about, if that has one."""
    return [
        Row(
            (
                Cell(fmt.moment(event.created_at, zone), title=fmt.utc(event.created_at)),
                Cell(event.actor_id, _acting(event), title=event.actor_id),
                Cell(WORDS.get(event.action, event.action), event.action),
                Cell(event.subject_type, event.subject_id, title=event.subject_id),
                _details(event),
                Cell(event.request_id or fmt.NONE, title=event.request_id or ""),
            ),
            *(page_of(event) or ()),
        )
        for event in events
    ]


def _details(event: AuditEvent) -> Cell:
    said = ", ".join(f"{name}: {value}" for name, value in (event.details or {}).items())
    return Cell(said or fmt.NONE, title=said)
