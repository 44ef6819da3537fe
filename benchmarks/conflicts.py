"""Whether writers get in each other's way: 200 turns a second from 50 writers at once.

Convex retries a mutation a few times if something that it read was written meanwhile, and then
answers 503. Each mutation takes 10 to 50 ms here, as if the deployment were far away and busy. Of
the 50 writers, ten write for one user: a switchboard. A writer creates its user and a session,
appends 20 turns one by one, and ends the session, at four turns a second. Beside them a sender of
measurements works as two processes of the app do.

While each append wrote the sums of its user's and of everybody's day itself (0.1.0), the same load
had 163 retries per 100 mutations and 1,276 answers 503 in 30 s, and 160 turns a second were stored.
"""

from __future__ import annotations

import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx

from benchmarks.figures import Figure
from lib.auth.service import mint
from local.stack import SERVICE_ISSUER, free_ports
from tests.runtime.conftest import Deployment
from tests.runtime.product import FUNCTIONS, Backend, turn

WRITERS: Final = 50
SWITCHBOARD: Final = 10
"""Writers that write for the same user."""
TURNS_PER_SECOND: Final = 200
TURNS: Final = 20
SECONDS: Final = 30
MUTATION_MS: Final = "10-50"
SENDERS: Final = 2
SEND_SECONDS: Final = 5.0


def measure() -> Iterator[Figure]:
    """Yield what the writers achieved, and how often the runtime tried again."""
    backend = Backend()
    with tempfile.TemporaryDirectory() as folder:
        port, site_port = free_ports(2)
        options = ("--mutation-ms", MUTATION_MS)
        deployment = Deployment(
            Path(folder), FUNCTIONS, backend.variables(), port, site_port, options=options
        )
        deployment.start()
        try:
            crowd = Crowd(deployment.url, backend)
            rate = crowd.run()
            conflicts = httpx.get(f"{deployment.url}/api/local/conflicts").json()
        finally:
            deployment.stop()
    yield Figure("turns stored", rate, "/s", at_least=0.95 * TURNS_PER_SECOND)
    yield Figure("answers 503", crowd.answers[503], "", at_most=0)
    share = 100 * conflicts["retries"] / conflicts["mutations"]
    yield Figure("mutations tried again", share, "%", under=2)
    for table, count in sorted(conflicts["tables"].items()):
        yield Figure(f"... because of {table}", count, "")


@dataclass
class Crowd:
    """Writers and senders of one deployment.

    Attributes:
        answers: how many answers had which status.
    """

    url: str
    backend: Backend
    answers: Counter[int] = field(default_factory=Counter)

    def run(self) -> float:
        """Let all of them work; the turns stored per second."""
        self._token = mint(self.backend.pem, SERVICE_ISSUER, "ingest", "backend", ttl=3600)
        self._worker = mint(self.backend.pem, SERVICE_ISSUER, "worker", "app", ttl=3600)
        self._guard = threading.Lock()
        began = time.monotonic()
        with ThreadPoolExecutor(WRITERS + SENDERS) as pool:
            stored = [pool.submit(self._write, number, began) for number in range(WRITERS)]
            sent = [pool.submit(self._send, began) for _ in range(SENDERS)]
            total = sum(call.result() for call in stored)
            for call in sent:
                call.result()
        return total / SECONDS

    def _write(self, number: int, began: float) -> int:
        """Write conversation after conversation; the turns that were stored."""
        stored = 0
        user = "user_switchboard" if number < SWITCHBOARD else f"user_{number}"
        every = WRITERS / TURNS_PER_SECOND
        due = began + every * number / WRITERS
        with httpx.Client(base_url=self.url, timeout=30) as http:
            while due < began + SECONDS:
                self._mutate(http, "users:upsert", {"clerkId": user, "kind": "product"})
                session = {
                    "externalId": uuid.uuid4().hex,
                    "clerkId": user,
                    "channel": "voice",
                    "startedAt": float(int(time.time() * 1000)),
                }
                made = self._mutate(http, "userSessions:create", session)
                if made is None:
                    continue
                for sequence in range(TURNS):
                    time.sleep(max(0.0, due - time.monotonic()))
                    due += every
                    args = {"sessionId": made["id"], "interactions": [turn(sequence)]}
                    stored += self._mutate(http, "interactions:append", args) is not None
                end = {"id": made["id"], "status": "completed", "endedAt": time.time() * 1000}
                self._mutate(http, "userSessions:update", end)
        return stored

    def _send(self, began: float) -> None:
        """Send measurements of the same series as the other senders, at the same moments."""
        with httpx.Client(base_url=self.url, timeout=30) as http:
            for round_ in range(int(SECONDS / SEND_SECONDS)):
                time.sleep(max(0.0, began + round_ * SEND_SECONDS - time.monotonic()))
                rollups = [
                    {
                        "metric": "storage.operation",
                        "dimensions": {"operation": f"operation{number}"},
                        "bucketStart": time.time() // 60 * 60_000,
                        "count": 1,
                        "errors": {},
                        "sum": 5,
                        "max": 5,
                        "histogram": {"zero": 0, "counts": {"80": 1}},
                    }
                    for number in range(20)
                ]
                batch = {"batchId": uuid.uuid4().hex, "rollups": rollups}
                events: dict[str, Any] = {"authEvents": [], "storageEvents": []}
                self._mutate(http, "metrics:ingest", {**batch, **events}, token=self._worker)

    def _mutate(
        self, http: httpx.Client, path: str, args: dict[str, Any], token: str | None = None
    ) -> Any:
        """Call a mutation with a key of its own; its value, or None if it was refused with 503."""
        keyed = {} if path == "metrics:ingest" else {"idempotencyKey": uuid.uuid4().hex}
        answer = http.post(
            "/api/mutation",
            json={"path": path, "args": {**args, **keyed}, "format": "convex_encoded_json"},
            headers={"Authorization": f"Bearer {token or self._token}"},
        )
        with self._guard:
            self.answers[answer.status_code] += 1
        if answer.status_code == 503:
            return None
        body = answer.json()
        assert body.get("status") == "success", body
        return body["value"]
