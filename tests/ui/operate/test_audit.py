"""Every act that Convex records has its words; events lead to what they are about."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lib.data.records import AuditEvent
from lib.ui.operate.audit import ACTIONS, page_of

CONVEX = Path(__file__).parents[3] / "convex"
ACTION = re.compile(r"\"((?:[a-z]+\.)?[a-z]+)\"")


def recorded() -> set[str]:
    """Return the actions that the functions can record."""
    text = (CONVEX / "model" / "audit.ts").read_text()
    listed = re.search(r"const AUDIT_ACTIONS = \[(.*?)\]", text, re.DOTALL)
    assert listed is not None
    return set(ACTION.findall(listed[1]))


def test_every_recorded_action_can_be_chosen_and_no_other() -> None:
    assert set(ACTIONS.values()) == recorded()


@pytest.mark.parametrize(
    ("subject", "details", "page"),
    [
        (("userSession", "s1"), {}, ("/session", {"id": "s1"})),
        (("transcript", "s1"), {}, ("/session", {"id": "s1"})),
        (("user", "user_1"), {}, ("/user", {"id": "user_1"})),
        (("audioObject", "a1"), {"sessionId": "s1"}, ("/session", {"id": "s1"})),
        (("audioObject", "a1"), {}, None),
        (
            ("userSessions", "list"),
            {"format": "csv", "status": "Failed"},
            ("/sessions", {"status": "Failed"}),
        ),
        (("reviewQueue", "q1"), {}, ("/review", {"queue": "q1"})),
    ],
)
def test_an_event_leads_to_the_page_of_its_subject(
    subject: tuple[str, str], details: dict[str, str], page: object
) -> None:
    event = AuditEvent(
        id="e",
        action="session.view",
        subject_type=subject[0],
        subject_id=subject[1],
        actor_id="user_a",
        actor_role="viewer",
        created_at=datetime.now(UTC),
        details=details,
    )
    assert page_of(event) == page
