"""The product's backend as a client of the API: stores conversations, knows what was accepted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Protocol
from uuid import uuid4

import httpx

from lib.auth.service import mint
from local.stack import SERVICE_ISSUER, Stack

TOKEN_SECONDS = 600
_RENEW_SECONDS = 120
_RETRIED: Final = (httpx.codes.TOO_MANY_REQUESTS, 500, 502, 503, 504)


class Note(Protocol):
    """Takes what became of one request."""

    def __call__(self, what: str, seconds: float, failure: str) -> None:
        """Note a request; `failure` is empty if it was answered well."""


class WriteError(Exception):
    """A request that was not accepted, and will not be."""


@dataclass(slots=True)
class Conversation:
    """What was sent of one session, and what of it was acknowledged.

    Attributes:
        id: empty until the session was acknowledged.
        turns: acknowledged.
        attempted: sent at least once; never more than a batch ahead of `turns`.
    """

    external_id: str
    clerk_id: str
    id: str = ""
    turns: int = 0
    attempted: int = 0
    completed: bool = False


@dataclass
class Writer:
    """Stores one conversation after the other.

    Args:
        stack: whose service key signs the tokens.
        api: root of the API, with `/api/v1`.
        http: shared by writers.
        name: also the user's.
        note: takes what became of each request.
        batch: turns per request.
        length: turns per conversation.
        pause: seconds between the starts of two batches; 0: as fast as answered.
        patient: ask again with the same key until the answer is known, instead of giving up.
    """

    stack: Stack
    api: str
    http: httpx.AsyncClient
    name: str
    note: Note
    batch: int = 4
    length: int = 40
    pause: float = 1.0
    patient: bool = False
    conversations: list[Conversation] = field(default_factory=list)
    _token: str = ""
    _renew_at: float = 0.0

    async def run(self, until: Callable[[], bool]) -> None:
        """Write until told to stop, and finish the request under way.

        Raises:
            WriteError: an answer that neither accepts the write nor may be asked for again.
        """
        due = time.monotonic()
        while not until():
            talk = await self.begin()
            while talk.turns < self.length and not until():
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                due = max(due + self.pause, time.monotonic() - 1)
                if not await self.append(talk):
                    break
            else:
                await self.complete(talk)

    async def begin(self) -> Conversation:
        """Store the user and a new session."""
        talk = Conversation(f"{self.name}-{uuid4().hex}", f"user_{self.name}")
        self.conversations.append(talk)
        user = {"clerkId": talk.clerk_id, "name": f"Backend of {self.name}"}
        if await self._write("POST", "/users", user) is None:
            return talk
        session = {
            "externalId": talk.external_id,
            "userId": talk.clerk_id,
            "channel": "voice",
            "title": f"Conversation of {self.name}",
            "startedAt": datetime.now(UTC).isoformat(),
            "provider": "acme",
            "modelId": "m1",
        }
        made = await self._write("POST", "/sessions", session)
        talk.id = made["id"] if made else ""
        return talk

    async def append(self, talk: Conversation) -> bool:
        """Store the next turns; tell whether they were acknowledged."""
        if not talk.id:
            return False
        numbers = range(talk.turns, min(talk.turns + self.batch, self.length))
        talk.attempted = max(talk.attempted, numbers.stop)
        items = [_turn(number) for number in numbers]
        path = f"/sessions/{talk.id}/interactions"
        done = await self._write("POST", path, {"interactions": items}, "/interactions")
        if done is None:
            return False
        if done != {"accepted": len(items), "duplicates": 0}:
            raise WriteError(f"{path}: {done}")
        talk.turns = numbers.stop
        return True

    async def complete(self, talk: Conversation) -> None:
        """Say that the conversation has ended."""
        if talk.id:
            body = {"status": "completed", "endedAt": datetime.now(UTC).isoformat()}
            done = await self._write("PATCH", f"/sessions/{talk.id}", body, "/sessions/{id}")
            talk.completed = done is not None

    async def _write(
        self, method: str, path: str, body: dict[str, Any], route: str = ""
    ) -> dict[str, Any] | None:
        """Send a write under one key; its answer, or None if it was not acknowledged."""
        key = uuid4().hex
        while True:
            answer = await self._send(method, path, body, key, f"{method} {route or path}")
            if answer is not None:
                return answer
            if not self.patient:
                return None
            await asyncio.sleep(0.25)

    async def _send(
        self, method: str, path: str, body: dict[str, Any], key: str, what: str
    ) -> dict[str, Any] | None:
        headers = {"Authorization": f"Bearer {self.bearer()}", "Idempotency-Key": key}
        started = time.perf_counter()
        try:
            answer = await self.http.request(method, self.api + path, json=body, headers=headers)
        except httpx.TransportError as error:
            self.note(what, time.perf_counter() - started, type(error).__name__)
            return None
        seconds = time.perf_counter() - started
        if answer.is_success:
            self.note(what, seconds, "")
            found: dict[str, Any] = answer.json()
            return found
        self.note(what, seconds, str(answer.status_code))
        if answer.status_code not in _RETRIED:
            raise WriteError(f"{what}: answered {answer.status_code}: {answer.text[:300]}")
        return None

    def bearer(self) -> str:
        """Return a service token that is valid for minutes."""
        now = time.time()
        if now >= self._renew_at:
            key = self.stack.service_key_pem
            self._token = mint(key, SERVICE_ISSUER, "ingest", self.name, TOKEN_SECONDS)
            self._renew_at = now + TOKEN_SECONDS - _RENEW_SECONDS
        return self._token


def _turn(sequence: int) -> dict[str, Any]:
    spoken_by_user = sequence % 2 == 0
    turn: dict[str, Any] = {
        "sequence": sequence,
        "speaker": "user" if spoken_by_user else "assistant",
        "text": f"Turn {sequence}: I would like to know where my parcel is, please.",
        "startedAtMs": sequence * 4000,
        "durationMs": 2500,
    }
    if not spoken_by_user:
        turn |= {"provider": "acme", "modelId": "m1", "tokensIn": 210, "tokensOut": 42}
        turn |= {"cost": 0.0011, "ttftMs": 420 + sequence, "latencyMs": 1300 + sequence}
    return turn
