"""Recorder: collects measurements as minute rollups in bounded memory until they are drained.

Recording never blocks on I/O and never fails the caller. Memory is bounded by the number of series
and of kept events, not by traffic or by the length of an outage; what does not fit is counted by
kind and itself recorded, as metric `telemetry.dropped`. Beside the minutes, which leave, sums since
the start of the process stay for `/metrics` (`lib.observability.exposition`).
"""

from __future__ import annotations

import threading
import time
import uuid
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from lib.observability.events import StorageEvent
from lib.observability.histogram import Histogram
from lib.observability.labels import CardinalityLimiter
from lib.product.objectives import STORAGE_LATENCY

MINUTE_MS = 60_000
MAX_SERIES = 4_000
MAX_KEPT_EVENTS = 2_000
BATCH_ROLLUPS = 200
BATCH_EVENTS = 200
MAX_MODELS = 100
"""Pairs of provider and model that have series of their own; the writer chooses these names."""

DROPPED = "telemetry.dropped"

ALERT_VALUE = "alert.value"
"""Value of each rule at each evaluation in the rule's unit, so it is no duration."""

_MAX_DIMENSION = 64

Labels = tuple[tuple[str, str], ...]
SeriesKey = tuple[int, str, Labels]


@dataclass(slots=True)
class Series:
    """Sums of one metric and one set of dimensions over some time, and the last value.

    Durations are in milliseconds.
    """

    count: int = 0
    sum: float = 0.0
    max: float = 0.0
    last: float = 0.0
    errors: dict[str, int] = field(default_factory=dict)
    histogram: Histogram = field(default_factory=Histogram)

    def add(self, value: float, error: str) -> None:
        """Count one measurement, with its class of failure if it failed."""
        self.count += 1
        self.sum += value
        self.max = max(self.max, value)
        self.last = value
        self.histogram.add(value)
        if error:
            self.errors[error] = self.errors.get(error, 0) + 1

    def merge(self, other: Series) -> None:
        """Add the sums of a later stretch of time."""
        self.count += other.count
        self.sum += other.sum
        self.max = max(self.max, other.max)
        self.last = other.last
        for name, number in other.errors.items():
            self.errors[name] = self.errors.get(name, 0) + number
        self.histogram.merge(other.histogram)

    def to_wire(self, key: SeriesKey) -> dict[str, Any]:
        """Return the form that `metrics:ingest` takes."""
        minute, metric, dimensions = key
        return {
            "metric": metric,
            "dimensions": dict(dimensions),
            "bucketStart": minute,
            "count": self.count,
            "errors": self.errors,
            "sum": self.sum,
            "max": self.max,
            "histogram": self.histogram.to_wire(),
        }


@dataclass(frozen=True, slots=True)
class Batch:
    """What one `metrics:ingest` call sends; `batch_id` makes repeats harmless."""

    rollups: list[dict[str, Any]]
    auth_events: list[dict[str, Any]]
    storage_events: list[dict[str, Any]]
    batch_id: str = field(default_factory=lambda: uuid.uuid4().hex)

    def __len__(self) -> int:
        """Rollups and events in it."""
        return len(self.rollups) + len(self.auth_events) + len(self.storage_events)


@dataclass(frozen=True, slots=True)
class Status:
    """State of a recorder.

    Attributes:
        series: rollups held now.
        events: single events held now.
        waiting: batches that were drained and are not delivered yet.
        delivered_at: last time when everything drained was delivered; None if never.
        dropped: measurements dropped since the process started, by kind.
    """

    series: int
    events: int
    waiting: int
    delivered_at: datetime | None
    dropped: Mapping[str, int]


