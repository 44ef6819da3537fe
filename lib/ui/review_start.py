"""The button that begins a reviewer's work on a queue."""

from __future__ import annotations

import streamlit as st

from lib.data.records import ReviewQueue
from lib.ui import review_work, views
from lib.ui.identity import Visitor


def start_button(visitor: Visitor, queue: ReviewQueue, *, is_first: bool) -> None:
    """Draw it; a press claims the next session and opens it.

    Args:
        visitor: the reviewer.
        queue: to work on.
        is_first: the one to begin with on its page.
    """
    progress = queue.progress
    pressed = st.button(
        "Start reviewing", icon=":material/play_arrow:", width="stretch",
        type="primary" if is_first else "secondary", key=f"start-{queue.id}",
        disabled=queue.state == "closed" or progress.left + progress.in_work == 0,
    )  # fmt: skip
    if pressed:
        with views.failures_told(visitor.caller.request_id, "The next session"):
            found = review_work.start(visitor, queue.id)
        if not found:
            st.toast("Nothing is left for you here: others hold or have done the rest.")
