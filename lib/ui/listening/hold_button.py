"""Puts a session on legal hold, and releases it, from its page."""

from __future__ import annotations

import streamlit as st

from lib.auth.roles import function_allowed
from lib.data import Refused, user_sessions
from lib.data.records import USER_SESSIONS_SET_LEGAL_HOLD, UserSession
from lib.ui.shell import notices
from lib.ui.shell.visitor import Visitor


def legal_hold(session: UserSession, visitor: Visitor, *, pending: bool) -> None:
    """Draw the control for roles that may hold sessions; nothing for others.

    Args:
        session: whose hold it is.
        visitor: who asks.
        pending: whether the bucket's own rule may still delete recordings of the held session.
    """
    if not function_allowed(visitor.member.role, USER_SESSIONS_SET_LEGAL_HOLD.path):
        return
    st.subheader("Legal hold", anchor=False)
    if session.legal_hold:
        st.caption("Held: retention and erasure leave this session and its recordings alone.")
        if pending:
            st.caption(
                "Pending at the bucket: its own rule may still delete recordings until the worker "
                "has removed their tags, usually within a minute."
            )
        label, icon = "Release the hold", ":material/lock_open:"
    else:
        st.caption("Keeps the recordings beyond the privacy window; the user cannot be erased.")
        label, icon = "Put on hold", ":material/lock:"
    if st.button(label, icon=icon, key="legal-hold"):
        _change(session, visitor, held=not session.legal_hold)


def _change(session: UserSession, visitor: Visitor, *, held: bool) -> None:
    with notices.failures_told(visitor.caller.request_id, "The hold"):
        try:
            user_sessions.set_legal_hold(visitor.caller, session.id, legal_hold=held)
        except Refused as refused:
            st.text(refused.message)
            return
    st.rerun()
