"""What the dashboard's script refuses is recorded as what the gate refuses is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from lib.auth.members import Member
from lib.auth.roles import Role
from lib.work import services as module
from lib.work.services import Services
from tests.auth.clerk import SigningKey, settings_for


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    kept: list[dict[str, Any]] = []
    services = Services(settings_for(CLERK_JWT_KEY=SigningKey().pem))
    monkeypatch.setattr(module, "_made", services)
    # AppTest has no connection that an address could come from.
    monkeypatch.setattr(ContextProxy, "ip_address", "203.0.113.9")
    monkeypatch.setattr(services.recorder, "keep", lambda _, event: kept.append(event))
    yield kept
    services.close()


def audit_page() -> None:
    import streamlit as st  # noqa: PLC0415  # AppTest runs the source of this function

    from lib.ui.shell.visitor import require_role  # noqa: PLC0415

    require_role("/audit")
    st.text("secret")


def test_page_above_the_role_is_refused_and_recorded(
    events: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    member = Member("user_1", "sess_1", Role.VIEWER)
    monkeypatch.setattr("lib.ui.shell.visitor.current_member", lambda: member)
    script = AppTest.from_function(audit_page).run(timeout=60)
    assert "secret" not in [text.value for text in script.text]
    [event] = events
    assert (event["outcome"], event["reason"]) == ("denied", "role-insufficient")
    assert (event["route"], event["userId"]) == ("/audit", "user_1")


def test_session_that_ended_under_the_script_is_recorded(events: list[dict[str, Any]]) -> None:
    script = AppTest.from_function(audit_page).run(timeout=60)
    assert "secret" not in [text.value for text in script.text]
    [event] = events
    assert event["reason"] == "session-token-and-uat-missing"
    assert event["clientHash"]


def test_dashboard_records_whom_it_does_not_know(events: list[dict[str, Any]]) -> None:
    AppTest.from_file("../../../lib/ui/shell/dashboard.py").run(timeout=60)
    assert [(event["outcome"], event["route"]) for event in events] == [("denied", "/_stcore/*")]
