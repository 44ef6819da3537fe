"""One user's life against a deployment: calls that together return every record there is."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from lib.auth.api_keys import hash_of
from lib.data import (
    Caller,
    alerts,
    api_keys,
    audio_objects,
    audit,
    erasure,
    events,
    imports,
    interactions,
    job_leases,
    listening,
    metrics,
    migrations,
    rate_limits,
    repair,
    reveals,
    scores,
    system,
    user_sessions,
    users,
)
from lib.data.records import (
    AUDIT_RECORD,
    METRICS_INGEST,
    AuditRecordArgs,
    Imported,
    MetricsIngestArgs,
    NewAuthEvent,
    NewConversation,
    NewHistogram,
    NewInteraction,
    NewPerson,
    NewRollup,
    NewScore,
    NewSession,
    NewStorageEvent,
    SessionCreated,
)
from lib.work.api_keys import create, finder, rotate
from local.snapshot import DATABASE, export_snapshot, import_snapshot
from tests.data.alarm import alarmed
from tests.data.assessment import assessed
from tests.support.convex import ConvexRuntime

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = START.replace(hour=0)
COLLEAGUES = 30
"""More than one call recounts."""

Answers = Mapping[str, Any]


def lived(convex: ConvexRuntime, home: Path) -> Answers:
    """Return what the functions answer, from the first turn to the erasure.

    Args:
        convex: an empty deployment of the test's own.
        home: the folder that holds it.
    """
    return {
        **conversation(convex.caller()),
        **reading(convex),
        **background(convex.caller("worker")),
        **drifted(convex, home),
        **assessed(convex),
        **alarmed(convex),
        **erased(convex.caller("worker")),
        **keyed(convex.caller("worker")),
        **people(convex.caller("worker")),
        **judged(convex.caller()),
        "imported": archive(convex.caller("worker")),
    }


def people(worker: Caller) -> Answers:
    """Meet people by what they are known by, and one who is not known."""

    def call(name: str, who: NewPerson) -> SessionCreated:
        return user_sessions.create(
            worker, external_id=name, source_id="s1", channel="voice", started_at=START, user=who
        )

    phone = "+4930901820"
    first = call("call-phone", NewPerson(phone=phone))
    call("call-crm", NewPerson(external_id="crm-1", name="Ada"))
    both = call("call-both", NewPerson(external_id="crm-1", phone=phone))
    nobody = call("call-nobody", NewPerson())
    told = users.upsert(worker, external_id="crm-1", phones=[phone], kind="product", source_id="s1")
    ids = (first.user_id, both.user_id, nobody.user_id)
    return {
        "calls": (first, both, nobody),
        "told": told,
        "known": tuple(users.get(worker, user_id) for user_id in ids),
        "known calls": tuple(user_sessions.get(worker, one.id) for one in (first, both, nobody)),
        "by phone": users.by_identity(worker, "phone", phone),
        "outage": alerts.record(
            worker,
            rule="storage-probe",
            title="The storage probe fails",
            severity="critical",
            unit="share",
            value=0.9,
            threshold=0.5,
            path="/storage",
            params={},
            opened_at=START,
            resolved_at=START + HOUR,
        ),
    }


def conversation(ingest: Caller) -> Answers:
    """Store a user, a session, turns and a recording, with every field that there is."""
    user = users.upsert(
        ingest,
        clerk_id="user_1",
        kind="product",
        email="ada@example.com",
        name="Ada",
        image_url="https://img.example.com/a.png",
        status="active",
        last_seen_at=START,
        created_at=START,
        source="test",
    )
    users.upsert(ingest, clerk_id="user_2", kind="team", role="ops")
    session = user_sessions.create(
        ingest,
        external_id="call-1",
        clerk_id="user_1",
        channel="voice",
        started_at=START,
        title="Lost luggage",
        agent_id="support",
        agent_version="7",
        environment="production",
        direction="inbound",
        language="en-GB",
        end_reason="hung-up",
        provider="openai",
        model_id="gpt",
        metadata={"n": 1},
        source="test",
    )
    turn = NewInteraction(
        sequence=0,
        speaker="user",
        text="my zebrafish is lost",
        started_at_ms=0.0,
        duration_ms=1500.5,
        request_id="req-1",
        provider="openai",
        model_id="gpt",
        tokens_in=3,
        tokens_out=4,
        cost=0.25,
        ttft_ms=740.0,
        latency_ms=745.5,
    )
    appended = interactions.append(ingest, session.id, [turn])
    begun = audio_objects.begin(
        ingest,
        session_id=session.id,
        sequence=0,
        content_type="audio/wav",
        bytes=1000,
        key=f"audio/v1/2026/03/01/{session.id}/{uuid4().hex}.wav",
        sha256="ab" * 32,
    )
    audio_objects.mark_stored(ingest, id=begun.id, etag="e")
    updated = user_sessions.update(
        ingest,
        id=session.id,
        status="completed",
        ended_at=START + HOUR,
        assessment_ms=10.5,
        assessed_at=START + HOUR,
        labels=["vip"],
    )
    return {"upserted": user, "appended": appended, "begun": begun, "updated": updated}


def judged(ingest: Caller) -> Answers:
    """Store a turn in which a tool was used, and a score of it."""
    users.upsert(ingest, clerk_id="user_tools", kind="product")
    session = user_sessions.create(
        ingest, external_id="call-tools", clerk_id="user_tools", channel="chat", started_at=START
    )
    turn = NewInteraction(
        sequence=1,
        speaker="tool",
        text="",
        started_at_ms=1600.0,
        tool={
            "call_id": "c1",
            "name": "find",
            "arguments": "{}",
            "result": "none",
            "is_error": False,
            "latency_ms": 12.0,
            "arguments_cut": True,
            "result_cut": True,
        },
        interrupted=True,
        stages={
            "end_of_turn_ms": 1.0,
            "speech_to_text_ms": 2.0,
            "model_ms": 3.0,
            "text_to_speech_ms": 4.0,
            "tool_ms": 5.0,
        },
        timing="measured",
        language="en-GB",
    )
    interactions.append(ingest, session.id, [turn])
    score = NewScore(
        name="success",
        origin="machine",
        evaluator="judge",
        sequence=1,
        value=0.5,
        label="partly",
        explanation="Nothing was found.",
    )
    return {
        "scored": scores.add(ingest, session.id, [score]),
        "scores": scores.page(ingest, session.id, cursor=None, limit=10),
        "tool turns": interactions.page(ingest, session_id=session.id, cursor=None, limit=10),
    }


def keyed(worker: Caller) -> Answers:
    """Make an API key, use it, give it another secret, and end it."""
    made = create(worker, "backend", "read", datetime.now(UTC) + HOUR)
    rotate(worker, made.record, HOUR)
    found = finder(lambda: worker)(made.record.public_id, hash_of(made.key))
    return {"key": found, "ended": api_keys.revoke(worker, made.record.id)}


def reading(convex: ConvexRuntime) -> Answers:
    """Read all of it back, as services and as team members of each role."""
    ingest, worker = convex.caller(), convex.caller("worker")
    session = user_sessions.by_external_id(ingest, "call-1")
    assert session is not None
    (audio,) = audio_objects.for_session(ingest, session.id)
    analysed = audio_objects.mark_analysed(
        worker,
        id=audio.id,
        analysis="corrupt",
        reason="cut off",
        duration_ms=61.5,
        sample_rate=16_000,
        channels=1,
        peaks_key=audio.key.replace(".wav", ".peaks.json"),
        codec="pcm_s16le",
        media_start_ms=250,
    )
    reviewed = user_sessions.set_review(worker, id=session.id, review_status="reviewed", score=4)
    recorded = convex.member("viewer", act={"sub": "user_boss"}).mutation(
        AUDIT_RECORD,
        AuditRecordArgs(
            action="session.export",
            subject_type="userSessions",
            subject_id="list",
            details={"format": "csv", "label": "vip"},
        ),
    )
    why = "call back"
    clear = convex.member("reviewer")
    return {
        "ping": system.ping(ingest),
        "user": users.get(ingest, "user_1"),
        "member": users.get(ingest, "user_2"),
        "user summary": users.summary(ingest, clerk_id="user_1", from_=DAY, to=DAY),
        "daily": user_sessions.daily(ingest, DAY, DAY + 24 * HOUR),
        "newer": user_sessions.newer(clear, after=DAY),
        "session summary": user_sessions.summary(ingest, session.id),
        "reviewed": reviewed,
        "analysed": analysed,
        "turns": tuple(interactions.every(ingest, session.id)),
        "by request": interactions.by_request_id(ingest, "req-1"),
        "hits": interactions.search(ingest, query="zebrafish"),
        "clear user": reveals.of_user(clear, clerk_id="user_1", reason=why),
        "found user": reveals.find_user(clear, value="user_1", reason=why),
        "clear sessions": reveals.of_sessions(
            clear, clerk_id="user_1", reason=why, cursor=None, limit=10
        ),
        "clear session": reveals.of_session(clear, id=session.id, reason=why),
        "clear turns": reveals.of_transcript(
            clear, session_id=session.id, reason=why, cursor=None, limit=10
        ),
        "recorded": recorded,
        "opened": listening.open_session(convex.member("viewer"), session.id, note=True),
        "played": listening.play(convex.member("viewer"), audio.id, renewal=False),
        "exported": listening.export_audio(clear, session.id),
        "trail": audit.page(convex.member("admin"), cursor=None, limit=10),
        **measured(worker, convex.member("ops")),
    }


def measured(worker: Caller, ops: Caller) -> Answers:
    """Send one of each kind of measurement and read them back."""
    rollup = NewRollup(
        metric="test.m",
        dimensions={"operation": "GetObject"},
        bucket_start=START,
        count=2,
        errors={"timeout": 1},
        sum=30.0,
        max=20.0,
        histogram=NewHistogram(zero=0, counts={"100": 2}),
    )
    sign_in = NewAuthEvent(
        at=START,
        outcome="signed-out",
        reason="token-expired",
        route="/users",
        request_id="req-1",
        client_hash="ab",
        user_id="user_2",
        source="test",
    )
    storage = NewStorageEvent(
        at=START,
        operation="PutObject",
        outcome="timeout",
        duration_ms=9.5,
        attempts=3,
        role="reader",
        key="k",
        request_id="req-1",
        source="test",
    )
    batch = MetricsIngestArgs(
        batch_id="batch-1", rollups=[rollup], auth_events=[sign_in], storage_events=[storage]
    )
    return {
        "ingested": worker.mutation(METRICS_INGEST, batch),
        "rollups": tuple(metrics.between(ops, "test.m", START, START + HOUR, "minute")),
        "sign-ins": events.auth_page(ops, cursor=None, limit=10),
        "storage": events.storage_page(ops, cursor=None, limit=10),
    }


def archive(worker: Caller) -> tuple[Imported, ...]:
    """Import a session with a turn that is there twice, and one that is refused."""
    session = NewSession(
        external_id="call-0",
        user=NewPerson(clerk_id="user_9", name="Grace", phone="+4930901820", external_id="x"),
        channel="chat",
        started_at=DAY - 48 * HOUR,
    )
    turn = NewInteraction(sequence=0, speaker="user", text="hello", started_at_ms=0)
    other = NewInteraction(sequence=0, speaker="user", text="bye", started_at_ms=0)
    good = NewConversation(session=session, turns=[turn, other])
    bad = NewConversation(session={**session, "title": ""}, turns=[])
    return imports.store(worker, [good, bad])


def background(worker: Caller) -> Answers:
    """Run a job twice, a migration, and take from a bucket of calls."""
    lease = {"name": "sweep", "holder": "w1", "ttl_ms": 60_000}
    job_leases.acquire(worker, **lease, due_every_ms=0)  # type: ignore[arg-type]
    held = job_leases.renew(worker, **lease)  # type: ignore[arg-type]
    job_leases.finish(worker, name="sweep", holder="w1", ok=True, report="{}", duration_ms=5.5)
    again = job_leases.acquire(worker, **lease, due_every_ms=0)  # type: ignore[arg-type]
    return {
        "renewal": held,
        "lease": again,
        "jobs": job_leases.every(worker),
        "migration": migrations.step(worker, name="6-users-words"),
        "migrations": migrations.status(worker),
        "taken": rate_limits.take(worker, key="caller", limit=10, period_ms=1000),
        "refused": rate_limits.take(worker, key="caller", limit=10, period_ms=1000, cost=10),
    }


def drifted(convex: ConvexRuntime, home: Path) -> Answers:
    """Recount after somebody has loaded a snapshot with a wrong counter."""
    worker = convex.caller("worker")
    for number in range(COLLEAGUES):
        users.upsert(worker, clerk_id=f"member_{number}", kind="team", role="viewer")
    (database,) = home.rglob(DATABASE)
    good, wrong = home / "good.zip", home / "wrong.zip"
    export_snapshot(database.parent, good)
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(wrong, "w") as target:
        for name in source.namelist():
            lines = source.read(name).decode().splitlines()
            if name == "users/documents.jsonl":
                rows = [json.loads(line) for line in lines]
                # Added: what is pending counts as well, and may be folded in or not.
                more = [{**row, "sessionCount": row["sessionCount"] + 6} for row in rows]
                lines = [json.dumps(row) for row in more]
            target.writestr(name, "\n".join(lines) + "\n")
    import_snapshot(wrong, convex.stack.convex_url, convex.stack.convex_admin_key, replace=True)
    return {
        "sessions": tuple(repair.sessions(worker)),
        "product users": tuple(repair.users(worker, "product", fix=True)),
        "team": tuple(repair.users(worker, "team", fix=True)),
        "day": tuple(repair.day(worker, START)),
        "fixed": tuple(repair.users(worker, "product")),
    }


def erased(worker: Caller) -> Answers:
    """Erase the user to the end."""
    begun = erasure.start(worker, "user_1")
    steps = [erasure.step(worker, "user_1", [])]
    while not steps[-1].done:
        steps.append(erasure.step(worker, "user_1", steps[-1].keys))
    return {
        "begun erasure": begun,
        "steps": tuple(steps),
        "expiry": audio_objects.start_expiry(worker),
        "receipt": erasure.keep_receipt(
            worker, begun.erasure_id, "signed", swept_at=datetime.now(UTC) + 24 * HOUR
        ),
        "receipts": erasure.page(worker, cursor=None, limit=10),
    }
