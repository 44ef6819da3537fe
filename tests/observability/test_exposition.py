"""`/metrics` says what was measured, in Prometheus' own terms."""

from __future__ import annotations

from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from lib.observability.exposition import BORDERS_MS, exposition
from lib.observability.recorder import ALERT_VALUE, Recorder

MINUTE = 1_800_000_000_000


def parsed(recorder: Recorder) -> dict[str, Any]:
    text = exposition(recorder).decode()
    return {family.name: family for family in text_string_to_metric_families(text)}


def samples(family: Any, suffix: str, **labels: str) -> list[tuple[dict[str, str], float]]:
    return [
        (sample.labels, sample.value)
        for sample in family.samples
        if sample.name.endswith(suffix) and labels.items() <= sample.labels.items()
    ]


def test_a_histogram_counts_what_lies_below_each_border() -> None:
    recorder = Recorder()
    values = [0.0, 3.0, 40.0, 480.0, 520.0, 2_400.0, 90_000.0]
    for value in values:
        recorder.observe("storage.operation", {"operation": "PutObject"}, value, "", MINUTE)
    recorder.drain()
    family = parsed(recorder)["earshot_storage_operation_seconds"]
    buckets = {labels["le"]: count for labels, count in samples(family, "_bucket")}
    for border in BORDERS_MS:
        assert buckets[f"{border / 1000:g}"] == sum(value <= border for value in values), border
    assert buckets["+Inf"] == len(values)
    ((_, total),) = samples(family, "_sum")
    assert total == pytest.approx(sum(values) / 1000)


def test_counters_go_on_over_drains() -> None:
    recorder = Recorder()
    for round_ in range(3):
        recorder.observe("auth.decision", {"outcome": "denied"}, 1.0, "", MINUTE + round_ * 60_000)
        recorder.drain()
    family = parsed(recorder)["earshot_auth_decision_seconds"]
    assert samples(family, "_count", outcome="denied") == [({"outcome": "denied"}, 3.0)]


def test_series_of_one_metric_with_other_dimensions_share_a_family() -> None:
    recorder = Recorder()
    recorder.observe("m", {"modelId": "a"}, 1.0, "", MINUTE)
    recorder.observe("m", {"other": 'q"uo\nte'}, 1.0, "", MINUTE)
    found = {
        tuple(sorted(labels.items()))
        for labels, _ in samples(parsed(recorder)["earshot_m_seconds"], "_count")
    }
    assert found == {
        (("model_id", "a"), ("other", "")),
        (("model_id", ""), ("other", 'q"uo\nte')),
    }


def test_what_was_dropped_and_what_waits_is_said() -> None:
    recorder = Recorder(max_series=1)
    for number in range(4):
        recorder.observe("m", {"n": str(number)}, 1.0, "", MINUTE)
    recorder.drain()
    recorder.delivery(waiting=2)
    found = parsed(recorder)
    dropped = samples(found["earshot_telemetry_dropped"], "_total")
    assert dropped == [({"kind": "rollup"}, 3.0)]
    assert samples(found["earshot_telemetry_batches_waiting"], "") == [({}, 2.0)]
    assert "process_resident_memory_bytes" in found


def test_the_value_of_a_rule_is_a_gauge_without_a_unit_it_does_not_have() -> None:
    recorder = Recorder()
    for value in (14.4, 0.5):
        recorder.observe(ALERT_VALUE, {"rule": "storage-failures-fast"}, value, "", MINUTE)
        recorder.drain()
    found = parsed(recorder)
    assert samples(found["earshot_alert_value"], "") == [({"rule": "storage-failures-fast"}, 0.5)]
    assert not [name for name in found if name.startswith("earshot_alert_value_")]
