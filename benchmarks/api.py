"""What the HTTP API costs 50 callers at once, with 100,000 sessions loaded.

The whole local stack runs as `make run` starts it. Fifty threads, each a machine with tokens and a
connection of its own, repeat without a pause: create a session, store its turns, announce, upload
and complete a recording, fetch it by its URL, list, read and search. The callers share the cores
with the stack.
"""

from __future__ import annotations

import hashlib
import http.client
import io
import json
import random
import time
import wave
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from benchmarks.dataset import RARE_WORDS, SIZES, clerk_id, full_stack, turns
from benchmarks.figures import Figure
from benchmarks.sampling import memory_mib, percentiles
from local.stack import Stack
from local.tokens import bearer_token

CALLERS: Final = 50
ROUNDS: Final = 8
TARGET_MS: Final = 500
TOKEN_SECONDS: Final = 1800
PAGE: Final = 50
RESTING_SECONDS: Final = 2.0

Timings = dict[str, list[float]]
"""What was asked -> milliseconds of each call."""


def measure() -> Iterator[Figure]:
    """Yield the 95th percentile of each operation, calls per second and the app's memory."""
    timings: Timings = defaultdict(list)
    with full_stack(SIZES[-1]) as stack:
        state = Stack.load(stack.home)
        callers = [Machine(state, number) for number in range(CALLERS)]
        callers[0].story(0)
        began = time.perf_counter()
        with ThreadPoolExecutor(CALLERS) as pool:
            for found in pool.map(Machine.run, callers):
                for name, times in found.items():
                    timings[name] += times
        seconds = time.perf_counter() - began
        memory = memory_mib(stack.info["pids"]["app"])
    for name, times in timings.items():
        median, p95 = percentiles(times)
        yield Figure(f"{name}, p50", median, "ms")
        yield Figure(f"{name}, p95", p95, "ms", under=TARGET_MS)
    calls = sum(map(len, timings.values()))
    yield Figure(f"calls answered to {CALLERS} callers", calls / seconds, "/s")
    yield Figure("resident memory of the app afterwards", memory, "MiB")


class Machine:
    """One caller: stores a session with a recording and reads, several times.

    Args:
        stack: that runs.
        number: of the caller.
    """

    def __init__(self, stack: Stack, number: int) -> None:
        self._number = number
        self._random = random.Random(number)  # noqa: S311  # chance, not secrets
        self._api = _connection(f"http://127.0.0.1:{stack.app_port}")
        self._bucket = _connection(stack.s3_endpoint)
        name = f"bench-{number}"
        self._tokens = {
            role: bearer_token(stack, role, name, TOKEN_SECONDS) for role in ("ingest", "worker")
        }
        self._used = dict.fromkeys((self._api, self._bucket), 0.0)
        self._timings: Timings = defaultdict(list)
        places = range(number * (ROUNDS + 1), (number + 1) * (ROUNDS + 1))
        self._prepared = [(_said(place), _recording(place)) for place in places]

    def run(self) -> Timings:
        """Run the stories and return how long each call took."""
        self._timings.clear()
        for number in range(1, ROUNDS + 1):
            self.story(number)
        return self._timings

    def story(self, number: int) -> None:
        """Store one session and read it and others."""
        place = self._number * (ROUNDS + 1) + number
        made = self._ask(
            "create a session",
            "POST",
            "/sessions",
            {
                "externalId": f"api-{place}",
                "userId": clerk_id(self._number * 1000),
                "channel": "voice",
                "startedAt": "2026-09-02T12:00:00Z",
            },
        )
        session = f"/sessions/{made['id']}"
        said, recording = self._prepared[number]
        self._ask("store 12 turns", "POST", f"{session}/interactions", said)
        self._record(session, recording)
        page = self._ask("list 50 sessions", "GET", f"/sessions?{urlencode({'limit': PAGE})}")
        other = self._random.choice(page["items"])["id"]
        self._ask("read a transcript", "GET", f"/sessions/{other}/transcript?format=json")
        self._ask("summarise a session", "GET", f"/sessions/{other}/summary")
        words = " ".join(self._random.sample(RARE_WORDS, 2))
        self._ask("search for two rare words", "GET", f"/search?{urlencode({'q': words})}")

    def _record(self, session: str, data: bytes) -> None:
        begun = self._ask(
            "announce a recording",
            "POST",
            f"{session}/audio",
            {
                "contentType": "audio/wav",
                "bytes": len(data),
                "sha256": hashlib.sha256(data).hexdigest(),
            },
        )
        self._send(
            "upload to the bucket", self._bucket, "PUT", begun["uploadUrl"], data, begun["headers"]
        )
        audio = f"/audio/{begun['audioObjectId']}"
        self._ask("complete a recording", "POST", f"{audio}/complete", {})
        playable = self._ask("sign a URL", "GET", f"{audio}/url", role="worker")
        fetched = self._send("fetch from the bucket", self._bucket, "GET", playable["url"])
        assert fetched == data

    def _ask(
        self, name: str, method: str, path: str, body: Any = None, *, role: str = "ingest"
    ) -> Any:
        headers = {"Authorization": f"Bearer {self._tokens[role]}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        sent = None if body is None else json.dumps(body).encode()
        return json.loads(self._send(name, self._api, method, f"/api/v1{path}", sent, headers))

    def _send(
        self,
        name: str,
        connection: http.client.HTTPConnection,
        method: str,
        url: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> bytes:
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        began = time.perf_counter()
        # Servers close connections that rest; opening one is part of what a caller waits for.
        if began - self._used[connection] > RESTING_SECONDS:
            connection.close()
        connection.request(method, target, body, headers or {})
        answer = connection.getresponse()
        text = answer.read()
        self._used[connection] = time.perf_counter()
        self._timings[name].append((self._used[connection] - began) * 1000)
        if answer.status >= 300:
            raise RuntimeError(f"{name}: {answer.status} {text[:500]!r}")
        return text


def _connection(origin: str) -> http.client.HTTPConnection:
    parts = urlsplit(origin)
    return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)


def _said(number: int) -> dict[str, Any]:
    """Twelve turns as the API takes them."""
    return {
        "interactions": [
            {
                "sequence": turn["sequence"],
                "speaker": turn["speaker"],
                "text": turn["text"],
                "startedAtMs": turn["started_at_ms"],
            }
            for turn in turns(number)
        ]
    }


def _recording(number: int) -> bytes:
    """A second of quiet noise, different for each number; about 16 KB."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8_000)
        sound.writeframes(random.Random(number).randbytes(16_000))  # noqa: S311  # noise
    return file.getvalue()
