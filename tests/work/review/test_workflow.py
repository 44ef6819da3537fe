"""Whatever order claims, renewals, expiries, submits, repeats and crashes come in: at most one live
claim per place, every submitted review exactly once, counts equal to a recount always.

The rules act on the real functions in the local runtime, each example on a queue of its own. Time
is the deployment's: claims last a second, and "expire" waits for the end of those that there are.
"""

from __future__ import annotations

import contextlib
import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from lib.data import (
    Refused,
    Unavailable,
    repair,
    review_claims,
    review_queues,
    reviews,
    system,
    user_sessions,
    users,
)
from lib.data.records import Claim, Review, ReviewItem
from tests.support.convex import ConvexRuntime
from tests.work.review.desk import Desk, open_desk, written

EXAMPLES = int(os.environ.get("EARSHOT_REVIEW_EXAMPLES", "4"))
"""More of them where the environment says so."""
STEPS = 40
LEASE = timedelta(seconds=1)
SESSIONS = 3
NAMES = ("kim", "lee", "max")

people = st.sampled_from(NAMES)
scores = st.integers(1, 5)
keys = st.sampled_from([1, 1, 1, 2, 3])
"""How often a call is made under its key."""


class Workflow(RuleBasedStateMachine):
    """One queue. `submitted` is what the model holds: who said what about which item."""

    convex: ConvexRuntime

    def __init__(self) -> None:
        super().__init__()
        self.submitted: dict[tuple[str, str], int] = {}
        self.counted: dict[tuple[str, str], int] = {}
        self.writers: dict[str, set[str]] = {}
        self.exposed: set[str] = set()
        self.last: dict[str, str] = {}
        self.crashes = 0

    @initialize(reviews_wanted=st.integers(1, 3))
    def open(self, reviews_wanted: int) -> None:
        self.target = reviews_wanted
        self.desk: Desk = open_desk(self.convex, SESSIONS, target=reviews_wanted, lease=LEASE)

    @rule(name=people, times=keys)
    def take_next(self, name: str, times: int) -> None:
        caller, key = self.desk.reviewer(name), uuid4().hex
        began = self.now()
        before = self.items()
        answers = [
            review_claims.take_next(caller, self.desk.queue_id, idempotency_key=key)
            for _ in range(times)
        ]
        claim = answers[0]
        assert answers == [claim] * times
        if claim is not None:
            self.holds(name, claim)
        else:
            assert not any(is_free_for(item, name, began) for item in before)

    @rule(name=people, pick=st.integers(0, SESSIONS - 1))
    def take(self, name: str, pick: int) -> None:
        item = self.items()[pick]
        with contextlib.suppress(Refused):
            self.holds(name, review_claims.take(self.desk.reviewer(name), item.id))

    @rule()
    def all_take_at_once(self) -> None:
        def take_next(name: str) -> Claim | None:
            return review_claims.take_next(self.desk.reviewer(name), self.desk.queue_id)

        with ThreadPoolExecutor(len(NAMES)) as pool:
            claims = dict(zip(NAMES, pool.map(take_next, NAMES), strict=True))
        for name, claim in claims.items():
            if claim is not None:
                self.holds(name, claim)

    @rule(name=people)
    def renew(self, name: str) -> None:
        if name in self.last:
            renewal = review_claims.renew(self.desk.reviewer(name), self.last[name])
            assert renewal.held == (renewal.lease_until is not None)

    @rule(name=people, score=scores)
    def save_draft(self, name: str, score: int) -> None:
        if name not in self.last:
            return
        caller, item = self.desk.reviewer(name), self.last[name]
        if (item, name) in self.submitted:
            with contextlib.suppress(Refused):
                review_claims.save_draft(caller, **written(item, score))
                raise AssertionError("a draft of a submitted review")
            return
        if review_claims.save_draft(caller, **written(item, score)).held:
            held = review_claims.current(caller, self.desk.queue_id)
            assert held is not None
            assert held.draft is not None
            assert held.draft.answers == {"tone": score}

    @rule(name=people, skip=st.booleans())
    def release(self, name: str, skip: bool) -> None:
        if name in self.last:
            review_claims.release(self.desk.reviewer(name), self.last[name], skip=skip)

    @rule(name=people, score=scores, times=keys, go_on=st.booleans())
    def submit(self, name: str, score: int, times: int, go_on: bool) -> None:
        if name not in self.last:
            return
        caller, item, key = self.desk.reviewer(name), self.last[name], uuid4().hex
        try:
            answers = [
                reviews.submit(caller, **written(item, score), next=go_on, idempotency_key=key)
                for _ in range(times)
            ]
        except Refused as refusal:
            if refusal.code != "CONFLICT":
                raise
            assert (item, name) in self.submitted or not self.is_held(item, name)
            return
        assert (item, name) not in self.submitted
        assert answers == [answers[0]] * times
        self.wrote(item, name, score)
        if answers[0].next is not None:
            self.holds(name, answers[0].next)

    @rule(name=people, score=scores)
    def review_next(self, name: str, score: int) -> None:
        """Claim and submit at once: most of what reviewers do."""
        claim = review_claims.take_next(self.desk.reviewer(name), self.desk.queue_id)
        if claim is not None:
            self.holds(name, claim)
            self.submit(name, score, times=1, go_on=False)

    @rule(name=people, score=scores)
    def amend(self, name: str, score: int) -> None:
        for item in self.done_by(name)[:1]:
            reviews.amend(self.desk.reviewer(name), **written(item, score))
            self.wrote(item, name, score)

    @rule(name=people)
    def undo(self, name: str) -> None:
        for item in self.done_by(name)[-1:]:
            # Refused if it was amended: only a submission can be taken back.
            with contextlib.suppress(Refused):
                claim = reviews.undo(self.desk.reviewer(name), item)
                assert claim.draft is not None
                assert claim.draft.answers == {"tone": self.submitted.pop((item, name))}
                self.counted.pop((item, name), None)
                self.holds(name, claim)

    @rule(name=people, pick=st.integers(0, SESSIONS - 1))
    def assign(self, name: str, pick: int) -> None:
        email = f"{name}@example.com"
        users.upsert(self.convex.caller(), clerk_id=name, kind="team", role="reviewer", email=email)
        # Refused if all places of the session are taken.
        with contextlib.suppress(Refused):
            review_queues.assign(
                self.desk.admin,
                queue_id=self.desk.queue_id,
                email=email,
                session_ids=[self.desk.session_ids[pick]],
            )

    @rule()
    def expire(self) -> None:
        leases = [
            slot.lease_until
            for item in self.items()
            for slot in item.slots
            if slot.lease_until is not None
        ]
        while leases and self.now() < max(leases):
            time.sleep(0.02)
        queue = review_queues.get(self.desk.admin, self.desk.queue_id)
        assert queue is not None
        assert queue.progress.in_work == 0

    @precondition(lambda self: self.crashes < 1)
    @rule(name=people, score=scores)
    def crash(self, name: str, score: int) -> None:
        """Kill the deployment while a review is submitted, and ask under the same key again."""
        self.crashes += 1
        item, key = self.last.get(name), uuid4().hex
        with ThreadPoolExecutor(1) as pool:
            pending = pool.submit(self.submitted_through, name, item, score, key)
            self.convex.kill()
            self.convex.start()
            pending.result()
        if item is None:
            return
        if self.submitted_through(name, item, score, key):
            self.wrote(item, name, score)

    def wrote(self, item: str, name: str, score: int) -> None:
        """Note a review; it counts for agreement if its writer could not read another."""
        writers = self.writers.setdefault(item, set())
        if not writers - {name} or (name not in writers and item not in self.exposed):
            self.counted[item, name] = score
        writers.add(name)
        self.submitted[item, name] = score
        if sum(one == item for one, _ in self.submitted) == self.target:
            self.exposed.add(item)

    def submitted_through(self, name: str, item: str | None, score: int, key: str) -> bool:
        """Submit; False if it was refused, or (in a crash) there was no answer."""
        if item is None:
            return False
        try:
            reviews.submit(self.desk.reviewer(name), **written(item, score), idempotency_key=key)
        except (Refused, Unavailable):
            return False
        return True

    @invariant()
    def places_are_nobodys_or_one_reviewers(self) -> None:
        if not hasattr(self, "desk"):
            return
        holders = []
        for item in self.items():
            names = [slot.reviewer_id for slot in item.slots]
            assert len(names) == len(set(names)) <= self.target
            holders += [slot.reviewer_id for slot in item.slots if slot.state == "claimed"]
        assert len(holders) == len(set(holders))

    @invariant()
    def each_submitted_review_is_there_once(self) -> None:
        if not hasattr(self, "desk"):
            return
        found = self.reviews()
        given = {(review.item_id, review.reviewer_id): review.answers["tone"] for review in found}
        assert len(given) == len(found)
        assert given == self.submitted

    @invariant()
    def counts_equal_a_recount(self) -> None:
        if not hasattr(self, "desk"):
            return
        drift = [
            found
            for report in repair.queue(self.desk.admin, self.desk.queue_id)
            for found in report.drift
        ]
        assert drift == []
        queue = review_queues.get(self.desk.admin, self.desk.queue_id)
        assert queue is not None
        progress = queue.progress
        assert progress.done == len(self.submitted)
        assert progress.wanted == SESSIONS * self.target
        assert progress.done + progress.in_work + progress.left == progress.wanted
        assert progress.left >= 0

    @invariant()
    def agreement_counts_each_pair_written_blind(self) -> None:
        if not hasattr(self, "desk"):
            return
        rows = reviews.agreements(
            self.desk.admin, queue_id=self.desk.queue_id, cursor=None, limit=50
        )
        counted = {
            (row.first, row.second, cell.a, cell.b): cell.count
            for row in rows.items
            for cell in row.cells
        }
        expected: dict[tuple[str, str, str, str], int] = {}
        for (item, first), a in self.counted.items():
            for (other, second), b in self.counted.items():
                if item == other and first < second:
                    cell = (first, second, str(a), str(b))
                    expected[cell] = expected.get(cell, 0) + 1
        assert counted == expected

    def teardown(self) -> None:
        """Let the queue be: no more than a few may be open at once."""
        if not hasattr(self, "desk"):
            return
        for session in self.desk.session_ids:
            found = user_sessions.get(self.desk.admin, session)
            assert found is not None
            (done,) = [item for item in self.items() if item.session.id == session]
            assert (found.review_status == "reviewed") == (done.state == "done")
        review_queues.update(self.desk.admin, id=self.desk.queue_id, state="closed")

    def now(self) -> datetime:
        return system.ping(self.desk.admin).now

    def items(self) -> tuple[ReviewItem, ...]:
        return review_queues.items(
            self.desk.admin, queue_id=self.desk.queue_id, cursor=None, limit=100
        ).items

    def reviews(self) -> tuple[Review, ...]:
        return reviews.page(
            self.desk.admin, queue_id=self.desk.queue_id, cursor=None, limit=200
        ).items

    def done_by(self, name: str) -> list[str]:
        return [item for item, reviewer in self.submitted if reviewer == name]

    def is_held(self, item_id: str, name: str) -> bool:
        (item,) = [item for item in self.items() if item.id == item_id]
        return any(slot.reviewer_id == name for slot in item.slots)

    def holds(self, name: str, claim: Claim) -> None:
        assert (claim.item_id, name) not in self.submitted
        self.last[name] = claim.item_id


def is_free_for(item: ReviewItem, name: str, moment: datetime) -> bool:
    """Tell whether a reviewer could have had a place at the item at that moment."""
    slots = [slot for slot in item.slots if slot.lease_until is None or slot.lease_until > moment]
    own = [slot for slot in slots if slot.reviewer_id == name]
    return any(slot.state == "assigned" for slot in own) or (not own and len(slots) < item.target)


def test_no_order_of_events_loses_or_doubles_work(convex: ConvexRuntime) -> None:
    Workflow.convex = convex
    run_state_machine_as_test(
        Workflow,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            suppress_health_check=list(HealthCheck),
        ),
    )
