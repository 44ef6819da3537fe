"""Liveness and readiness of the process."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTimeError
from typing import Final, Literal

import anyio
import anyio.to_thread
from anyio import CapacityLimiter
from fastapi import APIRouter, Request, Response
from pydantic import Field

from lib.api.models import ResponseModel
from lib.api.problems import problem
from lib.api.route import ApiRoute
from lib.observability.logs import get_logger
from lib.work.dependencies import Probe

router = APIRouter(tags=["health"], route_class=ApiRoute)

PROBE_SECONDS: Final = 3.0
KEPT_SECONDS: Final = 2.0
"""How long a result is cached: the operation is public, and each check calls every dependency."""
NOT_READY: Final = 503

State = Literal["ok", "failed"]
_log = get_logger(__name__)


class Live(ResponseModel):
    """The process is running."""

    status: Literal["ok"] = "ok"


class Checks(ResponseModel):
    """State of each dependency."""

    convex: State
    storage: State
    identity: State


class Ready(ResponseModel):
    """Whether every dependency responds."""

    status: Literal["ready", "unready"] = Field(description="ready if every check is ok.")
    checks: Checks


class Readiness:
    """Checks the dependencies in parallel; a hanging probe delays no other request.

    Args:
        probes: by name; each raises if its dependency does not respond.
        clock: monotonic seconds.
    """

    def __init__(
        self, probes: dict[str, Probe], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._probes = probes
        self._clock = clock
        # Separate threads: a dependency that blocks those of other requests must not block this
        # report. Twice as many, because all threads of the previous round may hang.
        self._threads = ThreadPoolExecutor(2 * len(probes), thread_name_prefix="ready")
        self._round = CapacityLimiter(1)
        self._one = anyio.Lock()
        self._known: dict[str, State] = {}
        self._known_until = -math.inf

    async def states(self) -> dict[str, State]:
        """Return the state of each dependency, at most `KEPT_SECONDS` old; one round at a time."""
        async with self._one:
            if self._clock() >= self._known_until:
                self._known = await anyio.to_thread.run_sync(self._check, limiter=self._round)
                self._known_until = self._clock() + KEPT_SECONDS
            return self._known

    def _check(self) -> dict[str, State]:
        """Return the state of each dependency within `PROBE_SECONDS` each."""
        running = {name: self._threads.submit(probe) for name, probe in self._probes.items()}
        states: dict[str, State] = {}
        for name, future in running.items():
            try:
                future.result(PROBE_SECONDS)
                states[name] = "ok"
            except (Exception, NotInTimeError) as error:  # noqa: BLE001  # any failure is one
                future.cancel()
                _log.warning("ready.failed", check=name, reason=type(error).__name__)
                states[name] = "failed"
        return states


@router.get("/live", summary="Liveness", responses={422: problem(422)})
async def live() -> Live:
    """Return 200 as long as the process serves requests; calls no dependency."""
    return Live()


@router.get(
    "/ready",
    summary="Readiness",
    responses={
        422: problem(422),
        NOT_READY: {"model": Ready, "description": "A dependency is not responding."},
    },
)
async def ready(request: Request, response: Response) -> Ready:
    """Return 200 if Convex, object storage and the identity provider respond, otherwise 503."""
    readiness: Readiness = request.app.state.readiness
    states = await readiness.states()
    fine = all(state == "ok" for state in states.values())
    if not fine:
        response.status_code = NOT_READY
    response.headers["Cache-Control"] = "no-store"
    return Ready(status="ready" if fine else "unready", checks=Checks(**states))
