"""Alerts: where each rule is, the incidents that come of it, and what is silenced.

Generated from the Convex functions by `python -m codegen`; a test proves that it is current.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Unpack

from lib.data.client import Caller
from lib.data.functions import Page
from lib.data.records import (
    ALERT_DELIVERIES_CLAIM,
    ALERT_DELIVERIES_LIST,
    ALERT_DELIVERIES_SETTLE,
    ALERT_DELIVERIES_TEST,
    ALERTS_ACKNOWLEDGE,
    ALERTS_END_SILENCE,
    ALERTS_EVALUATE,
    ALERTS_GET,
    ALERTS_LIST,
    ALERTS_NOTE,
    ALERTS_RECORD,
    ALERTS_SILENCE,
    ALERTS_SILENCES,
    ALERTS_STATES,
    ALERTS_SUMMARY,
    AlertDeliveriesClaimArgs,
    AlertDeliveriesListArgs,
    AlertDeliveriesSettleArgs,
    AlertDeliveriesTestArgs,
    AlertsAcknowledgeArgs,
    AlertsEndSilenceArgs,
    AlertsEvaluateArgs,
    AlertsGetArgs,
    AlertsListArgs,
    AlertsNoteArgs,
    AlertsRecordArgs,
    AlertsSilenceArgs,
    AlertsSilencesArgs,
    AlertsStatesArgs,
    AlertsSummaryArgs,
    AlertState,
    Delivery,
    Evaluated,
    Incident,
    IncidentRecord,
    NewEvaluation,
    OpenIncidents,
    Recorded,
    Settled,
    Silence,
    Upserted,
)


def acknowledge(caller: Caller, id: str, *, idempotency_key: str | None = None) -> Incident:
    """Say that somebody looks after an incident: it is not announced any more.

    A repeat changes nothing.

    Raises:
        Refused: NOT_FOUND; CONFLICT if the incident is over.
    """
    return caller.mutation(ALERTS_ACKNOWLEDGE, AlertsAcknowledgeArgs(id=id), idempotency_key)


def claim(
    caller: Caller,
    holder: str,
    channels: Sequence[str],
    lease_ms: float,
    *,
    idempotency_key: str | None = None,
) -> tuple[Delivery, ...]:
    """Take the oldest message of each channel, if it is due, for `lease_ms`.

    Until then nobody else gets it, afterwards it counts as not sent.
    """
    return caller.mutation(
        ALERT_DELIVERIES_CLAIM,
        AlertDeliveriesClaimArgs(holder=holder, channels=channels, lease_ms=lease_ms),
        idempotency_key,
    )


def deliveries(
    caller: Caller, *, cursor: str | None, limit: int, order: Literal["asc", "desc"] | None = None
) -> Page[Delivery]:
    """Return one page of messages, newest first by default."""
    return caller.query(
        ALERT_DELIVERIES_LIST, AlertDeliveriesListArgs(cursor=cursor, limit=limit, order=order)
    )


def end_silence(caller: Caller, id: str, *, idempotency_key: str | None = None) -> None:
    """End a silence now; one that is over stays over."""
    return caller.mutation(ALERTS_END_SILENCE, AlertsEndSilenceArgs(id=id), idempotency_key)


def evaluate(
    caller: Caller,
    at: datetime,
    channels: Sequence[str],
    results: Sequence[NewEvaluation],
    *,
    idempotency_key: str | None = None,
) -> Evaluated:
    """Store one round of evaluations: incidents open and end.

    Each change is queued for the channels in the same transaction. A round that goes on from states
    which another worker has advanced meanwhile changes nothing and answers `applied: false`; so of
    two workers that both believe to hold the lease, one evaluates.

    An incident is announced when it fires, unless it is silenced or acknowledged; if it still fires
    when its silence ends, then. Its end is announced if its beginning was.
    """
    return caller.mutation(
        ALERTS_EVALUATE,
        AlertsEvaluateArgs(at=at, channels=channels, results=results),
        idempotency_key,
    )


def get(caller: Caller, id: str) -> IncidentRecord | None:
    """Return one incident with its history, oldest first, or None."""
    return caller.query(ALERTS_GET, AlertsGetArgs(id=id))


def note(caller: Caller, id: str, text: str, *, idempotency_key: str | None = None) -> Recorded:
    """Write a note under an incident.

    Raises:
        Refused: NOT_FOUND; LIMIT_EXCEEDED after 500 notes.
    """
    return caller.mutation(ALERTS_NOTE, AlertsNoteArgs(id=id, text=text), idempotency_key)


def page(caller: Caller, **arguments: Unpack[AlertsListArgs]) -> Page[Incident]:
    """Return one page of incidents by beginning, newest first by default."""
    return caller.query(ALERTS_LIST, arguments)


def record(
    caller: Caller, *, idempotency_key: str | None = None, **arguments: Unpack[AlertsRecordArgs]
) -> Upserted:
    """Record an incident that is over; it is never announced.

    It is one that nobody could store while it lasted, or one of demo data. If an incident of the
    same rule and source overlaps it (another replica's record of the same outage), that one is
    stretched over both.
    """
    return caller.mutation(ALERTS_RECORD, arguments, idempotency_key)


def send_test(
    caller: Caller, channels: Sequence[str], *, idempotency_key: str | None = None
) -> None:
    """Queue a message that says that it is a test."""
    return caller.mutation(
        ALERT_DELIVERIES_TEST, AlertDeliveriesTestArgs(channels=channels), idempotency_key
    )


def settle(
    caller: Caller,
    *,
    idempotency_key: str | None = None,
    **arguments: Unpack[AlertDeliveriesSettleArgs],
) -> Settled:
    """Report the end of an attempt: sent, or a problem and when to try again.

    `settled` is false if the message is not the holder's any more.
    """
    return caller.mutation(ALERT_DELIVERIES_SETTLE, arguments, idempotency_key)


def silence(
    caller: Caller,
    rule: str,
    duration_ms: float,
    reason: str,
    *,
    idempotency_key: str | None = None,
) -> Silence:
    """Keep a rule (`*`: all of them) from being announced for a while, at most seven days.

    What fires meanwhile is shown, and announced afterwards if it still fires.
    """
    return caller.mutation(
        ALERTS_SILENCE,
        AlertsSilenceArgs(rule=rule, duration_ms=duration_ms, reason=reason),
        idempotency_key,
    )


def silences(caller: Caller) -> tuple[Silence, ...]:
    """Return the silences that have not run out, the next to do so first."""
    return caller.query(ALERTS_SILENCES, AlertsSilencesArgs())


def states(caller: Caller) -> tuple[AlertState, ...]:
    """Return where every rule was at its last evaluation."""
    return caller.query(ALERTS_STATES, AlertsStatesArgs())


def summary(caller: Caller) -> OpenIncidents:
    """Return how many incidents are open, for the menu."""
    return caller.query(ALERTS_SUMMARY, AlertsSummaryArgs())
