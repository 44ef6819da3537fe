"""A queue, its reviewers and their sessions, over the local runtime."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from lib.data import Caller, review_queues, rubrics, user_sessions, users
from lib.data.records import NewCriterion, NewQueueFilters, ReviewsAmendArgs
from tests.support.convex import ConvexRuntime

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NOTHING_BY_RULE = NewQueueFilters(label="nobody has this label")


@dataclass(frozen=True, slots=True)
class Desk:
    """One queue.

    Attributes:
        admin: who manages it.
        queue_id: its id.
        session_ids: of the sessions in it, oldest first.
    """

    convex: ConvexRuntime
    admin: Caller
    queue_id: str
    session_ids: tuple[str, ...]

    def reviewer(self, name: str) -> Caller:
        """Return a reviewer's caller."""
        return self.convex.member("reviewer", name)


def open_desk(
    convex: ConvexRuntime, sessions: int, *, target: int = 1, lease: timedelta | None = None
) -> Desk:
    """Open a queue with sessions of its own, added by hand."""
    admin = convex.member("admin", "user_boss")
    rubric = rubrics.publish(admin, name="Tone", criteria=[TONE])
    session_ids = ended_sessions(convex.caller(), sessions)
    queue = review_queues.create(
        admin,
        name=uuid4().hex,
        rubric_id=rubric.id,
        target=target,
        filters=NOTHING_BY_RULE,
        lease_ms=None if lease is None else lease / timedelta(milliseconds=1),
    )
    for first in range(0, sessions, 200):
        review_queues.add_sessions(
            admin, queue_id=queue.id, session_ids=session_ids[first : first + 200]
        )
    return Desk(convex, admin, queue.id, session_ids)


TONE = NewCriterion(
    key="tone",
    label="Tone",
    description="How did it sound?",
    kind="score",
    level="session",
    required=True,
)


def ended_sessions(ingest: Caller, count: int) -> tuple[str, ...]:
    """Store sessions that have ended, a minute apart."""
    clerk_id = f"user_{uuid4().hex}"
    users.upsert(ingest, clerk_id=clerk_id, kind="product")
    made = []
    for number in range(count):
        session = user_sessions.create(
            ingest,
            external_id=uuid4().hex,
            clerk_id=clerk_id,
            channel="chat",
            started_at=START + timedelta(minutes=number),
            provider="openai",
            model_id="gpt",
        )
        user_sessions.update(ingest, id=session.id, status="completed")
        made.append(session.id)
    return tuple(made)


def written(item_id: str, score: int) -> ReviewsAmendArgs:
    """Return a review with a score."""
    return ReviewsAmendArgs(
        item_id=item_id, answers={"tone": score}, turns=[], comments=[], corrections=[]
    )
