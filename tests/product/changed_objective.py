"""Changes the objective of storage before anything has read it, and prints what follows from it.

Run as `python -m tests.product.changed_objective LIMIT_MS TOKEN` against an empty deployment.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from typing import Any

from lib.product import objectives

DURATIONS_MS = (100.0, 600.0, 900.0)
RULE = "storage-latency-fast"


def main(limit_ms: float, token: str) -> dict[str, Any]:
    """Return what follows from a limit of storage operations, in milliseconds."""
    changed = objectives.LatencyObjective(objectives.STORAGE_LATENCY.target, limit_ms)
    objectives.STORAGE_LATENCY = changed  # type: ignore[misc]

    # Not before: these take their objectives when they are imported.
    from lib.data import metrics  # noqa: PLC0415
    from lib.observability.alert_rules import BY_NAME  # noqa: PLC0415
    from lib.observability.events import StorageEvent  # noqa: PLC0415
    from lib.product.alert_guidance import ALERTS  # noqa: PLC0415
    from lib.work.services import services  # noqa: PLC0415
    from lib.worker.alerts.signals import SignalReader  # noqa: PLC0415
    from tests.support.drawn_page import draw  # noqa: PLC0415

    recorder, caller = services().recorder, services().worker_caller()
    for duration in DURATIONS_MS:
        at = time.time_ns() // 1_000_000
        recorder.storage(
            StorageEvent("GetObject", "ok", duration, at, "reader", "key", "req", attempts=())
        )
    [batch] = recorder.drain()
    metrics.ingest(
        caller,
        batch.batch_id,
        rollups=batch.rollups,
        auth_events=batch.auth_events,
        storage_events=batch.storage_events,
    )
    signals = SignalReader({}).read(caller, datetime.now(UTC))
    return {
        "kept": [event["durationMs"] for event in batch.storage_events],
        "slow": sum(bucket.counts.bad for bucket in signals.counts["storage.latency"]["minute"]),
        "rule": BY_NAME[RULE].condition.objective.limit_ms,  # type: ignore[union-attr]
        "guidance": ALERTS[RULE].meaning,
        "page": draw("/storage", "ops", token, {}),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(float(sys.argv[1]), sys.argv[2])))
