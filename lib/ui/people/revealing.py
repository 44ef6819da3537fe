"""Shows what is masked in a user's profile to roles that may see it for a reason."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lib.auth.roles import function_allowed, sees_clear
from lib.data import Refused, reveals
from lib.data.records import REVEALS_OF_USER, User
from lib.ui.shell import notices
from lib.ui.shell.visitor import Visitor, require_role

_REVEALED: Final = "earshot.revealed"


def may_reveal(visitor: Visitor) -> bool:
    """Say whether masked data can be revealed; who sees everything in clear needs no reveal."""
    role = visitor.member.role
    return function_allowed(role, REVEALS_OF_USER.path) and not sees_clear(role)


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
    st.text("Shows the name and e-mail address unmasked. The audit trail records your reason.")
    reason = st.text_input("Reason", key="reveal-reason", max_chars=200, live=True)
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
