"""The route class of the API: authorization, then query and body, then the response."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.status import HTTP_200_OK, HTTP_304_NOT_MODIFIED

from lib.api.access import PUBLIC, Authorizer
from lib.api.bodies import JsonRequest
from lib.api.problems import UNSUPPORTED_MEDIA_TYPE, VALIDATION, Problem
from lib.data import FieldError
from lib.product.texts import UNFIT_MESSAGE, is_fit

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class ApiRoute(APIRoute):
    """A route that requires a token, unless it is one of the public operations.

    Authorization comes before anything is read: FastAPI would parse the body first.
    """

    def get_route_handler(self) -> Handler:
        """Return the route's handler, wrapped."""
        handle = super().get_route_handler()
        has_body = self.body_field is not None
        query = _query_of(self.dependant)

        async def wrapped(request: Request) -> Response:
            operation = f"{request.method} {self.path}"
            if operation not in PUBLIC:
                authorizer: Authorizer = request.app.state.authorizer
                access = await authorizer.admit(request, operation)
                request.scope["state"]["access"] = access
            _check_query(request, query)
            if has_body and not _is_json(request.headers.get("content-type", "")):
                raise Problem(UNSUPPORTED_MEDIA_TYPE, "Send Content-Type: application/json.")
            response = await handle(JsonRequest(request.scope, request.receive))
            return conditional(request, response)

        return wrapped


def conditional(request: Request, response: Response) -> Response:
    """Add an `ETag` to a response, or return 304 if the client has it already.

    Responses with `no-store` get none.
    """
    if request.method != "GET" or response.status_code != HTTP_200_OK:
        return response
    body = getattr(response, "body", None)
    if not body or response.headers.get("Cache-Control") == "no-store":
        return response
    tag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    response.headers["ETag"] = tag
    response.headers.setdefault("Cache-Control", "private, no-cache")
    if tag not in _tags(request.headers.get("if-none-match", "")):
        return response
    kept = {name: value for name, value in response.headers.items() if name != "content-length"}
    kept.pop("content-type", None)
    return Response(status_code=HTTP_304_NOT_MODIFIED, headers=kept)


def _query_of(dependant: Dependant) -> set[str]:
    """Return the query parameters of an operation and of what it depends on."""
    names = {field.alias for field in dependant.query_params}
    return names.union(*(_query_of(inner) for inner in dependant.dependencies))


def _check_query(request: Request, known: set[str]) -> None:
    """Refuse unknown and repeated parameters, and values with unfit characters."""
    parameters = request.query_params.multi_items()
    given = [name for name, _ in parameters]
    problems = [
        FieldError(
            name,
            "is given more than once" if name in known else "is not a parameter of this operation",
        )
        for name in dict.fromkeys(given)
        if name not in known or given.count(name) > 1
    ]
    problems += [FieldError(name, UNFIT_MESSAGE) for name, value in parameters if not is_fit(value)]
    if problems:
        raise Problem(VALIDATION, "The query has invalid parameters.", problems)


def _tags(header: str) -> set[str]:
    """Return the entity tags of `If-None-Match`, in the weak form (RFC 9110 section 8.8.3.2)."""
    tags = (tag.strip() for tag in header.split(","))
    return {tag if tag.startswith("W/") else f"W/{tag}" for tag in tags if tag}


def _is_json(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == "application/json"
