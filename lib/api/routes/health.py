"""Whether the process lives, and whether it can serve."""

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
"""How long an answer stands: anybody may ask, and each round costs calls to every dependency."""
NOT_READY: Final = 503

State = Literal["ok", "failed"]
_log = get_logger(__name__)


class Live(ResponseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Checks(ResponseModel):
    """State of each dependency."""

    convex: State
    storage: State
    identity: State


class Ready(ResponseModel):
    """Whether every dependency answers."""

    status: Literal["ready", "unready"] = Field(description="ready if every check is ok.")
    checks: Checks


class Readiness:
    """Asks the dependencies side by side; a probe that hangs holds up nobody.

    Args:
        probes: by name; each raises if its dependency does not answer.
        clock: monotonic seconds.
    """

    def __init__(
        self, probes: dict[str, Probe], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._probes = probes
        self._clock = clock
        # Threads of its own: a hanging dependency that holds up the threads of all other requests
        # must not keep this from saying so. Twice as many, as a round may find all of them hang.
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
    """Answer 200 as long as the process serves requests; asks nobody else."""
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
    """Answer 200 if Convex, object storage and the identity provider answer, else 503."""
    readiness: Readiness = request.app.state.readiness
    states = await readiness.states()
    fine = all(state == "ok" for state in states.values())
    if not fine:
        response.status_code = NOT_READY
    response.headers["Cache-Control"] = "no-store"
    return Ready(status="ready" if fine else "unready", checks=Checks(**states))
