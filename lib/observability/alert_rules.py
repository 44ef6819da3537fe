"""The alert rules, as data. What to do about each: `lib/product/alert_guidance.py`, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

from lib.observability.alert_evaluation import (
    Burn,
    Change,
    Limit,
    Reading,
    Signals,
    State,
    Timing,
    advance,
)
from lib.observability.burn_rate import FAST, OUTAGE, SLOW
from lib.product.objectives import STORAGE_LATENCY, STORAGE_SUCCESS
from lib.product.schedule import PROBE_ROUNDS

Severity = Literal["critical", "warning"]
Unit = Literal["burn", "share", "times", "ms", "count"]

_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule.

    Attributes:
        name: stable; also the name of its guidance.
        title: of the alert.
        severity: `critical` needs action now, `warning` on the next working day.
        condition: when the rule is bad, and when good again.
        timing: how long until it fires, and until it is resolved.
        unit: of value and threshold; `burn` is multiples of the rate that the budget allows.
        path: page that shows the failing requests.
        params: query parameters of that page.
    """

    name: str
    title: str
    severity: Severity
    condition: Burn | Limit
    timing: Timing
    unit: Unit
    path: str
    params: Mapping[str, str] = field(default_factory=dict)

    def evaluate(
        self, signals: Signals, state: State, now: datetime
    ) -> tuple[Reading, State, Change | None]:
        """Return what was read, the next state, and what changed."""
        reading = self.condition.read(signals, now)
        return reading, *advance(self.timing, state, reading, now)


RULES: Final = (
    Rule(
        name="storage-failures-fast",
        title="Storage operations fail",
        severity="critical",
        condition=Burn(
            signal="storage.failures",
            objective=STORAGE_SUCCESS,
            windows=(OUTAGE, *FAST),
            min_events=20,
            min_bad=5,
        ),
        timing=Timing(timedelta(), 15 * _MINUTE),
        unit="burn",
        path="/storage",
        params={"window": "6 hours"},
    ),
    Rule(
        name="storage-failures-slow",
        title="Storage failures use up the error budget",
        severity="warning",
        condition=Burn(
            signal="storage.failures",
            objective=STORAGE_SUCCESS,
            windows=SLOW,
            min_events=500,
            min_bad=20,
        ),
        timing=Timing(15 * _MINUTE, _HOUR),
        unit="burn",
        path="/storage",
        params={"window": "7 days"},
    ),
    Rule(
        name="storage-latency-fast",
        title="Storage is slow",
        severity="critical",
        condition=Burn(
            signal="storage.latency",
            objective=STORAGE_LATENCY,
            windows=FAST,
            min_events=40,
            min_bad=20,
        ),
        timing=Timing(2 * _MINUTE, 15 * _MINUTE),
        unit="burn",
        path="/storage",
        params={"window": "6 hours"},
    ),
    Rule(
        name="storage-latency-slow",
        title="Storage misses its latency objective",
        severity="warning",
        condition=Burn(
            signal="storage.latency",
            objective=STORAGE_LATENCY,
            windows=SLOW,
            min_events=500,
            min_bad=50,
        ),
        timing=Timing(15 * _MINUTE, _HOUR),
        unit="burn",
        path="/storage",
        params={"window": "7 days"},
    ),
    Rule(
        name="storage-probe",
        title="The storage probe fails",
        severity="critical",
        condition=Limit(signal="storage.probe.failed", threshold=PROBE_ROUNDS, resolve_below=1),
        timing=Timing(timedelta(), 10 * _MINUTE),
        unit="count",
        path="/storage",
        params={"window": "1 hour"},
    ),
    Rule(
        name="auth-error-surge",
        title="Many more requests are denied than usual",
        severity="warning",
        condition=Limit(signal="auth.denied.usual", threshold=5, resolve_below=2.5, min_events=60),
        timing=Timing(2 * _MINUTE, 15 * _MINUTE),
        unit="times",
        path="/auth-errors",
        params={"window": "6 hours"},
    ),
    Rule(
        name="ingestion-lag",
        title="Turns arrive late",
        severity="warning",
        condition=Limit(
            signal="ingestion.lag.p95", threshold=120_000, resolve_below=60_000, min_events=10
        ),
        timing=Timing(5 * _MINUTE, 15 * _MINUTE),
        unit="ms",
        path="/sessions",
    ),
    Rule(
        name="retention-overdue",
        title="Recordings are kept beyond their privacy window",
        severity="critical",
        condition=Limit(
            signal="retention.overdue", threshold=6 * 3_600_000, resolve_below=3_600_000
        ),
        timing=Timing(timedelta(), timedelta()),
        unit="ms",
        path="/status",
    ),
    Rule(
        name="reconciliation-drift",
        title="Recordings and their rows differ",
        severity="warning",
        condition=Limit(signal="reconciliation.drift", threshold=1, resolve_below=1),
        timing=Timing(timedelta(), timedelta()),
        unit="count",
        path="/status",
    ),
    Rule(
        name="jobs-overdue",
        title="Background jobs are overdue or fail",
        severity="warning",
        condition=Limit(signal="jobs.overdue", threshold=1, resolve_below=1),
        timing=Timing(5 * _MINUTE, 5 * _MINUTE),
        unit="count",
        path="/status",
    ),
    Rule(
        name="telemetry-dropped",
        title="Measurements are dropped",
        severity="warning",
        condition=Limit(signal="telemetry.dropped", threshold=1, resolve_below=1),
        timing=Timing(timedelta(), 15 * _MINUTE),
        unit="count",
        path="/status",
    ),
)
"""Evaluated by the worker."""

RUNTIME_SILENT: Final = Limit(signal="runtime.silent", threshold=45_000, resolve_below=15_000)
RUNTIME_DOWN: Final = Rule(
    name="runtime-down",
    title="Convex does not answer",
    severity="critical",
    condition=RUNTIME_SILENT,
    timing=Timing(timedelta(), timedelta(seconds=30)),
    unit="ms",
    path="/status",
)
"""Evaluated by every process, because it must work while Convex is down."""

ALL_RULES: Final = (*RULES, RUNTIME_DOWN)
BY_NAME: Final = {rule.name: rule for rule in ALL_RULES}
