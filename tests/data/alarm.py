"""An incident against a deployment: calls that together return every record about alerts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from lib.data import Caller, alerts, interactions, user_sessions, users
from lib.data.records import (
    ALERT_DELIVERIES_SETTLE,
    AlertDeliveriesSettleArgs,
    Appended,
    NewEvaluation,
    NewInteraction,
)
from tests.support.convex import ConvexRuntime

CHANNELS: Final = ["webhook"]
RULE: Final = "storage-probe"


def _evaluation(after: datetime | None) -> NewEvaluation:
    return NewEvaluation(
        rule=RULE,
        title="The storage probe fails",
        severity="critical",
        unit="share",
        threshold=0.5,
        path="/storage",
        params={"window": "1 hour"},
        bad_for_ms=0.0,
        blind_for_ms=0.0,
        after=after,
        phase="ok",
        value=0.0,
    )


def alarmed(convex: ConvexRuntime) -> Mapping[str, Any]:
    """Let a rule fire, look after it, announce it, and let it recover."""
    worker, ops = convex.caller("worker"), convex.member("ops")
    silence = alerts.silence(ops, rule="ingestion-lag", duration_ms=3_600_000, reason="a move")
    fired = _evaluation(None)
    fired["phase"], fired["value"], fired["change"] = "firing", 1.0, "firing"
    opened = alerts.evaluate(worker, at=datetime.now(UTC), channels=CHANNELS, results=[fired])
    (incident,) = alerts.page(ops, cursor=None, limit=10).items
    counted = alerts.summary(ops)
    alerts.note(ops, incident.id, "Somebody turned the bucket off.")
    acknowledged = alerts.acknowledge(ops, incident.id)
    (message,) = alerts.claim(worker, holder="w1", channels=CHANNELS, lease_ms=60_000)
    alerts.settle(worker, id=message.id, holder="w1", problem="status 503", retry_after_ms=0)
    waiting = alerts.deliveries(ops, cursor=None, limit=10)
    (message,) = alerts.claim(worker, holder="w1", channels=CHANNELS, lease_ms=60_000)
    settled = worker.mutation(
        ALERT_DELIVERIES_SETTLE,
        AlertDeliveriesSettleArgs(id=message.id, holder="w1", retry_after_ms=0),
    )
    firing = alerts.states(ops)
    over = _evaluation(firing[0].evaluated_at)
    over["good_for_ms"], over["change"] = 60_000.0, "recovered"
    alerts.evaluate(worker, at=datetime.now(UTC), channels=CHANNELS, results=[over])
    past = datetime.now(UTC) - timedelta(days=2)
    alerts.record(
        worker,
        idempotency_key="past-1",
        rule=RULE,
        title="The storage probe failed",
        severity="critical",
        unit="share",
        threshold=0.5,
        path="/storage",
        params={},
        opened_at=past,
        resolved_at=past + timedelta(hours=1),
        value=1.0,
        source="test",
    )
    return {
        "alarm settled": settled,
        "fresh": _fresh_turn(convex.caller()),
        "alarm silence": silence,
        "alarm silences": alerts.silences(ops),
        "alarm opened": opened,
        "alarm counted": counted,
        "alarm acknowledged": acknowledged,
        "alarm waiting": waiting,
        "alarm firing": firing,
        "alarm over": alerts.states(ops),
        "alarm deliveries": alerts.deliveries(ops, cursor=None, limit=10),
        "alarm incident": alerts.get(ops, incident.id),
        "alarm incidents": alerts.page(ops, cursor=None, limit=10),
    }


def _fresh_turn(ingest: Caller) -> Appended:
    """Store a turn of just now: its way from being said to being stored is told."""
    now = datetime.now(UTC)
    users.upsert(ingest, clerk_id="user_now", kind="product")
    session = user_sessions.create(
        ingest, external_id="call-now", clerk_id="user_now", channel="chat", started_at=now
    )
    turn = NewInteraction(sequence=0, speaker="user", text="hello", started_at_ms=0.0)
    return interactions.append(ingest, session.id, [turn])
