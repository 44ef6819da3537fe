"""Records, arguments and descriptions of the public Convex functions.

Generated from their validators by `python -m local.codegen`; a test proves that it is current.
Moments are aware datetimes in UTC, counts are ints, optional fields are None when absent. Among
arguments, None in a field that Convex does not let be null means that it is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, NotRequired, TypedDict

from lib.data.functions import (
    Argument,
    Mutation,
    Page,
    Query,
    Wire,
    instant,
    milliseconds,
    writer,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementCell:
    """What `reviews:agreements.cells` returns."""

    criterion: str
    a: str
    b: str
    count: int

    @classmethod
    def from_wire(cls, wire: Wire) -> AgreementCell:
        """Read the object as Convex sends it."""
        return cls(
            criterion=wire["criterion"],
            a=wire["a"],
            b=wire["b"],
            count=int(wire["count"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertState:
    """What `alerts:states` returns."""

    rule: str
    phase: Literal["ok", "pending", "firing"]
    bad_for_ms: float
    blind_for_ms: float
    threshold: float
    evaluated_at: datetime
    good_for_ms: float | None = None
    value: float | None = None
    incident_id: str | None = None

    @classmethod
    def from_wire(cls, wire: Wire) -> AlertState:
        """Read the object as Convex sends it."""
        return cls(
            rule=wire["rule"],
            phase=wire["phase"],
            bad_for_ms=wire["badForMs"],
            blind_for_ms=wire["blindForMs"],
            threshold=wire["threshold"],
            evaluated_at=instant(wire["evaluatedAt"]),
            good_for_ms=wire.get("goodForMs"),
            value=wire.get("value"),
            incident_id=wire.get("incidentId"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What `alertDeliveries:list.items` returns."""

    rule: str
    title: str
    severity: Literal["critical", "warning"]
    unit: Literal["burn", "share", "times", "ms", "count"]
    threshold: float
    path: str
    params: Mapping[str, str]
    change: Literal["firing", "resolved", "test"]
    at: datetime
    value: float | None = None
    incident_id: str | None = None
    opened_at: datetime | None = None
    ending: Literal["recovered", "no-data"] | None = None

    @classmethod
    def from_wire(cls, wire: Wire) -> Announcement:
        """Read the object as Convex sends it."""
        return cls(
            rule=wire["rule"],
            title=wire["title"],
            severity=wire["severity"],
            unit=wire["unit"],
            threshold=wire["threshold"],
            path=wire["path"],
            params=wire["params"],
            change=wire["change"],
            at=instant(wire["at"]),
            value=wire.get("value"),
            incident_id=wire.get("incidentId"),
            opened_at=None if (_ := wire.get("openedAt")) is None else instant(_),
            ending=wire.get("ending"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """What `interactions:append` returns."""

    accepted: int
    duplicates: int
    lag_ms: float | None = None

    @classmethod
    def from_wire(cls, wire: Wire) -> Appended:
        """Read the object as Convex sends it."""
        return cls(
            accepted=int(wire["accepted"]),
            duplicates=int(wire["duplicates"]),
            lag_ms=wire.get("lagMs"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioObject:
    """What `audioObjects:get` returns."""

    id: str
    key: str
    user_id: str
    session_id: str
    content_type: str
    bytes: int
    sha256: str
    status: Literal["pending", "stored", "expired", "deleted", "missing"]
    expires_at: datetime
    created_at: datetime
    interaction_id: str | None = None
    sequence: int | None = None
    duration_ms: float | None = None
    analysis: Literal["pending", "ready", "corrupt"] | None = None
    peaks_key: str | None = None
    sample_rate: int | None = None
    channels: int | None = None
    etag: str | None = None
    codec: str | None = None
    media_start_ms: float | None = None
    reason: str | None = None

    @classmethod
    def from_wire(cls, wire: Wire) -> AudioObject:
        """Read the object as Convex sends it."""
        return cls(
            id=wire["id"],
            key=wire["key"],
            user_id=wire["userId"],
            session_id=wire["sessionId"],
            content_type=wire["contentType"],
            bytes=int(wire["bytes"]),
            sha256=wire["sha256"],
            status=wire["status"],
            expires_at=instant(wire["expiresAt"]),
            created_at=instant(wire["createdAt"]),
            interaction_id=wire.get("interactionId"),
            sequence=None if (_ := wire.get("sequence")) is None else int(_),
            duration_ms=wire.get("durationMs"),
            analysis=wire.get("analysis"),
            peaks_key=wire.get("peaksKey"),
            sample_rate=None if (_ := wire.get("sampleRate")) is None else int(_),
            channels=None if (_ := wire.get("channels")) is None else int(_),
            etag=wire.get("etag"),
            codec=wire.get("codec"),
            media_start_ms=wire.get("mediaStartMs"),
            reason=wire.get("reason"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """What `audit:list` returns."""

    id: str
    action: str
    subject_type: str
    subject_id: str
    actor_id: str
    actor_role: str
    created_at: datetime
    impersonator_id: str | None = None
    details: Mapping[str, Any] | None = None
    request_id: str | None = None

    @classmethod
    def from_wire(cls, wire: Wire) -> AuditEvent:
        """Read the object as Convex sends it."""
        return cls(
            id=wire["id"],
            action=wire["action"],
            subject_type=wire["subjectType"],
            subject_id=wire["subjectId"],
            actor_id=wire["actorId"],
            actor_role=wire["actorRole"],
            created_at=instant(wire["createdAt"]),
            impersonator_id=wire.get("impersonatorId"),
            details=wire.get("details"),
            request_id=wire.get("requestId"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthEvent:
    """What `authEvents:list` returns."""

    at: datetime
    outcome: str
    reason: str
    route: str
    id: str
    request_id: str | None = None
    client_hash: str | None = None
    user_id: str | None = None
    source: str | None = None

    @classmethod
    def from_wire(cls, wire: Wire) -> AuthEvent:
        """Read the object as Convex sends it."""
        return cls(
            at=instant(wire["at"]),
            outcome=wire["outcome"],
            reason=wire["reason"],
            route=wire["route"],
            id=wire["id"],
            request_id=wire.get("requestId"),
            client_hash=wire.get("clientHash"),
            user_id=wire.get("userId"),
            source=wire.get("source"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What `reviewClaims:take` returns."""

    item_id: str
    queue_id: str
    rubric_id: str
    session: UserSession
    is_assigned: bool
    claimed_at: datetime
    lease_until: datetime
    draft: ReviewDraft | None
    draft_updated_at: datetime | None = None

    @classmethod
    def from_wire(cls, wire: Wire) -> Claim:
        """Read the object as Convex sends it."""
        return cls(
            item_id=wire["itemId"],
            queue_id=wire["queueId"],
            rubric_id=wire["rubricId"],
            session=UserSession.from_wire(wire["session"]),
            is_assigned=wire["isAssigned"],
            claimed_at=instant(wire["claimedAt"]),
            lease_until=instant(wire["leaseUntil"]),
            draft=None if (_ := wire["draft"]) is None else ReviewDraft.from_wire(_),
            draft_updated_at=None if (_ := wire.get("draftUpdatedAt")) is None else instant(_),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRelease:
    """What `reviewClaims:release` returns."""

    released: bool

    @classmethod
    def from_wire(cls, wire: Wire) -> ClaimRelease:
        """Read the object as Convex sends it."""
        return cls(
            released=wire["released"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRenewal:
    """What `reviewClaims:renew` returns."""

    held: bool
    lease_until: datetime | None

    @classmethod
    def from_wire(cls, wire: Wire) -> ClaimRenewal:
        """Read the object as Convex sends it."""
        return cls(
            held=wire["held"],
            lease_until=None if (_ := wire["leaseUntil"]) is None else instant(_),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What `reviews:amend.corrections` returns."""

    sequence: int
    text: str

    @classmethod
    def from_wire(cls, wire: Wire) -> Correction:
        """Read the object as Convex sends it."""
        return cls(
            sequence=int(wire["sequence"]),
            text=wire["text"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """What `rubrics:get.criteria` returns."""

    key: str
    label: str
    description: str
    kind: Literal["score", "number", "boolean", "choice", "labels"]
    level: Literal["session", "turn"]
    required: bool
    min: float | None = None
    max: float | None = None
    options: tuple[str, ...] | None = None
    tolerance: float | None = None

    @classmethod
    def from_wire(cls, wire: Wire) -> Criterion:
        """Read the object as Convex sends it."""
        return cls(
            key=wire["key"],
            label=wire["label"],
            description=wire["description"],
            kind=wire["kind"],
            level=wire["level"],
            required=wire["required"],
            min=wire.get("min"),
            max=wire.get("max"),
            options=None if (_ := wire.get("options")) is None else tuple(_),
            tolerance=wire.get("tolerance"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySummary:
    """What `userSessions:daily` returns."""

    day: datetime
    sessions: int
    interactions: int
    tokens_in: int
    tokens_out: int
    cost: float
    ttft: Distribution
    latency: Distribution

    @classmethod
    def from_wire(cls, wire: Wire) -> DaySummary:
        """Read the object as Convex sends it."""
        return cls(
            day=instant(wire["day"]),
            sessions=int(wire["sessions"]),
            interactions=int(wire["interactions"]),
            tokens_in=int(wire["tokensIn"]),
            tokens_out=int(wire["tokensOut"]),
            cost=wire["cost"],
            ttft=Distribution.from_wire(wire["ttft"]),
            latency=Distribution.from_wire(wire["latency"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What `alertDeliveries:list` returns."""

    id: str
    channel: str
    items: tuple[Announcement, ...]
    status: Literal["waiting", "sent", "failed"]
    attempts: int
    due_at: datetime
    created_at: datetime
    problem: str | None = None
    sent_at: datetime | None = None

    @classmethod
    def from_wire(cls, wire: Wire) -> Delivery:
        """Read the object as Convex sends it."""
        return cls(
            id=wire["id"],
            channel=wire["channel"],
            items=tuple(Announcement.from_wire(item) for item in wire["items"]),
            status=wire["status"],
            attempts=int(wire["attempts"]),
            due_at=instant(wire["dueAt"]),
            created_at=instant(wire["createdAt"]),
            problem=wire.get("problem"),
            sent_at=None if (_ := wire.get("sentAt")) is None else instant(_),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """What `userSessions:summary.ttft` returns."""

    count: int
    mean: float | None
    p50: float | None
    p95: float | None
    p99: float | None
    max: float | None

    @classmethod
    def from_wire(cls, wire: Wire) -> Distribution:
        """Read the object as Convex sends it."""
        return cls(
            count=int(wire["count"]),
            mean=wire["mean"],
            p50=wire["p50"],
            p95=wire["p95"],
            p99=wire["p99"],
            max=wire["max"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """What `repair:sessions.drift` returns."""

    subject_id: str
    field: str
    stored: float | None
    actual: float | None

    @classmethod
    def from_wire(cls, wire: Wire) -> Drift:
        """Read the object as Convex sends it."""
        return cls(
            subject_id=wire["subjectId"],
            field=wire["field"],
            stored=wire["stored"],
            actual=wire["actual"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What `erasure:get` returns."""

    id: str
    clerk_id: str
    started_by: str
    started_at: datetime
    counts: Mapping[str, int]
    finished_at: datetime | None = None

    @classmethod
    def from_wire(cls, wire: Wire) -> Erasure:
        """Read the object as Convex sends it."""
        return cls(
            id=wire["id"],
            clerk_id=wire["clerkId"],
            started_by=wire["startedBy"],
            started_at=instant(wire["startedAt"]),
            counts={key: int(item) for key, item in wire["counts"].items()},
            finished_at=None if (_ := wire.get("finishedAt")) is None else instant(_),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureBegun:
    """What `erasure:start` returns."""

    erasure_id: str

    @classmethod
    def from_wire(cls, wire: Wire) -> ErasureBegun:
        """Read the object as Convex sends it."""
        return cls(
            erasure_id=wire["erasureId"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureStep:
    """What `erasure:step` returns."""

    keys: tuple[str, ...]
    counts: Mapping[str, int]
    done: bool

    @classmethod
    def from_wire(cls, wire: Wire) -> ErasureStep:
        """Read the object as Convex sends it."""
        return cls(
            keys=tuple(wire["keys"]),
            counts={key: int(item) for key, item in wire["counts"].items()},
            done=wire["done"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """What `alerts:evaluate` returns."""

    applied: bool
    opened: int
    resolved: int
    announced: int

    @classmethod
    def from_wire(cls, wire: Wire) -> Evaluated:
        """Read the object as Convex sends it."""
        return cls(
            applied=wire["applied"],
            opened=int(wire["opened"]),
            resolved=int(wire["resolved"]),
            announced=int(wire["announced"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HighlightPiece:
    """What `interactions:search.highlight` returns."""

    text: str
    hit: bool

    @classmethod
    def from_wire(cls, wire: Wire) -> HighlightPiece:
        """Read the object as Convex sends it."""
        return cls(
            text=wire["text"],
            hit=wire["hit"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """What `metrics:range.histogram` returns."""

    zero: int
    counts: Mapping[str, int]

    @classmethod
    def from_wire(cls, wire: Wire) -> Histogram:
        """Read the object as Convex sends it."""
        return cls(
            zero=int(wire["zero"]),
            counts={key: int(item) for key, item in wire["counts"].items()},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """What `alerts:list` returns."""

    id: str
    rule: str
    title: str
    severity: Literal["critical", "warning"]
    unit: Literal["burn", "share", "times", "ms", "count"]
    threshold: float
    path: str
    params: Mapping[str, str]
    status: Literal["firing", "acknowledged", "resolved"]
    opened_at: datetime
    created_at: datetime
    value: float | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    resolved_at: datetime | None = None
    ending: Literal["recovered", "no-data"] | None = None
    worst: float | None = None
    source: str | None = None

    @classmethod
    def from_wire(cls, wire: Wire) -> Incident:
        """Read the object as Convex sends it."""
        return cls(
            id=wire["id"],
            rule=wire["rule"],
            title=wire["title"],
            severity=wire["severity"],
            unit=wire["unit"],
            threshold=wire["threshold"],
            path=wire["path"],
            params=wire["params"],
            status=wire["status"],
            opened_at=instant(wire["openedAt"]),
            created_at=instant(wire["createdAt"]),
            value=wire.get("value"),
            acknowledged_at=None if (_ := wire.get("acknowledgedAt")) is None else instant(_),
            acknowledged_by=wire.get("acknowledgedBy"),
            resolved_at=None if (_ := wire.get("resolvedAt")) is None else instant(_),
            ending=wire.get("ending"),
            worst=wire.get("worst"),
            source=wire.get("source"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentEntry:
    """What `alerts:get.history` returns."""

    id: str
    kind: Literal["opened", "announced", "acknowledged", "note", "resolved"]
    created_at: datetime
    actor_id: str | None = None
    text: str | None = None

    @classmethod
    def from_wire(cls, wire: Wire) -> IncidentEntry:
        """Read the object as Convex sends it."""
        return cls(
            id=wire["id"],
            kind=wire["kind"],
            created_at=instant(wire["createdAt"]),
            actor_id=wire.get("actorId"),
            text=wire.get("text"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRecord:
    """What `alerts:get` returns."""

    incident: Incident
    history: tuple[IncidentEntry, ...]

    @classmethod
    def from_wire(cls, wire: Wire) -> IncidentRecord:
        """Read the object as Convex sends it."""
        return cls(
            incident=Incident.from_wire(wire["incident"]),
            history=tuple(IncidentEntry.from_wire(item) for item in wire["history"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """What `metrics:ingest` returns."""

    applied: bool

    @classmethod
    def from_wire(cls, wire: Wire) -> Ingested:
        """Read the object as Convex sends it."""
        return cls(
            applied=wire["applied"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """What `interactions:list` returns."""

    sequence: int
    speaker: Literal["user", "assistant", "system"]
    text: str
    started_at_ms: float
    id: str
    session_id: str
    user_id: str
    created_at: datetime
    duration_ms: float | None = None
    request_id: str | None = None
    provider: str | None = None
    model_id: str | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost: float | None = None
    ttft_ms: float | None = None
    latency_ms: float | None = None
    audio_object_id: str | None = None
    audio: AudioObject | None = None

    @classmethod
    def from_wire(cls, wire: Wire) -> Interaction:
        """Read the object as Convex sends it."""
        return cls(
            sequence=int(wire["sequence"]),
            speaker=wire["speaker"],
            text=wire["text"],
            started_at_ms=wire["startedAtMs"],
            id=wire["id"],
            session_id=wire["sessionId"],
            user_id=wire["userId"],
            created_at=instant(wire["createdAt"]),
            duration_ms=wire.get("durationMs"),
            request_id=wire.get("requestId"),
            provider=wire.get("provider"),
            model_id=wire.get("modelId"),
            tokens_in=None if (_ := wire.get("tokensIn")) is None else int(_),
            tokens_out=None if (_ := wire.get("tokensOut")) is None else int(_),
            cost=wire.get("cost"),
            ttft_ms=wire.get("ttftMs"),
            latency_ms=wire.get("latencyMs"),
            audio_object_id=wire.get("audioObjectId"),
            audio=None if (_ := wire.get("audio")) is None else AudioObject.from_wire(_),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRun:
    """What `jobLeases:list` returns."""

    name: str
    lease_until: datetime
    runs: int
    failures: int
    holder: str | None = None
    last_started_at: datetime | None = None
    last_finished_at: datetime | None = None
    last_ok: bool | None = None
    last_report: str | None = None
    last_duration_ms: float | None = None

    @classmethod
    def from_wire(cls, wire: Wire) -> JobRun:
        """Read the object as Convex sends it."""
        return cls(
            name=wire["name"],
            lease_until=instant(wire["leaseUntil"]),
            runs=int(wire["runs"]),
            failures=int(wire["failures"]),
            holder=wire.get("holder"),
            last_started_at=None if (_ := wire.get("lastStartedAt")) is None else instant(_),
            last_finished_at=None if (_ := wire.get("lastFinishedAt")) is None else instant(_),
            last_ok=wire.get("lastOk"),
            last_report=wire.get("lastReport"),
            last_duration_ms=wire.get("lastDurationMs"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """What `jobLeases:acquire` returns."""

    acquired: bool
    last_started_at: datetime | None
    last_finished_at: datetime | None

    @classmethod
    def from_wire(cls, wire: Wire) -> Lease:
        """Read the object as Convex sends it."""
        return cls(
            acquired=wire["acquired"],
            last_started_at=None if (_ := wire["lastStartedAt"]) is None else instant(_),
            last_finished_at=None if (_ := wire["lastFinishedAt"]) is None else instant(_),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationRun:
    """What `migrations:status` returns."""

    name: str
    done: bool
    processed: int
    changed: int

    @classmethod
    def from_wire(cls, wire: Wire) -> MigrationRun:
        """Read the object as Convex sends it."""
        return cls(
            name=wire["name"],
            done=wire["done"],
            processed=int(wire["processed"]),
            changed=int(wire["changed"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewerSessions:
    """What `userSessions:newer` returns."""

    count: int
    more: bool

    @classmethod
    def from_wire(cls, wire: Wire) -> NewerSessions:
        """Read the object as Convex sends it."""
        return cls(
            count=int(wire["count"]),
            more=wire["more"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIncidents:
    """What `alerts:summary` returns."""

    firing_count: int
    acknowledged_count: int

    @classmethod
    def from_wire(cls, wire: Wire) -> OpenIncidents:
        """Read the object as Convex sends it."""
        return cls(
            firing_count=int(wire["firingCount"]),
            acknowledged_count=int(wire["acknowledgedCount"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedSession:
    """What `listening:open` returns."""

    session: UserSession
    recordings: tuple[AudioObject, ...]

    @classmethod
    def from_wire(cls, wire: Wire) -> OpenedSession:
        """Read the object as Convex sends it."""
        return cls(
            session=UserSession.from_wire(wire["session"]),
            recordings=tuple(AudioObject.from_wire(item) for item in wire["recordings"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping:
    """What `system:ping` returns."""

    now: datetime

    @classmethod
    def from_wire(cls, wire: Wire) -> Ping:
        """Read the object as Convex sends it."""
        return cls(
            now=instant(wire["now"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFill:
    """What `reviewQueues:fill` returns."""

    checked: int
    added: int
    next_cursor: str | None

    @classmethod
    def from_wire(cls, wire: Wire) -> QueueFill:
        """Read the object as Convex sends it."""
        return cls(
            checked=int(wire["checked"]),
            added=int(wire["added"]),
            next_cursor=wire["nextCursor"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFilters:
    """What `reviewQueues:get.filters` returns."""

    clerk_id: str | None = None
    from_: datetime | None = None
    to: datetime | None = None
    status: Literal["active", "completed", "abandoned", "failed"] | None = None
    channel: Literal["voice", "chat"] | None = None
    review_status: Literal["unreviewed", "in_review", "reviewed"] | None = None
    label: str | None = None
    has_audio: bool | None = None
    provider: str | None = None
    model_id: str | None = None
    slow: bool | None = None

    @classmethod
    def from_wire(cls, wire: Wire) -> QueueFilters:
        """Read the object as Convex sends it."""
        return cls(
            clerk_id=wire.get("clerkId"),
            from_=None if (_ := wire.get("from")) is None else instant(_),
            to=None if (_ := wire.get("to")) is None else instant(_),
            status=wire.get("status"),
            channel=wire.get("channel"),
            review_status=wire.get("reviewStatus"),
            label=wire.get("label"),
            has_audio=wire.get("hasAudio"),
            provider=wire.get("provider"),
            model_id=wire.get("modelId"),
            slow=wire.get("slow"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueProgress:
    """What `reviewQueues:get.progress` returns."""

    items: int
    items_done: int
    wanted: int
    done: int
    in_work: int
    left: int

    @classmethod
    def from_wire(cls, wire: Wire) -> QueueProgress:
        """Read the object as Convex sends it."""
        return cls(
            items=int(wire["items"]),
            items_done=int(wire["itemsDone"]),
            wanted=int(wire["wanted"]),
            done=int(wire["done"]),
            in_work=int(wire["inWork"]),
            left=int(wire["left"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What `audit:record` returns."""

    id: str

    @classmethod
    def from_wire(cls, wire: Wire) -> Recorded:
        """Read the object as Convex sends it."""
        return cls(
            id=wire["id"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Recount:
    """What `repair:sessions` returns."""

    checked: int
    drift: tuple[Drift, ...]
    busy: bool
    next_cursor: str | None

    @classmethod
    def from_wire(cls, wire: Wire) -> Recount:
        """Read the object as Convex sends it."""
        return cls(
            checked=int(wire["checked"]),
            drift=tuple(Drift.from_wire(item) for item in wire["drift"]),
            busy=wire["busy"],
            next_cursor=wire["nextCursor"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """What `jobLeases:renew` returns."""

    held: bool

    @classmethod
    def from_wire(cls, wire: Wire) -> Renewal:
        """Read the object as Convex sends it."""
        return cls(
            held=wire["held"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What `reviews:amend` returns."""

    id: str
    queue_id: str
    item_id: str
    session_id: str
    reviewer_id: str
    kind: Literal["review", "decision"]
    rubric_id: str
    version: int
    latest: bool
    answers: Mapping[str, float | bool | str | tuple[str, ...]]
    turns: tuple[TurnAnswers, ...]
    comments: tuple[ReviewComment, ...]
    corrections: tuple[Correction, ...]
    created_at: datetime
    reviewer_name: str | None = None
    score: float | None = None
    duration_ms: float | None = None
    undo_until: datetime | None = None
    withdrawn_at: datetime | None = None

    @classmethod
    def from_wire(cls, wire: Wire) -> Review:
        """Read the object as Convex sends it."""
        return cls(
            id=wire["id"],
            queue_id=wire["queueId"],
            item_id=wire["itemId"],
            session_id=wire["sessionId"],
            reviewer_id=wire["reviewerId"],
            kind=wire["kind"],
            rubric_id=wire["rubricId"],
            version=int(wire["version"]),
            latest=wire["latest"],
            answers={
                key: tuple(item) if isinstance(item, list) else item
                for key, item in wire["answers"].items()
            },
            turns=tuple(TurnAnswers.from_wire(item) for item in wire["turns"]),
            comments=tuple(ReviewComment.from_wire(item) for item in wire["comments"]),
            corrections=tuple(Correction.from_wire(item) for item in wire["corrections"]),
            created_at=instant(wire["createdAt"]),
            reviewer_name=wire.get("reviewerName"),
            score=wire.get("score"),
            duration_ms=wire.get("durationMs"),
            undo_until=None if (_ := wire.get("undoUntil")) is None else instant(_),
            withdrawn_at=None if (_ := wire.get("withdrawnAt")) is None else instant(_),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewAgreement:
    """What `reviews:agreements` returns."""

    rubric_id: str
    first: str
    second: str
    cells: tuple[AgreementCell, ...]
    first_name: str | None = None
    second_name: str | None = None

    @classmethod
    def from_wire(cls, wire: Wire) -> ReviewAgreement:
        """Read the object as Convex sends it."""
        return cls(
            rubric_id=wire["rubricId"],
            first=wire["first"],
            second=wire["second"],
            cells=tuple(AgreementCell.from_wire(item) for item in wire["cells"]),
            first_name=wire.get("firstName"),
            second_name=wire.get("secondName"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewComment:
    """What `reviews:amend.comments` returns."""

    text: str
    sequence: int | None = None
    at_ms: float | None = None

    @classmethod
    def from_wire(cls, wire: Wire) -> ReviewComment:
        """Read the object as Convex sends it."""
        return cls(
            text=wire["text"],
            sequence=None if (_ := wire.get("sequence")) is None else int(_),
            at_ms=wire.get("atMs"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDraft:
    """What `reviewClaims:take.draft` returns."""

    answers: Mapping[str, float | bool | str | tuple[str, ...]]
    turns: tuple[TurnAnswers, ...]
    comments: tuple[ReviewComment, ...]
    corrections: tuple[Correction, ...]

    @classmethod
    def from_wire(cls, wire: Wire) -> ReviewDraft:
        """Read the object as Convex sends it."""
        return cls(
            answers={
                key: tuple(item) if isinstance(item, list) else item
                for key, item in wire["answers"].items()
            },
            turns=tuple(TurnAnswers.from_wire(item) for item in wire["turns"]),
            comments=tuple(ReviewComment.from_wire(item) for item in wire["comments"]),
            corrections=tuple(Correction.from_wire(item) for item in wire["corrections"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewItem:
    """What `reviewQueues:items` returns."""

    id: str
    queue_id: str
    session: UserSession
    state: Literal["open", "done"]
    target: int
    submitted: int
    priority: int
    slots: tuple[ReviewSlot, ...]
    created_at: datetime
    dispute: Literal["open", "settled"] | None = None

    @classmethod
    def from_wire(cls, wire: Wire) -> ReviewItem:
        """Read the object as Convex sends it."""
        return cls(
            id=wire["id"],
            queue_id=wire["queueId"],
            session=UserSession.from_wire(wire["session"]),
            state=wire["state"],
            target=int(wire["target"]),
            submitted=int(wire["submitted"]),
            priority=int(wire["priority"]),
            slots=tuple(ReviewSlot.from_wire(item) for item in wire["slots"]),
            created_at=instant(wire["createdAt"]),
            dispute=wire.get("dispute"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewQueue:
    """What `reviewQueues:get` returns."""

    id: str
    name: str
    state: Literal["open", "closed"]
    rubric_id: str
    filters: QueueFilters
    sampling: Sampling
    seed: str
    target: int
    order: Literal["oldest", "newest", "slowest", "random"]
    priority: int
    lease_ms: float
    progress: QueueProgress
    created_by: str
    created_at: datetime
    description: str | None = None

    @classmethod
    def from_wire(cls, wire: Wire) -> ReviewQueue:
        """Read the object as Convex sends it."""
        return cls(
            id=wire["id"],
            name=wire["name"],
            state=wire["state"],
            rubric_id=wire["rubricId"],
            filters=QueueFilters.from_wire(wire["filters"]),
            sampling=Sampling.from_wire(wire["sampling"]),
            seed=wire["seed"],
            target=int(wire["target"]),
            order=wire["order"],
            priority=int(wire["priority"]),
            lease_ms=wire["leaseMs"],
            progress=QueueProgress.from_wire(wire["progress"]),
            created_by=wire["createdBy"],
            created_at=instant(wire["createdAt"]),
            description=wire.get("description"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSlot:
    """What `reviewQueues:items.slots` returns."""

    reviewer_id: str
    state: Literal["assigned", "claimed", "submitted"]
    reviewer_name: str | None = None
    lease_until: datetime | None = None

    @classmethod
    def from_wire(cls, wire: Wire) -> ReviewSlot:
        """Read the object as Convex sends it."""
        return cls(
            reviewer_id=wire["reviewerId"],
            state=wire["state"],
            reviewer_name=wire.get("reviewerName"),
            lease_until=None if (_ := wire.get("leaseUntil")) is None else instant(_),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerProgress:
    """What `reviewQueues:reviewers` returns."""

    reviewer_id: str
    done: int
    in_work: int
    assigned: int
    reviewer_name: str | None = None

    @classmethod
    def from_wire(cls, wire: Wire) -> ReviewerProgress:
        """Read the object as Convex sends it."""
        return cls(
            reviewer_id=wire["reviewerId"],
            done=int(wire["done"]),
            in_work=int(wire["inWork"]),
            assigned=int(wire["assigned"]),
            reviewer_name=wire.get("reviewerName"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollup:
    """What `metrics:range` returns."""

    metric: str
    dimensions: Mapping[str, str]
    bucket_start: datetime
    count: int
    errors: Mapping[str, int]
    sum: float
    max: float
    histogram: Histogram
    resolution: Literal["minute", "hour", "day"]

    @classmethod
    def from_wire(cls, wire: Wire) -> Rollup:
        """Read the object as Convex sends it."""
        return cls(
            metric=wire["metric"],
            dimensions=wire["dimensions"],
            bucket_start=instant(wire["bucketStart"]),
            count=int(wire["count"]),
            errors={key: int(item) for key, item in wire["errors"].items()},
            sum=wire["sum"],
            max=wire["max"],
            histogram=Histogram.from_wire(wire["histogram"]),
            resolution=wire["resolution"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rubric:
    """What `rubrics:get` returns."""

    id: str
    name: str
    version: int
    criteria: tuple[Criterion, ...]
    created_by: str
    created_at: datetime
    description: str | None = None

    @classmethod
    def from_wire(cls, wire: Wire) -> Rubric:
        """Read the object as Convex sends it."""
        return cls(
            id=wire["id"],
            name=wire["name"],
            version=int(wire["version"]),
            criteria=tuple(Criterion.from_wire(item) for item in wire["criteria"]),
            created_by=wire["createdBy"],
            created_at=instant(wire["createdAt"]),
            description=wire.get("description"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """What `reviewQueues:get.sampling` returns."""

    kind: Literal["all", "percentage", "perUser"]
    percent: float | None = None
    quota: int | None = None
    period: Literal["day", "total"] | None = None

    @classmethod
    def from_wire(cls, wire: Wire) -> Sampling:
        """Read the object as Convex sends it."""
        return cls(
            kind=wire["kind"],
            percent=wire.get("percent"),
            quota=None if (_ := wire.get("quota")) is None else int(_),
            period=wire.get("period"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreTrend:
    """What `reviews:trends` returns."""

    day: datetime
    rubric_id: str
    review_count: int
    mean_score: float
    provider: str | None = None
    model_id: str | None = None

    @classmethod
    def from_wire(cls, wire: Wire) -> ScoreTrend:
        """Read the object as Convex sends it."""
        return cls(
            day=instant(wire["day"]),
            rubric_id=wire["rubricId"],
            review_count=int(wire["reviewCount"]),
            mean_score=wire["meanScore"],
            provider=wire.get("provider"),
            model_id=wire.get("modelId"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """What `interactions:search` returns."""

    session: UserSession
    interaction: Interaction
    highlight: tuple[HighlightPiece, ...]

    @classmethod
    def from_wire(cls, wire: Wire) -> SearchHit:
        """Read the object as Convex sends it."""
        return cls(
            session=UserSession.from_wire(wire["session"]),
            interaction=Interaction.from_wire(wire["interaction"]),
            highlight=tuple(HighlightPiece.from_wire(item) for item in wire["highlight"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSummary:
    """What `userSessions:summary` returns."""

    session_id: str
    audio_count: int
    sessions: int
    interactions: int
    tokens_in: int
    tokens_out: int
    cost: float
    ttft: Distribution
    latency: Distribution
    duration_ms: float | None = None
    assessment_ms: float | None = None
    worst_ttft_ms: float | None = None
    worst_latency_ms: float | None = None

    @classmethod
    def from_wire(cls, wire: Wire) -> SessionSummary:
        """Read the object as Convex sends it."""
        return cls(
            session_id=wire["sessionId"],
            audio_count=int(wire["audioCount"]),
            sessions=int(wire["sessions"]),
            interactions=int(wire["interactions"]),
            tokens_in=int(wire["tokensIn"]),
            tokens_out=int(wire["tokensOut"]),
            cost=wire["cost"],
            ttft=Distribution.from_wire(wire["ttft"]),
            latency=Distribution.from_wire(wire["latency"]),
            duration_ms=wire.get("durationMs"),
            assessment_ms=wire.get("assessmentMs"),
            worst_ttft_ms=wire.get("worstTtftMs"),
            worst_latency_ms=wire.get("worstLatencyMs"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionUser:
    """What `userSessions:get.user` returns."""

    clerk_id: str
    name: str | None = None
    email: str | None = None
    image_url: str | None = None

    @classmethod
    def from_wire(cls, wire: Wire) -> SessionUser:
        """Read the object as Convex sends it."""
        return cls(
            clerk_id=wire["clerkId"],
            name=wire.get("name"),
            email=wire.get("email"),
            image_url=wire.get("imageUrl"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsAdded:
    """What `reviewQueues:addSessions` returns."""

    added: int
    already: int

    @classmethod
    def from_wire(cls, wire: Wire) -> SessionsAdded:
        """Read the object as Convex sends it."""
        return cls(
            added=int(wire["added"]),
            already=int(wire["already"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsAssigned:
    """What `reviewQueues:assign` returns."""

    assigned: int
    already: int

    @classmethod
    def from_wire(cls, wire: Wire) -> SessionsAssigned:
        """Read the object as Convex sends it."""
        return cls(
            assigned=int(wire["assigned"]),
            already=int(wire["already"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What `alertDeliveries:settle` returns."""

    settled: bool

    @classmethod
    def from_wire(cls, wire: Wire) -> Settled:
        """Read the object as Convex sends it."""
        return cls(
            settled=wire["settled"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """What `alerts:silence` returns."""

    id: str
    rule: str
    reason: str
    created_by: str
    expires_at: datetime
    created_at: datetime

    @classmethod
    def from_wire(cls, wire: Wire) -> Silence:
        """Read the object as Convex sends it."""
        return cls(
            id=wire["id"],
            rule=wire["rule"],
            reason=wire["reason"],
            created_by=wire["createdBy"],
            expires_at=instant(wire["expiresAt"]),
            created_at=instant(wire["createdAt"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageEvent:
    """What `storageEvents:list` returns."""

    at: datetime
    operation: str
    outcome: Literal[
        "ok", "denied", "missing", "throttled", "timeout", "connection", "server", "invalid"
    ]
    duration_ms: float
    attempts: int
    id: str
    role: str | None = None
    key: str | None = None
    request_id: str | None = None
    source: str | None = None

    @classmethod
    def from_wire(cls, wire: Wire) -> StorageEvent:
        """Read the object as Convex sends it."""
        return cls(
            at=instant(wire["at"]),
            operation=wire["operation"],
            outcome=wire["outcome"],
            duration_ms=wire["durationMs"],
            attempts=int(wire["attempts"]),
            id=wire["id"],
            role=wire.get("role"),
            key=wire.get("key"),
            request_id=wire.get("requestId"),
            source=wire.get("source"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedReview:
    """What `reviews:submit` returns."""

    review: Review
    next: Claim | None

    @classmethod
    def from_wire(cls, wire: Wire) -> SubmittedReview:
        """Read the object as Convex sends it."""
        return cls(
            review=Review.from_wire(wire["review"]),
            next=None if (_ := wire["next"]) is None else Claim.from_wire(_),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What `rateLimits:take` returns."""

    allowed: bool
    remaining: int
    retry_after_ms: float

    @classmethod
    def from_wire(cls, wire: Wire) -> Taken:
        """Read the object as Convex sends it."""
        return cls(
            allowed=wire["allowed"],
            remaining=int(wire["remaining"]),
            retry_after_ms=wire["retryAfterMs"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What `users:summary.total` returns."""

    sessions: int
    interactions: int
    tokens_in: int
    tokens_out: int
    cost: float
    ttft: Distribution
    latency: Distribution

    @classmethod
    def from_wire(cls, wire: Wire) -> Totals:
        """Read the object as Convex sends it."""
        return cls(
            sessions=int(wire["sessions"]),
            interactions=int(wire["interactions"]),
            tokens_in=int(wire["tokensIn"]),
            tokens_out=int(wire["tokensOut"]),
            cost=wire["cost"],
            ttft=Distribution.from_wire(wire["ttft"]),
            latency=Distribution.from_wire(wire["latency"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnAnswers:
    """What `reviews:amend.turns` returns."""

    sequence: int
    answers: Mapping[str, float | bool | str | tuple[str, ...]]

    @classmethod
    def from_wire(cls, wire: Wire) -> TurnAnswers:
        """Read the object as Convex sends it."""
        return cls(
            sequence=int(wire["sequence"]),
            answers={
                key: tuple(item) if isinstance(item, list) else item
                for key, item in wire["answers"].items()
            },
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Unassigned:
    """What `reviewQueues:unassign` returns."""

    changed: bool

    @classmethod
    def from_wire(cls, wire: Wire) -> Unassigned:
        """Read the object as Convex sends it."""
        return cls(
            changed=wire["changed"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Upserted:
    """What `users:upsert` returns."""

    id: str
    created: bool

    @classmethod
    def from_wire(cls, wire: Wire) -> Upserted:
        """Read the object as Convex sends it."""
        return cls(
            id=wire["id"],
            created=wire["created"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """What `users:get` returns."""

    id: str
    clerk_id: str
    kind: Literal["product", "team"]
    status: Literal["active", "banned", "deleted", "erasing"]
    last_seen_at: datetime
    session_count: int
    created_at: datetime
    email: str | None = None
    name: str | None = None
    image_url: str | None = None
    role: Literal["viewer", "reviewer", "ops", "admin"] | None = None
    source: str | None = None

    @classmethod
    def from_wire(cls, wire: Wire) -> User:
        """Read the object as Convex sends it."""
        return cls(
            id=wire["id"],
            clerk_id=wire["clerkId"],
            kind=wire["kind"],
            status=wire["status"],
            last_seen_at=instant(wire["lastSeenAt"]),
            session_count=int(wire["sessionCount"]),
            created_at=instant(wire["createdAt"]),
            email=wire.get("email"),
            name=wire.get("name"),
            image_url=wire.get("imageUrl"),
            role=wire.get("role"),
            source=wire.get("source"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class UserSession:
    """What `userSessions:get` returns."""

    id: str
    user_id: str
    user: SessionUser
    external_id: str
    channel: Literal["voice", "chat"]
    status: Literal["active", "completed", "abandoned", "failed"]
    started_at: datetime
    interaction_count: int
    audio_count: int
    tokens_in: int
    tokens_out: int
    cost: float
    review_status: Literal["unreviewed", "in_review", "reviewed"]
    labels: tuple[str, ...]
    legal_hold: bool
    created_at: datetime
    title: str | None = None
    ended_at: datetime | None = None
    duration_ms: float | None = None
    provider: str | None = None
    model_id: str | None = None
    worst_latency_ms: float | None = None
    worst_ttft_ms: float | None = None
    assessment_ms: float | None = None
    assessed_at: datetime | None = None
    score: float | None = None
    metadata: Mapping[str, Any] | None = None
    source: str | None = None

    @classmethod
    def from_wire(cls, wire: Wire) -> UserSession:
        """Read the object as Convex sends it."""
        return cls(
            id=wire["id"],
            user_id=wire["userId"],
            user=SessionUser.from_wire(wire["user"]),
            external_id=wire["externalId"],
            channel=wire["channel"],
            status=wire["status"],
            started_at=instant(wire["startedAt"]),
            interaction_count=int(wire["interactionCount"]),
            audio_count=int(wire["audioCount"]),
            tokens_in=int(wire["tokensIn"]),
            tokens_out=int(wire["tokensOut"]),
            cost=wire["cost"],
            review_status=wire["reviewStatus"],
            labels=tuple(wire["labels"]),
            legal_hold=wire["legalHold"],
            created_at=instant(wire["createdAt"]),
            title=wire.get("title"),
            ended_at=None if (_ := wire.get("endedAt")) is None else instant(_),
            duration_ms=wire.get("durationMs"),
            provider=wire.get("provider"),
            model_id=wire.get("modelId"),
            worst_latency_ms=wire.get("worstLatencyMs"),
            worst_ttft_ms=wire.get("worstTtftMs"),
            assessment_ms=wire.get("assessmentMs"),
            assessed_at=None if (_ := wire.get("assessedAt")) is None else instant(_),
            score=wire.get("score"),
            metadata=wire.get("metadata"),
            source=wire.get("source"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class UserSummary:
    """What `users:summary` returns."""

    total: Totals
    days: tuple[DaySummary, ...]

    @classmethod
    def from_wire(cls, wire: Wire) -> UserSummary:
        """Read the object as Convex sends it."""
        return cls(
            total=Totals.from_wire(wire["total"]),
            days=tuple(DaySummary.from_wire(item) for item in wire["days"]),
        )


class AlertDeliveriesClaimArgs(TypedDict):
    """Arguments of `alertDeliveries:claim`."""

    holder: str
    channels: Sequence[str]
    lease_ms: float


class AlertDeliveriesListArgs(TypedDict):
    """Arguments of `alertDeliveries:list`."""

    cursor: str | None
    limit: int
    order: NotRequired[Literal["asc", "desc"] | None]


class AlertDeliveriesSettleArgs(TypedDict):
    """Arguments of `alertDeliveries:settle`."""

    id: str
    holder: str
    retry_after_ms: float
    problem: NotRequired[str | None]


class AlertDeliveriesTestArgs(TypedDict):
    """Arguments of `alertDeliveries:test`."""

    channels: Sequence[str]


class AlertsAcknowledgeArgs(TypedDict):
    """Arguments of `alerts:acknowledge`."""

    id: str


class AlertsEndSilenceArgs(TypedDict):
    """Arguments of `alerts:endSilence`."""

    id: str


class AlertsEvaluateArgs(TypedDict):
    """Arguments of `alerts:evaluate`."""

    at: datetime
    channels: Sequence[str]
    results: Sequence[NewEvaluation]


class AlertsGetArgs(TypedDict):
    """Arguments of `alerts:get`."""

    id: str


class AlertsListArgs(TypedDict):
    """Arguments of `alerts:list`."""

    cursor: str | None
    limit: int
    status: NotRequired[Literal["firing", "acknowledged", "resolved"] | None]
    rule: NotRequired[str | None]
    from_: NotRequired[datetime | None]
    to: NotRequired[datetime | None]
    order: NotRequired[Literal["asc", "desc"] | None]


class AlertsNoteArgs(TypedDict):
    """Arguments of `alerts:note`."""

    id: str
    text: str


class AlertsRecordArgs(TypedDict):
    """Arguments of `alerts:record`."""

    rule: str
    title: str
    severity: Literal["critical", "warning"]
    unit: Literal["burn", "share", "times", "ms", "count"]
    threshold: float
    path: str
    params: Mapping[str, str]
    opened_at: datetime
    resolved_at: datetime
    value: NotRequired[float | None]
    note: NotRequired[str | None]
    source: NotRequired[str | None]


class AlertsSilenceArgs(TypedDict):
    """Arguments of `alerts:silence`."""

    rule: str
    duration_ms: float
    reason: str


class AlertsSilencesArgs(TypedDict):
    """Arguments of `alerts:silences`."""


class AlertsStatesArgs(TypedDict):
    """Arguments of `alerts:states`."""


class AlertsSummaryArgs(TypedDict):
    """Arguments of `alerts:summary`."""


class AudioObjectsAllArgs(TypedDict):
    """Arguments of `audioObjects:all`."""

    cursor: str | None
    limit: int


class AudioObjectsBeginArgs(TypedDict):
    """Arguments of `audioObjects:begin`."""

    session_id: str
    key: str
    content_type: str
    bytes: int
    sha256: str
    sequence: NotRequired[int | None]
    expires_at: NotRequired[datetime | None]


class AudioObjectsByKeysArgs(TypedDict):
    """Arguments of `audioObjects:byKeys`."""

    keys: Sequence[str]


class AudioObjectsDueArgs(TypedDict):
    """Arguments of `audioObjects:due`."""

    kind: Literal["analysis", "abandoned", "expired"]
    before: datetime
    cursor: str | None
    limit: int


class AudioObjectsForSessionArgs(TypedDict):
    """Arguments of `audioObjects:forSession`."""

    session_id: str


class AudioObjectsGetArgs(TypedDict):
    """Arguments of `audioObjects:get`."""

    id: str


class AudioObjectsMarkAnalysedArgs(TypedDict):
    """Arguments of `audioObjects:markAnalysed`."""

    id: str
    analysis: Literal["ready", "corrupt"]
    reason: NotRequired[str | None]
    duration_ms: NotRequired[float | None]
    sample_rate: NotRequired[int | None]
    channels: NotRequired[int | None]
    peaks_key: NotRequired[str | None]
    etag: NotRequired[str | None]
    codec: NotRequired[str | None]
    media_start_ms: NotRequired[float | None]


class AudioObjectsMarkExpiredArgs(TypedDict):
    """Arguments of `audioObjects:markExpired`."""

    id: str


class AudioObjectsMarkMissingArgs(TypedDict):
    """Arguments of `audioObjects:markMissing`."""

    id: str
    reason: NotRequired[str | None]


class AudioObjectsMarkStoredArgs(TypedDict):
    """Arguments of `audioObjects:markStored`."""

    id: str
    etag: NotRequired[str | None]


class AuditListArgs(TypedDict):
    """Arguments of `audit:list`."""

    cursor: str | None
    limit: int
    from_: NotRequired[datetime | None]
    to: NotRequired[datetime | None]
    actor_id: NotRequired[str | None]
    subject_id: NotRequired[str | None]
    action: NotRequired[str | None]
    order: NotRequired[Literal["asc", "desc"] | None]


class AuditRecordArgs(TypedDict):
    """Arguments of `audit:record`."""

    action: str
    subject_type: str
    subject_id: str
    details: NotRequired[Mapping[str, Any] | None]


class AuthEventsListArgs(TypedDict):
    """Arguments of `authEvents:list`."""

    cursor: str | None
    limit: int
    from_: NotRequired[datetime | None]
    to: NotRequired[datetime | None]
    reason: NotRequired[str | None]
    outcome: NotRequired[str | None]
    route: NotRequired[str | None]
    event_request_id: NotRequired[str | None]
    order: NotRequired[Literal["asc", "desc"] | None]


class ErasureGetArgs(TypedDict):
    """Arguments of `erasure:get`."""

    clerk_id: str


class ErasureListArgs(TypedDict):
    """Arguments of `erasure:list`."""

    cursor: str | None
    limit: int
    order: NotRequired[Literal["asc", "desc"] | None]


class ErasureStartArgs(TypedDict):
    """Arguments of `erasure:start`."""

    clerk_id: str


class ErasureStepArgs(TypedDict):
    """Arguments of `erasure:step`."""

    clerk_id: str
    deleted_keys: Sequence[str]


class InteractionsAppendArgs(TypedDict):
    """Arguments of `interactions:append`."""

    session_id: str
    interactions: Sequence[NewInteraction]


class InteractionsByRequestIdArgs(TypedDict):
    """Arguments of `interactions:byRequestId`."""

    interaction_request_id: str


class InteractionsListArgs(TypedDict):
    """Arguments of `interactions:list`."""

    session_id: str
    cursor: str | None
    limit: int


class InteractionsSearchArgs(TypedDict):
    """Arguments of `interactions:search`."""

    query: str
    session_id: NotRequired[str | None]
    limit: NotRequired[int | None]


class JobLeasesAcquireArgs(TypedDict):
    """Arguments of `jobLeases:acquire`."""

    name: str
    holder: str
    ttl_ms: float
    due_every_ms: float


class JobLeasesFinishArgs(TypedDict):
    """Arguments of `jobLeases:finish`."""

    name: str
    holder: str
    ok: bool
    report: str
    duration_ms: float


class JobLeasesListArgs(TypedDict):
    """Arguments of `jobLeases:list`."""


class JobLeasesRenewArgs(TypedDict):
    """Arguments of `jobLeases:renew`."""

    name: str
    holder: str
    ttl_ms: float


class ListeningExportAudioArgs(TypedDict):
    """Arguments of `listening:exportAudio`."""

    id: str


class ListeningOpenArgs(TypedDict):
    """Arguments of `listening:open`."""

    id: str
    note: bool


class ListeningPlayArgs(TypedDict):
    """Arguments of `listening:play`."""

    id: str
    renewal: bool


class MetricsIngestArgs(TypedDict):
    """Arguments of `metrics:ingest`."""

    batch_id: str
    rollups: Sequence[NewRollup]
    auth_events: Sequence[NewAuthEvent]
    storage_events: Sequence[NewStorageEvent]


class MetricsRangeArgs(TypedDict):
    """Arguments of `metrics:range`."""

    metric: str
    from_: datetime
    to: datetime
    resolution: Literal["minute", "hour", "day"]
    dimensions: NotRequired[Mapping[str, str] | None]
    cursor: NotRequired[str | None]
    limit: NotRequired[int | None]


class MigrationsStatusArgs(TypedDict):
    """Arguments of `migrations:status`."""


class MigrationsStepArgs(TypedDict):
    """Arguments of `migrations:step`."""

    name: str
    restart: NotRequired[bool | None]


class NewAuthEvent(TypedDict):
    """Arguments of `metrics:ingest authEvents`."""

    at: datetime
    outcome: str
    reason: str
    route: str
    request_id: NotRequired[str | None]
    client_hash: NotRequired[str | None]
    user_id: NotRequired[str | None]
    source: NotRequired[str | None]


class NewCorrection(TypedDict):
    """Arguments of `reviews:amend corrections`."""

    sequence: int
    text: str


class NewCriterion(TypedDict):
    """Arguments of `rubrics:publish criteria`."""

    key: str
    label: str
    description: str
    kind: Literal["score", "number", "boolean", "choice", "labels"]
    level: Literal["session", "turn"]
    required: bool
    min: NotRequired[float | None]
    max: NotRequired[float | None]
    options: NotRequired[Sequence[str] | None]
    tolerance: NotRequired[float | None]


class NewEvaluation(TypedDict):
    """Arguments of `alerts:evaluate results`."""

    rule: str
    title: str
    severity: Literal["critical", "warning"]
    unit: Literal["burn", "share", "times", "ms", "count"]
    threshold: float
    path: str
    params: Mapping[str, str]
    phase: Literal["ok", "pending", "firing"]
    bad_for_ms: float
    blind_for_ms: float
    after: datetime | None
    value: NotRequired[float | None]
    good_for_ms: NotRequired[float | None]
    change: NotRequired[Literal["firing"] | Literal["recovered", "no-data"] | None]


class NewHistogram(TypedDict):
    """Arguments of `metrics:ingest rollups.histogram`."""

    zero: int
    counts: Mapping[str, int]


class NewInteraction(TypedDict):
    """Arguments of `interactions:append interactions`."""

    sequence: int
    speaker: Literal["user", "assistant", "system"]
    text: str
    started_at_ms: float
    duration_ms: NotRequired[float | None]
    request_id: NotRequired[str | None]
    provider: NotRequired[str | None]
    model_id: NotRequired[str | None]
    tokens_in: NotRequired[int | None]
    tokens_out: NotRequired[int | None]
    cost: NotRequired[float | None]
    ttft_ms: NotRequired[float | None]
    latency_ms: NotRequired[float | None]


class NewQueueFilters(TypedDict):
    """Arguments of `reviewQueues:create filters`."""

    clerk_id: NotRequired[str | None]
    from_: NotRequired[datetime | None]
    to: NotRequired[datetime | None]
    status: NotRequired[Literal["active", "completed", "abandoned", "failed"] | None]
    channel: NotRequired[Literal["voice", "chat"] | None]
    review_status: NotRequired[Literal["unreviewed", "in_review", "reviewed"] | None]
    label: NotRequired[str | None]
    has_audio: NotRequired[bool | None]
    provider: NotRequired[str | None]
    model_id: NotRequired[str | None]
    slow: NotRequired[bool | None]


class NewReviewComment(TypedDict):
    """Arguments of `reviews:amend comments`."""

    text: str
    sequence: NotRequired[int | None]
    at_ms: NotRequired[float | None]


class NewRollup(TypedDict):
    """Arguments of `metrics:ingest rollups`."""

    metric: str
    dimensions: Mapping[str, str]
    bucket_start: datetime
    count: int
    errors: Mapping[str, int]
    sum: float
    max: float
    histogram: NewHistogram


class NewSampling(TypedDict):
    """Arguments of `reviewQueues:create sampling`."""

    kind: Literal["all", "percentage", "perUser"]
    percent: NotRequired[float | None]
    quota: NotRequired[int | None]
    period: NotRequired[Literal["day", "total"] | None]


class NewStorageEvent(TypedDict):
    """Arguments of `metrics:ingest storageEvents`."""

    at: datetime
    operation: str
    outcome: Literal[
        "ok", "denied", "missing", "throttled", "timeout", "connection", "server", "invalid"
    ]
    duration_ms: float
    attempts: int
    role: NotRequired[str | None]
    key: NotRequired[str | None]
    request_id: NotRequired[str | None]
    source: NotRequired[str | None]


class NewTurnAnswers(TypedDict):
    """Arguments of `reviews:amend turns`."""

    sequence: int
    answers: Mapping[str, float | bool | str | Sequence[str]]


class RateLimitsTakeArgs(TypedDict):
    """Arguments of `rateLimits:take`."""

    key: str
    limit: int
    period_ms: float
    cost: NotRequired[float | None]


class RepairDaysArgs(TypedDict):
    """Arguments of `repair:days`."""

    day: datetime
    cursor: str | None
    fix: bool


class RepairQueuesArgs(TypedDict):
    """Arguments of `repair:queues`."""

    queue_id: str
    cursor: str | None
    fix: bool


class RepairSessionsArgs(TypedDict):
    """Arguments of `repair:sessions`."""

    cursor: str | None
    fix: bool


class RepairUsersArgs(TypedDict):
    """Arguments of `repair:users`."""

    kind: Literal["product", "team"]
    cursor: str | None
    fix: bool


class RevealsOfSessionArgs(TypedDict):
    """Arguments of `reveals:ofSession`."""

    id: str
    reason: str


class RevealsOfTranscriptArgs(TypedDict):
    """Arguments of `reveals:ofTranscript`."""

    session_id: str
    reason: str
    cursor: str | None
    limit: int


class RevealsOfUserArgs(TypedDict):
    """Arguments of `reveals:ofUser`."""

    clerk_id: str
    reason: str


class ReviewClaimsCurrentArgs(TypedDict):
    """Arguments of `reviewClaims:current`."""

    queue_id: str


class ReviewClaimsNextArgs(TypedDict):
    """Arguments of `reviewClaims:next`."""

    queue_id: str


class ReviewClaimsReleaseArgs(TypedDict):
    """Arguments of `reviewClaims:release`."""

    item_id: str
    skip: NotRequired[bool | None]


class ReviewClaimsRenewArgs(TypedDict):
    """Arguments of `reviewClaims:renew`."""

    item_id: str


class ReviewClaimsSaveDraftArgs(TypedDict):
    """Arguments of `reviewClaims:saveDraft`."""

    item_id: str
    answers: Mapping[str, float | bool | str | Sequence[str]]
    turns: Sequence[NewTurnAnswers]
    comments: Sequence[NewReviewComment]
    corrections: Sequence[NewCorrection]


class ReviewClaimsTakeArgs(TypedDict):
    """Arguments of `reviewClaims:take`."""

    item_id: str


class ReviewQueuesAddSessionsArgs(TypedDict):
    """Arguments of `reviewQueues:addSessions`."""

    queue_id: str
    session_ids: Sequence[str]
    priority: NotRequired[int | None]


class ReviewQueuesAssignArgs(TypedDict):
    """Arguments of `reviewQueues:assign`."""

    queue_id: str
    session_ids: Sequence[str]
    email: str


class ReviewQueuesCreateArgs(TypedDict):
    """Arguments of `reviewQueues:create`."""

    name: str
    rubric_id: str
    description: NotRequired[str | None]
    filters: NotRequired[NewQueueFilters | None]
    sampling: NotRequired[NewSampling | None]
    priority: NotRequired[int | None]
    lease_ms: NotRequired[float | None]
    seed: NotRequired[str | None]
    target: NotRequired[int | None]
    order: NotRequired[Literal["oldest", "newest", "slowest", "random"] | None]


class ReviewQueuesFillArgs(TypedDict):
    """Arguments of `reviewQueues:fill`."""

    queue_id: str
    cursor: str | None


class ReviewQueuesGetArgs(TypedDict):
    """Arguments of `reviewQueues:get`."""

    id: str


class ReviewQueuesItemsArgs(TypedDict):
    """Arguments of `reviewQueues:items`."""

    cursor: str | None
    limit: int
    queue_id: str
    state: NotRequired[Literal["open", "done"] | None]
    dispute: NotRequired[Literal["open", "settled"] | None]


class ReviewQueuesListArgs(TypedDict):
    """Arguments of `reviewQueues:list`."""

    cursor: str | None
    limit: int
    state: NotRequired[Literal["open", "closed"] | None]


class ReviewQueuesPrioritiseArgs(TypedDict):
    """Arguments of `reviewQueues:prioritise`."""

    item_id: str
    priority: int


class ReviewQueuesRemoveItemArgs(TypedDict):
    """Arguments of `reviewQueues:removeItem`."""

    item_id: str


class ReviewQueuesReviewersArgs(TypedDict):
    """Arguments of `reviewQueues:reviewers`."""

    id: str


class ReviewQueuesUnassignArgs(TypedDict):
    """Arguments of `reviewQueues:unassign`."""

    item_id: str
    reviewer_id: str


class ReviewQueuesUpdateArgs(TypedDict):
    """Arguments of `reviewQueues:update`."""

    id: str
    name: NotRequired[str | None]
    description: NotRequired[str | None]
    filters: NotRequired[NewQueueFilters | None]
    sampling: NotRequired[NewSampling | None]
    priority: NotRequired[int | None]
    lease_ms: NotRequired[float | None]
    rubric_id: NotRequired[str | None]
    state: NotRequired[Literal["open", "closed"] | None]


class ReviewsAdjudicateArgs(TypedDict):
    """Arguments of `reviews:adjudicate`."""

    item_id: str
    answers: Mapping[str, float | bool | str | Sequence[str]]
    turns: Sequence[NewTurnAnswers]
    comments: Sequence[NewReviewComment]
    corrections: Sequence[NewCorrection]


class ReviewsAgreementsArgs(TypedDict):
    """Arguments of `reviews:agreements`."""

    cursor: str | None
    limit: int
    queue_id: str


class ReviewsAmendArgs(TypedDict):
    """Arguments of `reviews:amend`."""

    item_id: str
    answers: Mapping[str, float | bool | str | Sequence[str]]
    turns: Sequence[NewTurnAnswers]
    comments: Sequence[NewReviewComment]
    corrections: Sequence[NewCorrection]


class ReviewsHistoryArgs(TypedDict):
    """Arguments of `reviews:history`."""

    cursor: str | None
    limit: int
    item_id: str
    reviewer_id: str
    kind: NotRequired[Literal["review", "decision"] | None]


class ReviewsListArgs(TypedDict):
    """Arguments of `reviews:list`."""

    cursor: str | None
    limit: int
    queue_id: NotRequired[str | None]
    reviewer_id: NotRequired[str | None]
    rubric_id: NotRequired[str | None]
    kind: NotRequired[Literal["review", "decision"] | None]
    from_: NotRequired[datetime | None]
    to: NotRequired[datetime | None]
    order: NotRequired[Literal["asc", "desc"] | None]


class ReviewsOfSessionArgs(TypedDict):
    """Arguments of `reviews:ofSession`."""

    session_id: str


class ReviewsSubmitArgs(TypedDict):
    """Arguments of `reviews:submit`."""

    item_id: str
    answers: Mapping[str, float | bool | str | Sequence[str]]
    turns: Sequence[NewTurnAnswers]
    comments: Sequence[NewReviewComment]
    corrections: Sequence[NewCorrection]
    next: NotRequired[bool | None]


class ReviewsTrendsArgs(TypedDict):
    """Arguments of `reviews:trends`."""

    from_: datetime
    to: datetime
    rubric_id: NotRequired[str | None]


class ReviewsUndoArgs(TypedDict):
    """Arguments of `reviews:undo`."""

    item_id: str


class RubricsGetArgs(TypedDict):
    """Arguments of `rubrics:get`."""

    id: str


class RubricsListArgs(TypedDict):
    """Arguments of `rubrics:list`."""

    cursor: str | None
    limit: int
    name: NotRequired[str | None]


class RubricsPublishArgs(TypedDict):
    """Arguments of `rubrics:publish`."""

    name: str
    criteria: Sequence[NewCriterion]
    description: NotRequired[str | None]


class StorageEventsListArgs(TypedDict):
    """Arguments of `storageEvents:list`."""

    cursor: str | None
    limit: int
    from_: NotRequired[datetime | None]
    to: NotRequired[datetime | None]
    operation: NotRequired[str | None]
    outcome: NotRequired[
        Literal[
            "ok", "denied", "missing", "throttled", "timeout", "connection", "server", "invalid"
        ]
        | None
    ]
    event_request_id: NotRequired[str | None]
    order: NotRequired[Literal["asc", "desc"] | None]


class StorageEventsSlowestArgs(TypedDict):
    """Arguments of `storageEvents:slowest`."""

    cursor: str | None
    limit: int
    from_: datetime
    to: datetime
    operation: NotRequired[str | None]


class SystemPingArgs(TypedDict):
    """Arguments of `system:ping`."""


class UserSessionsByExternalIdArgs(TypedDict):
    """Arguments of `userSessions:byExternalId`."""

    external_id: str


class UserSessionsCreateArgs(TypedDict):
    """Arguments of `userSessions:create`."""

    external_id: str
    clerk_id: str
    channel: Literal["voice", "chat"]
    started_at: datetime
    title: NotRequired[str | None]
    provider: NotRequired[str | None]
    model_id: NotRequired[str | None]
    metadata: NotRequired[Mapping[str, Any] | None]
    source: NotRequired[str | None]


class UserSessionsDailyArgs(TypedDict):
    """Arguments of `userSessions:daily`."""

    from_: datetime
    to: datetime


class UserSessionsGetArgs(TypedDict):
    """Arguments of `userSessions:get`."""

    id: str


class UserSessionsListArgs(TypedDict):
    """Arguments of `userSessions:list`."""

    cursor: str | None
    limit: int
    clerk_id: NotRequired[str | None]
    from_: NotRequired[datetime | None]
    to: NotRequired[datetime | None]
    status: NotRequired[Literal["active", "completed", "abandoned", "failed"] | None]
    channel: NotRequired[Literal["voice", "chat"] | None]
    review_status: NotRequired[Literal["unreviewed", "in_review", "reviewed"] | None]
    label: NotRequired[str | None]
    has_audio: NotRequired[bool | None]
    provider: NotRequired[str | None]
    model_id: NotRequired[str | None]
    slow: NotRequired[bool | None]
    order: NotRequired[Literal["asc", "desc"] | None]


class UserSessionsNewerArgs(TypedDict):
    """Arguments of `userSessions:newer`."""

    after: datetime
    clerk_id: NotRequired[str | None]
    from_: NotRequired[datetime | None]
    to: NotRequired[datetime | None]
    status: NotRequired[Literal["active", "completed", "abandoned", "failed"] | None]
    channel: NotRequired[Literal["voice", "chat"] | None]
    review_status: NotRequired[Literal["unreviewed", "in_review", "reviewed"] | None]
    label: NotRequired[str | None]
    has_audio: NotRequired[bool | None]
    provider: NotRequired[str | None]
    model_id: NotRequired[str | None]
    slow: NotRequired[bool | None]


class UserSessionsSetLegalHoldArgs(TypedDict):
    """Arguments of `userSessions:setLegalHold`."""

    id: str
    legal_hold: bool


class UserSessionsSetReviewArgs(TypedDict):
    """Arguments of `userSessions:setReview`."""

    id: str
    review_status: Literal["unreviewed", "in_review", "reviewed"]
    score: NotRequired[float | None]


class UserSessionsSummaryArgs(TypedDict):
    """Arguments of `userSessions:summary`."""

    id: str


class UserSessionsUpdateArgs(TypedDict):
    """Arguments of `userSessions:update`."""

    id: str
    status: NotRequired[Literal["active", "completed", "abandoned", "failed"] | None]
    ended_at: NotRequired[datetime | None]
    assessment_ms: NotRequired[float | None]
    assessed_at: NotRequired[datetime | None]
    title: NotRequired[str | None]
    labels: NotRequired[Sequence[str] | None]
    metadata: NotRequired[Mapping[str, Any] | None]


class UsersGetArgs(TypedDict):
    """Arguments of `users:get`."""

    clerk_id: str


class UsersListArgs(TypedDict):
    """Arguments of `users:list`."""

    cursor: str | None
    limit: int
    kind: NotRequired[Literal["product", "team"] | None]
    status: NotRequired[Literal["active", "banned", "deleted", "erasing"] | None]
    search: NotRequired[str | None]
    sort: NotRequired[Literal["createdAt", "lastSeenAt"] | None]
    order: NotRequired[Literal["asc", "desc"] | None]


class UsersSummaryArgs(TypedDict):
    """Arguments of `users:summary`."""

    clerk_id: str
    from_: NotRequired[datetime | None]
    to: NotRequired[datetime | None]


class UsersUpsertArgs(TypedDict):
    """Arguments of `users:upsert`."""

    clerk_id: str
    kind: Literal["product", "team"]
    email: NotRequired[str | None]
    name: NotRequired[str | None]
    image_url: NotRequired[str | None]
    role: NotRequired[Literal["viewer", "reviewer", "ops", "admin"] | None]
    status: NotRequired[Literal["active", "banned", "deleted", "erasing"] | None]
    last_seen_at: NotRequired[datetime | None]
    clerk_updated_at: NotRequired[datetime | None]
    created_at: NotRequired[datetime | None]
    source: NotRequired[str | None]
    clear: NotRequired[Sequence[Literal["email", "name", "imageUrl", "role"]] | None]


_write_alert_deliveries_claim_args = writer(
    Argument("holder", "holder"),
    Argument("channels", "channels", list),
    Argument("lease_ms", "leaseMs"),
)

_write_alert_deliveries_list_args = writer(
    Argument("cursor", "cursor", nullable=True),
    Argument("limit", "limit"),
    Argument("order", "order"),
)

_write_alert_deliveries_settle_args = writer(
    Argument("id", "id"),
    Argument("holder", "holder"),
    Argument("retry_after_ms", "retryAfterMs"),
    Argument("problem", "problem"),
)

_write_alert_deliveries_test_args = writer(
    Argument("channels", "channels", list),
)

_write_alerts_acknowledge_args = writer(
    Argument("id", "id"),
)

_write_alerts_end_silence_args = writer(
    Argument("id", "id"),
)

_write_alerts_get_args = writer(
    Argument("id", "id"),
)

_write_alerts_list_args = writer(
    Argument("cursor", "cursor", nullable=True),
    Argument("limit", "limit"),
    Argument("status", "status"),
    Argument("rule", "rule"),
    Argument("from_", "from", milliseconds),
    Argument("to", "to", milliseconds),
    Argument("order", "order"),
)

_write_alerts_note_args = writer(
    Argument("id", "id"),
    Argument("text", "text"),
)

_write_alerts_record_args = writer(
    Argument("rule", "rule"),
    Argument("title", "title"),
    Argument("severity", "severity"),
    Argument("unit", "unit"),
    Argument("threshold", "threshold"),
    Argument("path", "path"),
    Argument("params", "params"),
    Argument("opened_at", "openedAt", milliseconds),
    Argument("resolved_at", "resolvedAt", milliseconds),
    Argument("value", "value"),
    Argument("note", "note"),
    Argument("source", "source"),
)

_write_alerts_silence_args = writer(
    Argument("rule", "rule"),
    Argument("duration_ms", "durationMs"),
    Argument("reason", "reason"),
)

_write_alerts_silences_args = writer()

_write_alerts_states_args = writer()

_write_alerts_summary_args = writer()

_write_audio_objects_all_args = writer(
    Argument("cursor", "cursor", nullable=True),
    Argument("limit", "limit"),
)

_write_audio_objects_begin_args = writer(
    Argument("session_id", "sessionId"),
    Argument("key", "key"),
    Argument("content_type", "contentType"),
    Argument("bytes", "bytes"),
    Argument("sha256", "sha256"),
    Argument("sequence", "sequence"),
    Argument("expires_at", "expiresAt", milliseconds),
)

_write_audio_objects_by_keys_args = writer(
    Argument("keys", "keys", list),
)

_write_audio_objects_due_args = writer(
    Argument("kind", "kind"),
    Argument("before", "before", milliseconds),
    Argument("cursor", "cursor", nullable=True),
    Argument("limit", "limit"),
)

_write_audio_objects_for_session_args = writer(
    Argument("session_id", "sessionId"),
)

_write_audio_objects_get_args = writer(
    Argument("id", "id"),
)

_write_audio_objects_mark_analysed_args = writer(
    Argument("id", "id"),
    Argument("analysis", "analysis"),
    Argument("reason", "reason"),
    Argument("duration_ms", "durationMs"),
    Argument("sample_rate", "sampleRate"),
    Argument("channels", "channels"),
    Argument("peaks_key", "peaksKey"),
    Argument("etag", "etag"),
    Argument("codec", "codec"),
    Argument("media_start_ms", "mediaStartMs"),
)

_write_audio_objects_mark_expired_args = writer(
    Argument("id", "id"),
)

_write_audio_objects_mark_missing_args = writer(
    Argument("id", "id"),
    Argument("reason", "reason"),
)

_write_audio_objects_mark_stored_args = writer(
    Argument("id", "id"),
    Argument("etag", "etag"),
)

_write_audit_list_args = writer(
    Argument("cursor", "cursor", nullable=True),
    Argument("limit", "limit"),
    Argument("from_", "from", milliseconds),
    Argument("to", "to", milliseconds),
    Argument("actor_id", "actorId"),
    Argument("subject_id", "subjectId"),
    Argument("action", "action"),
    Argument("order", "order"),
)

_write_audit_record_args = writer(
    Argument("action", "action"),
    Argument("subject_type", "subjectType"),
    Argument("subject_id", "subjectId"),
    Argument("details", "details"),
)

_write_auth_events_list_args = writer(
    Argument("cursor", "cursor", nullable=True),
    Argument("limit", "limit"),
    Argument("from_", "from", milliseconds),
    Argument("to", "to", milliseconds),
    Argument("reason", "reason"),
    Argument("outcome", "outcome"),
    Argument("route", "route"),
    Argument("event_request_id", "eventRequestId"),
    Argument("order", "order"),
)

_write_erasure_get_args = writer(
    Argument("clerk_id", "clerkId"),
)

_write_erasure_list_args = writer(
    Argument("cursor", "cursor", nullable=True),
    Argument("limit", "limit"),
    Argument("order", "order"),
)

_write_erasure_start_args = writer(
    Argument("clerk_id", "clerkId"),
)

_write_erasure_step_args = writer(
    Argument("clerk_id", "clerkId"),
    Argument("deleted_keys", "deletedKeys", list),
)

_write_interactions_by_request_id_args = writer(
    Argument("interaction_request_id", "interactionRequestId"),
)

_write_interactions_list_args = writer(
    Argument("session_id", "sessionId"),
    Argument("cursor", "cursor", nullable=True),
    Argument("limit", "limit"),
)

_write_interactions_search_args = writer(
    Argument("query", "query"),
    Argument("session_id", "sessionId"),
    Argument("limit", "limit"),
)

_write_job_leases_acquire_args = writer(
    Argument("name", "name"),
    Argument("holder", "holder"),
    Argument("ttl_ms", "ttlMs"),
    Argument("due_every_ms", "dueEveryMs"),
)

_write_job_leases_finish_args = writer(
    Argument("name", "name"),
    Argument("holder", "holder"),
    Argument("ok", "ok"),
    Argument("report", "report"),
    Argument("duration_ms", "durationMs"),
)

_write_job_leases_list_args = writer()

_write_job_leases_renew_args = writer(
    Argument("name", "name"),
    Argument("holder", "holder"),
    Argument("ttl_ms", "ttlMs"),
)

_write_listening_export_audio_args = writer(
    Argument("id", "id"),
)

_write_listening_open_args = writer(
    Argument("id", "id"),
    Argument("note", "note"),
)

_write_listening_play_args = writer(
    Argument("id", "id"),
    Argument("renewal", "renewal"),
)

_write_metrics_range_args = writer(
    Argument("metric", "metric"),
    Argument("from_", "from", milliseconds),
    Argument("to", "to", milliseconds),
    Argument("resolution", "resolution"),
    Argument("dimensions", "dimensions"),
    Argument("cursor", "cursor", nullable=True),
    Argument("limit", "limit"),
)

_write_migrations_status_args = writer()

_write_migrations_step_args = writer(
    Argument("name", "name"),
    Argument("restart", "restart"),
)

_write_new_auth_event = writer(
    Argument("at", "at", milliseconds),
    Argument("outcome", "outcome"),
    Argument("reason", "reason"),
    Argument("route", "route"),
    Argument("request_id", "requestId"),
    Argument("client_hash", "clientHash"),
    Argument("user_id", "userId"),
    Argument("source", "source"),
)

_write_new_correction = writer(
    Argument("sequence", "sequence"),
    Argument("text", "text"),
)

_write_new_criterion = writer(
    Argument("key", "key"),
    Argument("label", "label"),
    Argument("description", "description"),
    Argument("kind", "kind"),
    Argument("level", "level"),
    Argument("required", "required"),
    Argument("min", "min"),
    Argument("max", "max"),
    Argument("options", "options", list),
    Argument("tolerance", "tolerance"),
)

_write_new_evaluation = writer(
    Argument("rule", "rule"),
    Argument("title", "title"),
    Argument("severity", "severity"),
    Argument("unit", "unit"),
    Argument("threshold", "threshold"),
    Argument("path", "path"),
    Argument("params", "params"),
    Argument("phase", "phase"),
    Argument("bad_for_ms", "badForMs"),
    Argument("blind_for_ms", "blindForMs"),
    Argument(
        "after",
        "after",
        lambda value: None if value is None else milliseconds(value),
        nullable=True,
    ),
    Argument("value", "value"),
    Argument("good_for_ms", "goodForMs"),
    Argument("change", "change"),
)

_write_new_histogram = writer(
    Argument("zero", "zero"),
    Argument("counts", "counts"),
)

_write_new_interaction = writer(
    Argument("sequence", "sequence"),
    Argument("speaker", "speaker"),
    Argument("text", "text"),
    Argument("started_at_ms", "startedAtMs"),
    Argument("duration_ms", "durationMs"),
    Argument("request_id", "requestId"),
    Argument("provider", "provider"),
    Argument("model_id", "modelId"),
    Argument("tokens_in", "tokensIn"),
    Argument("tokens_out", "tokensOut"),
    Argument("cost", "cost"),
    Argument("ttft_ms", "ttftMs"),
    Argument("latency_ms", "latencyMs"),
)

_write_new_queue_filters = writer(
    Argument("clerk_id", "clerkId"),
    Argument("from_", "from", milliseconds),
    Argument("to", "to", milliseconds),
    Argument("status", "status"),
    Argument("channel", "channel"),
    Argument("review_status", "reviewStatus"),
    Argument("label", "label"),
    Argument("has_audio", "hasAudio"),
    Argument("provider", "provider"),
    Argument("model_id", "modelId"),
    Argument("slow", "slow"),
)

_write_new_review_comment = writer(
    Argument("text", "text"),
    Argument("sequence", "sequence"),
    Argument("at_ms", "atMs"),
)

_write_new_rollup = writer(
    Argument("metric", "metric"),
    Argument("dimensions", "dimensions"),
    Argument("bucket_start", "bucketStart", milliseconds),
    Argument("count", "count"),
    Argument("errors", "errors"),
    Argument("sum", "sum"),
    Argument("max", "max"),
    Argument("histogram", "histogram", _write_new_histogram),
)

_write_new_sampling = writer(
    Argument("kind", "kind"),
    Argument("percent", "percent"),
    Argument("quota", "quota"),
    Argument("period", "period"),
)

_write_new_storage_event = writer(
    Argument("at", "at", milliseconds),
    Argument("operation", "operation"),
    Argument("outcome", "outcome"),
    Argument("duration_ms", "durationMs"),
    Argument("attempts", "attempts"),
    Argument("role", "role"),
    Argument("key", "key"),
    Argument("request_id", "requestId"),
    Argument("source", "source"),
)

_write_new_turn_answers = writer(
    Argument("sequence", "sequence"),
    Argument(
        "answers",
        "answers",
        lambda value: {
            key: list(item) if isinstance(item, tuple) else item for key, item in value.items()
        },
    ),
)

_write_rate_limits_take_args = writer(
    Argument("key", "key"),
    Argument("limit", "limit"),
    Argument("period_ms", "periodMs"),
    Argument("cost", "cost"),
)

_write_repair_days_args = writer(
    Argument("day", "day", milliseconds),
    Argument("cursor", "cursor", nullable=True),
    Argument("fix", "fix"),
)

_write_repair_queues_args = writer(
    Argument("queue_id", "queueId"),
    Argument("cursor", "cursor", nullable=True),
    Argument("fix", "fix"),
)

_write_repair_sessions_args = writer(
    Argument("cursor", "cursor", nullable=True),
    Argument("fix", "fix"),
)

_write_repair_users_args = writer(
    Argument("kind", "kind"),
    Argument("cursor", "cursor", nullable=True),
    Argument("fix", "fix"),
)

_write_reveals_of_session_args = writer(
    Argument("id", "id"),
    Argument("reason", "reason"),
)

_write_reveals_of_transcript_args = writer(
    Argument("session_id", "sessionId"),
    Argument("reason", "reason"),
    Argument("cursor", "cursor", nullable=True),
    Argument("limit", "limit"),
)

_write_reveals_of_user_args = writer(
    Argument("clerk_id", "clerkId"),
    Argument("reason", "reason"),
)

_write_review_claims_current_args = writer(
    Argument("queue_id", "queueId"),
)

_write_review_claims_next_args = writer(
    Argument("queue_id", "queueId"),
)

_write_review_claims_release_args = writer(
    Argument("item_id", "itemId"),
    Argument("skip", "skip"),
)

_write_review_claims_renew_args = writer(
    Argument("item_id", "itemId"),
)

_write_review_claims_save_draft_args = writer(
    Argument("item_id", "itemId"),
    Argument(
        "answers",
        "answers",
        lambda value: {
            key: list(item) if isinstance(item, tuple) else item for key, item in value.items()
        },
    ),
    Argument("turns", "turns", lambda value: [_write_new_turn_answers(item) for item in value]),
    Argument(
        "comments", "comments", lambda value: [_write_new_review_comment(item) for item in value]
    ),
    Argument(
        "corrections", "corrections", lambda value: [_write_new_correction(item) for item in value]
    ),
)

_write_review_claims_take_args = writer(
    Argument("item_id", "itemId"),
)

_write_review_queues_add_sessions_args = writer(
    Argument("queue_id", "queueId"),
    Argument("session_ids", "sessionIds", list),
    Argument("priority", "priority"),
)

_write_review_queues_assign_args = writer(
    Argument("queue_id", "queueId"),
    Argument("session_ids", "sessionIds", list),
    Argument("email", "email"),
)

_write_review_queues_create_args = writer(
    Argument("name", "name"),
    Argument("rubric_id", "rubricId"),
    Argument("description", "description"),
    Argument("filters", "filters", _write_new_queue_filters),
    Argument("sampling", "sampling", _write_new_sampling),
    Argument("priority", "priority"),
    Argument("lease_ms", "leaseMs"),
    Argument("seed", "seed"),
    Argument("target", "target"),
    Argument("order", "order"),
)

_write_review_queues_fill_args = writer(
    Argument("queue_id", "queueId"),
    Argument("cursor", "cursor", nullable=True),
)

_write_review_queues_get_args = writer(
    Argument("id", "id"),
)

_write_review_queues_items_args = writer(
    Argument("cursor", "cursor", nullable=True),
    Argument("limit", "limit"),
    Argument("queue_id", "queueId"),
    Argument("state", "state"),
    Argument("dispute", "dispute"),
)

_write_review_queues_list_args = writer(
    Argument("cursor", "cursor", nullable=True),
    Argument("limit", "limit"),
    Argument("state", "state"),
)

_write_review_queues_prioritise_args = writer(
    Argument("item_id", "itemId"),
    Argument("priority", "priority"),
)

_write_review_queues_remove_item_args = writer(
    Argument("item_id", "itemId"),
)

_write_review_queues_reviewers_args = writer(
    Argument("id", "id"),
)

_write_review_queues_unassign_args = writer(
    Argument("item_id", "itemId"),
    Argument("reviewer_id", "reviewerId"),
)

_write_review_queues_update_args = writer(
    Argument("id", "id"),
    Argument("name", "name"),
    Argument("description", "description"),
    Argument("filters", "filters", _write_new_queue_filters),
    Argument("sampling", "sampling", _write_new_sampling),
    Argument("priority", "priority"),
    Argument("lease_ms", "leaseMs"),
    Argument("rubric_id", "rubricId"),
    Argument("state", "state"),
)

_write_reviews_adjudicate_args = writer(
    Argument("item_id", "itemId"),
    Argument(
        "answers",
        "answers",
        lambda value: {
            key: list(item) if isinstance(item, tuple) else item for key, item in value.items()
        },
    ),
    Argument("turns", "turns", lambda value: [_write_new_turn_answers(item) for item in value]),
    Argument(
        "comments", "comments", lambda value: [_write_new_review_comment(item) for item in value]
    ),
    Argument(
        "corrections", "corrections", lambda value: [_write_new_correction(item) for item in value]
    ),
)

_write_reviews_agreements_args = writer(
    Argument("cursor", "cursor", nullable=True),
    Argument("limit", "limit"),
    Argument("queue_id", "queueId"),
)

_write_reviews_amend_args = writer(
    Argument("item_id", "itemId"),
    Argument(
        "answers",
        "answers",
        lambda value: {
            key: list(item) if isinstance(item, tuple) else item for key, item in value.items()
        },
    ),
    Argument("turns", "turns", lambda value: [_write_new_turn_answers(item) for item in value]),
    Argument(
        "comments", "comments", lambda value: [_write_new_review_comment(item) for item in value]
    ),
    Argument(
        "corrections", "corrections", lambda value: [_write_new_correction(item) for item in value]
    ),
)

_write_reviews_history_args = writer(
    Argument("cursor", "cursor", nullable=True),
    Argument("limit", "limit"),
    Argument("item_id", "itemId"),
    Argument("reviewer_id", "reviewerId"),
    Argument("kind", "kind"),
)

_write_reviews_list_args = writer(
    Argument("cursor", "cursor", nullable=True),
    Argument("limit", "limit"),
    Argument("queue_id", "queueId"),
    Argument("reviewer_id", "reviewerId"),
    Argument("rubric_id", "rubricId"),
    Argument("kind", "kind"),
    Argument("from_", "from", milliseconds),
    Argument("to", "to", milliseconds),
    Argument("order", "order"),
)

_write_reviews_of_session_args = writer(
    Argument("session_id", "sessionId"),
)

_write_reviews_submit_args = writer(
    Argument("item_id", "itemId"),
    Argument(
        "answers",
        "answers",
        lambda value: {
            key: list(item) if isinstance(item, tuple) else item for key, item in value.items()
        },
    ),
    Argument("turns", "turns", lambda value: [_write_new_turn_answers(item) for item in value]),
    Argument(
        "comments", "comments", lambda value: [_write_new_review_comment(item) for item in value]
    ),
    Argument(
        "corrections", "corrections", lambda value: [_write_new_correction(item) for item in value]
    ),
    Argument("next", "next"),
)

_write_reviews_trends_args = writer(
    Argument("from_", "from", milliseconds),
    Argument("to", "to", milliseconds),
    Argument("rubric_id", "rubricId"),
)

_write_reviews_undo_args = writer(
    Argument("item_id", "itemId"),
)

_write_rubrics_get_args = writer(
    Argument("id", "id"),
)

_write_rubrics_list_args = writer(
    Argument("cursor", "cursor", nullable=True),
    Argument("limit", "limit"),
    Argument("name", "name"),
)

_write_rubrics_publish_args = writer(
    Argument("name", "name"),
    Argument("criteria", "criteria", lambda value: [_write_new_criterion(item) for item in value]),
    Argument("description", "description"),
)

_write_storage_events_list_args = writer(
    Argument("cursor", "cursor", nullable=True),
    Argument("limit", "limit"),
    Argument("from_", "from", milliseconds),
    Argument("to", "to", milliseconds),
    Argument("operation", "operation"),
    Argument("outcome", "outcome"),
    Argument("event_request_id", "eventRequestId"),
    Argument("order", "order"),
)

_write_storage_events_slowest_args = writer(
    Argument("cursor", "cursor", nullable=True),
    Argument("limit", "limit"),
    Argument("from_", "from", milliseconds),
    Argument("to", "to", milliseconds),
    Argument("operation", "operation"),
)

_write_system_ping_args = writer()

_write_user_sessions_by_external_id_args = writer(
    Argument("external_id", "externalId"),
)

_write_user_sessions_create_args = writer(
    Argument("external_id", "externalId"),
    Argument("clerk_id", "clerkId"),
    Argument("channel", "channel"),
    Argument("started_at", "startedAt", milliseconds),
    Argument("title", "title"),
    Argument("provider", "provider"),
    Argument("model_id", "modelId"),
    Argument("metadata", "metadata"),
    Argument("source", "source"),
)

_write_user_sessions_daily_args = writer(
    Argument("from_", "from", milliseconds),
    Argument("to", "to", milliseconds),
)

_write_user_sessions_get_args = writer(
    Argument("id", "id"),
)

_write_user_sessions_list_args = writer(
    Argument("cursor", "cursor", nullable=True),
    Argument("limit", "limit"),
    Argument("clerk_id", "clerkId"),
    Argument("from_", "from", milliseconds),
    Argument("to", "to", milliseconds),
    Argument("status", "status"),
    Argument("channel", "channel"),
    Argument("review_status", "reviewStatus"),
    Argument("label", "label"),
    Argument("has_audio", "hasAudio"),
    Argument("provider", "provider"),
    Argument("model_id", "modelId"),
    Argument("slow", "slow"),
    Argument("order", "order"),
)

_write_user_sessions_newer_args = writer(
    Argument("after", "after", milliseconds),
    Argument("clerk_id", "clerkId"),
    Argument("from_", "from", milliseconds),
    Argument("to", "to", milliseconds),
    Argument("status", "status"),
    Argument("channel", "channel"),
    Argument("review_status", "reviewStatus"),
    Argument("label", "label"),
    Argument("has_audio", "hasAudio"),
    Argument("provider", "provider"),
    Argument("model_id", "modelId"),
    Argument("slow", "slow"),
)

_write_user_sessions_set_legal_hold_args = writer(
    Argument("id", "id"),
    Argument("legal_hold", "legalHold"),
)

_write_user_sessions_set_review_args = writer(
    Argument("id", "id"),
    Argument("review_status", "reviewStatus"),
    Argument("score", "score"),
)

_write_user_sessions_summary_args = writer(
    Argument("id", "id"),
)

_write_user_sessions_update_args = writer(
    Argument("id", "id"),
    Argument("status", "status"),
    Argument("ended_at", "endedAt", milliseconds),
    Argument("assessment_ms", "assessmentMs"),
    Argument("assessed_at", "assessedAt", milliseconds),
    Argument("title", "title"),
    Argument("labels", "labels", list),
    Argument("metadata", "metadata"),
)

_write_users_get_args = writer(
    Argument("clerk_id", "clerkId"),
)

_write_users_list_args = writer(
    Argument("cursor", "cursor", nullable=True),
    Argument("limit", "limit"),
    Argument("kind", "kind"),
    Argument("status", "status"),
    Argument("search", "search"),
    Argument("sort", "sort"),
    Argument("order", "order"),
)

_write_users_summary_args = writer(
    Argument("clerk_id", "clerkId"),
    Argument("from_", "from", milliseconds),
    Argument("to", "to", milliseconds),
)

_write_users_upsert_args = writer(
    Argument("clerk_id", "clerkId"),
    Argument("kind", "kind"),
    Argument("email", "email"),
    Argument("name", "name"),
    Argument("image_url", "imageUrl"),
    Argument("role", "role"),
    Argument("status", "status"),
    Argument("last_seen_at", "lastSeenAt", milliseconds),
    Argument("clerk_updated_at", "clerkUpdatedAt", milliseconds),
    Argument("created_at", "createdAt", milliseconds),
    Argument("source", "source"),
    Argument("clear", "clear", list),
)

_write_alerts_evaluate_args = writer(
    Argument("at", "at", milliseconds),
    Argument("channels", "channels", list),
    Argument("results", "results", lambda value: [_write_new_evaluation(item) for item in value]),
)

_write_interactions_append_args = writer(
    Argument("session_id", "sessionId"),
    Argument(
        "interactions",
        "interactions",
        lambda value: [_write_new_interaction(item) for item in value],
    ),
)

_write_metrics_ingest_args = writer(
    Argument("batch_id", "batchId"),
    Argument("rollups", "rollups", lambda value: [_write_new_rollup(item) for item in value]),
    Argument(
        "auth_events", "authEvents", lambda value: [_write_new_auth_event(item) for item in value]
    ),
    Argument(
        "storage_events",
        "storageEvents",
        lambda value: [_write_new_storage_event(item) for item in value],
    ),
)

ALERTS_ACKNOWLEDGE: Final[Mutation[AlertsAcknowledgeArgs, Incident]] = Mutation(
    "alerts:acknowledge", _write_alerts_acknowledge_args, Incident.from_wire
)

ALERTS_END_SILENCE: Final[Mutation[AlertsEndSilenceArgs, None]] = Mutation(
    "alerts:endSilence", _write_alerts_end_silence_args, lambda value: value
)

ALERTS_EVALUATE: Final[Mutation[AlertsEvaluateArgs, Evaluated]] = Mutation(
    "alerts:evaluate", _write_alerts_evaluate_args, Evaluated.from_wire
)

ALERTS_GET: Final[Query[AlertsGetArgs, IncidentRecord | None]] = Query(
    "alerts:get",
    _write_alerts_get_args,
    lambda value: None if value is None else IncidentRecord.from_wire(value),
)

ALERTS_LIST: Final[Query[AlertsListArgs, Page[Incident]]] = Query(
    "alerts:list",
    _write_alerts_list_args,
    lambda value: Page(
        tuple(Incident.from_wire(item) for item in value["items"]), value["nextCursor"]
    ),
)

ALERTS_NOTE: Final[Mutation[AlertsNoteArgs, Recorded]] = Mutation(
    "alerts:note", _write_alerts_note_args, Recorded.from_wire
)

ALERTS_RECORD: Final[Mutation[AlertsRecordArgs, Upserted]] = Mutation(
    "alerts:record", _write_alerts_record_args, Upserted.from_wire
)

ALERTS_SILENCE: Final[Mutation[AlertsSilenceArgs, Silence]] = Mutation(
    "alerts:silence", _write_alerts_silence_args, Silence.from_wire
)

ALERTS_SILENCES: Final[Query[AlertsSilencesArgs, tuple[Silence, ...]]] = Query(
    "alerts:silences",
    _write_alerts_silences_args,
    lambda value: tuple(Silence.from_wire(item) for item in value),
)

ALERTS_STATES: Final[Query[AlertsStatesArgs, tuple[AlertState, ...]]] = Query(
    "alerts:states",
    _write_alerts_states_args,
    lambda value: tuple(AlertState.from_wire(item) for item in value),
)

ALERTS_SUMMARY: Final[Query[AlertsSummaryArgs, OpenIncidents]] = Query(
    "alerts:summary", _write_alerts_summary_args, OpenIncidents.from_wire
)

ALERT_DELIVERIES_CLAIM: Final[Mutation[AlertDeliveriesClaimArgs, tuple[Delivery, ...]]] = Mutation(
    "alertDeliveries:claim",
    _write_alert_deliveries_claim_args,
    lambda value: tuple(Delivery.from_wire(item) for item in value),
)

ALERT_DELIVERIES_LIST: Final[Query[AlertDeliveriesListArgs, Page[Delivery]]] = Query(
    "alertDeliveries:list",
    _write_alert_deliveries_list_args,
    lambda value: Page(
        tuple(Delivery.from_wire(item) for item in value["items"]), value["nextCursor"]
    ),
)

ALERT_DELIVERIES_SETTLE: Final[Mutation[AlertDeliveriesSettleArgs, Settled]] = Mutation(
    "alertDeliveries:settle", _write_alert_deliveries_settle_args, Settled.from_wire
)

ALERT_DELIVERIES_TEST: Final[Mutation[AlertDeliveriesTestArgs, None]] = Mutation(
    "alertDeliveries:test", _write_alert_deliveries_test_args, lambda value: value
)

AUDIO_OBJECTS_ALL: Final[Query[AudioObjectsAllArgs, Page[AudioObject]]] = Query(
    "audioObjects:all",
    _write_audio_objects_all_args,
    lambda value: Page(
        tuple(AudioObject.from_wire(item) for item in value["items"]), value["nextCursor"]
    ),
)

AUDIO_OBJECTS_BEGIN: Final[Mutation[AudioObjectsBeginArgs, AudioObject]] = Mutation(
    "audioObjects:begin", _write_audio_objects_begin_args, AudioObject.from_wire
)

AUDIO_OBJECTS_BY_KEYS: Final[Query[AudioObjectsByKeysArgs, tuple[AudioObject, ...]]] = Query(
    "audioObjects:byKeys",
    _write_audio_objects_by_keys_args,
    lambda value: tuple(AudioObject.from_wire(item) for item in value),
)

AUDIO_OBJECTS_DUE: Final[Query[AudioObjectsDueArgs, Page[AudioObject]]] = Query(
    "audioObjects:due",
    _write_audio_objects_due_args,
    lambda value: Page(
        tuple(AudioObject.from_wire(item) for item in value["items"]), value["nextCursor"]
    ),
)

AUDIO_OBJECTS_FOR_SESSION: Final[Query[AudioObjectsForSessionArgs, tuple[AudioObject, ...]]] = (
    Query(
        "audioObjects:forSession",
        _write_audio_objects_for_session_args,
        lambda value: tuple(AudioObject.from_wire(item) for item in value),
    )
)

AUDIO_OBJECTS_GET: Final[Query[AudioObjectsGetArgs, AudioObject | None]] = Query(
    "audioObjects:get",
    _write_audio_objects_get_args,
    lambda value: None if value is None else AudioObject.from_wire(value),
)

AUDIO_OBJECTS_MARK_ANALYSED: Final[Mutation[AudioObjectsMarkAnalysedArgs, AudioObject]] = Mutation(
    "audioObjects:markAnalysed", _write_audio_objects_mark_analysed_args, AudioObject.from_wire
)

AUDIO_OBJECTS_MARK_EXPIRED: Final[Mutation[AudioObjectsMarkExpiredArgs, AudioObject]] = Mutation(
    "audioObjects:markExpired", _write_audio_objects_mark_expired_args, AudioObject.from_wire
)

AUDIO_OBJECTS_MARK_MISSING: Final[Mutation[AudioObjectsMarkMissingArgs, AudioObject]] = Mutation(
    "audioObjects:markMissing", _write_audio_objects_mark_missing_args, AudioObject.from_wire
)

AUDIO_OBJECTS_MARK_STORED: Final[Mutation[AudioObjectsMarkStoredArgs, AudioObject]] = Mutation(
    "audioObjects:markStored", _write_audio_objects_mark_stored_args, AudioObject.from_wire
)

AUDIT_LIST: Final[Query[AuditListArgs, Page[AuditEvent]]] = Query(
    "audit:list",
    _write_audit_list_args,
    lambda value: Page(
        tuple(AuditEvent.from_wire(item) for item in value["items"]), value["nextCursor"]
    ),
)

AUDIT_RECORD: Final[Mutation[AuditRecordArgs, Recorded]] = Mutation(
    "audit:record", _write_audit_record_args, Recorded.from_wire
)

AUTH_EVENTS_LIST: Final[Query[AuthEventsListArgs, Page[AuthEvent]]] = Query(
    "authEvents:list",
    _write_auth_events_list_args,
    lambda value: Page(
        tuple(AuthEvent.from_wire(item) for item in value["items"]), value["nextCursor"]
    ),
)

ERASURE_GET: Final[Query[ErasureGetArgs, Erasure | None]] = Query(
    "erasure:get",
    _write_erasure_get_args,
    lambda value: None if value is None else Erasure.from_wire(value),
)

ERASURE_LIST: Final[Query[ErasureListArgs, Page[Erasure]]] = Query(
    "erasure:list",
    _write_erasure_list_args,
    lambda value: Page(
        tuple(Erasure.from_wire(item) for item in value["items"]), value["nextCursor"]
    ),
)

ERASURE_START: Final[Mutation[ErasureStartArgs, ErasureBegun]] = Mutation(
    "erasure:start", _write_erasure_start_args, ErasureBegun.from_wire
)

ERASURE_STEP: Final[Mutation[ErasureStepArgs, ErasureStep]] = Mutation(
    "erasure:step", _write_erasure_step_args, ErasureStep.from_wire
)

INTERACTIONS_APPEND: Final[Mutation[InteractionsAppendArgs, Appended]] = Mutation(
    "interactions:append", _write_interactions_append_args, Appended.from_wire
)

INTERACTIONS_BY_REQUEST_ID: Final[Query[InteractionsByRequestIdArgs, tuple[Interaction, ...]]] = (
    Query(
        "interactions:byRequestId",
        _write_interactions_by_request_id_args,
        lambda value: tuple(Interaction.from_wire(item) for item in value),
    )
)

INTERACTIONS_LIST: Final[Query[InteractionsListArgs, Page[Interaction]]] = Query(
    "interactions:list",
    _write_interactions_list_args,
    lambda value: Page(
        tuple(Interaction.from_wire(item) for item in value["items"]), value["nextCursor"]
    ),
)

INTERACTIONS_SEARCH: Final[Query[InteractionsSearchArgs, tuple[SearchHit, ...]]] = Query(
    "interactions:search",
    _write_interactions_search_args,
    lambda value: tuple(SearchHit.from_wire(item) for item in value),
)

JOB_LEASES_ACQUIRE: Final[Mutation[JobLeasesAcquireArgs, Lease]] = Mutation(
    "jobLeases:acquire", _write_job_leases_acquire_args, Lease.from_wire
)

JOB_LEASES_FINISH: Final[Mutation[JobLeasesFinishArgs, None]] = Mutation(
    "jobLeases:finish", _write_job_leases_finish_args, lambda value: value
)

JOB_LEASES_LIST: Final[Query[JobLeasesListArgs, tuple[JobRun, ...]]] = Query(
    "jobLeases:list",
    _write_job_leases_list_args,
    lambda value: tuple(JobRun.from_wire(item) for item in value),
)

JOB_LEASES_RENEW: Final[Mutation[JobLeasesRenewArgs, Renewal]] = Mutation(
    "jobLeases:renew", _write_job_leases_renew_args, Renewal.from_wire
)

LISTENING_EXPORT_AUDIO: Final[Mutation[ListeningExportAudioArgs, tuple[AudioObject, ...]]] = (
    Mutation(
        "listening:exportAudio",
        _write_listening_export_audio_args,
        lambda value: tuple(AudioObject.from_wire(item) for item in value),
    )
)

LISTENING_OPEN: Final[Mutation[ListeningOpenArgs, OpenedSession | None]] = Mutation(
    "listening:open",
    _write_listening_open_args,
    lambda value: None if value is None else OpenedSession.from_wire(value),
)

LISTENING_PLAY: Final[Mutation[ListeningPlayArgs, AudioObject | None]] = Mutation(
    "listening:play",
    _write_listening_play_args,
    lambda value: None if value is None else AudioObject.from_wire(value),
)

METRICS_INGEST: Final[Mutation[MetricsIngestArgs, Ingested]] = Mutation(
    "metrics:ingest", _write_metrics_ingest_args, Ingested.from_wire
)

METRICS_RANGE: Final[Query[MetricsRangeArgs, Page[Rollup]]] = Query(
    "metrics:range",
    _write_metrics_range_args,
    lambda value: Page(
        tuple(Rollup.from_wire(item) for item in value["items"]), value["nextCursor"]
    ),
)

MIGRATIONS_STATUS: Final[Query[MigrationsStatusArgs, tuple[MigrationRun, ...]]] = Query(
    "migrations:status",
    _write_migrations_status_args,
    lambda value: tuple(MigrationRun.from_wire(item) for item in value),
)

MIGRATIONS_STEP: Final[Mutation[MigrationsStepArgs, MigrationRun]] = Mutation(
    "migrations:step", _write_migrations_step_args, MigrationRun.from_wire
)

RATE_LIMITS_TAKE: Final[Mutation[RateLimitsTakeArgs, Taken]] = Mutation(
    "rateLimits:take", _write_rate_limits_take_args, Taken.from_wire
)

REPAIR_DAYS: Final[Mutation[RepairDaysArgs, Recount]] = Mutation(
    "repair:days", _write_repair_days_args, Recount.from_wire
)

REPAIR_QUEUES: Final[Mutation[RepairQueuesArgs, Recount]] = Mutation(
    "repair:queues", _write_repair_queues_args, Recount.from_wire
)

REPAIR_SESSIONS: Final[Mutation[RepairSessionsArgs, Recount]] = Mutation(
    "repair:sessions", _write_repair_sessions_args, Recount.from_wire
)

REPAIR_USERS: Final[Mutation[RepairUsersArgs, Recount]] = Mutation(
    "repair:users", _write_repair_users_args, Recount.from_wire
)

REVEALS_OF_SESSION: Final[Mutation[RevealsOfSessionArgs, UserSession]] = Mutation(
    "reveals:ofSession", _write_reveals_of_session_args, UserSession.from_wire
)

REVEALS_OF_TRANSCRIPT: Final[Mutation[RevealsOfTranscriptArgs, Page[Interaction]]] = Mutation(
    "reveals:ofTranscript",
    _write_reveals_of_transcript_args,
    lambda value: Page(
        tuple(Interaction.from_wire(item) for item in value["items"]), value["nextCursor"]
    ),
)

REVEALS_OF_USER: Final[Mutation[RevealsOfUserArgs, User]] = Mutation(
    "reveals:ofUser", _write_reveals_of_user_args, User.from_wire
)

REVIEWS_ADJUDICATE: Final[Mutation[ReviewsAdjudicateArgs, Review]] = Mutation(
    "reviews:adjudicate", _write_reviews_adjudicate_args, Review.from_wire
)

REVIEWS_AGREEMENTS: Final[Query[ReviewsAgreementsArgs, Page[ReviewAgreement]]] = Query(
    "reviews:agreements",
    _write_reviews_agreements_args,
    lambda value: Page(
        tuple(ReviewAgreement.from_wire(item) for item in value["items"]), value["nextCursor"]
    ),
)

REVIEWS_AMEND: Final[Mutation[ReviewsAmendArgs, Review]] = Mutation(
    "reviews:amend", _write_reviews_amend_args, Review.from_wire
)

REVIEWS_HISTORY: Final[Query[ReviewsHistoryArgs, Page[Review]]] = Query(
    "reviews:history",
    _write_reviews_history_args,
    lambda value: Page(
        tuple(Review.from_wire(item) for item in value["items"]), value["nextCursor"]
    ),
)

REVIEWS_LIST: Final[Query[ReviewsListArgs, Page[Review]]] = Query(
    "reviews:list",
    _write_reviews_list_args,
    lambda value: Page(
        tuple(Review.from_wire(item) for item in value["items"]), value["nextCursor"]
    ),
)

REVIEWS_OF_SESSION: Final[Query[ReviewsOfSessionArgs, tuple[Review, ...]]] = Query(
    "reviews:ofSession",
    _write_reviews_of_session_args,
    lambda value: tuple(Review.from_wire(item) for item in value),
)

REVIEWS_SUBMIT: Final[Mutation[ReviewsSubmitArgs, SubmittedReview]] = Mutation(
    "reviews:submit", _write_reviews_submit_args, SubmittedReview.from_wire
)

REVIEWS_TRENDS: Final[Query[ReviewsTrendsArgs, tuple[ScoreTrend, ...]]] = Query(
    "reviews:trends",
    _write_reviews_trends_args,
    lambda value: tuple(ScoreTrend.from_wire(item) for item in value),
)

REVIEWS_UNDO: Final[Mutation[ReviewsUndoArgs, Claim]] = Mutation(
    "reviews:undo", _write_reviews_undo_args, Claim.from_wire
)

REVIEW_CLAIMS_CURRENT: Final[Query[ReviewClaimsCurrentArgs, Claim | None]] = Query(
    "reviewClaims:current",
    _write_review_claims_current_args,
    lambda value: None if value is None else Claim.from_wire(value),
)

REVIEW_CLAIMS_NEXT: Final[Mutation[ReviewClaimsNextArgs, Claim | None]] = Mutation(
    "reviewClaims:next",
    _write_review_claims_next_args,
    lambda value: None if value is None else Claim.from_wire(value),
)

REVIEW_CLAIMS_RELEASE: Final[Mutation[ReviewClaimsReleaseArgs, ClaimRelease]] = Mutation(
    "reviewClaims:release", _write_review_claims_release_args, ClaimRelease.from_wire
)

REVIEW_CLAIMS_RENEW: Final[Mutation[ReviewClaimsRenewArgs, ClaimRenewal]] = Mutation(
    "reviewClaims:renew", _write_review_claims_renew_args, ClaimRenewal.from_wire
)

REVIEW_CLAIMS_SAVE_DRAFT: Final[Mutation[ReviewClaimsSaveDraftArgs, ClaimRenewal]] = Mutation(
    "reviewClaims:saveDraft", _write_review_claims_save_draft_args, ClaimRenewal.from_wire
)

REVIEW_CLAIMS_TAKE: Final[Mutation[ReviewClaimsTakeArgs, Claim]] = Mutation(
    "reviewClaims:take", _write_review_claims_take_args, Claim.from_wire
)

REVIEW_QUEUES_ADD_SESSIONS: Final[Mutation[ReviewQueuesAddSessionsArgs, SessionsAdded]] = Mutation(
    "reviewQueues:addSessions", _write_review_queues_add_sessions_args, SessionsAdded.from_wire
)

REVIEW_QUEUES_ASSIGN: Final[Mutation[ReviewQueuesAssignArgs, SessionsAssigned]] = Mutation(
    "reviewQueues:assign", _write_review_queues_assign_args, SessionsAssigned.from_wire
)

REVIEW_QUEUES_CREATE: Final[Mutation[ReviewQueuesCreateArgs, ReviewQueue]] = Mutation(
    "reviewQueues:create", _write_review_queues_create_args, ReviewQueue.from_wire
)

REVIEW_QUEUES_FILL: Final[Mutation[ReviewQueuesFillArgs, QueueFill]] = Mutation(
    "reviewQueues:fill", _write_review_queues_fill_args, QueueFill.from_wire
)

REVIEW_QUEUES_GET: Final[Query[ReviewQueuesGetArgs, ReviewQueue | None]] = Query(
    "reviewQueues:get",
    _write_review_queues_get_args,
    lambda value: None if value is None else ReviewQueue.from_wire(value),
)

REVIEW_QUEUES_ITEMS: Final[Query[ReviewQueuesItemsArgs, Page[ReviewItem]]] = Query(
    "reviewQueues:items",
    _write_review_queues_items_args,
    lambda value: Page(
        tuple(ReviewItem.from_wire(item) for item in value["items"]), value["nextCursor"]
    ),
)

REVIEW_QUEUES_LIST: Final[Query[ReviewQueuesListArgs, Page[ReviewQueue]]] = Query(
    "reviewQueues:list",
    _write_review_queues_list_args,
    lambda value: Page(
        tuple(ReviewQueue.from_wire(item) for item in value["items"]), value["nextCursor"]
    ),
)

REVIEW_QUEUES_PRIORITISE: Final[Mutation[ReviewQueuesPrioritiseArgs, None]] = Mutation(
    "reviewQueues:prioritise", _write_review_queues_prioritise_args, lambda value: value
)

REVIEW_QUEUES_REMOVE_ITEM: Final[Mutation[ReviewQueuesRemoveItemArgs, None]] = Mutation(
    "reviewQueues:removeItem", _write_review_queues_remove_item_args, lambda value: value
)

REVIEW_QUEUES_REVIEWERS: Final[Query[ReviewQueuesReviewersArgs, tuple[ReviewerProgress, ...]]] = (
    Query(
        "reviewQueues:reviewers",
        _write_review_queues_reviewers_args,
        lambda value: tuple(ReviewerProgress.from_wire(item) for item in value),
    )
)

REVIEW_QUEUES_UNASSIGN: Final[Mutation[ReviewQueuesUnassignArgs, Unassigned]] = Mutation(
    "reviewQueues:unassign", _write_review_queues_unassign_args, Unassigned.from_wire
)

REVIEW_QUEUES_UPDATE: Final[Mutation[ReviewQueuesUpdateArgs, ReviewQueue]] = Mutation(
    "reviewQueues:update", _write_review_queues_update_args, ReviewQueue.from_wire
)

RUBRICS_GET: Final[Query[RubricsGetArgs, Rubric | None]] = Query(
    "rubrics:get",
    _write_rubrics_get_args,
    lambda value: None if value is None else Rubric.from_wire(value),
)

RUBRICS_LIST: Final[Query[RubricsListArgs, Page[Rubric]]] = Query(
    "rubrics:list",
    _write_rubrics_list_args,
    lambda value: Page(
        tuple(Rubric.from_wire(item) for item in value["items"]), value["nextCursor"]
    ),
)

RUBRICS_PUBLISH: Final[Mutation[RubricsPublishArgs, Rubric]] = Mutation(
    "rubrics:publish", _write_rubrics_publish_args, Rubric.from_wire
)

STORAGE_EVENTS_LIST: Final[Query[StorageEventsListArgs, Page[StorageEvent]]] = Query(
    "storageEvents:list",
    _write_storage_events_list_args,
    lambda value: Page(
        tuple(StorageEvent.from_wire(item) for item in value["items"]), value["nextCursor"]
    ),
)

STORAGE_EVENTS_SLOWEST: Final[Query[StorageEventsSlowestArgs, Page[StorageEvent]]] = Query(
    "storageEvents:slowest",
    _write_storage_events_slowest_args,
    lambda value: Page(
        tuple(StorageEvent.from_wire(item) for item in value["items"]), value["nextCursor"]
    ),
)

SYSTEM_PING: Final[Query[SystemPingArgs, Ping]] = Query(
    "system:ping", _write_system_ping_args, Ping.from_wire
)

USERS_GET: Final[Query[UsersGetArgs, User | None]] = Query(
    "users:get",
    _write_users_get_args,
    lambda value: None if value is None else User.from_wire(value),
)

USERS_LIST: Final[Query[UsersListArgs, Page[User]]] = Query(
    "users:list",
    _write_users_list_args,
    lambda value: Page(tuple(User.from_wire(item) for item in value["items"]), value["nextCursor"]),
)

USERS_SUMMARY: Final[Query[UsersSummaryArgs, UserSummary | None]] = Query(
    "users:summary",
    _write_users_summary_args,
    lambda value: None if value is None else UserSummary.from_wire(value),
)

USERS_UPSERT: Final[Mutation[UsersUpsertArgs, Upserted]] = Mutation(
    "users:upsert", _write_users_upsert_args, Upserted.from_wire
)

USER_SESSIONS_BY_EXTERNAL_ID: Final[Query[UserSessionsByExternalIdArgs, UserSession | None]] = (
    Query(
        "userSessions:byExternalId",
        _write_user_sessions_by_external_id_args,
        lambda value: None if value is None else UserSession.from_wire(value),
    )
)

USER_SESSIONS_CREATE: Final[Mutation[UserSessionsCreateArgs, Upserted]] = Mutation(
    "userSessions:create", _write_user_sessions_create_args, Upserted.from_wire
)

USER_SESSIONS_DAILY: Final[Query[UserSessionsDailyArgs, tuple[DaySummary, ...]]] = Query(
    "userSessions:daily",
    _write_user_sessions_daily_args,
    lambda value: tuple(DaySummary.from_wire(item) for item in value),
)

USER_SESSIONS_GET: Final[Query[UserSessionsGetArgs, UserSession | None]] = Query(
    "userSessions:get",
    _write_user_sessions_get_args,
    lambda value: None if value is None else UserSession.from_wire(value),
)

USER_SESSIONS_LIST: Final[Query[UserSessionsListArgs, Page[UserSession]]] = Query(
    "userSessions:list",
    _write_user_sessions_list_args,
    lambda value: Page(
        tuple(UserSession.from_wire(item) for item in value["items"]), value["nextCursor"]
    ),
)

USER_SESSIONS_NEWER: Final[Query[UserSessionsNewerArgs, NewerSessions]] = Query(
    "userSessions:newer", _write_user_sessions_newer_args, NewerSessions.from_wire
)

USER_SESSIONS_SET_LEGAL_HOLD: Final[Mutation[UserSessionsSetLegalHoldArgs, UserSession]] = Mutation(
    "userSessions:setLegalHold", _write_user_sessions_set_legal_hold_args, UserSession.from_wire
)

USER_SESSIONS_SET_REVIEW: Final[Mutation[UserSessionsSetReviewArgs, UserSession]] = Mutation(
    "userSessions:setReview", _write_user_sessions_set_review_args, UserSession.from_wire
)

USER_SESSIONS_SUMMARY: Final[Query[UserSessionsSummaryArgs, SessionSummary | None]] = Query(
    "userSessions:summary",
    _write_user_sessions_summary_args,
    lambda value: None if value is None else SessionSummary.from_wire(value),
)

USER_SESSIONS_UPDATE: Final[Mutation[UserSessionsUpdateArgs, UserSession]] = Mutation(
    "userSessions:update", _write_user_sessions_update_args, UserSession.from_wire
)
