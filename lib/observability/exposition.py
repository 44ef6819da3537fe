"""Measurements since the start of the process, in Prometheus' text format.

The sketches become classic histogram buckets: a bucket's count is the number of values whose bin
lies at or below its border, so a border is exact within 1%. Durations are in seconds, as Prometheus
wants them. The number of series is bounded by the recorder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from prometheus_client import (
    CONTENT_TYPE_PLAIN_0_0_4,
    CollectorRegistry,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from lib.observability.histogram import Histogram, bin_value
from lib.observability.recorder import ALERT_VALUE, DROPPED, Labels, Recorder, Series
from lib.product.objectives import LATENCIES

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4

BORDERS_MS: Final = sorted(
    {1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000}
    | {objective.limit_ms for objective in LATENCIES}
)
"""Upper bounds of buckets in milliseconds; include the objectives."""

_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_A_NAME: Final = re.compile(r"[^a-zA-Z0-9_]")


def exposition(recorder: Recorder) -> bytes:
    """Return all measurements of a recorder and of the process itself."""
    registry = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    registry.register(_Measured(recorder))
    return generate_latest(registry)


class _Measured(Collector):
    """The recorder as a collector, for one scrape."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def collect(self) -> Iterator[Metric]:
        """Yield a family per metric."""
        families: dict[str, list[tuple[Labels, Series]]] = {}
        for (metric, labels), series in self._recorder.since_start().items():
            if metric not in {DROPPED, ALERT_VALUE}:
                families.setdefault(metric, []).append((labels, series))
        for metric in sorted(families):
            yield _family(metric, families[metric])
        yield from self._alert_values()
        yield from self._about_recorder()

    def _alert_values(self) -> Iterator[Metric]:
        """Yield the last value of each rule: a gauge, because only some rules measure durations."""
        family = GaugeMetricFamily(
            "earshot_alert_value", "Last value of an alert rule, in its unit.", labels=["rule"]
        )
        for (metric, labels), series in self._recorder.since_start().items():
            if metric == ALERT_VALUE:
                family.add_metric([dict(labels)["rule"]], series.last)
        yield family

    def _about_recorder(self) -> Iterator[Metric]:
        status = self._recorder.status()
        dropped = CounterMetricFamily(
            "earshot_telemetry_dropped", "Measurements dropped, by kind.", labels=["kind"]
        )
        for kind, count in status.dropped.items():
            dropped.add_metric([kind], count)
        yield dropped
        for name, text, value in (
            ("series", "Rollups held in memory.", status.series),
            ("events", "Single events held in memory.", status.events),
            ("batches_waiting", "Batches not delivered yet.", status.waiting),
        ):
            yield GaugeMetricFamily(f"earshot_telemetry_{name}", text, value)
        if status.delivered_at is not None:
            yield GaugeMetricFamily(
                "earshot_telemetry_delivered_timestamp_seconds",
                "Time of the last complete delivery.",
                status.delivered_at.timestamp(),
            )


def _family(metric: str, found: list[tuple[Labels, Series]]) -> Metric:
    names = sorted({name for labels, _ in found for name, _ in labels})
    family = HistogramMetricFamily(
        f"earshot_{_name(metric)}_seconds",
        f"Durations of {metric}.",
        labels=[_name(name) for name in names],
    )
    for labels, series in sorted(found, key=lambda item: item[0]):
        values: Mapping[str, str] = dict(labels)
        family.add_metric(
            [values.get(name, "") for name in names],
            buckets=_buckets(series.histogram, series.count),
            sum_value=series.sum / 1000,
        )
    return family


def _buckets(histogram: Histogram, count: int) -> list[tuple[str, float]]:
    bins = sorted(histogram.counts.items())
    result: list[tuple[str, float]] = []
    seen, position = histogram.zero, 0
    for border in BORDERS_MS:
        while position < len(bins) and bin_value(bins[position][0]) <= border:
            seen += bins[position][1]
            position += 1
        result.append((f"{border / 1000:g}", float(seen)))
    return [*result, ("+Inf", float(count))]


def _name(text: str) -> str:
    return _NOT_A_NAME.sub("_", _CAMEL.sub("_", text)).lower()
