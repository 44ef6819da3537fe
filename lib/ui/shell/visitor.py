"""The visitor of a page: checked on every run, because a socket's cookies outlive a session."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from lib.auth import cookies
from lib.auth.events import EventReporter, RecordAuth
from lib.auth.members import Denial, Member
from lib.auth.path_kinds import route_label
from lib.auth.reasons import GateReason
from lib.auth.requests import TrustedProxies
from lib.auth.roles import page_allowed
from lib.data import Caller
from lib.observability.request_id import current_request_id, new_request_id
from lib.ui.shell import notices
from lib.work.services import services

ZONE: Final = "earshot.zone"
ZONE_COOKIE: Final = "earshot_zone"
_UTC: Final = ZoneInfo("UTC")
# Streamlit gives no address for a browser on this machine.
_THIS_MACHINE = "127.0.0.1"


def report_denial(denial: Denial, path: str) -> None:
    """Record an auth event for a denied visitor.

    Args:
        denial: the reason, and the user if known.
        path: of the page.
    """
    app = services()
    headers = {"x-forwarded-for": st.context.headers.get("X-Forwarded-For") or ""}
    proxies = TrustedProxies(app.settings.trusted_proxies)
    reporter = _reporter(app.record_auth, app.settings.cookie_keys[0].get_secret_value())
    reporter.report(
        "denied",
        denial.reason,
        route=route_label(path),
        client_address=proxies.client_address(st.context.ip_address or _THIS_MACHINE, headers),
        request_id=current_request_id() or new_request_id(),
        user_id=denial.user_id,
    )


@lru_cache(maxsize=1)
def _reporter(record: RecordAuth, hash_key: str) -> EventReporter:
    """Return the reporter, which limits the events per client."""
    return EventReporter(record, hash_key)


@dataclass(frozen=True, slots=True)
class Visitor:
    """A member who visits a page.

    Attributes:
        member: the signed-in member.
        caller: for `lib.data`, with the member's own token: Convex decides what they may read.
        zone: their time zone.
    """

    member: Member
    caller: Caller
    zone: ZoneInfo


def current_member() -> Member | Denial:
    """Return the member of this connection, or why there is none."""
    header = st.context.headers.get("Cookie") or ""
    return services().authenticator.current_member(cookies.parse(header))


def require_role(path: str) -> Visitor:
    """Return the visitor of a page, or draw the reason for the denial and end the run.

    Every page and every fragment that loads data must call this first: fragments run without the
    dashboard script.

    Args:
        path: of the page, as in `permissions.json`.
    """
    who = current_member()
    if isinstance(who, Denial):
        report_denial(who, path)
        notices.signed_out(who.reason)
        st.stop()
    if not page_allowed(who.role, path):
        report_denial(Denial(GateReason.ROLE_INSUFFICIENT, who.user_id), path)
        notices.forbidden(path, who.role)
        st.stop()
    authenticator = services().authenticator
    caller = Caller(
        services().convex,
        lambda: authenticator.convex_token(who),
        current_request_id() or new_request_id(),
    )
    return Visitor(who, caller, chosen_time_zone())


def chosen_time_zone() -> ZoneInfo:
    """Return the zone of all times on the pages: the browser's, or UTC if the visitor chose it.

    The choice is in this tab's state and, for later visits, in a cookie.
    """
    chosen = st.session_state.get(ZONE) or st.context.cookies.get(ZONE_COOKIE)
    return _UTC if chosen == "UTC" else browser_time_zone()


def browser_time_zone() -> ZoneInfo:
    """Return the browser's time zone, UTC if unknown."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
