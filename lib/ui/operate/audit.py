"""Audit: who viewed, listened to, exported, revealed or erased what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

import streamlit as st

from lib.data import audit
from lib.data.records import AuditEvent
from lib.product import figures as fmt
from lib.ui.parts import filters
from lib.ui.parts.export_panel import list_export
from lib.ui.parts.page_heading.component import page_heading
from lib.ui.parts.pager import PAGE_SIZE, Pager
from lib.ui.parts.periods import bounds_of
from lib.ui.parts.record_table.component import Cell, Column, Row, record_table
from lib.ui.shell import notices
from lib.ui.shell.visitor import Visitor
from lib.work.list_export import export_audit

AUDIT_COLUMNS: Final = (
    Column("Time"),
    Column("Actor"),
    Column("Action"),
    Column("Subject"),
    Column("Details", minor=True),
    Column("Request id"),
)
ACTIONS: Final[Mapping[str, str]] = {
    "Viewed a session": "session.view",
    "Viewed a user": "user.view",
    "Played a recording": "audio.play",
    "Renewed a playback URL": "audio.renew",
    "Revealed masked data": "reveal",
    "Looked for a person": "user.find",
    "Exported a transcript": "transcript.export",
    "Exported a recording": "audio.export",
    "Exported sessions": "session.export",
    "Exported a user": "user.export",
    "Exported the audit trail": "audit.export",
    "Exported reviews": "review.export",
    "Erased a user": "erase",
    "Placed a legal hold": "session.hold",
    "Released a legal hold": "session.release",
    "Adjudicated a review": "review.decide",
    "Created a queue": "queue.create",
    "Changed a queue": "queue.change",
    "Acknowledged an alert": "alert.acknowledge",
    "Silenced an alert rule": "alert.silence",
    "Ended a silence": "alert.unsilence",
}
"""Every audited action, by its label."""

WORDS: Final[Mapping[str, str]] = {action: words for words, action in ACTIONS.items()}
_SESSION_SUBJECTS: Final = frozenset({"userSession", "session", "transcript"})


def page_of(event: AuditEvent) -> tuple[str, dict[str, str]] | None:
    """Return the page of an event's subject and its parameters; None if it has none."""
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
    """Return audit events; each opens the page of its subject, if there is one."""
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


TABLE: Final = "audit-table"
_KEYS: Final = ("action", "actor", "subject", "session", "since", "until")


def draw(visitor: Visitor) -> None:
    """Draw the page."""
    page_heading(
        "Audit", "Who viewed, listened to, exported, revealed or erased what.", key="audit-heading"
    )
    view = _filters()
    arguments = _arguments(view)
    pager = Pager("audit", tuple(sorted(view.items())))
    with (
        notices.error_boundary(visitor.caller.request_id, "load the audit trail"),
        st.skeleton(420),
    ):
        page = audit.page(
            visitor.caller, cursor=pager.cursor, limit=PAGE_SIZE, order="desc", **arguments
        )
    if page.items or page.next_cursor:
        table = audit_rows(page.items, visitor.zone)
        record_table("Audit events", AUDIT_COLUMNS, table, key=TABLE)
        pager.controls(len(page.items), page.next_cursor)
    elif view:
        notices.empty("No events match", "Actor and subject must be exact ids. Remove a filter.")
    else:
        notices.empty("No audit events yet", "Opening a session, for example, adds one.")
    list_export(visitor, "/audit", export_audit, arguments, view)


def _filters() -> dict[str, str]:
    """Draw the filters; return those that are set, by their names in the address."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        with filters.chip("Action", "action"):
            st.selectbox(
                "Action",
                list(ACTIONS),
                index=None,
                placeholder="Any action",
                key="action",
                bind="query-params",
            )
        with filters.chip("Actor", "actor"):
            filters.exact("Actor", "Clerk user id", "actor")
        with filters.chip("Subject", "subject"):
            filters.exact("Subject", "Id of a session, user or recording", "subject")
        with filters.chip("Session", "session"):
            filters.exact("Session", "Id of a session: every event about it", "session")
        with filters.chip("Time", "since", "until"):
            filters.days("On or after", "On or before")
        filters.clear_button(_KEYS)
    found = {name: st.session_state.get(name) for name in _KEYS}
    return {name: str(value).strip() for name, value in found.items() if value}


def _arguments(view: dict[str, str]) -> dict[str, Any]:
    start, end = bounds_of(view.get("since"), view.get("until"))
    found = {
        "action": ACTIONS.get(view.get("action", "")),
        "actor_id": view.get("actor"),
        "subject_id": view.get("subject"),
        "session_id": view.get("session"),
        "from_": start,
        "to": end,
    }
    return {name: value for name, value in found.items() if value is not None}
