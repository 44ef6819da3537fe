"""Rollups: counts, errors and mergeable histograms per minute and hour."""

from __future__ import annotations

from typing import Unpack

from lib.data.client import Caller
from lib.data.records import (
    METRICS_INGEST,
    METRICS_RANGE,
    MetricsIngestArgs,
    MetricsIngestResult,
    MetricsRangeArgs,
    Rollup,
)


def ingest(caller: Caller, **batch: Unpack[MetricsIngestArgs]) -> MetricsIngestResult:
    """Merge a batch of rollups and store its raw events; the same batch twice counts once."""
    return caller.mutation(METRICS_INGEST, batch, batch["batch_id"])


def between(caller: Caller, **window: Unpack[MetricsRangeArgs]) -> tuple[Rollup, ...]:
    """Return the rollups of a metric in a window of time."""
    return caller.query(METRICS_RANGE, window)
