"""What can be done about a user: reveal, export, erase; each only for roles that may."""

from __future__ import annotations

import streamlit as st

from lib.auth.roles import Role, allows
from lib.data.records import User
from lib.ui.parts.export_panel import export_steps
from lib.ui.people import erasing, revealing
from lib.ui.shell.navigation import BY_PATH
from lib.ui.shell.visitor import Visitor
from lib.work.exports import Export, Exports
from lib.work.user_export import export_user


def draw(user: User, visitor: Visitor) -> None:
    """Draw the actions that this visitor has, if any."""
    may_reveal = revealing.may_reveal(visitor) and revealing.revealed(user.clerk_id) is None
    is_admin = allows(visitor.member.role, Role.ADMIN)
    if not (may_reveal or is_admin):
        return
    with st.container(horizontal=True):
        if may_reveal and st.button("Reveal masked data", icon=":material/visibility:"):
            revealing.ask(user.clerk_id)
        if is_admin:
            _export(user, visitor)
        if erasing.may_erase(visitor.member) and st.button(
            "Erase", icon=":material/delete_forever:", key="erase"
        ):
            erasing.ask(user.clerk_id)


def filtered_list_link(clerk_id: str) -> None:
    """Draw the link to the list of this user's sessions, with all filters."""
    st.page_link(
        BY_PATH["/sessions"].script,
        label="Filter them",
        icon=":material/filter_alt:",
        query_params={"user": clerk_id},
    )


def _export(user: User, visitor: Visitor) -> None:
    def start(exports: Exports, asking: Visitor) -> Export:
        if not allows(asking.member.role, Role.ADMIN):
            raise PermissionError("the role was taken away")
        reason = str(st.session_state.get(f"export-reason-{user.clerk_id}") or "").strip() or None
        return export_user(exports, asking.member.user_id, asking.caller, user.clerk_id, reason)

    with st.popover("Export data", icon=":material/download:", key="export-user"):
        st.text("Profile, sessions, transcripts and the list of recordings, in one archive.")
        st.text_input(
            "Reason, if it shall be in clear",
            key=f"export-reason-{user.clerk_id}",
            max_chars=200,
            placeholder="Masked without one",
            help="It goes on the audit trail with each part that is revealed.",
        )
        export_steps(visitor, "/user", user.clerk_id, "Start the export", start)
