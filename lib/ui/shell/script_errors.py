"""The view for an exception that nobody expected."""

from __future__ import annotations

import streamlit as st

from lib.observability.logs import get_logger
from lib.observability.request_id import current_request_id, new_request_id

_log = get_logger(__name__)


def show_script_error(error: Exception) -> bool:
    """Log an exception of a page and draw a sentence instead of a traceback.

    Returns:
        True: Streamlit draws no error box of its own.
    """
    request_id = current_request_id() or new_request_id()
    _log.error("page.crashed", exc_info=error, requestId=request_id)
    with st.container(border=True):
        st.subheader("This page failed to load")
        st.text("This is a bug in Earshot. It was logged with the request id.")
        st.text(f"Request id: {request_id}")
    return True
