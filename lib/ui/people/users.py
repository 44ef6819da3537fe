"""Users of the product."""

from __future__ import annotations

from typing import Final, Literal

import streamlit as st

from lib.data import users
from lib.ui.parts import filters
from lib.ui.parts.page_heading.component import page_heading
from lib.ui.parts.pager import PAGE_SIZE, Pager
from lib.ui.parts.record_table.component import record_table
from lib.ui.people import actions, user_rows
from lib.ui.shell import notices
from lib.ui.shell.visitor import Visitor

TABLE: Final = "users-table"

_Sort = Literal["createdAt", "lastSeenAt"]
_Order = Literal["asc", "desc"]
_Status = Literal["active", "banned", "deleted", "erasing"]
_SORTS: Final[dict[str, tuple[_Sort, _Order]]] = {
    "Recently seen": ("lastSeenAt", "desc"),
    "Least recently seen": ("lastSeenAt", "asc"),
    "Newest first": ("createdAt", "desc"),
    "Oldest first": ("createdAt", "asc"),
}
_STATUSES: Final[dict[str, _Status]] = {
    "Active": "active",
    "Banned": "banned",
    "Erasing": "erasing",
    "Deleted": "deleted",
}
_DEFAULT: Final = "Recently seen"


def draw(visitor: Visitor) -> None:
    """Draw the page."""
    page_heading("Users", "People who use the product.", key="users-heading")
    search, status, sort = _filters(visitor)
    by, order = _SORTS[sort]
    pager = Pager("users", (search, status, sort))
    with notices.error_boundary(visitor.caller.request_id, "load the users"), st.skeleton(420):
        page = users.page(
            visitor.caller,
            kind="product",
            search=search or None,
            status=status,
            sort=by,
            order=order,
            cursor=pager.cursor,
            limit=PAGE_SIZE,
        )
    if not page.items and page.next_cursor is None:
        _empty(searched=bool(search or status))
        return
    table = user_rows.user_rows(page.items, visitor.zone)
    record_table("Users", user_rows.USER_COLUMNS, table, key=TABLE)
    pager.controls(len(page.items), page.next_cursor)


def _filters(visitor: Visitor) -> tuple[str, _Status | None, str]:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        search = filters.search_field("Name or id", width=340)
        status = filters.choice("Status", list(_STATUSES), "status")
        sort = st.selectbox(
            "Sort",
            list(_SORTS),
            key="sort",
            bind="query-params",
            width=190,
            label_visibility="collapsed",
            disabled=bool(search),
            help="Search results are sorted by the words that match." if search else None,
        )
        filters.clear_button(("status",))
        if actions.may_reveal(visitor) and st.button(
            "Find a person", icon=":material/person_search:", key="find-person"
        ):
            actions.find()
    return search, _STATUSES.get(status), sort or _DEFAULT


def _empty(*, searched: bool) -> None:
    if searched:
        notices.empty(
            "No users match", "Search matches words of names and Clerk ids, as they are shown."
        )
    else:
        notices.empty(
            "No users yet",
            "They appear with their first session, with a Clerk webhook, or by the back-fill "
            "command: python -m lib backfill",
        )
