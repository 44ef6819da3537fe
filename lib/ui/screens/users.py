"""Users of the product."""

from __future__ import annotations

from typing import Final, Literal

import streamlit as st

from lib.auth.roles import Role
from lib.data import users
from lib.ui import rows, views
from lib.ui.identity import Visitor
from lib.ui.navigation import follow
from lib.ui.page_heading.component import page_heading
from lib.ui.paging import PAGE_SIZE, Pager
from lib.ui.record_table.component import record_table

_Sort = Literal["createdAt", "lastSeenAt"]
_Status = Literal["active", "banned", "deleted", "erasing"]
_SORTS: Final[dict[str, _Sort]] = {"Last seen": "lastSeenAt", "Newest": "createdAt"}
_STATUSES: Final[dict[str, _Status]] = {
    "Active": "active", "Banned": "banned", "Erasing": "erasing", "Deleted": "deleted",
}  # fmt: skip


def draw(visitor: Visitor) -> None:
    """Draw the page."""
    follow("users-table")
    page_heading("Users", "People who use the product, and how to find one.", key="users-heading")
    search, status, sort = _filters(visitor)
    pager = Pager("users", (search, status, sort))
    with views.failures_told(visitor.caller.request_id, "The list of users"), st.skeleton(420):
        page = users.page(
            visitor.caller, kind="product", search=search or None, status=status, sort=sort,
            order="desc", cursor=pager.cursor, limit=PAGE_SIZE,
        )  # fmt: skip
    if not page.items:
        _empty(searched=bool(search or status))
        return
    table = rows.user_rows(page.items, visitor.zone)
    record_table("Users", rows.USER_COLUMNS, table, key="users-table")
    pager.controls(len(page.items), page.next_cursor)


def _filters(visitor: Visitor) -> tuple[str, _Status | None, _Sort]:
    # Only who sees addresses in clear finds users by them.
    sees_addresses = visitor.member.role is Role.ADMIN
    placeholder = "Name, e-mail or id" if sees_addresses else "Name or id"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        search = st.text_input(
            "Search", placeholder=placeholder, key="q", bind="query-params",
            icon=":material/search:", max_chars=200, label_visibility="collapsed", width=340,
        )  # fmt: skip
        status = st.pills(
            "Status", list(_STATUSES), key="status", bind="query-params",
            label_visibility="collapsed",
        )  # fmt: skip
        sort = st.segmented_control(
            "Sort", list(_SORTS), default="Last seen", required=True, key="sort",
            bind="query-params", label_visibility="collapsed", disabled=bool(search.strip()),
        )  # fmt: skip
    return search.strip(), _STATUSES.get(status or ""), _SORTS[sort or "Last seen"]


def _empty(*, searched: bool) -> None:
    if searched:
        views.empty("Nobody matches", "Search finds words of names, addresses and Clerk ids.")
    else:
        views.empty(
            "No users yet",
            "They appear with their first session, with a Clerk webhook, or by the back-fill "
            "command: python -m lib backfill",
        )
