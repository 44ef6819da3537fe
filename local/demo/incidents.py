"""The incidents of the demo history: what the rules would have said, had they watched it.

The product's own rules are evaluated over the measurements, every five minutes (the demo history is
no finer). The incidents are recorded as past ones of the source `demo`, so nobody is ever told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from lib.data.functions import from_wire
from lib.data.records import Rollup
from lib.observability.alert_evaluation import Reading, Resolution, Signals, State
from lib.observability.alert_rules import BY_NAME, Rule
from lib.observability.burn_rate import Bucket
from lib.observability.recorder import ALERT_VALUE, Batch, Recorder
from lib.worker.alerts.signals import BucketSum, cells, failures, storage_failures, times_usual
from local.demo.history import SOURCE, auth_incident, storage_incident

_STEP = timedelta(minutes=5)
_BEFORE, _AFTER = timedelta(hours=1), timedelta(hours=4)
_HOUR = timedelta(hours=1)

Look = Callable[[datetime], Signals]
Cells = Mapping[datetime, BucketSum]


@dataclass(slots=True)
class PastIncident:
    """An incident that is over.

    Attributes:
        worst: highest value that was seen while it fired.
        note: what somebody wrote under it.
    """

    rule: Rule
    opened_at: datetime
    resolved_at: datetime
    worst: float
    threshold: float
    note: str
    values: list[tuple[datetime, float]] = field(default_factory=list)


def incidents(batches: Sequence[Batch], anchor: datetime) -> list[PastIncident]:
    """Return what fired during the incidents of the history.

    Args:
        batches: the whole history.
        anchor: its end.
    """
    storage = cells(_rollups(batches, "storage.operation"), storage_failures)
    denied = cells(_rollups(batches, "auth.decision", outcome="denied"))
    start, end = storage_incident(anchor)
    told = "The provider throttled us; uploads went through on retries. Asked for a higher limit."
    found = _replay(BY_NAME["storage-failures-fast"], _storage(storage), start, end, told)
    start, end = auth_incident(anchor)
    told = "Three clients tried forged tokens. Blocked at the proxy; no session was reached."
    found += _replay(BY_NAME["auth-error-surge"], _surge(denied), start, end, told)
    return found


def values(seed: int, found: Sequence[PastIncident]) -> list[Batch]:
    """Return the values of the rules around the incidents, as the worker would have sent them."""
    recorder = Recorder()
    for incident in found:
        labels = {"rule": incident.rule.name, "source": SOURCE}
        for at, value in incident.values:
            recorder.observe(ALERT_VALUE, labels, value, at_ms=int(at.timestamp() * 1000))
    batches = recorder.drain()
    return [replace(batch, batch_id=f"demo-{seed}-alerts-{i}") for i, batch in enumerate(batches)]


def _rollups(batches: Sequence[Batch], metric: str, **dimensions: str) -> list[Rollup]:
    return [
        from_wire(Rollup, {**wire, "resolution": "minute"})
        for batch in batches
        for wire in batch.rollups
        if wire["metric"] == metric and dimensions.items() <= wire["dimensions"].items()
    ]


def _storage(minutes: Cells) -> Look:
    hours = _by_hour(minutes)

    def look(now: datetime) -> Signals:
        fine = _between(minutes, now - 2 * _HOUR, now - _STEP)
        coarse = _between(hours, now - timedelta(hours=74), now - _HOUR)
        series: dict[Resolution, list[Bucket]] = {
            "minute": list(failures(fine)),
            "hour": list(failures(coarse)),
        }
        return Signals(counts={"storage.failures": series})

    return look


def _surge(minutes: Cells) -> Look:
    hours = _by_hour(minutes)

    def look(now: datetime) -> Signals:
        recent = _between(minutes, now - 2 * _STEP, now - _STEP)
        return Signals(gauges={"auth.denied.usual": times_usual(recent, hours, now)})

    return look


def _by_hour(minutes: Cells) -> Cells:
    hours: dict[datetime, BucketSum] = {}
    for start, cell in minutes.items():
        hour = hours.setdefault(start.replace(minute=0), BucketSum())
        hour.count += cell.count
        hour.failed += cell.failed
    return hours


def _between(known: Cells, first: datetime, last: datetime) -> Cells:
    return {start: cell for start, cell in known.items() if first <= start <= last}


def _replay(
    rule: Rule, look: Look, start: datetime, end: datetime, note: str
) -> list[PastIncident]:
    found: list[PastIncident] = []
    seen: list[tuple[datetime, float]] = []
    now, state = start - _BEFORE, State()
    while now <= end + _AFTER:
        reading, state, change = rule.evaluate(look(now), state, now)
        if reading.value is not None:
            seen.append((now, reading.value))
        if change == "firing":
            found.append(_opened(rule, reading, now, note))
        elif found and state.phase == "firing":
            found[-1].worst = max(found[-1].worst, reading.value or 0.0)
        elif change in {"recovered", "no-data"}:
            found[-1].resolved_at = now
        now += _STEP
    if found:
        found[0].values = seen
    return found


def _opened(rule: Rule, reading: Reading, now: datetime, note: str) -> PastIncident:
    return PastIncident(rule, now, now, reading.value or 0.0, reading.threshold, note)
