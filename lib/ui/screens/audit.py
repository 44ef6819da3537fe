"""Audit: who viewed, listened to, exported or erased what."""

from __future__ import annotations

import streamlit as st

from lib.data import audit
from lib.ui import rows, views
from lib.ui.identity import Visitor
from lib.ui.navigation import follow
from lib.ui.page_heading.component import page_heading
from lib.ui.paging import PAGE_SIZE, Pager
from lib.ui.record_table.component import record_table


def draw(visitor: Visitor) -> None:
    """Draw the page."""
    follow("audit-table")
    page_heading(
        "Audit", "Who viewed, listened to, exported, revealed or erased what.", key="audit-heading"
    )
    with st.container(horizontal=True):
        actor = _exact("Who", "Clerk id of a member", "actor")
        subject = _exact("To what", "Id of a session, user or recording", "subject")
        action = _exact("Did", "Action, for instance session.view", "action")
    pager = Pager("audit", (actor, subject, action))
    with views.failures_told(visitor.caller.request_id, "The audit trail"), st.skeleton(420):
        page = audit.page(
            visitor.caller, actor_id=actor, subject_id=subject, action=action, order="desc",
            cursor=pager.cursor, limit=PAGE_SIZE,
        )  # fmt: skip
    if not page.items:
        if actor or subject or action:
            views.empty("No event matches", "The fields look for exact values.")
        else:
            views.empty("Nothing on record yet", "Opening a session is the first thing to appear.")
        return
    table = rows.audit_rows(page.items, visitor.zone)
    record_table("Audit events", rows.AUDIT_COLUMNS, table, key="audit-table")
    pager.controls(len(page.items), page.next_cursor)


def _exact(label: str, hint: str, key: str) -> str | None:
    value = st.text_input(label, placeholder=hint, key=key, bind="query-params", max_chars=200)
    return value.strip() or None
