"""Job: writes, reads, checks and deletes a small object, to measure storage without traffic."""

from __future__ import annotations

import secrets
import time

from lib.observability.recorder import Recorder
from lib.storage.client import Storage
from lib.storage.errors import StorageError, translated
from lib.storage.keys import new_probe_key
from lib.storage.objects import head, put_small

PROBE_BYTES = 1024
METRIC = "storage.probe"


def probe(storage: Storage, recorder: Recorder) -> dict[str, str | float]:
    """Write, read, check and delete one object.

    Each operation is recorded like any other; the round itself as metric `storage.probe`.

    Returns:
        `outcome` (`ok` or the class of failure), `operation` that failed, `durationMs`.
    """
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
    put_small(storage, "probe", key, data, "application/octet-stream")
    client = storage.client("probe")
    try:
        with translated("GetObject"):
            found = client.get_object(Bucket=storage.bucket, Key=key)["Body"].read(PROBE_BYTES + 1)
        if found != data or head(storage, "probe", key).size != PROBE_BYTES:
            raise StorageError("invalid", "GetObject")
    finally:
        with translated("DeleteObject"):
            client.delete_object(Bucket=storage.bucket, Key=key)
