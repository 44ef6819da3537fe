"""Asks every route of the running application, signed out, and prints what each answers as JSON.

Beside the answers, it prints as what kind of path the gate knows each route.

A process of its own: one Streamlit application per process. Argument: a folder for a stack's keys.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from lib.auth.path_kinds import kind_of
from local.stack import Stack

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def paths(routes: Any, prefix: str = "") -> Iterator[tuple[str, bool]]:
    """Return every path of a route table, parameters filled in, and whether it is a socket."""
    for route in routes:
        path = prefix + getattr(route, "path", "")
        inner = getattr(route, "routes", None)
        if isinstance(getattr(route, "app", None), FastAPI):
            for context in iter_route_contexts(inner or []):
                yield re.sub(r"\{[^}]*\}", "x", path + (context.path or "")), False
        elif inner:
            yield from paths(inner, path.rstrip("/"))
        else:
            filled = re.sub(r"\{[^}]*\}", "x", path) or "/"
            yield filled, type(route).__name__ == "WebSocketRoute"


async def ask_socket(app: Any, path: str) -> dict[str, Any]:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "websocket",
        "scheme": "ws",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"origin", os.environ["EARSHOT_APP_URL"].encode())],
        "client": ("127.0.0.1", 1),
        "subprotocols": [],
        "extensions": {"websocket.http.response": {}},
    }
    await app(scope, receive, send)
    headers = {name.decode(): value.decode() for name, value in sent[0].get("headers", [])}
    return {
        "path": path,
        "kind": "socket",
        "status": sent[0].get("status", 101),
        "headers": headers,
    }


async def walk(app: Any, found: list[tuple[str, bool]]) -> list[dict[str, Any]]:
    answers: list[dict[str, Any]] = []
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    base = os.environ["EARSHOT_APP_URL"]
    async with httpx.AsyncClient(transport=transport, base_url=base) as client:
        for path, is_socket in found:
            if is_socket:
                answers.append(await ask_socket(app, path))
                continue
            for method in METHODS:
                for kind, headers in (("data", {}), ("page", {"sec-fetch-dest": "document"})):
                    client.cookies.clear()
                    answer = await client.request(method, path, headers=headers)
                    answers.append(
                        {
                            "path": path,
                            "kind": f"{kind} {method}",
                            "status": answer.status_code,
                            "headers": dict(answer.headers),
                        }
                    )
    return answers


def main() -> None:
    stack = Stack.load_or_create(Path(sys.argv[1]), 18501)
    os.environ.update(stack.app_environment())
    from app import app  # noqa: PLC0415  # it reads the environment when it is imported

    built: Any = app._build_starlette_app()
    tables = [built.routes, *(each.kwargs.get("routes", ()) for each in built.user_middleware)]
    found = sorted({entry for table in tables for entry in paths(table)})
    extra = ["/", "/users", "/session", "/anything/else", "/_stcore/agent/interact", "/media/x.wav"]
    extra.append("/static/no-such-file")
    kinds = {path: kind_of(path) for path, _ in found}
    found += [(path, False) for path in extra]
    json.dump({"kinds": kinds, "answers": asyncio.run(walk(built, found))}, sys.stdout)


if __name__ == "__main__":
    main()
