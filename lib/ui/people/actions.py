"""Actions on a user: reveal, export, erase; each only for roles that are allowed to."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lib.auth.roles import Role, allows, function_allowed
from lib.data import Refused, reveals
from lib.data.records import REVEALS_OF_USER, User
from lib.product.limits import IDENTIFIER_CHARS
from lib.product.phones import phone_number
from lib.ui.parts.export_panel import export_controls
from lib.ui.people import erasing
from lib.ui.shell import notices
from lib.ui.shell.navigation import BY_PATH
from lib.ui.shell.visitor import Visitor, require_role
from lib.work.exports import Export, Exports
from lib.work.user_export import export_user

_REVEALED: Final = "earshot.revealed"


def may_reveal(visitor: Visitor) -> bool:
    """Return whether the visitor may reveal masked data."""
    return function_allowed(visitor.member.role, REVEALS_OF_USER.path)


def revealed(clerk_id: str) -> User | None:
    """Return the unmasked user if revealed in this tab; opening another user drops it."""
    user: User | None = st.session_state.get(_REVEALED)
    if user is not None and user.clerk_id != clerk_id:
        del st.session_state[_REVEALED]
        return None
    return user


@st.dialog("Reveal masked data", icon=":material/visibility:")
def ask(clerk_id: str) -> None:
    """Ask for a reason, which is audited, then show the user unmasked."""
    visitor = require_role("/user")
    st.text("Shows the name and e-mail address unmasked. The audit trail records your reason.")
    reason = st.text_input("Reason", key="reveal-reason", max_chars=IDENTIFIER_CHARS, live=True)
    words = (reason or "").strip()
    if st.button("Reveal", type="primary", disabled=not words, key="reveal-now"):
        with notices.error_boundary(visitor.caller.request_id, "reveal the profile"):
            try:
                st.session_state[_REVEALED] = reveals.of_user(
                    visitor.caller, clerk_id=clerk_id, reason=words
                )
            except Refused as refused:
                st.text(refused.message)
                return
        st.rerun()


@st.dialog("Find a person", icon=":material/person_search:")
def find() -> None:
    """Ask for an exact address, number or id and a reason, which is audited, then open the user."""
    visitor = require_role("/users")
    st.text("The audit trail records the search, found or not, and your reason.")
    label = "E-mail address, phone number or id"
    value = _wanted(st.text_input(label, key="find-value", live=True) or "")
    reason = st.text_input("Reason", key="find-reason", max_chars=IDENTIFIER_CHARS, live=True)
    words = (reason or "").strip()
    if not st.button("Find", type="primary", disabled=not (value and words), key="find-now"):
        return
    with notices.error_boundary(visitor.caller.request_id, "search for the person"):
        try:
            found = reveals.find_user(visitor.caller, value=value, reason=words)
        except Refused as refused:
            st.text(refused.message)
            return
        if found is None:
            st.text("Nobody has this address, number or id.")
            return
        st.session_state[_REVEALED] = found
    st.switch_page(BY_PATH["/user"].script, query_params={"id": found.clerk_id})


def _wanted(typed: str) -> str:
    """Return what was typed; a phone number as it is stored."""
    try:
        return (phone_number(typed) if typed.strip().startswith("+") else None) or typed.strip()
    except ValueError:
        return typed.strip()


def draw(user: User, visitor: Visitor) -> None:
    """Draw the actions that this visitor is allowed to do, if any."""
    can_reveal = may_reveal(visitor) and revealed(user.clerk_id) is None
    is_admin = allows(visitor.member.role, Role.ADMIN)
    if not (can_reveal or is_admin):
        return
    with st.container(horizontal=True):
        if can_reveal and st.button("Reveal masked data", icon=":material/visibility:"):
            ask(user.clerk_id)
        if is_admin:
            _export(user, visitor)
        if erasing.may_erase(visitor.member) and st.button(
            "Erase", icon=":material/delete_forever:", key="erase"
        ):
            erasing.ask(user.clerk_id)


def filtered_list_link(clerk_id: str) -> None:
    """Draw the link to this user's sessions in the list with filters."""
    st.page_link(
        BY_PATH["/sessions"].script,
        label="Filter these sessions",
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
        export_controls(visitor, "/user", user.clerk_id, "Start export", start)
