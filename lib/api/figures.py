"""Figures that several resources answer with."""

from __future__ import annotations

from lib.api.fields import ResponseModel


class Distribution(ResponseModel):
    """Distribution of a duration over turns, in milliseconds; percentiles within 1%."""

    count: int
    mean: float | None
    p50: float | None
    p95: float | None
    p99: float | None
    max: float | None


class Figures(ResponseModel):
    """Sums over sessions and the distributions of their turns. `cost` is in US dollars."""

    sessions: int
    interactions: int
    tokens_in: int
    tokens_out: int
    cost: float
    ttft: Distribution
    latency: Distribution
