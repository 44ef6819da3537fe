"""Reading of Backend API requests: who asks, paging, JSON bodies."""

from __future__ import annotations

import json
import secrets
from typing import Any

from starlette.requests import Request

from local.identity.errors import ClerkError, invalid_parameter
from local.identity.instance import Instance
from local.identity.limits import DEVELOPMENT_REQUESTS, PRODUCTION_REQUESTS

MAX_BODY = 1 << 20
_MAX_LIMIT = 500
_MAX_OFFSET = 1_000_000


def authorize(request: Request) -> Instance:
    """Check the secret key, count the request against the limit and return the instance.

    Raises:
        ClerkError: 401 without the right key, 429 above the limit.
    """
    instance: Instance = request.app.state.instance
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or not key:
        raise ClerkError(401, "authentication_invalid", "Unable to authenticate the request")
    if not secrets.compare_digest(key.encode(), instance.stack.clerk_secret_key.encode()):
        raise ClerkError(401, "clerk_key_invalid", "The provided Clerk Secret Key is invalid.")
    own = PRODUCTION_REQUESTS if instance.production else DEVELOPMENT_REQUESTS
    if request.url.path != "/v1/jwks":
        limit = instance.settings.requests_per_window or own
        request.app.state.calls.take("instance", limit)
    return instance


def paging(request: Request) -> tuple[int, int]:
    """Return `limit` (1..500, default 10) and `offset` of a list."""
    limit = _whole_number(request, "limit", 10, _MAX_LIMIT)
    if limit < 1:
        raise invalid_parameter("limit", "limit must be at least 1")
    return limit, _whole_number(request, "offset", 0, _MAX_OFFSET)


async def json_body(request: Request) -> dict[str, Any]:
    """Return the JSON object of the body; an empty body counts as an empty object.

    Raises:
        ClerkError: the body is too large or no JSON object.
    """
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MAX_BODY:
            raise ClerkError(413, "request_too_large", "The body is larger than 1 MiB")
    try:
        value = json.loads(raw) if raw else {}
    except (ValueError, RecursionError) as error:
        message = "The request body is not valid JSON"
        raise ClerkError(400, "request_body_invalid", message) from error
    if not isinstance(value, dict):
        raise ClerkError(400, "request_body_invalid", "The request body must be a JSON object")
    return value


def text_field(body: dict[str, Any], name: str) -> str | None:
    """Return an optional text of a body."""
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise invalid_parameter(name, f"{name} must be text")
    return value


def object_field(body: dict[str, Any], name: str) -> dict[str, Any]:
    """Return an optional object of a body; absent and null count as empty."""
    value = body.get(name)
    if value is not None and not isinstance(value, dict):
        raise invalid_parameter(name, f"{name} must be an object")
    return value or {}


def seconds_field(body: dict[str, Any], name: str, low: int, high: int) -> int | None:
    """Return an optional whole number of seconds of a body."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise invalid_parameter(name, f"{name} must be a whole number from {low} to {high}")
    return value


def _whole_number(request: Request, name: str, default: int, highest: int) -> int:
    text = request.query_params.get(name, str(default))
    if not text.isascii() or not text.isdigit() or len(text) > len(str(highest)):
        raise invalid_parameter(name, f"{name} must be a whole number")
    value = int(text)
    if value > highest:
        raise invalid_parameter(name, f"{name} must be at most {highest}")
    return value
