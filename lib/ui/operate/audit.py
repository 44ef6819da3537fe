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
_KEYS: Final = ("action", "actor", "subject", "session", "since", "until")


def draw(visitor: Visitor) -> None:
    """Draw the page."""
    page_heading(
        "Audit", "Who viewed, listened to, exported, revealed or erased what.", key="audit-heading"
    )
    view = _filters()
    arguments = _arguments(view)
    pager = Pager("audit", tuple(sorted(view.items())))
    with notices.failures_told(visitor.caller.request_id, "The audit trail"), st.skeleton(420):
        page = audit.page(
            visitor.caller, cursor=pager.cursor, limit=PAGE_SIZE, order="desc", **arguments
        )
    if page.items or page.next_cursor:
        table = audit_rows.audit_rows(page.items, visitor.zone)
        record_table("Audit events", audit_rows.AUDIT_COLUMNS, table, key=TABLE)
        pager.controls(len(page.items), page.next_cursor)
    elif view:
        notices.empty("No event matches", "Who and to what are exact ids. Take a filter away.")
    else:
        notices.empty("Nothing on record yet", "Opening a session is the first thing to appear.")
    list_export(visitor, "/audit", export_audit, arguments, view)


def _filters() -> dict[str, str]:
    """Draw the filters; return those that are set, by their names in the address."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        with filters.chip("Did", "action"):
            st.selectbox(
                "Did",
                list(audit_rows.ACTIONS),
                index=None,
                placeholder="Any act",
                key="action",
                bind="query-params",
            )
        with filters.chip("Who", "actor"):
            filters.exact("Who", "Clerk id of a member", "actor")
        with filters.chip("To what", "subject"):
            filters.exact("To what", "Id of a session, user or recording", "subject")
        with filters.chip("Session", "session"):
            filters.exact("Session", "Id of a session: all that was about it", "session")
        with filters.chip("When", "since", "until"):
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
        "session_id": view.get("session"),
        "from_": start,
        "to": end,
    }
    return {name: value for name, value in found.items() if value is not None}
