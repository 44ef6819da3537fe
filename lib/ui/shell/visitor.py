"""Who looks at the page: asked on every run, because a socket's cookies outlive a session."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from lib.auth import cookies
from lib.auth.members import Denial, Member
from lib.auth.reasons import GateReason
from lib.auth.roles import page_allowed
from lib.data import Caller
from lib.observability.request_id import current_request_id, new_request_id
from lib.ui.shell import notices
from lib.ui.shell.denials import report_denial
from lib.work.services import services


@dataclass(frozen=True, slots=True)
class Visitor:
    """A member in front of a page.

    Attributes:
        member: who.
        caller: for `lib.data`, with the member's own token: Convex decides what it shows them.
        zone: their time zone.
    """

    member: Member
    caller: Caller
    zone: ZoneInfo


def current_member() -> Member | Denial:
    """Say who this socket belongs to now."""
    header = st.context.headers.get("Cookie") or ""
    return services().authenticator.current_member(cookies.parse(header))


def require_role(path: str) -> Visitor:
    """Return the visitor of a page, or draw why there is none and end the run.

    Every page begins with this, and every fragment that loads data: fragments run without the
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
    return Visitor(who, caller, browser_time_zone())


def browser_time_zone() -> ZoneInfo:
    """Return the browser's time zone, UTC if it does not say."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
