"""The review workflow against a deployment, as far as it returns records of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from lib.data import (
    Caller,
    audit,
    labels,
    review_claims,
    review_queues,
    reviews,
    rubrics,
    user_sessions,
    users,
)
from lib.data.records import (
    NewCorrection,
    NewCriterion,
    NewQueueFilters,
    NewReviewComment,
    NewSampling,
    NewTurnAnswers,
    ReviewsAmendArgs,
)
from tests.support.convex import ConvexRuntime

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SESSIONS = 51
"""More than one call fills a queue with."""
REVIEWERS = ("user_kim", "user_lee")

CRITERIA = [
    NewCriterion(
        key="tone",
        label="Tone",
        description="How did it sound?",
        kind="score",
        level="session",
        required=True,
        tolerance=1,
    ),
    NewCriterion(
        key="minutes",
        label="Minutes lost",
        description="Roughly.",
        kind="number",
        level="session",
        required=False,
        min=0,
        max=60,
    ),
    NewCriterion(
        key="topics",
        label="Topics",
        description="What it was about.",
        kind="labels",
        level="session",
        required=False,
        options=["billing", "luggage"],
    ),
    NewCriterion(
        key="fair",
        label="Fair",
        description="Was the turn fair?",
        kind="boolean",
        level="turn",
        required=True,
    ),
]


def written(item_id: str, score: int) -> ReviewsAmendArgs:
    """Return a review that answers every question."""
    return ReviewsAmendArgs(
        item_id=item_id,
        answers={"tone": score, "minutes": 2.5, "topics": ["luggage"]},
        turns=[NewTurnAnswers(sequence=0, answers={"fair": score > 3})],
        comments=[NewReviewComment(sequence=0, at_ms=1500.5, text="too quick")],
        corrections=[NewCorrection(sequence=0, text="my zebra is lost")],
    )


def assessed(convex: ConvexRuntime) -> Mapping[str, Any]:
    """Review the session of `call-1` twice, after a queue was made and filled."""
    admin = convex.member("admin", "user_boss")
    kim, lee = (convex.member("reviewer", name) for name in REVIEWERS)
    rubric = rubrics.publish(admin, name="Calls", description="All of them", criteria=CRITERIA)
    session = user_sessions.by_external_id(admin, "call-1")
    assert session is not None
    _people_and_sessions(convex.caller())
    queue, fills = _queues(admin, rubric.id)
    by_hand = review_queues.add_sessions(
        admin, queue_id=queue.id, session_ids=[session.id], priority=9
    )
    reserved = review_queues.assign(
        admin, queue_id=queue.id, session_ids=[session.id], email="user_lee@example.com"
    )
    first = review_claims.take_next(kim, queue.id)
    assert first is not None
    item = first.item_id
    renewal = review_claims.save_draft(kim, **written(item, 2))
    claim = review_claims.current(kim, queue.id)
    submitted = reviews.submit(kim, **written(item, 2), next=True)
    held = review_queues.items(admin, queue_id=queue.id, cursor=None, limit=100)
    undone = reviews.undo(kim, item)
    again = reviews.submit(kim, **written(item, 2))
    taken = review_claims.take(lee, item)
    released = review_claims.release(lee, item)
    reviews.submit(lee, **written(item, 5))
    amended = reviews.amend(lee, **written(item, 4))
    disputes = review_queues.items(admin, queue_id=queue.id, dispute="open", cursor=None, limit=10)
    decision = reviews.adjudicate(admin, **written(item, 3))
    return {
        "rubric": rubrics.get(kim, rubric.id),
        "rubrics": rubrics.page(kim, name="Calls", cursor=None, limit=10),
        "queues": review_queues.page(kim, state="open", cursor=None, limit=10),
        "queue": review_queues.get(kim, queue.id),
        "fills": fills,
        "by hand": by_hand,
        "reserved": reserved,
        "unreserved": review_queues.unassign(admin, item, "user_lee"),
        "draft": claim,
        "draft renewal": renewal,
        "claim renewal": review_claims.renew(kim, item),
        "claims": (first, undone, taken),
        "released": released,
        "submitted": submitted,
        "submitted again": again,
        "held": held,
        "amended": amended,
        "disputes": disputes,
        "decision": decision,
        "versions": reviews.history(
            kim, item_id=item, reviewer_id="user_kim", cursor=None, limit=10
        ),
        "reviews": reviews.page(admin, queue_id=queue.id, cursor=None, limit=10),
        "of session": reviews.of_session(convex.member("viewer"), session.id),
        "agreements": reviews.agreements(kim, queue_id=queue.id, cursor=None, limit=10),
        "trends": reviews.trends(kim, START - timedelta(days=3), START, rubric_id=rubric.id),
        "reviewers": review_queues.reviewers(kim, queue.id),
        "assessed": user_sessions.get(admin, session.id),
        **_at_the_desk(admin, queue.id, session.id),
    }


def _at_the_desk(admin: Caller, queue_id: str, session_id: str) -> Mapping[str, Any]:
    """Label, add and find sessions as from their list."""
    ids = [session_id, "no-session"]
    for add, remove in ((["billing"], []), (["vip"], ["billing"])):
        labelled = labels.change(admin, ids, add=add, remove=remove)
    return {
        "labelled": labelled,
        "partly": review_queues.add_sessions(
            admin, queue_id=queue_id, session_ids=ids, partly=True
        ),
        "nobody": review_queues.assign(
            admin, queue_id=queue_id, session_ids=ids, reviewer_id="user_kim", partly=True
        ),
        "places": review_queues.of_session(admin, session_id),
        "preview": review_queues.preview(
            admin,
            since=START,
            filters=NewQueueFilters(channel="chat"),
            sampling=NewSampling(kind="all"),
            seed="s",
        ),
        "ranked": user_sessions.ranked(admin, by="cost", cursor=None, limit=1),
        "named trail": audit.page(admin, session_id=session_id, named=True, cursor=None, limit=50),
        "named reviews": reviews.page(admin, queue_id=queue_id, named=True, cursor=None, limit=50),
    }


def _people_and_sessions(ingest: Caller) -> None:
    for name in REVIEWERS:
        users.upsert(
            ingest,
            clerk_id=name,
            kind="team",
            role="reviewer",
            email=f"{name}@example.com",
            name=name.removeprefix("user_").title(),
        )
    users.upsert(ingest, clerk_id="user_boss", kind="team", role="admin", name="Boss")
    users.upsert(ingest, clerk_id="user_9", kind="product")
    for number in range(SESSIONS):
        made = user_sessions.create(
            ingest,
            external_id=f"many-{number}",
            clerk_id="user_9",
            channel="chat",
            started_at=START + timedelta(minutes=number),
        )
        user_sessions.update(ingest, id=made.id, status="completed")


def _queues(admin: Caller, rubric_id: str) -> tuple[Any, tuple[Any, ...]]:
    """Open a queue for all that was, and two whose rules let nothing in."""
    narrow = NewQueueFilters(
        clerk_id="user_1",
        from_=START,
        to=START + timedelta(days=1),
        status="failed",
        channel="voice",
        review_status="unreviewed",
        label="vip",
        has_audio=True,
        provider="openai",
        model_id="gpt",
        agent_id="support",
        agent_version="7",
        environment="production",
        direction="inbound",
        language="en-GB",
        end_reason="hung-up",
        slow=True,
        min_duration_ms=1000,
        max_duration_ms=60_000,
        min_latency_ms=2500,
    )
    review_queues.create(
        admin,
        name="Narrow",
        rubric_id=rubric_id,
        filters=narrow,
        sampling=NewSampling(kind="percentage", percent=12.5),
    )
    few = NewSampling(kind="perUser", quota=1, period="total")
    review_queues.create(admin, name="Few", rubric_id=rubric_id, sampling=few)
    queue = review_queues.create(
        admin,
        name="Chats",
        description="Every chat",
        rubric_id=rubric_id,
        target=2,
        filters=NewQueueFilters(channel="chat"),
        lease_ms=600_000,
        order="newest",
        seed="s",
    )
    queue = review_queues.update(admin, id=queue.id, priority=1)
    return queue, tuple(review_queues.fill(admin, queue.id))
