"""JSON as the API accepts it: bounded in size and depth, and without what JSON has no room for."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute
from starlette.status import HTTP_200_OK, HTTP_304_NOT_MODIFIED

from lib.api.problems import BAD_REQUEST, UNSUPPORTED_MEDIA_TYPE, Problem

MAX_BODY_BYTES: Final = 4 * 1024 * 1024
MAX_DEPTH: Final = 16

# A string may lack its end: one that must have it could be tried again from every quote inside.
_STRING: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_OPENING: Final = b"[{"
_NOT_BRACKETS: Final = bytes(byte for byte in range(256) if byte not in b"[]{}")
_LARGE_BYTES: Final = 64 * 1024  # Longer texts are parsed beside the event loop.

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class JsonRequest(Request):
    """A request whose JSON is refused if it is malformed, too deep, or says a name twice."""

    async def json(self) -> Any:
        """Return the parsed body.

        Raises:
            Problem: it is not acceptable JSON.
        """
        body = await self.body()
        if len(body) > _LARGE_BYTES:
            return await run_in_threadpool(parse_json, body)
        return parse_json(body)


class ApiRoute(APIRoute):
    """A route that reads bodies as above and answers conditional requests."""

    def get_route_handler(self) -> Handler:
        """Return the route's handler, wrapped."""
        handle = super().get_route_handler()
        has_body = self.body_field is not None

        async def wrapped(request: Request) -> Response:
            if has_body and not _is_json(request.headers.get("content-type", "")):
                raise Problem(UNSUPPORTED_MEDIA_TYPE, "Send Content-Type: application/json.")
            response = await handle(JsonRequest(request.scope, request.receive))
            return conditional(request, response)

        return wrapped


def parse_json(body: bytes) -> Any:
    """Return the value of a JSON text.

    Raises:
        Problem: malformed, not UTF-8, nested deeper than `MAX_DEPTH`, a name twice in one object,
            or one of the constants that are not JSON.
    """
    if _depth(body) > MAX_DEPTH:
        raise Problem(BAD_REQUEST, f"The JSON is nested deeper than {MAX_DEPTH} levels.")
    try:
        return json.loads(
            body.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant
        )
    except (ValueError, RecursionError) as error:
        raise Problem(BAD_REQUEST, "The body is not acceptable JSON.") from error


def conditional(request: Request, response: Response) -> Response:
    """Add an `ETag` to what was read, and answer 304 if the client has it already."""
    if request.method != "GET" or response.status_code != HTTP_200_OK:
        return response
    body = getattr(response, "body", None)
    if not body:
        return response
    tag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    response.headers["ETag"] = tag
    response.headers.setdefault("Cache-Control", "private, no-cache")
    if tag not in _tags(request.headers.get("if-none-match", "")):
        return response
    kept = {name: value for name, value in response.headers.items() if name != "content-length"}
    kept.pop("content-type", None)
    return Response(status_code=HTTP_304_NOT_MODIFIED, headers=kept)


def _tags(header: str) -> set[str]:
    """Return the entity tags of `If-None-Match`, in the weak form (RFC 9110 section 8.8.3.2)."""
    tags = (tag.strip() for tag in header.split(","))
    return {tag if tag.startswith("W/") else f"W/{tag}" for tag in tags if tag}


def _is_json(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == "application/json"


def _depth(body: bytes) -> int:
    """Return how deep brackets nest, at most one more than `MAX_DEPTH`, without parsing.

    The parser recurses, so the depth must be known before.
    """
    deepest = depth = 0
    for byte in _STRING.sub(b"", body).translate(None, _NOT_BRACKETS):
        if byte in _OPENING:
            depth += 1
            deepest = max(deepest, depth)
            if deepest > MAX_DEPTH:
                break
        else:
            depth -= 1
    return deepest


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name twice in one object")
    return value


def _no_constant(name: str) -> None:
    raise ValueError(name)
