"""Every error of the API as problem details (RFC 9457).

`type` is stable; `detail` is for people and may change. Responses never contain messages of
exceptions or values of the request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from lib.data import FieldError, Refused, Unavailable
from lib.data.errors import Code
from lib.observability.logs import get_logger
from lib.observability.request_id import current_request_id
from lib.storage.errors import StorageError

_ALWAYS: Final = (401, 403, 422, 429, 500, 503)
_BODY: Final = (400, 413, 415)


Responses = dict[int | str, dict[str, Any]]


def errors(*extra: int, body: bool = False, also: Responses | None = None) -> Responses:
    """Return the documented error responses of an operation that needs a token.

    Args:
        extra: statuses in addition to those of every operation.
        body: whether it reads a JSON body.
        also: further responses.
    """
    statuses = {*_ALWAYS, 400, *extra, *(_BODY if body else ())}
    return {**(also or {}), **{status: problem(status) for status in sorted(statuses)}}


def problem(status: int) -> dict[str, Any]:
    """Return the documentation of one error status."""
    titles = [kind.title for kind in KINDS if kind.status == status]
    schema = {"$ref": f"#/components/schemas/{ProblemDetails.__name__}"}
    return {"description": ", or: ".join(titles), "content": {MEDIA_TYPE: {"schema": schema}}}


MEDIA_TYPE: Final = "application/problem+json"
RETRY_SECONDS: Final = 2
MAX_ERRORS: Final = 100
ALTERNATIVE: Final = "either:"
"""Prefix of tags of alternative models, which are not part of a field's path."""

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: the last part of its `type`, its HTTP status and its title."""

    name: str
    status: int
    title: str


BAD_REQUEST: Final = Kind("bad-request", 400, "Malformed request")
UNAUTHENTICATED: Final = Kind("unauthenticated", 401, "Bearer token required")
FORBIDDEN: Final = Kind("forbidden", 403, "Not allowed for this role")
NOT_FOUND: Final = Kind("not-found", 404, "Not found")
METHOD_NOT_ALLOWED: Final = Kind("method-not-allowed", 405, "Method not allowed")
CONFLICT: Final = Kind("conflict", 409, "Conflict with the current state")
GONE: Final = Kind("gone", 410, "Gone")
IDEMPOTENCY_CONFLICT: Final = Kind(
    "idempotency-conflict", 409, "Idempotency key used for another request"
)
LIMIT_EXCEEDED: Final = Kind("limit-exceeded", 413, "Request exceeds a limit")
UNSUPPORTED_MEDIA_TYPE: Final = Kind("unsupported-media-type", 415, "Body must be application/json")
VALIDATION: Final = Kind("validation", 422, "Invalid fields")
RATE_LIMITED: Final = Kind("rate-limited", 429, "Too many requests")
INTERNAL: Final = Kind("internal", 500, "Internal error")
UNAVAILABLE: Final = Kind("unavailable", 503, "A dependency is not responding")

KINDS: Final = (
    BAD_REQUEST,
    UNAUTHENTICATED,
    FORBIDDEN,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    CONFLICT,
    IDEMPOTENCY_CONFLICT,
    GONE,
    LIMIT_EXCEEDED,
    UNSUPPORTED_MEDIA_TYPE,
    VALIDATION,
    RATE_LIMITED,
    INTERNAL,
    UNAVAILABLE,
)
_BY_CODE: Final[dict[Code, Kind]] = {
    "UNAUTHENTICATED": UNAUTHENTICATED,
    "FORBIDDEN": FORBIDDEN,
    "NOT_FOUND": NOT_FOUND,
    "GONE": GONE,
    "VALIDATION": VALIDATION,
    "CONFLICT": CONFLICT,
    "IDEMPOTENCY_CONFLICT": IDEMPOTENCY_CONFLICT,
    "RATE_LIMITED": RATE_LIMITED,
    "LIMIT_EXCEEDED": LIMIT_EXCEEDED,
}
# Several kinds share 409; errors of Starlette get the first kind of their status.
_BY_STATUS: Final = {kind.status: kind for kind in reversed(KINDS)}


class FieldProblem(BaseModel):
    """An invalid field, and why."""

    field: str = Field(description="Path of the field.", examples=["interactions[3].text"])
    message: str = Field(description="What is wrong with it.")


class ProblemDetails(BaseModel):
    """Problem details (RFC 9457)."""

    type: str = Field(description="Stable URI of the kind of problem.")
    title: str = Field(description="What this kind of problem means.")
    status: int = Field(description="HTTP status.")
    detail: str = Field(description="What went wrong this time.")
    requestId: str = Field(description="Id of the request, also in `X-Request-Id`.")  # noqa: N815
    errors: list[FieldProblem] | None = Field(default=None, description="The invalid fields.")


class Problem(HTTPException):
    """An error of one of the kinds above; may be raised anywhere in a route."""

    def __init__(
        self,
        kind: Kind,
        detail: str,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(kind.status, detail, dict(headers or {}))
        self.kind = kind
        self.errors = errors


def type_uri(kind: Kind) -> str:
    """Return the `type` of a kind of problem."""
    return f"urn:earshot:problem:{kind.name}"


def problem_response(problem: Problem) -> JSONResponse:
    """Return the response for a problem."""
    body: dict[str, Any] = {
        "type": type_uri(problem.kind),
        "title": problem.kind.title,
        "status": problem.kind.status,
        "detail": problem.detail,
        "requestId": current_request_id(),
    }
    if problem.errors:
        body["errors"] = [
            {"field": item.field, "message": item.message} for item in problem.errors[:MAX_ERRORS]
        ]
    headers = dict(problem.headers or {})
    if problem.kind in {RATE_LIMITED, UNAVAILABLE}:
        headers.setdefault("Retry-After", str(RETRY_SECONDS))
    if problem.kind is UNAUTHENTICATED:
        headers.setdefault("WWW-Authenticate", 'Bearer realm="earshot"')
    if problem.kind is FORBIDDEN:
        headers.setdefault("WWW-Authenticate", 'Bearer realm="earshot", error="insufficient_scope"')
    return JSONResponse(body, problem.kind.status, headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Make an application respond to every error with problem details."""

    def http_error(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)  # noqa: S101  # registered for it
        return problem_response(_from_http(error))

    def invalid(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        return problem_response(_from_validation(error))

    def refused(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, Refused)  # noqa: S101
        problem = Problem(_BY_CODE[error.code], error.message, error.fields)
        return problem_response(problem)

    def unavailable(_request: Request, error: Exception) -> JSONResponse:
        _log.warning("api.dependency_unavailable", reason=str(error))
        return problem_response(
            Problem(UNAVAILABLE, "Retry the request; send writes with the same Idempotency-Key.")
        )

    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(Unavailable, unavailable)
    app.add_exception_handler(StorageError, unavailable)


def unexpected() -> JSONResponse:
    """Return the response for an unexpected exception."""
    return problem_response(Problem(INTERNAL, "The error is logged under this request id."))


def _from_http(error: HTTPException) -> Problem:
    if isinstance(error, Problem):
        return error
    kind = _BY_STATUS.get(error.status_code)
    if kind is None:
        kind = BAD_REQUEST if error.status_code < 500 else INTERNAL  # noqa: PLR2004
    return Problem(kind, kind.title + ".", headers=error.headers)


def _from_validation(error: RequestValidationError) -> Problem:
    """Name the invalid fields, without their values, which may be personal data."""
    fields = [FieldError(_path(item["loc"][1:]) or "body", item["msg"]) for item in error.errors()]
    return Problem(VALIDATION, f"{len(fields)} invalid field(s).", fields)


def _path(parts: Sequence[str | int]) -> str:
    """Return the path of a field, such as `interactions[3].text`, as Convex names fields too."""
    path = ""
    for part in parts:
        if isinstance(part, int):
            path += f"[{part}]"
        elif not part.startswith(ALTERNATIVE):
            path += f".{part}" if path else part
    return path
