"""A long silence of Convex costs a bounded amount of memory, and what is lost is counted and shown.

`make faults` lets it last ten minutes (EARSHOT_OUTAGE_SECONDS).
"""

from __future__ import annotations

import os
import signal
import threading
import time
import tracemalloc
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from lib.data import Caller, Client, metrics
from lib.observability.recorder import MAX_KEPT_EVENTS, MAX_SERIES, Batch, Recorder
from lib.work.health import drops, telemetry
from lib.worker.flush import Flusher
from tests.support.convex import ConvexRuntime, running_convex
from tests.support.stack import wait_until

SECONDS = float(os.environ.get("EARSHOT_OUTAGE_SECONDS", "4"))
PER_SECOND = 400
MOST_MIB = 64
METRIC = "test.outage"


class Traffic:
    """Measurements and events at a steady rate, each of a series that nobody has seen before."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._stop = threading.Event()
        self._numbers = count()
        self.recorded = 0
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Traffic:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(0.05):
            for _ in range(int(PER_SECOND * 0.05)):
                self.one()

    def one(self) -> None:
        """Record one measurement and keep one event."""
        number = next(self._numbers)
        self._recorder.observe(METRIC, {"n": str(number)}, 1.0 + number % 900)
        event = {"at": time.time_ns() // 1_000_000, "outcome": "denied", "reason": "token-invalid"}
        self._recorder.keep("auth", {**event, "route": "/api/*"})
        self.recorded += 1


def stalled(runtime: ConvexRuntime) -> int:
    """Return the process of the runtime, stopped: connections open, answers never come."""
    assert runtime.child.process is not None
    pid = runtime.child.process.pid
    os.kill(pid, signal.SIGSTOP)
    return pid


def test_memory_is_bounded_through_an_outage_and_every_loss_is_counted(tmp_path: Path) -> None:
    recorder = Recorder()
    with running_convex(tmp_path / "convex") as runtime:
        impatient = Client(runtime.stack.convex_url, 0.5)
        # Tokens made anew: the outage may last longer than one.
        worker = Caller(impatient, lambda: runtime.token("worker"))

        def send(batch: Batch) -> None:
            metrics.ingest(
                worker,
                batch.batch_id,
                rollups=batch.rollups,
                auth_events=batch.auth_events,
                storage_events=batch.storage_events,
            )

        flusher = Flusher(recorder, send, interval=0.2)
        tracemalloc.start()
        pid = stalled(runtime)
        try:
            flusher.start()
            with Traffic(recorder) as traffic:
                end = time.monotonic() + SECONDS
                wait_until(lambda: time.monotonic() > end, SECONDS + 60)
                # However long it lasts: now more than fits, so that something must be dropped.
                for _ in range(2 * MAX_SERIES):
                    traffic.one()
            peak = tracemalloc.get_traced_memory()[1] / 2**20
            status = recorder.status()
        finally:
            tracemalloc.stop()
            os.kill(pid, signal.SIGCONT)
        assert peak < MOST_MIB, f"{peak:.0f} MiB"
        assert status.series <= MAX_SERIES + 1
        assert status.events <= MAX_KEPT_EVENTS
        assert status.waiting > 0
        assert telemetry(status, {}, datetime.now(UTC)).state == "failed"

        def lost() -> dict[str, int]:
            return drops(runtime.member("ops"), datetime.now(UTC))

        wait_until(
            lambda: counted(runtime) + lost().get("rollup", 0) == traffic.recorded, 60, interval=0.5
        )
        flusher.stop()
        assert lost()["rollup"] > 0
        assert telemetry(recorder.status(), lost(), datetime.now(UTC)).state == "warning"
        impatient.close()


def counted(runtime: ConvexRuntime) -> int:
    """Return how many measurements Convex has."""
    now = datetime.now(UTC)
    found = metrics.between(
        runtime.member("ops"), METRIC, now - timedelta(days=2), now + timedelta(days=1), "day"
    )
    return sum(rollup.count for rollup in found)
