"""Alerts: states of rules, incidents with their history, silences, and the outbox of messages."""

from __future__ import annotations

from typing import Unpack

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
    OpenIncidents,
    Silence,
    Upserted,
)


def states(caller: Caller) -> tuple[AlertState, ...]:
    """Return where every rule was at its last evaluation."""
    return caller.query(ALERTS_STATES, AlertsStatesArgs())


def evaluate(caller: Caller, **round_: Unpack[AlertsEvaluateArgs]) -> Evaluated:
    """Store a round of evaluations; `applied` is False if another worker was faster."""
    return caller.mutation(ALERTS_EVALUATE, round_)


def record(
    caller: Caller, idempotency_key: str = "", **incident: Unpack[AlertsRecordArgs]
) -> Upserted:
    """Record an incident that is over; it is never announced."""
    return caller.mutation(ALERTS_RECORD, incident, idempotency_key)


def page(caller: Caller, **filters: Unpack[AlertsListArgs]) -> Page[Incident]:
    """Return one page of incidents, newest first."""
    return caller.query(ALERTS_LIST, filters)


def summary(caller: Caller) -> OpenIncidents:
    """Return how many incidents are open."""
    return caller.query(ALERTS_SUMMARY, AlertsSummaryArgs())


def get(caller: Caller, incident_id: str) -> IncidentRecord | None:
    """Return an incident with its history."""
    return caller.query(ALERTS_GET, AlertsGetArgs(id=incident_id))


def acknowledge(caller: Caller, incident_id: str) -> Incident:
    """Say that the caller looks after an incident."""
    return caller.mutation(ALERTS_ACKNOWLEDGE, AlertsAcknowledgeArgs(id=incident_id))


def note(caller: Caller, incident_id: str, text: str) -> None:
    """Write a note under an incident."""
    caller.mutation(ALERTS_NOTE, AlertsNoteArgs(id=incident_id, text=text))


def silence(caller: Caller, **wish: Unpack[AlertsSilenceArgs]) -> Silence:
    """Keep a rule from being announced for a while."""
    return caller.mutation(ALERTS_SILENCE, wish)


def end_silence(caller: Caller, silence_id: str) -> None:
    """End a silence now."""
    caller.mutation(ALERTS_END_SILENCE, AlertsEndSilenceArgs(id=silence_id))


def silences(caller: Caller) -> tuple[Silence, ...]:
    """Return the silences that have not run out."""
    return caller.query(ALERTS_SILENCES, AlertsSilencesArgs())


def claim(caller: Caller, **wish: Unpack[AlertDeliveriesClaimArgs]) -> tuple[Delivery, ...]:
    """Take the messages that are due; nobody else gets them before the lease ends."""
    return caller.mutation(ALERT_DELIVERIES_CLAIM, wish)


def settle(caller: Caller, **end: Unpack[AlertDeliveriesSettleArgs]) -> bool:
    """Report an attempt; return False if the message is not the holder's any more."""
    return caller.mutation(ALERT_DELIVERIES_SETTLE, end).settled


def deliveries(caller: Caller, **filters: Unpack[AlertDeliveriesListArgs]) -> Page[Delivery]:
    """Return one page of messages, newest first."""
    return caller.query(ALERT_DELIVERIES_LIST, filters)


def send_test(caller: Caller, channels: list[str]) -> None:
    """Queue a message that says that it is a test."""
    caller.mutation(ALERT_DELIVERIES_TEST, AlertDeliveriesTestArgs(channels=channels))
