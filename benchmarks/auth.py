"""What sign-in costs: one verification, and one page load.

Verification: the official Python SDK's `authenticate_request` and ours take turns on the same
tokens, keys warm. A browser sends one token many times and ours remembers checked signatures, so
the target is for a token seen before. Page load: a small app with and without the gate, a new token
each time.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx
from clerk_backend_api.security import authenticate_request
from clerk_backend_api.security.types import AuthenticateRequestOptions

from benchmarks.figures import Figure
from lib.auth.blocking import run_here
from lib.auth.keys import PemKeys
from lib.auth.tokens import verify
from tests.auth.clerk import APP_URL
from tests.auth.harness import Stage, dashboard, stage

ROUNDS = 400
LOADS = 300


def measure() -> Iterator[Figure]:
    """Yield what a verification costs, beside the official SDK's, and what the gate adds."""
    with stage() as built:
        official, ours, repeated = verification(built)
        added = asyncio.run(page_load(built))
    yield Figure("official authenticate_request", official, "us")
    yield Figure("verify, token not seen before", ours, "us")
    yield Figure("verify, token seen before", repeated, "us")
    yield Figure("official / ours, token not seen before", official / ours, "times")
    yield Figure("official / ours, token seen before", official / repeated, "times", at_least=5)
    yield Figure("page load, fresh cookie: what the gate adds", added, "ms", under=2)


def verification(built: Stage) -> tuple[float, float, float]:
    """Return medians in microseconds: official, ours on new tokens, ours on a repeated one."""
    keys = PemKeys(built.key.pem)
    policy = built.authenticator.instance.policy
    options = AuthenticateRequestOptions(
        secret_key="sk_live_x",  # noqa: S106  # a name for the tests
        jwt_key=built.key.pem,
        authorized_parties=[APP_URL],
    )
    official, ours, repeated = [], [], []
    for number in range(ROUNDS):
        token = built.token(jti=str(number))
        request = httpx.Request("GET", APP_URL, headers={"cookie": f"__session={token}"})
        now = time.time()
        official.append(_timed(lambda r=request: authenticate_request(r, options)))  # type: ignore[misc]
        ours.append(_timed(lambda t=token, n=now: run_here(verify(t, keys, n, policy))))  # type: ignore[misc]
        repeated.append(_timed(lambda t=token, n=now: run_here(verify(t, keys, n, policy))))  # type: ignore[misc]
    return statistics.median(official), statistics.median(ours), statistics.median(repeated)


async def page_load(built: Stage) -> float:
    """Return the median milliseconds that the gate adds to a page load with a fresh cookie."""
    tokens = (built.token(jti=str(number)) for number in itertools.count())
    gated, bare = [], []
    for _ in range(LOADS):
        cookies = built.cookies(next(tokens))
        gated.append(await _load(built.gate, cookies))
        bare.append(await _load(dashboard, cookies))
    return (statistics.median(gated) - statistics.median(bare)) / 1000


async def _load(app: Callable[[Any, Any, Any], Awaitable[None]], cookies: str) -> float:
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "https",
        "path": "/sessions",
        "raw_path": b"/sessions",
        "query_string": b"",
        "client": ("203.0.113.9", 1),
        "headers": [
            (b"host", b"app.example.com"),
            (b"sec-fetch-dest", b"document"),
            (b"cookie", cookies.encode()),
        ],
    }

    async def send(_: Any) -> None:
        pass

    started = time.perf_counter()
    await app(scope, None, send)
    return (time.perf_counter() - started) * 1e6


def _timed(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1e6
