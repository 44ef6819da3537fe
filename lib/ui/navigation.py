"""Going to another page from Python, and the order of the list one came from."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from lib.ui.routes import BY_PATH

_NEIGHBOURS = "earshot.neighbours"


def go(path: str, params: Mapping[str, str]) -> None:
    """Open a page; a path that is no page is ignored."""
    route = BY_PATH.get(path)
    if route is not None:
        st.switch_page(route.script, query_params=dict(params))


def remember_list(ids: list[str]) -> None:
    """Keep the order of the list on the screen, for "previous" and "next" of its records."""
    st.session_state[_NEIGHBOURS] = ids


def neighbours_of(record_id: str) -> tuple[str | None, str | None]:
    """Return the records before and after this one in the list the reader came from."""
    ids: list[str] = st.session_state.get(_NEIGHBOURS, [])
    if record_id not in ids:
        return None, None
    index = ids.index(record_id)
    before = ids[index - 1] if index > 0 else None
    after = ids[index + 1] if index + 1 < len(ids) else None
    return before, after
