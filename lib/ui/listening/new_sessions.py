"""Tells of sessions that are newer than the list on the screen, without moving the list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import streamlit as st

from lib.auth.backend_api import ApiUnavailableError
from lib.data import DataError, user_sessions
from lib.observability.logs import get_logger
from lib.ui.shell import notices
from lib.ui.shell.visitor import require_role

POLL_SECONDS: Final = 15

_log = get_logger(__name__)


@st.fragment(run_every=POLL_SECONDS)
def new_sessions(newest: datetime, arguments: Mapping[str, Any]) -> None:
    """Ask now and then, and offer to show what is new. Draws nothing while there is nothing.

    Args:
        newest: start of the newest session on the screen.
        arguments: filters of the list.
    """
    visitor = require_role("/sessions")
    try:
        found = user_sessions.newer(visitor.caller, after=newest, **arguments)
    except PermissionError as error:
        notices.signed_out(str(error))
        return
    except (DataError, ApiUnavailableError) as error:
        # The list on the screen is as good as before; the next poll may get through.
        _log.info("sessions.newer_unknown", reason=type(error).__name__)
        return
    if not found.count:
        return
    number = f"{found.count}+" if found.more else str(found.count)
    what = "new session" if number == "1" else "new sessions"
    if st.button(f"Show {number} {what}", icon=":material/arrow_upward:", key="show-new-sessions"):
        st.rerun()
