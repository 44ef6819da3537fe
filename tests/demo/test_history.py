"""Measurements: marked as demo data, in batches that merge once, with the two incidents in them."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from lib.observability.histogram import Histogram, merged
from lib.observability.recorder import Batch
from local.demo.history import auth_incident, history, storage_incident
from local.demo.plan import FULL, Plan
from tests.demo.conftest import ANCHOR

Rollup = dict[str, Any]


@pytest.fixture(scope="module")
def batches(planned: Plan) -> list[Batch]:
    return history(7, ANCHOR, FULL.days, planned.sessions)


@pytest.fixture(scope="module")
def rollups(batches: list[Batch]) -> list[Rollup]:
    return [rollup for batch in batches for rollup in batch.rollups]


def p95(rollups: list[Rollup]) -> float:
    value = merged(Histogram.from_wire(rollup["histogram"]) for rollup in rollups).quantile(0.95)
    assert value is not None
    return value


def within(rollup: Rollup, window: tuple[Any, Any]) -> bool:
    start, end = window
    return bool(start.timestamp() * 1000 <= rollup["bucketStart"] < end.timestamp() * 1000)


def test_the_same_seed_sends_the_same_batches(planned: Plan) -> None:
    batches = history(7, ANCHOR, 3, planned.sessions[:20])
    assert history(7, ANCHOR, 3, planned.sessions[:20]) == batches
    assert len({batch.batch_id for batch in batches}) == len(batches)


def test_everything_says_that_it_is_demo_data(batches: list[Batch], rollups: list[Rollup]) -> None:
    assert all(rollup["dimensions"]["source"] == "demo" for rollup in rollups)
    events = [e for batch in batches for e in (*batch.auth_events, *batch.storage_events)]
    assert events
    assert all(event["source"] == "demo" for event in events)


def test_all_metrics_cover_thirty_days(rollups: list[Rollup]) -> None:
    for metric in ("storage.operation", "auth.decision", "turn.ttft", "session.assessment"):
        days = {r["bucketStart"] // 86_400_000 for r in rollups if r["metric"] == metric}
        assert len(days) >= 28, metric
    first = (ANCHOR - timedelta(days=31)).timestamp() * 1000
    assert all(first < r["bucketStart"] <= ANCHOR.timestamp() * 1000 for r in rollups)


def test_traffic_follows_the_day(rollups: list[Rollup]) -> None:
    by_hour: Counter[int] = Counter()
    for rollup in rollups:
        if rollup["metric"] == "storage.operation":
            by_hour[rollup["bucketStart"] // 3_600_000 % 24] += rollup["count"]
    assert by_hour[18] > 4 * by_hour[3]


def test_the_bucket_throttled_one_afternoon(rollups: list[Rollup]) -> None:
    storage = [r for r in rollups if r["metric"] == "storage.operation"]
    inside = [r for r in storage if within(r, storage_incident(ANCHOR))]
    outside = [r for r in storage if not within(r, storage_incident(ANCHOR))]
    assert p95(inside) > 500 > p95(outside)
    assert not any(r["dimensions"]["outcome"] == "throttled" for r in outside)
    throttled = sum(r["count"] for r in inside if r["dimensions"]["outcome"] == "throttled")
    assert throttled > 0.05 * sum(r["count"] for r in inside)


def test_few_clients_sent_bad_tokens_one_evening(batches: list[Batch]) -> None:
    start, end = (moment.timestamp() * 1000 for moment in auth_incident(ANCHOR))
    events = [event for batch in batches for event in batch.auth_events]
    inside = Counter(event["clientHash"] for event in events if start <= event["at"] < end)
    assert sum(count for _, count in inside.most_common(3)) > 0.9 * inside.total() > 1_000
    assert inside.total() > len(events) / 2
