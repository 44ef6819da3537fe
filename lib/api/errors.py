"""The documented errors of an operation, for its entry in the OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

from lib.api.problems import KINDS, MEDIA_TYPE, ProblemDetails

_ALWAYS: Final = (401, 403, 422, 429, 500, 503)
_BODY: Final = (400, 413, 415)


Responses = dict[int | str, dict[str, Any]]


def errors(*extra: int, body: bool = False, also: Responses | None = None) -> Responses:
    """Return the responses of an operation that admits callers.

    Args:
        extra: statuses of its own, beside those that every operation can have.
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
