"""The API as one application, to be mounted at `/api/v1`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from lib.api import openapi, problems, reference
from lib.api.access import PUBLIC, Authorizer
from lib.api.lists import Cursors
from lib.api.middleware import RequestMiddleware
from lib.api.problems import Responses, problem
from lib.api.route import ApiRoute
from lib.api.routes import (
    audio,
    audit,
    health,
    interactions,
    metrics,
    review_queues,
    reviews,
    rubrics,
    scores,
    search,
    sessions,
    summaries,
    transcripts,
    users,
    webhooks,
)
from lib.auth.roles import api_known
from lib.work.dependencies import probes
from lib.work.services import Services

GZIP_BYTES: Final = 1024
_ROUTERS: Final = (
    users,
    sessions,
    interactions,
    scores,
    transcripts,
    audio,
    reviews,
    review_queues,
    rubrics,
    search,
    summaries,
    metrics,
    audit,
    webhooks,
    health,
)


def create_api(services: Services) -> FastAPI:
    """Return the application.

    Args:
        services: of the process; connections are opened on first use.

    Raises:
        RuntimeError: an operation is not in the table of roles.
    """
    app = schema_app()
    app.state.services = services
    app.state.authorizer = Authorizer(services)
    keys = [key.get_secret_value() for key in services.settings.cookie_keys]
    app.state.cursors = Cursors(keys)
    app.state.readiness = health.Readiness(dict(probes(services)))
    _check_table(app)
    return app


class BesideStreamlit:
    """ASGI middleware, inside the gate, that keeps routes away from Streamlit's own middleware.

    Args:
        app: serves everything else.
        routes: what is served here.
    """

    def __init__(self, app: ASGIApp, routes: Sequence[BaseRoute]) -> None:
        self._app = app
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            for route in self._routes:
                matched, inside = route.matches(scope)
                if matched is not Match.NONE:
                    await route.handle({**scope, **inside}, receive, send)
                    return
        await self._app(scope, receive, send)


def schema_app() -> FastAPI:
    """Return the application without services: routes, models and errors, for its description."""
    app = FastAPI(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=openapi.operation_id,
    )
    app.router.route_class = ApiRoute
    for module in _ROUTERS:
        app.include_router(module.router)
    _describe(app)
    problems.install(app)
    app.add_middleware(GZipMiddleware, minimum_size=GZIP_BYTES)
    app.add_middleware(RequestMiddleware)
    return app


def operations(app: FastAPI) -> list[str]:
    """Return every operation as the table of roles names it, such as `GET /users/{clerkId}`."""
    return [
        f"{method} {found.path}"
        for found in iter_route_contexts(app.routes)
        if isinstance(found.original_route, APIRoute)
        for method in sorted(found.original_route.methods or ())
    ]


def _describe(app: FastAPI) -> None:
    refused: Responses = {422: problem(422)}

    @app.get(
        "/openapi.json",
        tags=["health"],
        summary="OpenAPI document (JSON)",
        responses=refused,
    )
    def read_openapi(request: Request) -> JSONResponse:
        """Return the OpenAPI 3.1 document."""
        return JSONResponse(openapi.document(request.app))

    @app.get(
        "/docs",
        tags=["health"],
        summary="API reference (HTML)",
        response_class=HTMLResponse,
        responses=refused,
    )
    def read_reference(request: Request) -> HTMLResponse:
        """Return the API reference as a page."""
        html = reference.page(openapi.document(request.app))
        return HTMLResponse(html, headers={"Content-Security-Policy": reference.POLICY})


def _check_table(app: FastAPI) -> None:
    """Fail at start if an operation has no roles."""
    missing = [name for name in operations(app) if name not in PUBLIC and not api_known(name)]
    if missing:
        raise RuntimeError(f"Not in permissions.json: {', '.join(missing)}")
