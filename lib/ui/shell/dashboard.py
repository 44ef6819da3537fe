"""The dashboard script: checks who is signed in, builds the menu, runs the page.

Its folder must not contain `pages/`: otherwise Streamlit runs page scripts directly, without this
script and its check.
"""

from __future__ import annotations

from typing import Final

import streamlit as st

from lib.auth.members import Denial, Member
from lib.auth.path_kinds import SOCKET_PATH
from lib.auth.roles import page_allowed
from lib.observability.request_id import new_request_id, request_id_bound
from lib.product.logo import LOGO, MARK
from lib.ui.shell import notices
from lib.ui.shell.account.component import account
from lib.ui.shell.navigation import ROUTES, Route, refused_values
from lib.ui.shell.visitor import current_member, report_denial
from lib.work.services import services

SIDEBAR_PIXELS: Final = 230
BADGE_SECONDS: Final = 10.0
"""How long the number of firing alerts in the menu may be behind this process."""
# Contrast that Streamlit's theme options cannot set (WCAG 1.4.3): captions are too pale, and the
# dark theme's primary buttons have white text on a light colour (2.2:1; the page's colour: 8:1).
CONTRAST_CSS: Final = "[data-testid=stCaptionContainer] {color: inherit; opacity: 0.8}"
TABLE_CSS: Final = "[class*=-table-behind] [data-testid=stElementToolbar] {display: none}"
# On a phone Streamlit hides the last choices of a row, which then scrolls.
CHOICES_CSS: Final = (
    "@media (max-width: 44rem) {[data-testid=stButtonGroup] > [role]"
    " {flex-wrap: wrap; mask-image: none; overflow: visible}}"
)
DARK_CONTRAST_CSS: Final = (
    ":is(button[kind^=primary]:enabled, [data-testid^=stBaseLinkButton-primary])"
    f" {{color: {st.get_option('theme.dark.backgroundColor')}}}"
)


def main() -> None:
    """Draw the dashboard for one run."""
    st.set_page_config(
        page_icon=MARK,
        layout="wide",
        initial_sidebar_state=SIDEBAR_PIXELS,
    )
    is_dark = st.context.theme.type == "dark"
    dark = DARK_CONTRAST_CSS if is_dark else ""
    st.html(f"<style>{CONTRAST_CSS}{TABLE_CSS}{CHOICES_CSS}{dark}</style>")
    st.logo(LOGO, size="large")
    who = current_member()
    if isinstance(who, Denial):
        report_denial(who, SOCKET_PATH)  # the page is not known yet
        notices.signed_out(who.reason)
        return
    services().provisioner.note_arrival(who)
    page = st.navigation(menu_for(who))
    with st.sidebar:
        if page_allowed(who.role, "/alerts"):
            _follow_alerts(services().firing)
        account(services().authenticator.profile(who))
    asked = st.query_params.to_dict()
    above = st.empty()
    with request_id_bound(new_request_id()):
        page.run()
    with above:
        notices.ignored(refused_values(asked))


@st.fragment(run_every=BADGE_SECONDS)
def _follow_alerts(drawn: int) -> None:
    """Draw the whole page anew when the number in the menu has changed; nothing is loaded here."""
    if services().firing != drawn:
        st.rerun()


def menu_for(member: Member) -> dict[str, list[st.Page]]:
    """Return all pages by section; those not allowed for the role are hidden and draw a 403."""
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
    """Return the title for menu and browser tab; alerts include the number that fire."""
    firing = services().firing if route.path == "/alerts" else 0
    return f"{route.title} ({firing})" if firing else route.title


main()
