"""Job: writes, reads, checks and deletes a small object, to measure storage without traffic.

It waits as long as a page does. A round that fails is repeated soon, so that one run tells an
outage from one slow call.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

from lib.observability.recorder import Recorder
from lib.product.schedule import PROBE_PAUSE, PROBE_ROUNDS
from lib.storage.client import Storage
from lib.storage.errors import StorageError, translated
from lib.storage.keys import new_probe_key
from lib.storage.objects import head, put_small

PROBE_BYTES = 1024
METRIC = "storage.probe"


def probe(
    storage: Storage,
    recorder: Recorder,
    stop: Callable[[], bool],
    pause: Callable[[float], None] = time.sleep,
) -> dict[str, str | float]:
    """Write, read, check and delete one object; up to `PROBE_ROUNDS` times, until it succeeds.

    Each operation is recorded like any other; each round as metric `storage.probe`.

    Args:
        storage: the bucket.
        recorder: of the process.
        stop: whether to end early.
        pause: waits so many seconds between rounds.

    Returns:
        Of the last round: `outcome` (`ok` or the class of failure), `operation` that failed,
        `durationMs`; and `failed`, the rounds in a row that failed up to now, 0 if it succeeded.
    """
    for failed in range(1, PROBE_ROUNDS + 1):
        report = _measured(storage, recorder)
        if report["outcome"] == "ok":
            return {**report, "failed": 0}
        if failed == PROBE_ROUNDS or stop():
            break
        pause(PROBE_PAUSE.total_seconds())
    return {**report, "failed": failed}


def _measured(storage: Storage, recorder: Recorder) -> dict[str, str | float]:
    started = time.perf_counter()
    outcome, operation = "ok", ""
    try:
        _round(storage)
    except StorageError as error:
        outcome, operation = error.failure, error.operation
    duration = (time.perf_counter() - started) * 1000
    error_class = "" if outcome == "ok" else outcome
    recorder.observe(METRIC, {"outcome": outcome}, duration, error_class)
    return {"outcome": outcome, "operation": operation, "durationMs": round(duration, 1)}


def _round(storage: Storage) -> None:
    key, data = new_probe_key(), secrets.token_bytes(PROBE_BYTES)
    put_small(storage, "probe", key, data, "application/octet-stream", use="page")
    client = storage.client("probe", "page")
    try:
        with translated("GetObject"):
            found = client.get_object(Bucket=storage.bucket, Key=key)["Body"].read(PROBE_BYTES + 1)
        if found != data or head(storage, "probe", key, "page").size != PROBE_BYTES:
            raise StorageError("invalid", "GetObject")
    finally:
        with translated("DeleteObject"):
            client.delete_object(Bucket=storage.bucket, Key=key)
