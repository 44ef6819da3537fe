"""Weeks of measurements for the operations pages, with one incident in each kind.

Made by the product's own recorder, so rollups and events look exactly as a running app sends them;
every rollup has the dimension `source: demo` and every event the field.
"""

from __future__ import annotations

import math
import random
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from lib.observability.recorder import Batch, Recorder
from lib.product.objectives import STORAGE_LATENCY
from lib.storage.keys import AudioKey
from local.demo.plan import PlannedSession, request_id, timeline
from local.demo.recording import CONTENT_TYPE

SOURCE = "demo"

_KEPT = timedelta(days=6.9)  # raw events are kept for seven days
_FINE = timedelta(days=1)
_FINE_MS, _COARSE_MS = 5 * 60_000, 60 * 60_000
_MAX_SERIES, _MAX_EVENTS = 100_000, 20_000

# Traffic by hour of the day, UTC, as a share of the busiest hour.
_TRAFFIC = (
    0.25,
    0.18,
    0.14,
    0.12,
    0.14,
    0.22,
    0.42,
    0.68,
    0.85,
    0.88,
    0.84,
    0.86,
    0.95,
    0.92,
    0.86,
    0.84,
    0.88,
    0.95,
    1.0,
    0.98,
    0.9,
    0.72,
    0.52,
    0.36,
)


@dataclass(frozen=True, slots=True)
class _Operation:
    """One S3 operation: calls in the busiest hour, median and spread of its duration."""

    name: str
    role: str
    per_hour: float
    median_ms: float
    spread: float


_OPERATIONS = (
    _Operation("PutObject", "ingest", 50, 62, 0.45),
    _Operation("HeadObject", "ingest", 50, 14, 0.40),
    _Operation("GetObject", "reader", 90, 24, 0.50),
    _Operation("ReadBody", "analysis", 40, 41, 0.60),
    _Operation("DeleteObjects", "retention", 3, 48, 0.35),
)
_STORAGE_FAILURES = (("timeout", 0.5), ("connection", 0.2), ("server", 0.15), ("missing", 0.15))
_STORAGE_FAILURE_SHARE = 0.002

# What the gate decides on a quiet day: outcome, reason, route, decisions in the busiest hour.
_DECISIONS = (
    ("allowed", "signed-in", "/", 25),
    ("allowed", "signed-in", "/session", 45),
    ("allowed", "signed-in", "/_stcore/*", 75),
    ("allowed", "signed-in", "/api/*", 60),
    ("redirected", "dev-browser-missing", "/", 4),
    ("redirected", "session-token-expired-refresh-non-eligible-no-refresh-cookie", "/session", 9),
    ("denied", "session-token-and-uat-missing", "/_stcore/*", 2.2),
    ("denied", "token-expired", "/api/*", 1.6),
    ("denied", "role-missing", "/", 0.4),
    ("denied", "session-not-active", "/_stcore/*", 0.5),
    ("denied", "bearer-missing", "/api/*", 0.8),
)
_ATTACK_REASONS = (
    ("token-expired", 0.55),
    ("token-invalid-signature", 0.3),
    ("token-invalid", 0.15),
)
_ATTACK_PER_MINUTE = 24
_ATTACKERS = 3


def history(
    seed: int, anchor: datetime, days: int, sessions: tuple[PlannedSession, ...]
) -> list[Batch]:
    """Return everything that the recorders would have sent, in batches.

    Args:
        seed: decides everything; the ids of the batches too, so that none is merged twice.
        anchor: end of everything.
        days: before it.
        sessions: whose turns and assessments are measured as well.
    """
    rng = random.Random(f"demo {seed} history")  # noqa: S311  # chance for show
    journal = _Journal(anchor, sessions)
    first = anchor.replace(minute=0, second=0, microsecond=0) - timedelta(days=days)
    for number in range(days * 24 + 1):
        hour = first + timedelta(hours=number)
        _storage_hour(rng, journal, hour)
        _auth_hour(rng, journal, hour)
    _auth_attack(rng, journal)
    for session in sessions:
        _product_latency(journal, session)
    batches = journal.recorder.drain()
    return [replace(batch, batch_id=f"demo-{seed}-{i}") for i, batch in enumerate(batches)]