class Recorder:
    """Collects measurements of one process. Thread-safe.

    Args:
        max_series: bound of rollups held.
        max_events: bound of kept events, per kind.
    """

    def __init__(self, max_series: int = MAX_SERIES, max_events: int = MAX_KEPT_EVENTS) -> None:
        self._lock = threading.Lock()  # held for dictionary updates only, never for I/O
        self._series: dict[SeriesKey, Series] = {}
        self._since_start: dict[tuple[str, Labels], Series] = {}
        self._models = CardinalityLimiter(MAX_MODELS)
        self._events: dict[str, deque[dict[str, Any]]] = {"auth": deque(), "storage": deque()}
        self._dropped: dict[str, int] = {}
        self._dropped_ever: dict[str, int] = {}
        self._max_series = max_series
        self._max_events = max_events
        self._delivered_at: datetime | None = None
        self._waiting = 0

    def observe(
        self,
        metric: str,
        dimensions: Mapping[str, str],
        value: float,
        error: str = "",
        at_ms: int | None = None,
    ) -> None:
        """Count one measurement.

        Args:
            metric: name, such as `storage.operation`.
            dimensions: few, with few values each; never ids.
            value: milliseconds; of `ALERT_VALUE` in the unit of the rule.
            error: class of failure, empty if it went well.
            at_ms: Unix milliseconds of its start; default now.
        """
        at = _now_ms() if at_ms is None else at_ms
        labels = tuple(sorted((name, text[:_MAX_DIMENSION]) for name, text in dimensions.items()))
        key = (at - at % MINUTE_MS, metric, labels)
        with self._lock:
            series = self._series.get(key)
            if series is None:
                if len(self._series) >= self._max_series:
                    self._drop("rollup")
                    return
                series = self._series[key] = Series()
            series.add(value, error)

    def keep(self, kind: str, event: dict[str, Any]) -> None:
        """Keep one event for drill-down: `kind` is `auth` or `storage`. The newest are kept."""
        with self._lock:
            events = self._events[kind]
            if len(events) >= self._max_events:
                events.popleft()
                self._drop(f"{kind}_event")
            events.append(event)

    def storage(self, event: StorageEvent) -> None:
        """Record one S3 operation and its attempts; the `record` of `lib.storage`."""
        error = "" if event.outcome == "ok" else event.outcome
        self.observe(
            "storage.operation",
            {"operation": event.operation, "outcome": event.outcome},
            event.duration_ms,
            error,
            event.at_ms,
        )
        if len(event.attempts) > 1:
            for attempt in event.attempts:
                dimensions = {"operation": event.operation, "outcome": attempt.outcome}
                self.observe("storage.retried_attempt", dimensions, attempt.duration_ms)
        # Slower than the objective: kept one by one for drill-down, as failed ones are.
        if error or event.duration_ms > STORAGE_LATENCY.limit_ms:
            self.keep("storage", _storage_wire(event))

    def product(
        self, metric: str, provider: str | None, model_id: str | None, value: float
    ) -> None:
        """Count a duration of the product itself, by who answered.

        Args:
            metric: `turn.ttft`, `turn.latency` or `session.assessment`.
            provider: as the product's backend names it.
            model_id: likewise; pairs beyond `MAX_MODELS` count as `other`.
            value: milliseconds.
        """
        with self._lock:
            names = self._models.label_for((provider or "unknown", model_id or "unknown"))
        self.observe(metric, dict(zip(("provider", "modelId"), names, strict=True)), value)

    def lost(self, kind: str, count: int) -> None:
        """Count measurements that were drained but could not be delivered."""
        with self._lock:
            self._drop(kind, count)

    def delivery(self, *, waiting: int) -> None:
        """Report delivery: with no batch waiting, everything drained is delivered."""
        with self._lock:
            self._waiting = waiting
            if not waiting:
                self._delivered_at = datetime.now(UTC)

    def drain(self) -> list[Batch]:
        """Take everything recorded so far, in batches that fit one call each.

        The caller then owns them and must send each until its delivery is confirmed.
        """
        with self._lock:
            self._count_drops()
            series, self._series = self._series, {}
            self._add_up(self._since_start, series)
            auth, storage = self._events["auth"], self._events["storage"]
            self._events = {"auth": deque(), "storage": deque()}
        rollups = iter([item.to_wire(key) for key, item in series.items()])
        auth_events, storage_events = iter(auth), iter(storage)
        batches: list[Batch] = []
        while True:
            batch = Batch(
                list(islice(rollups, BATCH_ROLLUPS)),
                list(islice(auth_events, BATCH_EVENTS)),
                list(islice(storage_events, BATCH_EVENTS)),
            )
            if not batch:
                return batches
            batches.append(batch)

    def since_start(self) -> dict[tuple[str, Labels], Series]:
        """Return the sums since the process started, by metric and dimensions; copies."""
        with self._lock:
            sums: dict[tuple[str, Labels], Series] = {}
            for key, series in self._since_start.items():
                sums.setdefault(key, Series()).merge(series)
            self._add_up(sums, self._series)
        return sums

    def status(self) -> Status:
        """Return how full the recorder is and how delivery goes."""
        with self._lock:
            events = sum(len(kept) for kept in self._events.values())
            return Status(
                len(self._series),
                events,
                self._waiting,
                self._delivered_at,
                {kind: self._dropped_ever[kind] for kind in sorted(self._dropped_ever)},
            )

    @property
    def dropped(self) -> dict[str, int]:
        """Measurements dropped since the last drain, by kind."""
        with self._lock:
            return dict(self._dropped)

    def _drop(self, kind: str, count: int = 1) -> None:
        self._dropped[kind] = self._dropped.get(kind, 0) + count
        self._dropped_ever[kind] = self._dropped_ever.get(kind, 0) + count

    def _add_up(
        self, sums: dict[tuple[str, Labels], Series], series: Mapping[SeriesKey, Series]
    ) -> None:
        for (_, metric, labels), item in series.items():
            total = sums.get((metric, labels))
            if total is None:
                if len(sums) >= self._max_series:
                    continue  # the minutes have it; only the sums for scraping are bounded
                total = sums[metric, labels] = Series()
            total.merge(item)

    def _count_drops(self) -> None:
        minute = _now_ms() // MINUTE_MS * MINUTE_MS
        for kind, count in self._dropped.items():
            # One series more than the limit, to record the drops themselves.
            key = (minute, DROPPED, (("kind", kind),))
            series = self._series.setdefault(key, Series())
            series.count += count
            series.histogram.zero += count
        self._dropped.clear()


def _storage_wire(event: StorageEvent) -> dict[str, Any]:
    return {
        "at": event.at_ms,
        "operation": event.operation,
        "outcome": event.outcome,
        "durationMs": event.duration_ms,
        "attempts": len(event.attempts),
        "role": event.role,
        "key": event.key,
        "requestId": event.request_id,
    }


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
