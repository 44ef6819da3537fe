"""Puts a session on legal hold, and releases it, from its page."""

from __future__ import annotations

import streamlit as st

from lib.auth.roles import function_allowed
from lib.data import Refused
from lib.data.records import USER_SESSIONS_SET_LEGAL_HOLD, UserSession
from lib.storage.errors import StorageError
from lib.ui.shell import notices
from lib.ui.shell.visitor import Visitor
from lib.work.legal_hold import set_hold
from lib.work.services import services


def legal_hold(session: UserSession, visitor: Visitor) -> None:
    """Draw the control for roles that may hold sessions; nothing for others."""
    if not function_allowed(visitor.member.role, USER_SESSIONS_SET_LEGAL_HOLD.path):
        return
    st.subheader("Legal hold", anchor=False)
    if session.legal_hold:
        st.caption("On hold: retention and erasure do not touch this session or its recordings.")
        label, icon = "Release hold", ":material/lock_open:"
    else:
        st.caption(
            "A hold keeps the recordings past the privacy window and blocks erasure of the user."
        )
        label, icon = "Place on hold", ":material/lock:"
    if st.button(label, icon=icon, key="legal-hold"):
        _change(session, visitor, held=not session.legal_hold)


def _change(session: UserSession, visitor: Visitor, *, held: bool) -> None:
    app = services()
    with notices.error_boundary(visitor.caller.request_id, "change the legal hold"):
        try:
            set_hold(visitor.caller, app.worker_caller, app.storage, session.id, held=held)
        except Refused as refused:
            st.text(refused.message)
            return
        except StorageError:
            # The row is changed already; a repeat changes the tags that are left.
            st.text("Storage did not respond for every recording. Try again.")
            return
    st.rerun()
