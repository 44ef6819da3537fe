"""The trail of a session says per person what they did and when they did so last."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from lib.data.records import AuditEvent
from lib.ui.listening.trail import by_person

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def event(action: str, actor: str, minutes_ago: int) -> AuditEvent:
    return AuditEvent(
        id=f"{action} {minutes_ago}",
        action=action,
        subject_type="userSession",
        subject_id="s",
        actor_id=actor,
        actor_role="viewer",
        created_at=NOW - timedelta(minutes=minutes_ago),
    )


def test_people_stand_with_what_they_did_the_last_one_first() -> None:
    found = by_person(
        [
            event("audio.renew", "user_b", 0),
            event("transcript.export", "user_a", 1),
            event("session.label", "user_b", 2),
            event("audio.play", "user_b", 3),
            event("session.view", "user_b", 4),
            event("audio.export", "user_a", 5),
            event("reveal", "user_a", 6),
        ]
    )
    assert [person.actor_id for person in found] == ["user_a", "user_b"]
    assert [person.said(ZoneInfo("UTC")).partition(";")[0] for person in found] == [
        "exported 2 times, revealed once",
        "opened once, heard once",
    ]
    assert found[1].last == NOW - timedelta(minutes=3)
