"""Recording is bounded and loses nothing silently."""

from __future__ import annotations

import threading
from typing import Any

from lib.observability.events import Attempt, StorageEvent
from lib.observability.recorder import BATCH_EVENTS, BATCH_ROLLUPS, MAX_MODELS, Batch, Recorder

MINUTE = 1_800_000_000_000 - 1_800_000_000_000 % 60_000


def rollups(batches: list[Batch], metric: str) -> list[dict[str, Any]]:
    return [item for batch in batches for item in batch.rollups if item["metric"] == metric]


def event(**changes: Any) -> StorageEvent:
    values: dict[str, Any] = {
        "operation": "GetObject",
        "outcome": "ok",
        "duration_ms": 12.0,
        "at_ms": MINUTE,
        "role": "reader",
        "key": "k",
        "request_id": "r",
        "attempts": (Attempt(12.0, "ok"),),
    }
    return StorageEvent(**{**values, **changes})


def test_measurements_of_a_minute_become_one_rollup() -> None:
    recorder = Recorder()
    for value, error in ((10.0, ""), (30.0, "timeout"), (20.0, "timeout")):
        recorder.observe("m", {"b": "2", "a": "1"}, value, error, MINUTE + 59_999)
    recorder.observe("m", {"a": "1", "b": "2"}, 5.0, "", MINUTE + 60_000)
    first, second = rollups(recorder.drain(), "m")
    assert first["bucketStart"] == MINUTE
    assert first["dimensions"] == {"a": "1", "b": "2"}
    assert (first["count"], first["sum"], first["max"]) == (3, 60.0, 30.0)
    assert first["errors"] == {"timeout": 2}
    assert second["bucketStart"] == MINUTE + 60_000
    assert recorder.drain() == []


def test_series_are_bounded_and_what_is_dropped_is_counted() -> None:
    recorder = Recorder(max_series=3)
    for number in range(10):
        recorder.observe("m", {"n": str(number)}, 1.0, "", MINUTE)
        recorder.observe("m", {"n": "0"}, 1.0, "", MINUTE)
    assert recorder.dropped == {"rollup": 7}
    batches = recorder.drain()
    assert sum(item["count"] for item in rollups(batches, "m")) == 13
    (loss,) = rollups(batches, "telemetry.dropped")
    assert (loss["count"], loss["dimensions"]) == (7, {"kind": "rollup"})
    assert recorder.dropped == {}


def test_kept_events_are_bounded_to_the_newest_and_the_loss_is_counted() -> None:
    recorder = Recorder(max_events=5)
    for number in range(8):
        recorder.keep("auth", {"n": number})
    batches = recorder.drain()
    assert [item["n"] for item in batches[0].auth_events] == [3, 4, 5, 6, 7]
    (loss,) = rollups(batches, "telemetry.dropped")
    assert (loss["count"], loss["dimensions"]) == (3, {"kind": "auth_event"})


def test_a_drain_is_cut_into_batches_that_fit_one_call() -> None:
    recorder = Recorder()
    for number in range(BATCH_ROLLUPS + 1):
        recorder.observe("m", {"n": str(number)}, 1.0, "", MINUTE)
    for _ in range(BATCH_EVENTS * 2):
        recorder.keep("storage", {})
    batches = recorder.drain()
    assert [len(batch.rollups) for batch in batches] == [BATCH_ROLLUPS, 1]
    assert [len(batch.storage_events) for batch in batches] == [BATCH_EVENTS, BATCH_EVENTS]
    assert len({batch.batch_id for batch in batches}) == 2


def test_only_slow_and_failed_operations_are_kept_one_by_one() -> None:
    recorder = Recorder()
    recorder.storage(event())
    recorder.storage(event(duration_ms=501.0))
    recorder.storage(event(outcome="denied"))
    (batch,) = recorder.drain()
    assert [item["outcome"] for item in batch.storage_events] == ["ok", "denied"]
    assert sum(item["count"] for item in rollups([batch], "storage.operation")) == 3


def test_retried_attempts_are_counted_apart() -> None:
    recorder = Recorder()
    recorder.storage(event(attempts=(Attempt(9.0, "timeout"), Attempt(3.0, "ok"))))
    found = rollups(recorder.drain(), "storage.retried_attempt")
    assert sorted(item["dimensions"]["outcome"] for item in found) == ["ok", "timeout"]


def test_long_dimensions_are_cut() -> None:
    recorder = Recorder()
    recorder.observe("m", {"route": "x" * 500}, 1.0, "", MINUTE)
    (item,) = rollups(recorder.drain(), "m")
    assert item["dimensions"]["route"] == "x" * 64


def test_threads_that_record_and_drain_at_once_lose_nothing() -> None:
    recorder = Recorder()
    drained: list[Batch] = []
    done = threading.Event()

    def drain() -> None:
        while not done.is_set():
            drained.extend(recorder.drain())

    def record() -> None:
        for number in range(5000):
            recorder.observe("m", {"n": str(number % 7)}, 1.0, "", MINUTE)

    writers = [threading.Thread(target=record) for _ in range(4)]
    reader = threading.Thread(target=drain)
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    drained.extend(recorder.drain())
    assert sum(item["count"] for item in rollups(drained, "m")) == 20_000


def test_models_have_series_of_their_own_up_to_a_limit() -> None:
    recorder = Recorder()
    for number in range(MAX_MODELS + 5):
        recorder.product("turn.ttft", "p", f"m{number}", 100.0)
    recorder.product("turn.ttft", None, None, 100.0)
    found = rollups(recorder.drain(), "turn.ttft")
    assert len(found) == MAX_MODELS + 1
    (rest,) = [item for item in found if item["dimensions"]["modelId"] == "other"]
    assert (rest["count"], rest["dimensions"]["provider"]) == (6, "other")


def test_sums_since_the_start_outlive_a_drain_and_are_not_counted_twice() -> None:
    recorder = Recorder()
    for minute in range(3):
        recorder.observe("m", {"a": "1"}, 10.0 * (minute + 1), "x", MINUTE + minute * 60_000)
        recorder.drain()
    recorder.observe("m", {"a": "1"}, 5.0, "", MINUTE)
    for _ in range(2):
        (found,) = recorder.since_start().values()
        assert (found.count, found.sum, found.max) == (4, 65.0, 30.0)
        assert found.errors == {"x": 3}
        assert found.histogram.count == 4


def test_sums_since_the_start_are_bounded_too() -> None:
    recorder = Recorder(max_series=3)
    for number in range(12):
        recorder.observe("m", {"n": str(number)}, 1.0, "", MINUTE)
        recorder.drain()
    assert len(recorder.since_start()) <= 4  # the bound, and what was dropped


def test_the_status_says_what_is_held_what_waits_and_what_was_dropped() -> None:
    recorder = Recorder(max_series=1)
    assert recorder.status().delivered_at is None
    recorder.observe("m", {"n": "1"}, 1.0, "", MINUTE)
    recorder.observe("m", {"n": "2"}, 1.0, "", MINUTE)
    recorder.keep("auth", {})
    recorder.delivery(waiting=2)
    status = recorder.status()
    assert (status.series, status.events, status.waiting) == (1, 1, 2)
    assert status.delivered_at is None
    recorder.drain()
    recorder.delivery(waiting=0)
    status = recorder.status()
    assert status.delivered_at is not None
    assert status.dropped == {"rollup": 1}
