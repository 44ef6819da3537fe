"""What reviewing costs: the next session, submit-and-next, and twenty reviewers on one queue.

Two queues of the large data set want two reviews of each session: one has 100 sessions, the other
20,000. The measured reviewer has already reviewed the first part of the queue, and nobody else has.
Each measured `next` follows a submission. The twenty reviewers share a queue, a thread each, and
submit as fast as they can; a session that is handed to one of them twice, or to more than two,
misses the target.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

from benchmarks.dataset import Dataset, dataset, started_at
from benchmarks.figures import Curve, Figure
from benchmarks.sampling import percentiles
from lib.data import Caller, Client, review_claims, review_queues, reviews, rubrics
from lib.data.records import (
    NewCriterion,
    NewQueueFilters,
    ReviewQueue,
    ReviewsSubmitArgs,
)
from tests.support.clearing import clear
from tests.support.issuer import Issuer, running_issuer

SESSIONS = 100_000
LENGTHS = (100, 20_000)
AHEAD = {100: 30, 20_000: 2_000}
"""Sessions that the measured reviewer has reviewed before the clock starts."""
CALLS = 60
TARGET = 2
TOGETHER = 20
SHARED = 200
LATENCY = 500
"""What a reviewer may wait for the next session, milliseconds."""

TONE = NewCriterion(
    key="tone",
    label="Tone",
    description="How did it sound?",
    kind="score",
    level="session",
    required=True,
)


def measure() -> Iterator[Figure | Curve]:
    """Yield latencies by length of the queue, and what twenty reviewers did to one."""
    times: dict[int, tuple[float, float]] = {}
    with dataset(SESSIONS) as data, running_issuer(data.stack.identity_port) as issuer:
        desk = Desk(data, issuer)
        first = 0
        for length in LENGTHS:
            queue = desk.queue(first, length)
            first += length
            nexts, submits = desk.alone(queue, AHEAD[length])
            times[length] = percentiles(nexts)
            p95 = percentiles(submits)[1]
            yield Figure(f"next of {length:,} sessions, p50", times[length][0], "ms")
            yield Figure(f"next of {length:,} sessions, p95", times[length][1], "ms")
            yield Figure(f"submit-and-next of {length:,}, p95", p95, "ms", under=LATENCY)
        short, long = (times[length][0] for length in LENGTHS)
        yield Figure("next, p50: longest / shortest queue", long / short, "times", at_most=1.5)
        names = [f"reviewer{number:02}" for number in range(TOGETHER)]
        queue = desk.queue(first, SHARED)
        cleared = clear(desk.reviewer, names, queue.id, answer)
        yield Figure(
            f"{TOGETHER} reviewers: sessions handed out once too often",
            len(cleared.handed_twice(TARGET)),
            "",
            at_most=0,
        )
        missing = SHARED * TARGET - sum(cleared.submitted.values())
        yield Figure(f"{TOGETHER} reviewers: reviews missing", missing, "", at_most=0)
        p95 = percentiles(list(cleared.milliseconds))[1]
        yield Figure(f"{TOGETHER} reviewers: submit-and-next, p95", p95, "ms", under=LATENCY)
        rate = sum(cleared.submitted.values()) / cleared.seconds
        yield Figure(f"{TOGETHER} reviewers: reviews", rate, "/s")


class Desk:
    """The data set with people who may review it."""

    def __init__(self, data: Dataset, issuer: Issuer) -> None:
        self._worker = data.caller
        self._client: Client = data.caller.client
        self._issuer = issuer
        self._rubric = rubrics.publish(self._worker, name="Tone", criteria=[TONE])

    def reviewer(self, name: str) -> Caller:
        """Return a reviewer's caller."""
        token = self._issuer.token("reviewer", name)
        return Caller(self._client, lambda: token)

    def queue(self, first: int, length: int) -> ReviewQueue:
        """Open a queue for `length` sessions of the set from the `first` one."""
        window = NewQueueFilters(
            from_=started_at(first), to=started_at(first + length) - timedelta(seconds=1)
        )
        queue = review_queues.create(
            self._worker,
            name=f"{length} from {first}",
            rubric_id=self._rubric.id,
            target=TARGET,
            filters=window,
        )
        added = sum(report.added for report in review_queues.fill(self._worker, queue.id))
        if added != length:
            raise RuntimeError(f"{added} sessions entered the queue, not {length}")
        return queue

    def alone(self, queue: ReviewQueue, ahead: int) -> tuple[list[float], list[float]]:
        """Milliseconds of `next`, and of submit-and-next, of one who is `ahead` of all others."""
        kim = self.reviewer("kim")
        clear_some(kim, queue, ahead)
        nexts, submits = [], []
        for _ in range(CALLS // 2):
            began = time.perf_counter()
            claim = review_claims.take_next(kim, queue.id)
            nexts.append((time.perf_counter() - began) * 1000)
            if claim is None:
                raise RuntimeError("the queue came to its end")
            following = answer(claim.item_id)
            following["next"] = True
            began = time.perf_counter()
            found = reviews.submit(kim, **following).next
            submits.append((time.perf_counter() - began) * 1000)
            if found is None:
                raise RuntimeError("the queue came to its end")
            reviews.submit(kim, **answer(found.item_id))
        return nexts, submits


def clear_some(caller: Caller, queue: ReviewQueue, count: int) -> None:
    """Review the next `count` sessions of a queue."""
    for _ in range(count):
        claim = review_claims.take_next(caller, queue.id)
        if claim is None:
            raise RuntimeError("the queue came to its end")
        reviews.submit(caller, **answer(claim.item_id))


def answer(item_id: str) -> ReviewsSubmitArgs:
    """Return a review of an item."""
    return ReviewsSubmitArgs(
        item_id=item_id, answers={"tone": 3}, turns=[], comments=[], corrections=[]
    )
