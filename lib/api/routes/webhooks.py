"""Webhooks, verified by their signature."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from lib.api.problems import BAD_REQUEST, Problem, problem
from lib.api.route import ApiRoute
from lib.observability.logs import get_logger
from lib.work.clerk_webhooks import WebhookRefusedError
from lib.work.services import Services

router = APIRouter(prefix="/webhooks", tags=["webhooks"], route_class=ApiRoute)

_log = get_logger(__name__)

_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
}


@router.post(
    "/clerk",
    status_code=204,
    summary="Receive a Clerk webhook",
    responses={status: problem(status) for status in (400, 413, 422, 500, 503)},
    openapi_extra=_BODY,
)
async def receive_clerk_webhook(request: Request) -> Response:
    """Apply an event about a user, signed by Svix; a repeat or an older event changes nothing."""
    services: Services = request.app.state.services
    body = await request.body()
    try:
        await run_in_threadpool(services.provisioner.receive, body, request.headers)
    except WebhookRefusedError as refused:
        _log.warning("clerk.webhook_refused", reason=str(refused))
        detail = (
            "The delivery is not signed by this Clerk instance, is too old, or is not an event."
        )
        raise Problem(BAD_REQUEST, detail) from refused
    return Response(status_code=204)
