"""Denials in the script, reported as the gate reports its own.

A script can run on after the gate let its socket in: the session ends, or the role is taken away.
"""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from lib.auth.events import EventReporter, RecordAuth
from lib.auth.members import Denial
from lib.auth.path_kinds import route_label
from lib.auth.requests import TrustedProxies
from lib.observability.request_id import current_request_id, new_request_id
from lib.work.services import services

# Streamlit names no address for a browser on this machine.
_THIS_MACHINE = "127.0.0.1"


def report_denial(denial: Denial, path: str) -> None:
    """Record that somebody was denied.

    Args:
        denial: who, as far as it is known, and why.
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
    """Return the one that counts each client's denials."""
    return EventReporter(record, hash_key)
