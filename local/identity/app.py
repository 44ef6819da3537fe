"""The local Clerk instance as an ASGI app: `uvicorn local.identity.app:app`.

Reads the stack's state from `EARSHOT_HOME`. Answers on loopback only; another machine is refused
unless `EARSHOT_IDENTITY_REMOTE=1` says that it may.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.identity import admin, backend_sessions, backend_users, frontend, upkeep, webhooks
from local.identity.errors import ClerkError, answer_clerk_error, answer_http_error
from local.identity.exposure import LoopbackOnly
from local.identity.instance import Instance
from local.identity.limits import WindowCounter
from local.stack import Stack


def health(_request: Request) -> Response:
    """Return that the instance is up."""
    return JSONResponse({"status": "ok"})


def create_app(stack: Stack, *, allow_remote: bool = False) -> Starlette:
    """Return the app of one instance.

    Args:
        stack: addresses and keys.
        allow_remote: answer other machines too.
    """
    hosts = {urlsplit(url).hostname or "" for url in (stack.issuer_url, stack.clerk_api_url)}
    middleware = [
        Middleware(TrustedHostMiddleware, allowed_hosts=["*"] if allow_remote else sorted(hosts)),
        Middleware(
            CORSMiddleware,
            allow_origins=[stack.app_url, stack.portal_url],
            allow_methods=["GET", "POST", "DELETE"],
            allow_credentials=True,
        ),
    ]
    if not allow_remote:
        middleware.insert(0, Middleware(LoopbackOnly))
    instance = Instance(stack)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await run_in_threadpool(admin.prepare, instance)
        work = [webhooks.Dispatcher(instance).run(), upkeep.run(instance)]
        tasks = [asyncio.create_task(job) for job in work]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    app = Starlette(
        lifespan=lifespan,
        routes=[
            Route("/v1/health", health),
            *frontend.ROUTES,
            *backend_users.ROUTES,
            *backend_sessions.ROUTES,
        ],
        middleware=middleware,
        exception_handlers={ClerkError: answer_clerk_error, HTTPException: answer_http_error},
    )
    app.state.instance = instance
    app.state.calls = WindowCounter()
    return app


app = create_app(
    Stack.load(Path(os.environ["EARSHOT_HOME"])),
    allow_remote=os.environ.get("EARSHOT_IDENTITY_REMOTE") == "1",
)
