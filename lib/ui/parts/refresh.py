"""Automatic refresh of a part of a page, without flicker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from lib.observability.request_id import new_request_id, request_id_bound
from lib.ui.shell.visitor import Visitor, require_role

_EVERY: Final[dict[str, float | None]] = {"Off": None, "30 s": 30.0, "1 min": 60.0}


def refresh_picker() -> float | None:
    """Draw the picker of the refresh interval; return seconds, None for never."""
    chosen = st.segmented_control(
        "Refresh",
        list(_EVERY),
        default="Off",
        required=True,
        key="refresh",
        bind="query-params",
        label_visibility="collapsed",
        format_func=lambda label: "No refresh" if label == "Off" else f"Every {label}",
    )
    return _EVERY[chosen or "Off"]


def auto_refresh(path: str, every: float | None, draw: Callable[[Visitor], None]) -> None:
    """Draw a part now and at an interval; the role is checked each time.

    Args:
        path: of the page, as in `permissions.json`.
        every: seconds; None draws once.
        draw: draws it; what it draws is replaced in place.
    """

    @st.fragment(run_every=every)
    def part() -> None:
        with request_id_bound(new_request_id()):
            draw(require_role(path))

    part()


@contextmanager
def skeleton(height: int) -> Iterator[None]:
    """Show a skeleton while loading, except during an automatic refresh."""
    context = get_script_run_ctx()
    if context is not None and context.fragment_ids_this_run:
        # Takes the skeleton's place, so that the elements below keep their positions.
        st.empty()
        yield
        return
    with st.skeleton(height):
        yield
