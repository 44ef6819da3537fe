"""The OpenAPI 3.1 document: generated from the routes, kept in docs/api/openapi.json.

`python -m lib.api.openapi` writes the file; a test proves that it is current.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from lib.api.access import PUBLIC
from lib.api.problems import MEDIA_TYPE, ProblemDetails

TARGET: Final = Path(__file__).resolve().parents[2] / "docs" / "api" / "openapi.json"
DESCRIPTION: Final = """\
Stores users, sessions, interactions and recordings of a voice or chat product, and reads them
back. An acknowledged write is durable, and happens once per `Idempotency-Key`.

- Send `Authorization: Bearer <token>`: a session token of a team member, or a service token of a
  machine. Cookies are ignored.
- Times are RFC 3339 in UTC, durations milliseconds, costs US dollars. Unknown fields are refused.
- Every error is a problem detail (RFC 9457) with the `requestId` that is also in `X-Request-Id`.
- Lists take `limit` and `cursor` and answer `nextCursor` and a `Link` to the next page.
- Answers to GET carry an `ETag`; send it as `If-None-Match` to get 304 while nothing changed.
"""
_TAGS: Final = (
    ("users", "People who use the product, by Clerk user id."),
    ("sessions", "Conversations with their transcripts and summaries."),
    ("interactions", "Turns of a session."),
    ("audio", "Recordings of turns and sessions."),
    ("reviews", "Submitted reviews and scores."),
    ("review queues", "Which sessions are reviewed, progress, and agreement of reviewers."),
    ("rubrics", "Questions that reviewers answer."),
    ("search", "Search in transcripts."),
    ("metrics", "Storage and sign-in metrics."),
    ("audit", "Who listened to, viewed or erased what."),
    ("summaries", "Totals and latency over many sessions."),
    ("webhooks", "Events delivered by other services."),
    ("health", "Liveness, readiness and the API's own reference."),
)
_HEADERS: Final = {
    "X-Request-Id": "Request id: the one that was sent if well-formed, otherwise a new one.",
    "RateLimit": "Calls left for this caller, and seconds until the limit is fully restored.",
}


def operation_id(route: APIRoute) -> str:
    """Return the name of an operation in generated clients: `get_user` becomes `getUser`."""
    first, *rest = route.name.split("_")
    return first + "".join(part.title() for part in rest)


def document(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of the application."""
    if app.openapi_schema is None:
        app.openapi_schema = _build(app)
    return app.openapi_schema


def text(app: FastAPI) -> str:
    """Return the document as it is checked in."""
    return json.dumps(document(app), indent=2, ensure_ascii=False) + "\n"


def _build(app: FastAPI) -> dict[str, Any]:
    schema = get_openapi(
        title="Earshot API",
        version="1.0.0",
        openapi_version="3.1.0",
        summary="Ingestion and retrieval of sessions, transcripts and recordings.",
        description=DESCRIPTION,
        routes=app.routes,
        tags=[{"name": name, "description": about} for name, about in _TAGS],
        servers=[{"url": "/api/v1"}],
        license_info={"name": "MIT", "identifier": "MIT"},
    )
    components = schema.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    problem = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs"))
    schemas[ProblemDetails.__name__] = problem
    components["headers"] = {
        name: {"description": about, "schema": {"type": "string"}}
        for name, about in _HEADERS.items()
    }
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            _finish(operation, public=f"{method.upper()} {path}" in PUBLIC)
    components["schemas"] = dict(sorted(schemas.items()))
    return schema


def _finish(operation: dict[str, Any], *, public: bool) -> None:
    """Document the headers of every response, and operations without authentication."""
    if public:
        operation["security"] = []
    names = ["X-Request-Id"] if public else list(_HEADERS)
    for status, response in operation["responses"].items():
        response["headers"] = {
            name: {"$ref": f"#/components/headers/{name}"}
            for name in names
            if not (name == "RateLimit" and status in {"401", "500", "503"})
        }
        # FastAPI documents JSON beside every error's own media type.
        content = response.get("content", {})
        if MEDIA_TYPE in content:
            content.pop("application/json", None)


if __name__ == "__main__":
    from lib.api.app import schema_app

    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(text(schema_app()))
