"""Rollups: counts, errors and mergeable histograms per minute, hour and day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from lib.data.calls.metrics import page
from lib.data.client import Caller
from lib.data.functions import Mutation, every_item
from lib.data.records import (
    METRICS_INGEST,
    Ingested,
    Rollup,
)

Wire = Sequence[Mapping[str, Any]]

# Recorders fill rollups and events in the form that is sent; there is nothing to translate.
_AS_SENT: Mutation[dict[str, Any], Ingested] = Mutation(
    METRICS_INGEST.path, dict, METRICS_INGEST.decode
)


def ingest(
    caller: Caller, batch_id: str, *, rollups: Wire, auth_events: Wire, storage_events: Wire
) -> bool:
    """Merge a recorder's batch; return False if this batch was merged before.

    Args:
        caller: with the role worker.
        batch_id: of the batch; the same batch twice counts once.
        rollups: as `lib.observability.recorder` drains them, with names on the wire.
        auth_events: likewise.
        storage_events: likewise.
    """
    batch = {
        "batchId": batch_id,
        "rollups": rollups,
        "authEvents": auth_events,
        "storageEvents": storage_events,
    }
    return caller.mutation(_AS_SENT, batch, batch_id).applied


def between(
    caller: Caller,
    metric: str,
    start: datetime,
    end: datetime,
    resolution: Literal["minute", "hour", "day"],
    dimensions: Mapping[str, str] | None = None,
) -> Iterator[Rollup]:
    """Yield the rollups of a metric in [start, end), by time, page after page.

    Args:
        caller: with the role ops.
        metric: such as `storage.operation`.
        start: first bucket's start.
        end: exclusive.
        resolution: width of a bucket.
        dimensions: only series with these values.
    """
    return every_item(
        lambda cursor: page(
            caller,
            metric=metric,
            from_=start,
            to=end,
            resolution=resolution,
            dimensions=dimensions,
            cursor=cursor,
        )
    )
