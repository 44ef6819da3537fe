"""The typed calls against the real functions in the local runtime."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from msgspec.structs import replace

from lib.data import (
    Refused,
    audio_objects,
    audit,
    events,
    interactions,
    metrics,
    system,
    user_sessions,
    users,
)
from lib.data.paging import each
from lib.data.records import NewInteraction, UserSession
from tests.support.convex import ConvexRuntime

START = datetime(2026, 3, 1, 12, 0, 0, 250000, tzinfo=UTC)


def new_session(convex: ConvexRuntime) -> UserSession:
    ingest = convex.caller()
    clerk_id = f"user_{uuid4().hex}"
    users.upsert(ingest, clerk_id=clerk_id, kind="product", name="Ada", email="ada@example.com")
    made = user_sessions.create(
        ingest,
        external_id=uuid4().hex,
        clerk_id=clerk_id,
        channel="voice",
        started_at=START,
        title="Lost luggage",
        provider="openai",
        model_id="gpt",
        metadata={"a": [1, {"b": None}]},
    )
    assert made.created
    found = user_sessions.get(ingest, made.id)
    assert found is not None
    return found


def turn(sequence: int, **more: object) -> NewInteraction:
    item = NewInteraction(
        sequence=sequence, speaker="user", text=f"turn {sequence}", started_at_ms=sequence * 1000
    )
    item.update(more)  # type: ignore[typeddict-item]
    return item


def test_the_clock_of_the_deployment_is_a_moment(convex: ConvexRuntime) -> None:
    now = system.ping(convex.caller()).now
    assert abs(now - datetime.now(UTC)) < timedelta(minutes=5)


def test_a_token_for_another_application_of_the_instance_is_refused(
    convex: ConvexRuntime,
) -> None:
    ours = convex.stack.app_url
    for azp in (ours, None):  # a token that a server has minted names no application
        assert isinstance(system.ping(convex.member("admin", azp=azp)).now, datetime)
    for azp in ("https://other.example.com", f"{ours}.example.com", ""):
        with pytest.raises(Refused) as refused:
            users.page(convex.member("admin", azp=azp), cursor=None, limit=1)
        assert refused.value.code == "UNAUTHENTICATED"


def test_a_user_comes_back_as_it_was_sent(convex: ConvexRuntime) -> None:
    ingest = convex.caller()
    clerk_id = f"user_{uuid4().hex}"
    made = users.upsert(
        ingest,
        clerk_id=clerk_id,
        kind="product",
        email="a@example.com",
        name="Ada",
        image_url="https://img.example.com/a.png",
        status="active",
        last_seen_at=START,
        created_at=START,
        source="test",
    )
    user = users.get(ingest, clerk_id)
    assert made.created
    assert user is not None
    assert (user.email, user.last_seen_at, user.created_at) == ("a@example.com", START, START)
    assert (user.session_count, type(user.session_count)) == (0, int)
    listed = replace(user, identities=None)  # a list has no room for them
    assert listed in list(each(lambda cursor: users.page(ingest, cursor=cursor, limit=200)))


def test_who_is_not_there_is_none(convex: ConvexRuntime) -> None:
    assert users.get(convex.caller(), "user_nobody") is None
    assert user_sessions.get(convex.caller(), "nothing") is None
    assert user_sessions.summary(convex.caller(), "nothing") is None


def test_a_session_comes_back_as_it_was_sent(convex: ConvexRuntime) -> None:
    session = new_session(convex)
    assert (session.started_at, session.metadata) == (START, {"a": [1, {"b": None}]})
    assert session.user.name == "Ada"
    ended = START + timedelta(minutes=3)
    changed = user_sessions.update(
        convex.caller(), id=session.id, status="completed", ended_at=ended, labels=["vip"]
    )
    assert (changed.ended_at, changed.duration_ms, changed.labels) == (ended, 180_000, ("vip",))
    assert user_sessions.by_external_id(convex.caller(), session.external_id) == changed
    listed = user_sessions.page(
        convex.caller(),
        cursor=None,
        limit=10,
        clerk_id=session.user.clerk_id,
        from_=START,
        to=START + timedelta(milliseconds=1),
    )
    assert listed.items == (changed,)


def test_turns_come_back_in_order_page_after_page(convex: ConvexRuntime) -> None:
    session = new_session(convex)
    ingest = convex.caller()
    first = turn(0, latency_ms=1200.5, ttft_ms=300, tokens_in=12, tokens_out=34, cost=0.25)
    done = interactions.append(ingest, session.id, [turn(2), first, turn(1)])
    again = interactions.append(ingest, session.id, [turn(1)])
    assert (done.accepted, done.duplicates) == (3, 0)
    assert (again.accepted, again.duplicates) == (0, 1)
    found = list(interactions.every(ingest, session.id))
    assert [item.sequence for item in found] == [0, 1, 2]
    assert (found[0].latency_ms, found[0].tokens_out, found[0].cost) == (1200.5, 34, 0.25)
    summary = user_sessions.summary(ingest, session.id)
    assert summary is not None
    assert (summary.interactions, summary.latency.count, summary.cost) == (3, 1, 0.25)


def test_a_repeated_key_gives_the_first_answer_and_another_body_is_refused(
    convex: ConvexRuntime,
) -> None:
    session = new_session(convex)
    ingest, key = convex.caller(), uuid4().hex
    first = interactions.append(ingest, session.id, [turn(0)], idempotency_key=key)
    assert interactions.append(ingest, session.id, [turn(0)], idempotency_key=key) == first
    with pytest.raises(Refused) as caught:
        interactions.append(ingest, session.id, [turn(1)], idempotency_key=key)
    assert caught.value.code == "IDEMPOTENCY_CONFLICT"


def test_search_finds_a_word_and_marks_it(convex: ConvexRuntime) -> None:
    session = new_session(convex)
    interactions.append(convex.caller(), session.id, [turn(0, text="The zebrafish is lost")])
    hits = interactions.search(convex.caller(), query="zebrafish", session_id=session.id)
    assert [(hit.session.id, hit.interaction.sequence) for hit in hits] == [(session.id, 0)]
    assert [piece.text for piece in hits[0].highlight if piece.hit] == ["zebrafish"]


def test_a_recording_goes_from_pending_to_analysed(convex: ConvexRuntime) -> None:
    session, ingest, worker = new_session(convex), convex.caller(), convex.caller("worker")
    key = f"audio/v1/2026/03/01/{session.id}/{uuid4().hex}.wav"
    begun = audio_objects.begin(
        ingest,
        session_id=session.id,
        key=key,
        content_type="audio/wav",
        bytes=1000,
        sha256="ab" * 32,
    )
    assert (begun.status, begun.key) == ("pending", key)
    stored = audio_objects.mark_stored(ingest, id=begun.id, etag="e")
    assert (stored.status, stored.analysis) == ("stored", "pending")
    waiting = audio_objects.due(
        worker,
        kind="analysis",
        before=datetime.now(UTC) + timedelta(hours=1),
        cursor=None,
        limit=200,
    )
    assert begun.id in {item.id for item in waiting.items}
    ready = audio_objects.mark_analysed(
        worker, id=begun.id, analysis="ready", duration_ms=61.5, sample_rate=16000, channels=1
    )
    assert audio_objects.get(ingest, begun.id) == ready
    assert audio_objects.for_session(ingest, session.id) == (ready,)
    assert audio_objects.by_keys(worker, [key]) == (ready,)


def test_measurements_are_merged_once_per_batch(convex: ConvexRuntime) -> None:
    worker, metric = convex.caller("worker"), f"test.m{uuid4().hex[:8]}"
    at = int(START.timestamp()) // 60 * 60_000
    rollup = {
        "metric": metric,
        "dimensions": {"operation": "GetObject"},
        "bucketStart": at,
        "count": 2,
        "errors": {"timeout": 1},
        "sum": 30.0,
        "max": 20.0,
        "histogram": {"zero": 0, "counts": {"100": 1, "-3": 1}},
    }
    auth = {"at": at, "outcome": "signed-out", "reason": "token-expired", "route": "/users"}
    storage = {
        "at": at,
        "operation": "PutObject",
        "outcome": "timeout",
        "durationMs": 9.5,
        "attempts": 3,
    }
    for _ in range(2):
        metrics.ingest(
            worker, metric, rollups=[rollup], auth_events=[auth], storage_events=[storage]
        )
    ops = convex.member("ops")
    found = list(
        metrics.between(
            ops, metric, START - timedelta(hours=1), START + timedelta(hours=1), "minute"
        )
    )
    assert [(item.count, item.errors, item.histogram.counts) for item in found] == [
        (2, {"timeout": 1}, {"100": 1, "-3": 1})
    ]
    seen = events.auth_page(ops, cursor=None, limit=50, reason="token-expired")
    assert [event.route for event in seen.items] == ["/users"]
    slow = events.storage_page(ops, cursor=None, limit=50, outcome="timeout")
    assert [(event.operation, event.attempts) for event in slow.items] == [("PutObject", 3)]


def test_the_audit_trail_names_the_caller(convex: ConvexRuntime) -> None:
    viewer, session = convex.member("viewer", "user_viewer"), new_session(convex)
    audit.record(
        viewer, action="transcript.export", subject_type="userSession", subject_id=session.id
    )
    found = audit.page(convex.member("admin"), cursor=None, limit=10, session_id=session.id)
    assert [(event.actor_id, event.action) for event in found.items] == [
        ("user_viewer", "transcript.export")
    ]
    assert found.items[0].request_id == viewer.request_id
    assert found.items[0].user_id == session.user.clerk_id


def test_a_role_that_may_not_is_refused(convex: ConvexRuntime) -> None:
    with pytest.raises(Refused) as caught:
        audit.page(convex.caller("ingest"), cursor=None, limit=10)
    assert caught.value.code == "FORBIDDEN"


def test_a_bad_token_is_refused(convex: ConvexRuntime) -> None:
    with pytest.raises(Refused) as caught:
        system.ping(convex.caller_with("e30.e30.e30"))
    assert caught.value.code == "UNAUTHENTICATED"
