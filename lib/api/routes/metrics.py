"""Storage and sign-in metrics, from mergeable histograms."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from lib.api.access import AccessDep
from lib.api.models import Moment, OutMoment, ResponseModel
from lib.api.problems import VALIDATION, Problem, errors
from lib.api.route import ApiRoute
from lib.data import Caller, FieldError, metrics
from lib.data.records import Rollup
from lib.observability.histogram import Histogram

router = APIRouter(prefix="/metrics", tags=["metrics"], route_class=ApiRoute)

DEFAULT_WINDOW: Final = timedelta(hours=24)
Resolution = Literal["minute", "hour", "day"]
_LONGEST: Final[dict[str, timedelta]] = {
    "minute": timedelta(hours=24),
    "hour": timedelta(days=31),
    "day": timedelta(days=731),
}

Start = Annotated[Moment | None, Query(alias="from", description="Default: a day before `to`.")]
End = Annotated[Moment | None, Query(alias="to", description="Exclusive; default: now.")]
Width = Annotated[Resolution, Query(description="Width of the buckets that are read.")]


class Series(ResponseModel):
    """One combination of dimensions over the time range; durations in milliseconds, within 1%."""

    dimensions: dict[str, str]
    count: int
    errors: dict[str, int] = Field(description="Failures by class.")
    mean: float | None
    p50: float | None
    p95: float | None
    p99: float | None
    max: float | None


class Metrics(ResponseModel):
    """A metric over a time range."""

    metric: str
    start: OutMoment = Field(serialization_alias="from")
    end: OutMoment = Field(serialization_alias="to")
    resolution: Resolution
    series: list[Series]


@router.get("/storage", summary="Storage operations", responses=errors())
def storage_metrics(
    access: AccessDep, start: Start = None, end: End = None, resolution: Width = "hour"
) -> Metrics:
    """Return count, failures and latency of storage operations, per operation and outcome."""
    return _read(access.caller, "storage.operation", start, end, resolution)


@router.get("/auth", summary="Sign-in decisions", responses=errors())
def auth_metrics(
    access: AccessDep, start: Start = None, end: End = None, resolution: Width = "hour"
) -> Metrics:
    """Return count and duration of sign-in decisions, per outcome, reason and route."""
    return _read(access.caller, "auth.decision", start, end, resolution)


def _read(
    caller: Caller,
    metric: str,
    start: datetime | None,
    end: datetime | None,
    resolution: Resolution,
) -> Metrics:
    last = end or datetime.now(UTC)
    first = start or last - DEFAULT_WINDOW
    if not first < last <= first + _LONGEST[resolution]:
        longest = _LONGEST[resolution]
        raise Problem(
            VALIDATION,
            "The time range is invalid.",
            [FieldError("to", f"must be after from, at most {longest.days} day(s) later")],
        )
    rollups = metrics.between(caller, metric, first, last, resolution)
    series = [_summed(group) for group in _grouped(rollups)]
    return Metrics(metric=metric, start=first, end=last, resolution=resolution, series=series)


def _grouped(rollups: Iterable[Rollup]) -> list[list[Rollup]]:
    groups: dict[tuple[tuple[str, str], ...], list[Rollup]] = {}
    for rollup in rollups:
        groups.setdefault(tuple(sorted(rollup.dimensions.items())), []).append(rollup)
    return [groups[key] for key in sorted(groups)]


def _summed(rollups: list[Rollup]) -> Series:
    total = Histogram()
    failures: dict[str, int] = {}
    for rollup in rollups:
        total.merge(Histogram.from_wire(_wire(rollup)))
        for name, number in rollup.errors.items():
            failures[name] = failures.get(name, 0) + number
    count = sum(rollup.count for rollup in rollups)
    p50, p95, p99 = total.quantiles((0.5, 0.95, 0.99))
    return Series(
        dimensions=dict(rollups[0].dimensions),
        count=count,
        errors=failures,
        mean=sum(rollup.sum for rollup in rollups) / count if count else None,
        p50=p50,
        p95=p95,
        p99=p99,
        max=max(rollup.max for rollup in rollups) if count else None,
    )


def _wire(rollup: Rollup) -> dict[str, Any]:
    return {"zero": rollup.histogram.zero, "counts": rollup.histogram.counts}
