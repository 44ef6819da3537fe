"""Shows what is masked in a user's profile to roles that may see it for a reason."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lib.auth.roles import function_allowed
from lib.data import Refused, reveals
from lib.data.records import REVEALS_OF_USER, User
from lib.ui.shell import notices
from lib.ui.shell.navigation import BY_PATH
from lib.ui.shell.visitor import Visitor, require_role

_REVEALED: Final = "earshot.revealed"


def may_reveal(visitor: Visitor) -> bool:
    """Say whether masked data can be revealed."""
    return function_allowed(visitor.member.role, REVEALS_OF_USER.path)


def revealed(clerk_id: str) -> User | None:
    """Return the user in clear if this tab revealed them; another user's page forgets it."""
    user: User | None = st.session_state.get(_REVEALED)
    if user is not None and user.clerk_id != clerk_id:
        del st.session_state[_REVEALED]
        return None
    return user


@st.dialog("Reveal masked data", icon=":material/visibility:")
def ask(clerk_id: str) -> None:
    """Ask for a reason, which goes on record, then show the user in clear."""
    visitor = require_role("/user")
    st.text("Name and e-mail address are shown in clear. Your reason goes on the audit trail.")
    reason = st.text_input("Reason", key="reveal-reason", max_chars=200, live=True)
    words = (reason or "").strip()
    if st.button("Reveal", type="primary", disabled=not words, key="reveal-now"):
        with notices.failures_told(visitor.caller.request_id, "The reveal"):
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
    """Ask for an exact address or id and a reason, which goes on record, then open the user."""
    visitor = require_role("/users")
    st.text("The search, found or not, and your reason go on the audit trail.")
    value = (st.text_input("E-mail address or Clerk id", key="find-value", live=True) or "").strip()
    reason = st.text_input("Reason", key="find-reason", max_chars=200, live=True)
    words = (reason or "").strip()
    if not st.button("Find", type="primary", disabled=not (value and words), key="find-now"):
        return
    with notices.failures_told(visitor.caller.request_id, "The search"):
        try:
            found = reveals.find_user(visitor.caller, value=value, reason=words)
        except Refused as refused:
            st.text(refused.message)
            return
        if found is None:
            st.text("Nobody has this address or id.")
            return
        st.session_state[_REVEALED] = found
        st.switch_page(BY_PATH["/user"].script, query_params={"id": found.clerk_id})
