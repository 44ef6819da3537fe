"""Errors in the form in which Clerk's APIs answer them."""

from __future__ import annotations

import secrets
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response


class ClerkError(Exception):
    """A refused call.

    Attributes:
        status: HTTP status.
        code: Clerk's machine-readable code.
        meta: names what is wrong, for instance `{"param_name": "user_id"}`.
        retry_after: seconds after which the call may be repeated.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        meta: dict[str, Any] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.meta = meta or {}
        self.retry_after = retry_after


def not_found(kind: str) -> ClerkError:
    """Return the error for an unknown resource."""
    return ClerkError(404, "resource_not_found", f"{kind} not found")


def invalid_parameter(name: str, message: str) -> ClerkError:
    """Return the error for a parameter with a wrong form."""
    return ClerkError(422, "form_param_format_invalid", message, meta={"param_name": name})


def missing_parameter(name: str) -> ClerkError:
    """Return the error for a parameter that must be there."""
    return ClerkError(422, "form_param_missing", f"{name} is required", meta={"param_name": name})


async def answer_clerk_error(_request: Request, error: Exception) -> Response:
    """Answer a `ClerkError`."""
    if not isinstance(error, ClerkError):
        raise error
    headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    return _envelope(error.status, error.code, str(error), error.meta, headers)


async def answer_http_error(_request: Request, error: Exception) -> Response:
    """Answer an unknown path or method in Clerk's form."""
    if not isinstance(error, HTTPException):
        raise error
    code = "resource_not_found" if error.status_code == 404 else "request_invalid"  # noqa: PLR2004
    return _envelope(error.status_code, code, error.detail, {}, dict(error.headers or {}))


def _envelope(
    status: int, code: str, message: str, meta: dict[str, Any], headers: dict[str, str]
) -> Response:
    entry = {"code": code, "message": message, "long_message": message, "meta": meta}
    body = {"errors": [entry], "clerk_trace_id": secrets.token_hex(16)}
    return JSONResponse(body, status, headers)
