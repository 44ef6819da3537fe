"""Outermost middleware: request id, one log line, security headers, unexpected exceptions."""

from __future__ import annotations

import re
import time
from typing import Any, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lib.api import measurements
from lib.api.problems import unexpected
from lib.observability.logs import get_logger
from lib.observability.request_id import HEADER, accept_request_id, request_id_bound

_log = get_logger(__name__)

# W3C Trace Context, version 00: trace id and parent id must not be all zeros.
_TRACEPARENT: Final = re.compile(
    r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}", re.ASCII
)


class RequestMiddleware:
    """ASGI middleware, outermost of the API.

    Args:
        app: the wrapped application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        headers = Headers(scope=scope)
        request_id = state.get("request_id") or accept_request_id(headers.get(HEADER))
        state["request_id"] = request_id
        with request_id_bound(request_id):
            await self._serve(scope, receive, send, request_id)

    async def _serve(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        started = time.perf_counter()
        status = 0

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                headers["X-Content-Type-Options"] = "nosniff"
                headers.setdefault("Cache-Control", "no-store")
                for name, value in scope["state"].get("headers", {}).items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, send_marked)
        except Exception:
            _log.exception("api.failed", **_described(scope))
            if status:
                raise  # The response has started: only a closed connection can signal the error.
            await unexpected()(scope, receive, send_marked)
        finally:
            elapsed = round((time.perf_counter() - started) * 1000, 2)
            _log.info("api.request", status=status, latencyMs=elapsed, **_described(scope))
            measurements.request(scope, status, elapsed)


def log_fields(scope: Scope, **fields: Any) -> None:
    """Add fields to the log line of a request: `provider`, `modelId`, `tokens`, `cost`."""
    kept = {name: value for name, value in fields.items() if value is not None}
    scope["state"].setdefault("log_fields", {}).update(kept)


def _described(scope: Scope) -> dict[str, Any]:
    """Return log fields of a request, without its query, headers or body."""
    state = scope["state"]
    principal = state.get("principal")
    trace = _TRACEPARENT.fullmatch(Headers(scope=scope).get("traceparent", ""))
    found: dict[str, Any] = {
        "method": scope["method"],
        "route": getattr(scope.get("route"), "path", ""),
        "userId": principal.subject if principal else None,
        "role": principal.role.value if principal else None,
        "traceId": trace[1] if trace else None,
        **state.get("log_fields", {}),
    }
    return {name: value for name, value in found.items() if value is not None}
