"""Pagination by cursor: forward with the next cursor, back through the visited pages."""

from __future__ import annotations

from collections.abc import Hashable

import streamlit as st

PAGE_SIZE = 50
_PARAM = "cursor"
_MOST_SEEN = 200


class Pager:
    """Position in a list. The cursor is in the address, so the page can be shared.

    Args:
        name: of the list, unique in the dashboard.
        filters: of the list; a change goes back to the first page.
    """

    def __init__(self, name: str, filters: Hashable) -> None:
        self._key = f"earshot.pager.{name}"
        known = st.session_state.get(self._key)
        if known is None or known["filters"] != filters:
            if known is not None:
                st.query_params.pop(_PARAM, None)
            known = {"filters": filters, "seen": []}
            st.session_state[self._key] = known
        self._seen: list[str | None] = known["seen"]

    @property
    def cursor(self) -> str | None:
        """Cursor of the page to show; None for the first."""
        return st.query_params.get(_PARAM) or None

    def controls(self, shown: int, next_cursor: str | None) -> None:
        """Draw "Previous" and "Next" below a list, if there is more than one page.

        Args:
            shown: records on this page.
            next_cursor: of the next page.
        """
        if self.cursor is None and next_cursor is None:
            st.caption(f"{shown} in total")
            return
        left, middle, right = st.columns([1, 2, 1], vertical_alignment="center")
        left.button(
            "Previous",
            icon=":material/chevron_left:",
            disabled=self.cursor is None,
            on_click=self._back,
            key=f"{self._key}.back",
            width="stretch",
        )
        page = f"page {len(self._seen) + 1}, " if self._seen or self.cursor is None else ""
        middle.caption(f"{page}{shown} shown", text_alignment="center")
        right.button(
            "Next",
            icon=":material/chevron_right:",
            icon_position="right",
            disabled=next_cursor is None,
            on_click=self._forward,
            args=(next_cursor,),
            key=f"{self._key}.next",
            width="stretch",
        )

    def _forward(self, cursor: str) -> None:
        self._seen.append(self.cursor)
        del self._seen[:-_MOST_SEEN]
        st.query_params[_PARAM] = cursor

    def _back(self) -> None:
        # A reader who came by a link has no visited pages: "Previous" is then the first page.
        before = self._seen.pop() if self._seen else None
        if before is None:
            st.query_params.pop(_PARAM, None)
        else:
            st.query_params[_PARAM] = before