def storage_incident(anchor: datetime) -> tuple[datetime, datetime]:
    """Return when the bucket throttled: an afternoon, three days before the end."""
    return _hours_of_day(anchor, days_ago=3, start=13, hours=3.5)


def auth_incident(anchor: datetime) -> tuple[datetime, datetime]:
    """Return when a few clients sent bad tokens: an evening, two days before the end."""
    return _hours_of_day(anchor, days_ago=2, start=20.25, hours=1.5)


class _Journal:
    """A recorder that is told when things happened; what is long ago shares coarser minutes."""

    def __init__(self, anchor: datetime, sessions: tuple[PlannedSession, ...]) -> None:
        self.recorder = Recorder(_MAX_SERIES, _MAX_EVENTS)
        self._turns = sorted(_requests(sessions))
        self.throttling = storage_incident(anchor)
        self.attack = auth_incident(anchor)
        self.anchor = anchor

    def observe(
        self, metric: str, dimensions: dict[str, str], value: float, at: datetime, error: str = ""
    ) -> None:
        """Count one measurement."""
        incidents = (self.throttling, self.attack)
        is_fine = self.anchor - at < _FINE or any(a <= at < b for a, b in incidents)
        width = _FINE_MS if is_fine else _COARSE_MS
        labels = {**dimensions, "source": SOURCE}
        self.recorder.observe(metric, labels, value, error, _millis(at) // width * width)

    def keep(self, kind: str, at: datetime, event: dict[str, Any]) -> None:
        """Keep an event that is young enough to be kept."""
        if self.anchor - at < _KEPT:
            self.recorder.keep(kind, {"at": _millis(at), **event, "source": SOURCE})

    def request_before(self, at: datetime) -> str:
        """Return the request of the last turn before a moment, empty if there was none."""
        index = bisect_right(self._turns, (at, "~"))
        return self._turns[index - 1][1] if index else ""


def _requests(sessions: tuple[PlannedSession, ...]) -> Iterator[tuple[datetime, str]]:
    """Yield when each request of a turn was made, and its id."""
    for session in sessions:
        times, _ = timeline(session.turns)
        for turn, (start, _) in zip(session.turns, times, strict=True):
            if turn.figures:
                yield session.started_at + timedelta(milliseconds=start), turn.figures["request_id"]


def _storage_hour(rng: random.Random, journal: _Journal, hour: datetime) -> None:
    for operation in _OPERATIONS:
        for at in _moments(rng, hour, operation.per_hour, journal.anchor):
            push_back = _push_back(journal.throttling, at)
            duration = operation.median_ms * rng.lognormvariate(0, operation.spread)
            duration *= 1 + 5 * push_back * rng.random()
            outcome, attempts = "ok", 1
            chance = rng.random()
            if chance < 0.22 * push_back:
                outcome, attempts = "throttled", 3
                duration += rng.uniform(700, 2_600)  # two pauses before it gave up
            elif chance < 0.7 * push_back:
                attempts = 2
                duration += rng.uniform(120, 700)
            elif rng.random() < _STORAGE_FAILURE_SHARE:
                outcome = _weighted(rng, _STORAGE_FAILURES)
                attempts = 3 if outcome in {"timeout", "server"} else 1
                duration += 10_000 if outcome == "timeout" else 0
            _storage_operation(rng, journal, operation, at, outcome, duration, attempts)


def _storage_operation(
    rng: random.Random,
    journal: _Journal,
    operation: _Operation,
    at: datetime,
    outcome: str,
    duration: float,
    attempts: int,
) -> None:
    error = "" if outcome == "ok" else outcome
    dimensions = {"operation": operation.name, "outcome": outcome}
    journal.observe("storage.operation", dimensions, duration, at, error)
    if error or duration > STORAGE_LATENCY.limit_ms:
        event = {
            "operation": operation.name,
            "outcome": outcome,
            "durationMs": round(duration, 1),
            "attempts": attempts,
            "role": operation.role,
            "key": str(AudioKey.new(_hex(rng), CONTENT_TYPE, at, _hex(rng))),
            "requestId": journal.request_before(at) or request_id(rng, at),
        }
        journal.keep("storage", at, event)


def _push_back(incident: tuple[datetime, datetime], at: datetime) -> float:
    """Return how hard the bucket throttles at a moment, 0 to 1: it rises, and falls again."""
    start, end = incident
    position = (at - start) / (end - start)
    return math.sin(position * math.pi) ** 0.5 if 0 < position < 1 else 0.0


def _auth_hour(rng: random.Random, journal: _Journal, hour: datetime) -> None:
    for outcome, reason, route, per_hour in _DECISIONS:
        for at in _moments(rng, hour, per_hour, journal.anchor):
            _decision(rng, journal, at, (outcome, reason, route), _hex(rng)[:16])


def _auth_attack(rng: random.Random, journal: _Journal) -> None:
    start, end = journal.attack
    clients = [_hex(rng)[:16] for _ in range(_ATTACKERS)]
    for minute in range(int((end - start) / timedelta(minutes=1))):
        for _ in range(round(_ATTACK_PER_MINUTE * rng.uniform(0.6, 1.3))):
            at = start + timedelta(minutes=minute, seconds=rng.uniform(0, 60))
            reason = _weighted(rng, _ATTACK_REASONS)
            client = rng.choices(clients, (0.6, 0.3, 0.1))[0]
            _decision(rng, journal, at, ("denied", reason, "/api/*"), client)


def _decision(
    rng: random.Random, journal: _Journal, at: datetime, what: tuple[str, str, str], client: str
) -> None:
    outcome, reason, route = what
    dimensions = {"outcome": outcome, "reason": reason, "route": route}
    error = reason if outcome == "denied" else ""
    journal.observe("auth.decision", dimensions, rng.lognormvariate(-0.4, 0.6), at, error)
    if error:
        seen = {"requestId": request_id(rng, at), "clientHash": client}
        journal.keep("auth", at, {**dimensions, **seen})


def _product_latency(journal: _Journal, session: PlannedSession) -> None:
    times, length = timeline(session.turns)
    model = {"provider": session.model.provider, "modelId": session.model.model_id}
    for turn, (start, _) in zip(session.turns, times, strict=True):
        if turn.figures:
            at = session.started_at + timedelta(milliseconds=start)
            journal.observe("turn.ttft", model, turn.figures["ttft_ms"], at)
            journal.observe("turn.latency", model, turn.figures["latency_ms"], at)
    if session.assessment_ms is not None:
        at = session.started_at + timedelta(milliseconds=length)
        journal.observe("session.assessment", model, session.assessment_ms, at)


def _moments(
    rng: random.Random, hour: datetime, busiest: float, anchor: datetime
) -> Iterator[datetime]:
    """Yield when things happen within an hour until `anchor`, fewer at night and at weekends."""
    weekend = 0.45 if hour.weekday() >= 5 else 1.0  # noqa: PLR2004
    expected = busiest * _TRAFFIC[hour.hour] * weekend * rng.uniform(0.85, 1.15)
    count = int(expected) + (rng.random() < expected % 1)
    for _ in range(count):
        at = hour + timedelta(seconds=rng.uniform(0, 3600))
        if at < anchor:
            yield at


def _hours_of_day(
    anchor: datetime, days_ago: int, start: float, hours: float
) -> tuple[datetime, datetime]:
    day = anchor.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days_ago)
    begin = day + timedelta(hours=start)
    return begin, begin + timedelta(hours=hours)


def _weighted(rng: random.Random, shares: tuple[tuple[str, float], ...]) -> str:
    return rng.choices([name for name, _ in shares], [share for _, share in shares])[0]


def _hex(rng: random.Random) -> str:
    return f"{rng.getrandbits(128):032x}"


def _millis(at: datetime) -> int:
    return int(at.timestamp() * 1000)
