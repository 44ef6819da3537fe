"""The dashboard script: who is there, which pages they have, then the page.

It lies in a folder without `pages/` on purpose: beside one, Streamlit would run page scripts
directly, without this script and so without its check of who is there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import streamlit as st

from lib.auth.members import Denial, Member
from lib.auth.path_kinds import SOCKET_PATH
from lib.auth.roles import page_allowed
from lib.observability.request_id import new_request_id, request_id_bound
from lib.ui.shell import notices
from lib.ui.shell.account.component import account
from lib.ui.shell.denials import report_denial
from lib.ui.shell.navigation import ROUTES, Route
from lib.ui.shell.visitor import who_is_there
from lib.work.services import services

ASSETS: Final = Path(__file__).parents[1] / "parts" / "assets"
SIDEBAR_PIXELS: Final = 230
# What Streamlit's theme options cannot say (WCAG 1.4.3): its captions are too pale to read, and it
# writes white on primary buttons, which are light by night (2.2:1; in the page's own colour 8:1).
READABLE: Final = "[data-testid=stCaptionContainer] {color: inherit; opacity: 0.8}"
READABLE_BY_NIGHT: Final = (
    ":is(button[kind^=primary]:enabled, [data-testid^=stBaseLinkButton-primary])"
    f" {{color: {st.get_option('theme.dark.backgroundColor')}}}"
)


def main() -> None:
    """Draw the dashboard for one run."""
    st.set_page_config(
        page_icon=(ASSETS / "mark.svg").read_text("utf-8"),
        layout="wide",
        initial_sidebar_state=SIDEBAR_PIXELS,
    )
    by_night = st.context.theme.type == "dark"
    st.html(f"<style>{READABLE}{READABLE_BY_NIGHT if by_night else ''}</style>")
    st.logo((ASSETS / "logo.svg").read_text("utf-8"), size="large")
    who = who_is_there()
    if isinstance(who, Denial):
        report_denial(who, SOCKET_PATH)  # which page is meant is not known before its script runs
        notices.signed_out(who.reason)
        return
    services().provisioner.note_arrival(who)
    page = st.navigation(menu_for(who))
    with st.sidebar:
        account(services().authenticator.profile(who))
    with request_id_bound(new_request_id()):
        page.run()


def menu_for(member: Member) -> dict[str, list[st.Page]]:
    """Return all pages by section; those above the member's role are hidden and draw a 403."""
    menu: dict[str, list[st.Page]] = {}
    for route in ROUTES:
        visible = bool(route.section) and page_allowed(member.role, route.path)
        menu.setdefault(route.section if visible else "", []).append(_page(route, visible=visible))
    return menu


def _page(route: Route, *, visible: bool) -> st.Page:
    return st.Page(
        route.script,
        title=_title(route),
        icon=route.icon,
        url_path=route.path.strip("/") or None,
        default=route.path == "/",
        visibility="visible" if visible else "hidden",
    )


def _title(route: Route) -> str:
    """Return what the menu and the browser's tab say: of alerts also how many fire."""
    firing = services().firing if route.path == "/alerts" else 0
    return f"{route.title} ({firing})" if firing else route.title


main()
