"""Audit: who viewed, listened to, exported, revealed or erased what."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from lib.data import audit
from lib.ui.operate import audit_rows
from lib.ui.parts import filters
from lib.ui.parts.export_panel import list_export
from lib.ui.parts.page_heading.component import page_heading
from lib.ui.parts.paging import PAGE_SIZE, Pager
from lib.ui.parts.periods import bounds_of
from lib.ui.parts.record_table.component import record_table
from lib.ui.shell import notices
from lib.ui.shell.visitor import Visitor
from lib.work.list_export import export_audit

TABLE: Final = "audit-table"
_KEYS: Final = ("action", "actor", "subject", "since", "until")


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
        table = audit_rows.audit_rows(page.items, visitor.zone)
        record_table("Audit events", audit_rows.AUDIT_COLUMNS, table, key=TABLE)
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
                list(audit_rows.ACTIONS),
                index=None,
                placeholder="Any action",
                key="action",
                bind="query-params",
            )
        with filters.chip("Actor", "actor"):
            filters.exact("Actor", "Clerk user id", "actor")
        with filters.chip("Subject", "subject"):
            filters.exact("Subject", "Id of a session, user or recording", "subject")
        with filters.chip("Time", "since", "until"):
            filters.days("On or after", "On or before")
        filters.clear_button(_KEYS)
    found = {name: st.session_state.get(name) for name in _KEYS}
    return {name: str(value).strip() for name, value in found.items() if value}


def _arguments(view: dict[str, str]) -> dict[str, Any]:
    start, end = bounds_of(view.get("since"), view.get("until"))
    found = {
        "action": audit_rows.ACTIONS.get(view.get("action", "")),
        "actor_id": view.get("actor"),
        "subject_id": view.get("subject"),
        "from_": start,
        "to": end,
    }
    return {name: value for name, value in found.items() if value is not None}
