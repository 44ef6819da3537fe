"""Audit: who viewed, listened to, exported, revealed or erased what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

import streamlit as st

from lib.data import audit
from lib.data.records import AuditEvent
from lib.product import figures as fmt
from lib.ui.parts import filters, known
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
    Column("About"),
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
    "Changed the labels of a session": "session.label",
    "Placed a legal hold": "session.hold",
    "Released a legal hold": "session.release",
    "Adjudicated a review": "review.decide",
    "Created a queue": "queue.create",
    "Changed a queue": "queue.change",
    "Acknowledged an alert": "alert.acknowledge",
    "Silenced an alert rule": "alert.silence",
    "Ended a silence": "alert.unsilence",
    "Made an API key": "key.create",
    "Rotated an API key": "key.rotate",
    "Revoked an API key": "key.revoke",
}
"""Every audited action, by its label."""

WORDS: Final[Mapping[str, str]] = {action: words for words, action in ACTIONS.items()}
_PAGES: Final = {
    "apiKey": ("/api-keys", ""),
    "reviewQueue": ("/review", "queue"),
    "session": ("/session", "id"),
    "transcript": ("/session", "id"),
    "user": ("/user", "id"),
    "userSession": ("/session", "id"),
}
"""Kind of a subject -> its page, and the parameter that names it there."""


def page_of(event: AuditEvent) -> tuple[str, dict[str, str]] | None:
    """Return the page of an event's subject and its parameters; None if it has none."""
    details = event.details or {}
    session_id = event.session_id or details.get("sessionId")
    if event.subject_type in _PAGES:
        path, name = _PAGES[event.subject_type]
        return path, {name: event.subject_id} if name else {}
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
                Cell(event.actor_name or event.actor_id, _acting(event), title=event.actor_id),
                Cell(WORDS.get(event.action, event.action), event.action),
                _about(event),
                _details(event),
                Cell(event.request_id or fmt.NONE, title=event.request_id or ""),
            ),
            *(page_of(event) or ()),
        )
        for event in events
    ]


def _about(event: AuditEvent) -> Cell:
    """Name what an event is about: the session and its user, the user, or the subject."""
    ids = f"{event.subject_type} {event.subject_id}"
    user = event.user_name or event.user_id or ""
    if event.session_id is not None:
        return Cell(event.session_title or event.session_id, user, title=ids)
    if event.user_id is not None:
        return Cell(user, "user", title=ids)
    return Cell(event.subject_type, event.subject_id, title=ids)


def _details(event: AuditEvent) -> Cell:
    details = {name: value for name, value in (event.details or {}).items() if name != "sessionId"}
    said = ", ".join(f"{name}: {_value(value)}" for name, value in details.items())
    return Cell(said or fmt.NONE, title=said)


def _value(value: object) -> str:
    return " and ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


TABLE: Final = "audit-table"
_PICKED: Final = ("actor", "user", "session", "subject")
_KEYS: Final = ("action", *_PICKED, "since", "until")


def draw(visitor: Visitor) -> None:
    """Draw the page."""
    page_heading(
        "Audit", "Who viewed, listened to, exported, revealed or erased what.", key="audit-heading"
    )
    view = _filters(visitor)
    arguments = _arguments(view)
    pager = Pager("audit", tuple(sorted(view.items())))
    with (
        notices.error_boundary(visitor.caller.request_id, "load the audit trail"),
        st.skeleton(420),
    ):
        page = audit.page(
            visitor.caller,
            cursor=pager.cursor,
            limit=PAGE_SIZE,
            order="desc",
            named=True,
            **arguments,
        )
    if page.items or page.next_cursor:
        table = audit_rows(page.items, visitor.zone)
        record_table("Audit events", AUDIT_COLUMNS, table, key=TABLE)
        pager.controls(len(page.items), page.next_cursor)
    elif view:
        notices.empty("No events match", "Remove a filter, or choose a longer time.")
    else:
        notices.empty("No audit events yet", "Opening a session, for example, adds one.")
    list_export(visitor, "/audit", export_audit, arguments, view)


def _filters(visitor: Visitor) -> dict[str, str]:
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
        filters.picked(
            "Actor",
            "Name or Clerk id of a team member",
            "actor",
            known.members_by_name(visitor),
            lambda clerk_id: known.user_name(visitor, clerk_id),
        )
        filters.picked(
            "Session",
            "Title, user or id",
            "session",
            known.sessions_by_name(visitor),
            lambda session_id: known.session_name(visitor, session_id),
        )
        filters.picked(
            "User",
            "Name or Clerk id",
            "user",
            known.users_by_name(visitor),
            lambda clerk_id: known.user_name(visitor, clerk_id),
        )
        if filters.value_of("subject"):
            # Only of addresses: sessions and users have filters of their own.
            filters.picked("Subject", "Id", "subject", _exactly, lambda subject: subject)
        with filters.chip("Time", "since", "until"):
            filters.days("On or after", "On or before")
        filters.clear_button(_KEYS)
    found: dict[str, object] = {name: st.session_state.get(name) for name in _KEYS}
    found |= {name: st.query_params.get(name) for name in _PICKED}
    return {name: str(value).strip() for name, value in found.items() if value}


def _exactly(words: str) -> list[filters.Option]:
    return [filters.Option(words, words)] if words else []


def _arguments(view: dict[str, str]) -> dict[str, Any]:
    start, end = bounds_of(view.get("since"), view.get("until"))
    found = {
        "action": ACTIONS.get(view.get("action", "")),
        "actor_id": view.get("actor"),
        "subject_id": view.get("subject"),
        "session_id": view.get("session"),
        "user_id": view.get("user"),
        "from_": start,
        "to": end,
    }
    return {name: value for name, value in found.items() if value is not None}
