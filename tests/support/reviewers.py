"""Reviewers who clear one queue at the same time, and a record of who was handed what."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from uuid import uuid4

from lib.auth.service import mint
from lib.data import (
    Caller,
    Client,
    Refused,
    Unavailable,
    review_claims,
    review_queues,
    rubrics,
    users,
)
from lib.data import reviews as reviewing
from lib.data.records import NewCriterion, NewSampling, Review
from local.identity.admin import session_token
from local.stack import SERVICE_ISSUER, Stack

TOKEN_SECONDS: Final = 24 * 3600
RETRY_SECONDS: Final = 0.25
CRITERIA: Final = [
    NewCriterion(
        key="tone",
        label="Tone",
        description="How did it sound?",
        kind="score",
        level="session",
        required=True,
    ),
]

Result = TypeVar("Result")


@dataclass
class ReviewRoom:
    """One queue, one review per session, and its reviewers.

    Attributes:
        submitted: (reviewer, item) of each review that was acknowledged.
        clashes: what was handed to two people at once.
        seconds: of each claim that was answered at once.
        failures: calls that had to be repeated.
    """

    stack: Stack
    convex_url: str
    submitted: list[tuple[str, str]] = field(default_factory=list)
    clashes: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    failures: int = 0
    failed: list[BaseException] = field(default_factory=list)
    queue_id: str = ""
    _held: dict[str, str] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _threads: list[threading.Thread] = field(default_factory=list)

    def open(self, reviewers: int) -> None:
        """Make the queue, which every session enters that ends from now on, and the reviewers."""
        self._client = Client(self.convex_url, 5)
        worker = Caller(self._client, self._worker_token)
        rubric = rubrics.publish(
            worker, name="Load", description="What load asks", criteria=CRITERIA
        )
        queue = review_queues.create(
            worker,
            name=f"Load {uuid4().hex[:8]}",
            rubric_id=rubric.id,
            sampling=NewSampling(kind="all"),
        )
        self.queue_id = queue.id
        self._people = {}
        for number in range(reviewers):
            name = f"user_reviewer{number:02d}"
            users.upsert(worker, clerk_id=name, kind="team", role="reviewer", name=f"R {number}")
            token = session_token(self.stack, "reviewer", name, TOKEN_SECONDS)
            self._people[name] = Caller(self._client, lambda token=token: token)  # type: ignore[misc]

    def start(self, over: Callable[[], bool], pause: float) -> None:
        """Let every reviewer work until `over`, with a pause in which they listen."""
        for name, caller in self._people.items():
            body = (name, caller, over, pause)
            thread = threading.Thread(target=self._run, args=body, name=name)
            self._threads.append(thread)
            thread.start()

    def join(self) -> None:
        """Wait until every reviewer has put down what they held."""
        for thread in self._threads:
            thread.join(120)
            assert not thread.is_alive(), f"{thread.name} does not end"
        self._client.close()

    def check(self, caller: Caller) -> int:
        """Check what is stored against what was acknowledged; return the number of reviews.

        Raises:
            AssertionError: a review was lost or doubled, or a claim is stuck.
        """
        assert self.failed == []
        assert self.clashes == []
        stored = [(one.reviewer_id, one.item_id) for one in self._stored(caller)]
        assert sorted(stored) == sorted(self.submitted)
        assert len({item for _, item in stored}) == len(stored), "reviewed twice"
        queue = review_queues.get(caller, self.queue_id)
        assert queue is not None
        assert queue.progress.done == len(stored)
        assert queue.progress.in_work == 0, "a claim is stuck"
        return len(stored)

    def _stored(self, caller: Caller) -> list[Review]:
        found: list[Review] = []
        cursor: str | None = None
        while True:
            page = reviewing.page(caller, queue_id=self.queue_id, cursor=cursor, limit=50)
            found += page.items
            cursor = page.next_cursor
            if cursor is None:
                return found

    def _run(self, name: str, caller: Caller, over: Callable[[], bool], pause: float) -> None:
        try:
            while not over():
                self._review_one(name, caller, pause)
        except BaseException as error:  # noqa: BLE001  # reported by `check`
            self.failed.append(error)

    def _review_one(self, name: str, caller: Caller, pause: float) -> None:
        started = time.perf_counter()
        claim = self._answered(review_claims.take_next, caller, self.queue_id)
        self.seconds.append(time.perf_counter() - started)
        if claim is None:
            time.sleep(pause)
            return
        item = claim.item_id
        with self._guard:
            other = self._held.setdefault(item, name)
            if other != name or any(done == item for _, done in self.submitted):
                self.clashes.append(f"{item} was handed to {other} and {name}")
        time.sleep(pause)
        written: dict[str, Any] = {
            "item_id": item,
            "answers": {"tone": 4},
            "turns": [],
            "comments": [],
            "corrections": [],
        }
        # Put down before it is submitted: the answer may come late.
        with self._guard:
            self._held.pop(item, None)
        self._answered(reviewing.submit, caller, **written)
        with self._guard:
            self.submitted.append((name, item))

    def _answered(self, call: Callable[..., Result], *given: Any, **named: Any) -> Result:
        """Repeat a mutation with one key until its answer is known."""
        key = uuid4().hex
        while True:
            try:
                return call(*given, **named, idempotency_key=key)
            except Unavailable:
                self.failures += 1
            except Refused as error:
                # A stepped clock: tokens look too young or too old for a while.
                if error.code != "UNAUTHENTICATED":
                    raise
                self.failures += 1
            time.sleep(RETRY_SECONDS)

    def _worker_token(self) -> str:
        return mint(self.stack.service_key_pem, SERVICE_ISSUER, "worker", "load-reviews")
