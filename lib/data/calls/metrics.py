"""Metrics: what the recorders send, and percentiles over any window without raw events.

Generated from the Convex functions by `python -m codegen`; a test proves that it is current.
"""

from __future__ import annotations

from typing import Unpack

from lib.data.client import Caller
from lib.data.functions import Page
from lib.data.records import (
    METRICS_INGEST,
    METRICS_RANGE,
    Ingested,
    MetricsIngestArgs,
    MetricsRangeArgs,
    Rollup,
)


def ingest(
    caller: Caller, *, idempotency_key: str | None = None, **arguments: Unpack[MetricsIngestArgs]
) -> Ingested:
    """Merge a batch of rollups into their minutes, hours and days, and keep its events.

    Merging is addition, so batches may come late and in any order; a batch that was applied before
    changes nothing and answers `applied: false`.
    """
    return caller.mutation(METRICS_INGEST, arguments, idempotency_key)


def page(caller: Caller, **arguments: Unpack[MetricsRangeArgs]) -> Page[Rollup]:
    """Return one page of the rollups of a metric, by time.

    `from_` is inclusive, `to` exclusive. With `dimensions`, those whose dimensions have these
    values.
    """
    return caller.query(METRICS_RANGE, arguments)
