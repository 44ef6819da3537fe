"""Incidents, rules, messages and silences as rows of a list."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from lib.data.records import AlertState, Delivery, Incident
from lib.observability.alert_rules import ALL_RULES, BY_NAME, RUNTIME_DOWN, Rule
from lib.product import figures as fmt
from lib.product.words import Words
from lib.ui.parts.record_table.component import Cell, Column, Row, Tone
from lib.ui.parts.rollup_sums import DEMO
from lib.worker.alerts.messages import quantity

PATH: Final = "/alerts"
PARAM: Final = "incident"
"""Query parameter that names the incident to show."""
RULE_PARAM: Final = "rule"
"""Query parameter that names the rule to say what to do about."""

INCIDENT_COLUMNS: Final = (
    Column("Alert"),
    Column("Severity"),
    Column("State"),
    Column("Since"),
    Column("Duration", number=True),
    Column("Peak", number=True),
    Column("Threshold", number=True, minor=True),
)
RULE_COLUMNS: Final = (
    Column("Rule"),
    Column("Severity"),
    Column("State"),
    Column("Now", number=True),
    Column("Threshold", number=True),
    Column("Fires after", number=True, minor=True),
    Column("Resolves after", number=True, minor=True),
)
DELIVERY_COLUMNS: Final = (
    Column("Queued"),
    Column("Channel"),
    Column("Message"),
    Column("State"),
    Column("Attempts", number=True),
    Column("Sent / next attempt"),
    Column("Error", minor=True),
)

SEVERITY_TONES: Final = Words[Tone]({"critical": "bad", "warning": "warn"}, lambda _: "muted")
STATUS_TONES: Final = Words[Tone](
    {
        "firing": "bad",
        "acknowledged": "accent",
        "resolved": "good",
    },
    lambda _: "muted",
)
_PHASES: Final = Words[tuple[str, Tone]](
    {
        "ok": ("ok", "good"),
        "pending": ("pending", "warn"),
        "firing": ("firing", "bad"),
    },
    lambda word: (word, "muted"),
)
_DELIVERY_TONES: Final = Words[Tone](
    {"waiting": "warn", "sent": "good", "failed": "bad"}, lambda _: "muted"
)
_TEST: Final = "test"


def incident_rows(incidents: Sequence[Incident], zone: ZoneInfo) -> list[Row]:
    """Return incidents; each row opens its incident."""
    return [Row(_incident(it, zone), PATH, {PARAM: it.id}) for it in incidents]


def _incident(incident: Incident, zone: ZoneInfo) -> tuple[Cell, ...]:
    demo = f", {DEMO} data" if incident.source == DEMO else ""
    ending = "no data" if incident.ending == "no-data" else incident.status
    return (
        Cell(incident.title, incident.rule + demo),
        Cell(incident.severity, tone=SEVERITY_TONES[incident.severity], chip=True),
        Cell(ending, tone=STATUS_TONES[incident.status], chip=True),
        Cell(fmt.moment(incident.opened_at, zone), title=fmt.utc(incident.opened_at)),
        Cell(fmt.span(duration(incident))),
        Cell(quantity(incident.worst, incident.unit)),
        Cell(quantity(incident.threshold, incident.unit)),
    )


def duration(incident: Incident) -> timedelta:
    """Return the duration of an incident, until now if it is open."""
    return (incident.resolved_at or datetime.now(UTC)) - incident.opened_at


def rule_rows(states: Mapping[str, AlertState], silenced: Collection[str]) -> list[Row]:
    """Return all rules with their states; each opens what to do about it.

    Args:
        states: by rule.
        silenced: rules without notifications now; `*` for all.
    """
    return [
        Row(_rule(rule, states.get(rule.name), silenced), PATH, {RULE_PARAM: rule.name})
        for rule in ALL_RULES
    ]


def _rule(rule: Rule, state: AlertState | None, silenced: Collection[str]) -> tuple[Cell, ...]:
    words, tone = _PHASES[state.phase] if state else ("not evaluated", "muted")
    if rule is RUNTIME_DOWN:
        words, tone = "checked by each process", "muted"
    value = state.value if state else None
    is_silenced = rule.name in silenced or "*" in silenced
    threshold = state.threshold if state else getattr(rule.condition, "threshold", None)
    return (
        Cell(rule.title, rule.name),
        Cell(rule.severity, tone=SEVERITY_TONES[rule.severity], chip=True),
        Cell(words, "silenced" if is_silenced else "", tone=tone, chip=True),
        Cell(
            quantity(value, rule.unit) if state else fmt.NONE,
            title=f"evaluated {fmt.utc(state.evaluated_at)}" if state else "",
        ),
        Cell(quantity(threshold, rule.unit) if threshold is not None else fmt.NONE),
        Cell(fmt.span(rule.timing.fire_after) if rule.timing.fire_after else "immediately"),
        Cell(fmt.span(rule.timing.resolve_after) if rule.timing.resolve_after else "immediately"),
    )


def delivery_rows(deliveries: Sequence[Delivery], zone: ZoneInfo) -> list[Row]:
    """Return messages; a message about one incident opens it."""
    rows = []
    for delivery in deliveries:
        incident = delivery.items[0].incident_id if len(delivery.items) == 1 else None
        params = {PARAM: incident} if incident else None
        rows.append(Row(_delivery(delivery, zone), PATH if incident else None, params))
    return rows


def _delivery(delivery: Delivery, zone: ZoneInfo) -> tuple[Cell, ...]:
    first = delivery.items[0]
    more = len(delivery.items) - 1
    at = delivery.sent_at or (delivery.due_at if delivery.status == "waiting" else None)
    return (
        Cell(fmt.moment(delivery.created_at, zone), title=fmt.utc(delivery.created_at)),
        Cell(delivery.channel),
        Cell(
            first.title if first.change == _TEST else f"{first.change}: {first.title}",
            f"and {more} more" if more else "",
        ),
        Cell(delivery.status, tone=_DELIVERY_TONES[delivery.status], chip=True),
        Cell(fmt.count(delivery.attempts)),
        Cell(fmt.moment(at, zone) if at else fmt.NONE, title=fmt.utc(at) if at else ""),
        Cell(delivery.problem or fmt.NONE, title=f"message {delivery.id}"),
    )


def rule_title(name: str) -> str:
    """Return the title of a rule; `*` means all rules."""
    if name == "*":
        return "All rules"
    return BY_NAME[name].title if name in BY_NAME else name
