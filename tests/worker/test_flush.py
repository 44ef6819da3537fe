"""Measurements reach Convex exactly once, through outages, and never pile up meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from lib.data import Refused, Unavailable, metrics
from lib.observability.histogram import Histogram
from lib.observability.recorder import Batch, Recorder
from lib.work.services import Services
from lib.worker.background import Background
from lib.worker.flush import Flusher
from tests.support.convex import ConvexRuntime


class Link:
    """A way to Convex that can be cut before or after the call arrives."""

    def __init__(self, convex: ConvexRuntime) -> None:
        self._caller = convex.caller("worker")
        self.cut_before = self.cut_after = False

    def send(self, batch: Batch) -> None:
        if self.cut_before:
            raise Unavailable("cut")
        metrics.ingest(
            self._caller,
            batch.batch_id,
            rollups=batch.rollups,
            auth_events=batch.auth_events,
            storage_events=batch.storage_events,
        )
        if self.cut_after:
            raise Unavailable("the answer got lost")


def total(convex: ConvexRuntime, metric: str) -> tuple[int, int]:
    """Return the count of a metric, and of the values in its histograms."""
    now = datetime.now(UTC)
    found = list(
        metrics.between(
            convex.member("ops"),
            metric,
            now - timedelta(hours=1),
            now + timedelta(hours=1),
            "minute",
        )
    )
    histograms = [
        Histogram(r.histogram.zero, {int(i): n for i, n in r.histogram.counts.items()})
        for r in found
    ]
    return sum(r.count for r in found), sum(h.count for h in histograms)


def test_what_is_recorded_arrives(convex: ConvexRuntime) -> None:
    metric = f"test.m{uuid4().hex}"
    recorder = Recorder()
    for value in range(100):
        recorder.observe(metric, {"operation": f"o{value % 3}"}, float(value))
    assert Flusher(recorder, Link(convex).send).flush()
    assert total(convex, metric) == (100, 100)


def test_a_lost_answer_counts_nothing_twice(convex: ConvexRuntime) -> None:
    metric = f"test.m{uuid4().hex}"
    recorder, link = Recorder(), Link(convex)
    flusher = Flusher(recorder, link.send)
    recorder.observe(metric, {}, 1.0)
    link.cut_after = True
    assert not flusher.flush()
    assert not flusher.flush()
    link.cut_after = False
    recorder.observe(metric, {}, 1.0)
    assert flusher.flush()
    assert flusher.flush()
    assert total(convex, metric) == (2, 2)


def test_an_outage_delays_and_loses_nothing_within_the_bounds(convex: ConvexRuntime) -> None:
    metric = f"test.m{uuid4().hex}"
    recorder, link = Recorder(), Link(convex)
    flusher = Flusher(recorder, link.send)
    link.cut_before = True
    for _ in range(500):
        recorder.observe(metric, {}, 1.0)
        assert not flusher.flush()
    link.cut_before = False
    assert flusher.flush()
    assert flusher.flush()
    assert total(convex, metric) == (500, 500)


def test_a_refused_batch_does_not_block_the_others_and_its_loss_is_counted() -> None:
    recorder = Recorder()
    sent: list[Batch] = []

    def send(batch: Batch) -> None:
        if not sent:
            sent.append(batch)
            raise Refused("VALIDATION", "no")
        sent.append(batch)

    flusher = Flusher(recorder, send)
    recorder.observe("m", {}, 1.0)
    recorder.keep("auth", {"reason": "token-expired"})
    recorder.keep("storage", {"outcome": "denied"})
    recorder.keep("storage", {"outcome": "timeout"})
    assert flusher.flush()
    assert recorder.dropped == {"refused": 4}
    assert flusher.flush()
    assert [item["metric"] for item in sent[1].rollups] == ["telemetry.dropped"]


def test_stopping_sends_what_was_recorded_last(services: Services, convex: ConvexRuntime) -> None:
    metric = f"test.m{uuid4().hex}"
    background = Background(services, with_worker=False)
    background.start()
    services.recorder.observe(metric, {}, 1.0)
    background.stop()
    assert total(convex, metric) == (1, 1)
