"""Mutations that overlap: who conflicts, and what callers hear of it."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from lib.data import users

from .conftest import MakeDeployment
from .product import FUNCTIONS, STARTED_AT, Backend, turn

CODE = "OptimisticConcurrencyControlFailure"
SESSIONS = 24


def conflicts(http: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = http.get("/api/local/conflicts").json()
    return found


def test_a_caller_hears_of_a_conflict_at_every_try_as_from_convex(
    make_deployment: MakeDeployment,
) -> None:
    deployment = make_deployment()
    deployment.options = ("--conflicts", "1")
    deployment.start()
    call = {"path": "counters:increment", "args": {"name": "a"}, "format": "json"}
    with httpx.Client(base_url=deployment.url, timeout=30) as http:
        answer = http.post("/api/mutation", json=call)
        assert (answer.status_code, answer.json()["code"]) == (503, CODE)
        found = conflicts(http)
        assert (found["retries"], found["failures"]) == (4, 1)
    with connect(f"ws://127.0.0.1:{deployment.port}/api/1.48.0/sync") as socket:
        mutation = {"requestId": 0, "udfPath": "counters:increment", "args": [{"name": "a"}]}
        socket.send(json.dumps({"type": "Mutation", **mutation}))
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=30)
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1013, CODE)


def test_writers_of_different_sessions_of_one_user_do_not_meet(
    make_deployment: MakeDeployment,
) -> None:
    backend = Backend()
    deployment = make_deployment(FUNCTIONS, **backend.variables())
    deployment.options = ("--mutation-ms", "40-40")
    deployment.start()
    gate = Barrier(SESSIONS)
    with httpx.Client(base_url=deployment.url, timeout=30) as http:
        user = {"clerkId": "user_switchboard", "kind": "product"}
        backend.call(http, "mutation", "users:upsert", user)

        def converse(number: int) -> None:
            session = {
                "externalId": f"session-{number}",
                "clerkId": "user_switchboard",
                "channel": "voice",
                "startedAt": STARTED_AT.timestamp() * 1000,
            }
            gate.wait()
            made = backend.call(http, "mutation", "userSessions:create", session)["id"]
            for sequence in range(3):
                gate.wait()
                args = {"sessionId": made, "interactions": [turn(sequence)]}
                backend.call(http, "mutation", "interactions:append", args)

        with ThreadPoolExecutor(SESSIONS) as pool:
            list(pool.map(converse, range(SESSIONS)))
        # The job that counts the sessions of a user may come between.
        assert set(conflicts(http)["tables"]) <= {"users"}
        with backend.worker(deployment.url) as worker:
            summary = users.summary(worker, clerk_id="user_switchboard", from_=STARTED_AT)
    assert summary is not None
    assert (summary.total.sessions, summary.total.interactions) == (SESSIONS, 3 * SESSIONS)
