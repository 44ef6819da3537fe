"""The route class of the API: authorization, then query and body, then the response."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, get_type_hints

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter
from starlette.status import HTTP_200_OK, HTTP_304_NOT_MODIFIED

from lib.api.access import PUBLIC, Authorizer
from lib.api.bodies import JsonRequest
from lib.api.problems import UNSUPPORTED_MEDIA_TYPE, VALIDATION, Problem
from lib.data import FieldError
from lib.product.texts import UNFIT_MESSAGE, is_fit

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class ApiRoute(APIRoute):
    """A route that requires a token, unless it is one of the public operations.

    Authorization comes before anything is read: FastAPI would parse the body first. The answer is
    written as JSON in the thread that made it, and not validated once more.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, _writing(endpoint, options.get("status_code")), **options)

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


def _writing(endpoint: Callable[..., Any], status: int | None) -> Callable[..., Any]:
    """Return an endpoint that answers with the JSON of the model that `endpoint` returns.

    Args:
        endpoint: of a route; one that returns something else stays as it is.
        status: of its answers, unless it sets another one at its `response`.
    """
    model: Any = get_type_hints(endpoint).get("return")
    is_model = isinstance(model, type) and issubclass(model, BaseModel)
    if not is_model or inspect.iscoroutinefunction(endpoint):
        return endpoint
    to_json = TypeAdapter(model).serializer.to_json

    @wraps(endpoint)
    def write(**values: Any) -> Response:
        body = to_json(endpoint(**values), by_alias=True)
        answer = Response(body, status or HTTP_200_OK, media_type="application/json")
        given: Response | None = values.get("response")
        if given is not None:
            answer.status_code = given.status_code or answer.status_code
            answer.headers.update(given.headers)
        return answer

    return write


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
