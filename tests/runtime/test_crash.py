"""Random `kill -9` during concurrent ingest: what was acknowledged is there, once."""

from __future__ import annotations

import os
import random
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from lib.data import repair

from .conftest import Deployment, MakeDeployment
from .product import FUNCTIONS, STARTED_AT, Backend, new_session, turn

ROUNDS = int(os.environ.get("EARSHOT_FAULT_ROUNDS", "3"))
SEED = int(
    os.environ.get("EARSHOT_FAULT_SEED")
    or (random.SystemRandom().randrange(2**32) if "EARSHOT_FAULT_ROUNDS" in os.environ else 20_261)
)
WRITERS = 4
BATCH = 10


@dataclass
class Writer:
    """Appends batches to a session of its own; a failed call is repeated with the same key."""

    backend: Backend
    deployment: Deployment
    session: str
    acknowledged: int = 0
    attempted: int = 0
    stop: threading.Event = field(default_factory=threading.Event)
    errors: list[BaseException] = field(default_factory=list)

    def run(self) -> None:
        try:
            with httpx.Client(base_url=self.deployment.url, timeout=10) as http:
                while not self.stop.is_set():
                    self.append_one_batch(http)
        except BaseException as error:  # noqa: BLE001  # reported by the test
            self.errors.append(error)

    def append_one_batch(self, http: httpx.Client) -> None:
        first = self.acknowledged
        self.attempted = first + BATCH
        args = {
            "sessionId": self.session,
            "interactions": [turn(n) for n in range(first, first + BATCH)],
            "idempotencyKey": str(uuid.uuid4()),
        }
        while not self.stop.is_set():
            try:
                answer = self.backend.call(http, "mutation", "interactions:append", args)
            except httpx.TransportError:
                self.stop.wait(0.02)
                continue
            assert answer["accepted"] == BATCH, answer
            self.acknowledged = first + BATCH
            return


def stored_sequences(backend: Backend, http: httpx.Client, session: str) -> list[float]:
    found: list[float] = []
    cursor = None
    while True:
        args: dict[str, Any] = {"sessionId": session, "cursor": cursor, "limit": 200}
        page = backend.call(http, "query", "interactions:list", args)
        found += [item["sequence"] for item in page["items"]]
        cursor = page["nextCursor"]
        if cursor is None:
            return found


@pytest.mark.timeout(60 + 30 * ROUNDS)
def test_acknowledged_interactions_survive_kill_9_exactly_once(
    make_deployment: MakeDeployment,
) -> None:
    print(f"EARSHOT_FAULT_SEED={SEED}")  # noqa: T201  # pytest shows it when the test fails
    chance = random.Random(SEED)  # noqa: S311
    backend = Backend()
    deployment = make_deployment(FUNCTIONS, **backend.variables())
    deployment.options = ("--conflicts", "0.1", "--mutation-ms", "1-10")
    deployment.start()
    with httpx.Client(base_url=deployment.url, timeout=10) as http:
        sessions = [new_session(backend, http, str(number)) for number in range(WRITERS)]
    writers = [Writer(backend, deployment, session) for session in sessions]
    threads = [threading.Thread(target=writer.run) for writer in writers]
    for thread in threads:
        thread.start()
    for _ in range(ROUNDS):
        progress = sum(writer.acknowledged for writer in writers)
        deadline = time.monotonic() + 20
        while sum(writer.acknowledged for writer in writers) < progress + WRITERS * BATCH:
            assert time.monotonic() < deadline, [writer.errors for writer in writers]
            time.sleep(0.01)
        time.sleep(chance.random() * 0.5)
        deployment.kill()
        deployment.start()
    for writer in writers:
        writer.stop.set()
    for thread in threads:
        thread.join(timeout=20)
    assert [writer.errors for writer in writers] == [[] for _ in writers]
    check_everything(backend, deployment, writers)


def check_everything(backend: Backend, deployment: Deployment, writers: list[Writer]) -> None:
    with httpx.Client(base_url=deployment.url, timeout=10) as http:
        for writer in writers:
            stored = stored_sequences(backend, http, writer.session)
            assert stored == [float(n) for n in range(len(stored))]
            # The last batch may be stored although its acknowledgement was cut off.
            assert writer.acknowledged <= len(stored) <= writer.attempted
            session = backend.call(http, "query", "userSessions:get", {"id": writer.session})
            assert session["interactionCount"] == len(stored)
            assert session["tokensOut"] == 5 * len(stored)
    with backend.worker(deployment.url) as worker:
        for recount in (
            repair.sessions(worker),
            repair.users(worker, "product"),
            repair.day(worker, STARTED_AT),
        ):
            reports = list(recount)
            assert sum(report.checked for report in reports) == len(writers)
            assert [drift for report in reports for drift in report.drift] == []
            assert not any(report.busy for report in reports)
