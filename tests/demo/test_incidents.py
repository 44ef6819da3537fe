"""The demo history's incidents are what the product's own rules find in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from lib.observability.recorder import ALERT_VALUE
from local.demo.history import auth_incident, history, storage_incident
from local.demo.incidents import incidents, values

ANCHOR = datetime(2026, 11, 24, 15, tzinfo=UTC)


def test_both_incidents_are_found_soon_after_they_begin_and_end_after_them() -> None:
    found = incidents(history(7, ANCHOR, 6, ()), ANCHOR)
    assert [it.rule.name for it in found] == ["storage-failures-fast", "auth-error-surge"]
    for incident, (start, end) in zip(
        found, (storage_incident(ANCHOR), auth_incident(ANCHOR)), strict=True
    ):
        assert start <= incident.opened_at <= start + timedelta(hours=1)
        assert end - timedelta(hours=1) <= incident.resolved_at <= end + timedelta(hours=3)
        assert incident.worst > incident.threshold


def test_their_values_are_marked_as_demo_data() -> None:
    found = incidents(history(7, ANCHOR, 6, ()), ANCHOR)
    rollups = [rollup for batch in values(7, found) for rollup in batch.rollups]
    assert {rollup["metric"] for rollup in rollups} == {ALERT_VALUE}
    assert {rollup["dimensions"]["source"] for rollup in rollups} == {"demo"}
