"""`/metrics`: measurements of this process for Prometheus; requires a service token."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lib.api.problems import FORBIDDEN, UNAUTHENTICATED, Problem, problem_response
from lib.auth.bearer import Principal
from lib.auth.path_kinds import METRICS_PATH
from lib.auth.roles import machine_allowed
from lib.observability.exposition import CONTENT_TYPE, exposition
from lib.observability.recorder import Recorder


def scrape_route(recorder: Recorder) -> Route:
    """Return the route; the auth middleware has verified the token.

    Args:
        recorder: of the process.
    """
    return Route(METRICS_PATH, _endpoint(recorder), methods=["GET"])


def _endpoint(recorder: Recorder) -> Callable[[Request], Response]:
    def metrics(request: Request) -> Response:
        who = request.scope.get("state", {}).get("principal")
        if not isinstance(who, Principal):
            return problem_response(Problem(UNAUTHENTICATED, "Send a service token."))
        if not machine_allowed(who.role, METRICS_PATH):
            detail = f"The role {who.role.value} is not allowed to do this."
            return problem_response(Problem(FORBIDDEN, detail))
        return Response(
            exposition(recorder), headers={"Cache-Control": "no-store"}, media_type=CONTENT_TYPE
        )

    return metrics
