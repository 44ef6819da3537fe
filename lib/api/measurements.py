"""Measurements of the API: its own requests, and the latency that the product's backend reports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from fastapi.routing import APIRoute
from starlette.types import Scope

from lib.data.records import UserSession
from lib.work.services import Services

REQUEST: Final = "api.request"
TTFT: Final = "turn.ttft"
TURN: Final = "turn.latency"
ASSESSMENT: Final = "session.assessment"
LAG: Final = "ingestion.lag"

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SERVER_ERROR: Final = 500


class Timed(Protocol):
    """A turn with the latencies that its writer measured, in milliseconds."""

    sequence: int
    provider: str | None
    model_id: str | None
    ttft_ms: float | None
    latency_ms: float | None


def request(scope: Scope, status: int, elapsed_ms: float) -> None:
    """Record one request of the API by route template and status class.

    Args:
        scope: of the request, after it was served.
        status: HTTP status; 0 if the connection broke before there was one.
        elapsed_ms: how long it took.
    """
    services: Services | None = getattr(getattr(scope.get("app"), "state", None), "services", None)
    if services is None:
        return
    method = scope["method"] if scope["method"] in _METHODS else "other"
    route = scope.get("route")
    path = route.path if isinstance(route, APIRoute) else "*"
    failed = status == 0 or status >= _SERVER_ERROR
    dimensions = {"route": f"{method} {path}", "status": f"{status // 100}xx" if status else "none"}
    services.recorder.observe(REQUEST, dimensions, elapsed_ms, "server" if failed else "")


def turns(services: Services, sent: Sequence[Timed], accepted: int) -> None:
    """Record the latency of stored turns, at their time of arrival.

    Args:
        services: of the process.
        sent: the turns of one request.
        accepted: how many were new. A backend that repeats turns sends the new ones last.
    """
    fresh = sorted(sent, key=lambda turn: turn.sequence)[len(sent) - accepted :]
    for turn in fresh:
        for metric, value in ((TTFT, turn.ttft_ms), (TURN, turn.latency_ms)):
            if value is not None:
                services.recorder.product(metric, turn.provider, turn.model_id, value)


def lag(services: Services, lag_ms: float | None) -> None:
    """Record the delay of stored turns, except for back-fill."""
    if lag_ms is not None:
        services.recorder.observe(LAG, {}, lag_ms)


def assessment(services: Services, session: UserSession, assessment_ms: float | None) -> None:
    """Record the duration of a session's assessment, if the request has it."""
    if assessment_ms is not None:
        services.recorder.product(ASSESSMENT, session.provider, session.model_id, assessment_ms)
