"""Records, arguments and descriptions of the public Convex functions.

Generated from their validators by `python -m codegen`; a test proves that it is current. Among
arguments, None in a field that Convex does not let be null means that it is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NotRequired, TypedDict

from lib.data.functions import (
    Argument,
    Literal,
    Moment,
    Mutation,
    Page,
    Query,
    Reader,
    Record,
    milliseconds,
    writer,
)


class AgreementCell(Record, frozen=True, kw_only=True):
    """`cells` of `ReviewAgreement`."""

    criterion: str
    a: str
    b: str
    count: int


class AlertState(Record, frozen=True, kw_only=True):
    """What `alerts:states` returns."""

    rule: str
    phase: Literal["ok", "pending", "firing"]
    bad_for_ms: float
    blind_for_ms: float
    threshold: float
    evaluated_at: Moment
    good_for_ms: float | None = None
    value: float | None = None
    incident_id: str | None = None


class Announcement(Record, frozen=True, kw_only=True):
    """`items` of `Delivery`."""

    rule: str
    title: str
    severity: Literal["critical", "warning"]
    unit: Literal["burn", "share", "times", "ms", "count"]
    threshold: float
    path: str
    params: Mapping[str, str]
    change: Literal["firing", "resolved", "test"]
    at: Moment
    value: float | None = None
    incident_id: str | None = None
    opened_at: Moment | None = None
    ending: Literal["recovered", "no-data"] | None = None


class AnswerDifference(Record, frozen=True, kw_only=True):
    """`differs` of `Review`."""

    key: str
    sequence: int | None = None


class ApiKey(Record, frozen=True, kw_only=True):
    """What `apiKeys:create` returns."""

    name: str
    scope: Literal["write", "read", "read-clear", "scores"]
    public_id: str
    created_by: str
    created_at: Moment
    id: str
    former_until: Moment | None = None
    rotated_at: Moment | None = None
    expires_at: Moment | None = None
    revoked_at: Moment | None = None
    last_used_at: Moment | None = None


class Appended(Record, frozen=True, kw_only=True):
    """What `interactions:append` returns."""

    accepted: int
    duplicates: int
    lag_ms: float | None = None


class AudioObject(Record, frozen=True, kw_only=True):
    """What `audioObjects:all` returns."""

    key: str
    user_id: str
    session_id: str
    content_type: str
    bytes: int
    sha256: str
    expires_at: Moment
    created_at: Moment
    id: str
    status: Literal["pending", "stored", "expired", "deleted", "missing"]
    interaction_id: str | None = None
    sequence: int | None = None
    duration_ms: float | None = None
    analysis: Literal["pending", "ready", "corrupt"] | None = None
    peaks_key: str | None = None
    sample_rate: int | None = None
    channels: int | None = None
    etag: str | None = None
    codec: str | None = None
    media_start_ms: int | None = None
    reason: str | None = None


class AuditEvent(Record, frozen=True, kw_only=True):
    """What `audit:list` returns."""

    action: str
    subject_type: str
    subject_id: str
    actor_id: str
    actor_role: str
    created_at: Moment
    id: str
    impersonator_id: str | None = None
    session_id: str | None = None
    user_id: str | None = None
    details: Mapping[str, Any] | None = None
    request_id: str | None = None
    actor_name: str | None = None
    session_title: str | None = None
    user_name: str | None = None


class AuthEvent(Record, frozen=True, kw_only=True):
    """What `authEvents:list` returns."""

    at: Moment
    outcome: str
    reason: str
    route: str
    id: str
    request_id: str | None = None
    client_hash: str | None = None
    user_id: str | None = None
    source: str | None = None


class Claim(Record, frozen=True, kw_only=True):
    """What `reviewClaims:current` returns."""

    item_id: str
    queue_id: str
    rubric_id: str
    session: UserSession
    is_assigned: bool
    claimed_at: Moment
    lease_until: Moment
    draft: ReviewDraft | None
    draft_updated_at: Moment | None = None


class ClaimRelease(Record, frozen=True, kw_only=True):
    """What `reviewClaims:release` returns."""

    released: bool


class ClaimRenewal(Record, frozen=True, kw_only=True):
    """What `reviewClaims:renew` returns."""

    held: bool
    lease_until: Moment | None


class Correction(Record, frozen=True, kw_only=True):
    """`corrections` of `Review`."""

    sequence: int
    text: str


class Criterion(Record, frozen=True, kw_only=True):
    """`criteria` of `Rubric`."""

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


class DaySummary(Record, frozen=True, kw_only=True):
    """What `userSessions:daily` returns."""

    sessions: int
    interactions: int
    tokens_in: int
    tokens_out: int
    cost: float
    ttft: Distribution
    latency: Distribution
    day: Moment
    as_of: Moment | None = None


class Delivery(Record, frozen=True, kw_only=True):
    """What `alertDeliveries:claim` returns."""

    channel: str
    items: tuple[Announcement, ...]
    status: Literal["waiting", "sent", "failed"]
    attempts: int
    due_at: Moment
    created_at: Moment
    id: str
    problem: str | None = None
    sent_at: Moment | None = None


class Distribution(Record, frozen=True, kw_only=True):
    """`ttft` of `DaySummary`."""

    count: int
    mean: float | None
    p50: float | None
    p95: float | None
    p99: float | None
    max: float | None


class Drift(Record, frozen=True, kw_only=True):
    """`drift` of `Recount`."""

    subject_id: str
    field: str
    stored: float | None
    actual: float | None


class Erasure(Record, frozen=True, kw_only=True):
    """What `erasure:get` returns."""

    clerk_id: str
    started_by: str
    started_at: Moment
    counts: Mapping[str, int]
    id: str
    finished_at: Moment | None = None
    uploads_until: Moment | None = None
    swept_at: Moment | None = None
    receipt: str | None = None


class ErasureBegun(Record, frozen=True, kw_only=True):
    """What `erasure:start` returns."""

    erasure_id: str


class ErasureStep(Record, frozen=True, kw_only=True):
    """What `erasure:step` returns."""

    counts: Mapping[str, int]
    keys: tuple[str, ...]
    done: bool


class Evaluated(Record, frozen=True, kw_only=True):
    """What `alerts:evaluate` returns."""

    applied: bool
    opened: int
    resolved: int
    announced: int


class HighlightPiece(Record, frozen=True, kw_only=True):
    """`highlight` of `SearchHit`."""

    text: str
    hit: bool


class Histogram(Record, frozen=True, kw_only=True):
    """`histogram` of `Rollup`."""

    zero: int
    counts: Mapping[str, int]


class Identity(Record, frozen=True, kw_only=True):
    """`identities` of `User`."""

    kind: Literal["clerk", "phone", "source"]
    value: str
    source: str | None = None


class Imported(Record, frozen=True, kw_only=True):
    """What `imports:store` returns."""

    created: bool
    accepted: int
    duplicates: int
    refused_turns: tuple[RefusedTurn, ...]
    id: str | None = None
    user_conflict: tuple[Literal["clerk", "phone", "source"], ...] | None = None
    refusal: RefusedConversation | None = None


class Incident(Record, frozen=True, kw_only=True):
    """What `alerts:acknowledge` returns."""

    rule: str
    title: str
    severity: Literal["critical", "warning"]
    unit: Literal["burn", "share", "times", "ms", "count"]
    threshold: float
    path: str
    params: Mapping[str, str]
    status: Literal["firing", "acknowledged", "resolved"]
    opened_at: Moment
    created_at: Moment
    id: str
    value: float | None = None
    acknowledged_at: Moment | None = None
    acknowledged_by: str | None = None
    resolved_at: Moment | None = None
    ending: Literal["recovered", "no-data"] | None = None
    worst: float | None = None
    source: str | None = None


class IncidentEntry(Record, frozen=True, kw_only=True):
    """`history` of `IncidentRecord`."""

    kind: Literal["opened", "announced", "acknowledged", "note", "resolved"]
    created_at: Moment
    id: str
    actor_id: str | None = None
    text: str | None = None


class IncidentRecord(Record, frozen=True, kw_only=True):
    """What `alerts:get` returns."""

    incident: Incident
    history: tuple[IncidentEntry, ...]


class Ingested(Record, frozen=True, kw_only=True):
    """What `metrics:ingest` returns."""

    applied: bool


class Interaction(Record, frozen=True, kw_only=True):
    """What `interactions:byRequestId` returns."""

    session_id: str
    user_id: str
    sequence: int
    speaker: Literal["user", "assistant", "system", "tool"]
    text: str
    started_at_ms: float
    created_at: Moment
    id: str
    duration_ms: float | None = None
    audio_object_id: str | None = None
    request_id: str | None = None
    provider: str | None = None
    model_id: str | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost: float | None = None
    ttft_ms: float | None = None
    latency_ms: float | None = None
    tool: ToolCall | None = None
    interrupted: bool | None = None
    stages: Stages | None = None
    timing: Literal["measured", "vendor", "derived", "none"] | None = None
    language: str | None = None
    audio: AudioObject | None = None


class JobRun(Record, frozen=True, kw_only=True):
    """What `jobLeases:list` returns."""

    name: str
    lease_until: Moment
    runs: int
    failures: int
    holder: str | None = None
    last_started_at: Moment | None = None
    last_finished_at: Moment | None = None
    last_ok: bool | None = None
    last_report: str | None = None
    last_duration_ms: float | None = None


class LabelledSession(Record, frozen=True, kw_only=True):
    """`changed` of `LabelsChanged`."""

    session_id: str
    added: tuple[str, ...]
    removed: tuple[str, ...]


class LabelsChanged(Record, frozen=True, kw_only=True):
    """What `labels:change` returns."""

    changed: tuple[LabelledSession, ...]
    refused: tuple[RefusedSession, ...]


class Lease(Record, frozen=True, kw_only=True):
    """What `jobLeases:acquire` returns."""

    acquired: bool
    last_started_at: Moment | None
    last_finished_at: Moment | None


class MigrationRun(Record, frozen=True, kw_only=True):
    """What `migrations:status` returns."""

    name: str
    done: bool
    processed: int
    changed: int


class NewerSessions(Record, frozen=True, kw_only=True):
    """What `userSessions:newer` returns."""

    count: int
    more: bool


class OpenIncidents(Record, frozen=True, kw_only=True):
    """What `alerts:summary` returns."""

    firing_count: int
    acknowledged_count: int


class OpenedSession(Record, frozen=True, kw_only=True):
    """What `listening:open` returns."""

    session: UserSession
    recordings: tuple[AudioObject, ...]
    scores: tuple[Score, ...] | None = None
    hold_pending: bool | None = None


class OwnWork(Record, frozen=True, kw_only=True):
    """`own` of `ReviewQueue`."""

    claimed: bool
    waiting: bool


class Ping(Record, frozen=True, kw_only=True):
    """What `system:ping` returns."""

    now: Moment


class Problem(Record, frozen=True, kw_only=True):
    """`fields` of `RefusedConversation`."""

    field: str
    message: str


class QueueFill(Record, frozen=True, kw_only=True):
    """What `reviewQueues:fill` returns."""

    checked: int
    added: int
    next_cursor: str | None


class QueueFilters(Record, frozen=True, kw_only=True):
    """`filters` of `ReviewQueue`."""

    clerk_id: str | None = None
    from_: Moment | None = None
    to: Moment | None = None
    status: Literal["active", "completed", "abandoned", "failed"] | None = None
    channel: Literal["voice", "chat"] | None = None
    review_status: Literal["unreviewed", "in_review", "reviewed"] | None = None
    provider: str | None = None
    model_id: str | None = None
    agent_version: str | None = None
    agent_id: str | None = None
    end_reason: str | None = None
    language: str | None = None
    environment: str | None = None
    direction: str | None = None
    label: str | None = None
    has_audio: bool | None = None
    slow: bool | None = None
    min_duration_ms: float | None = None
    max_duration_ms: float | None = None
    min_latency_ms: float | None = None


class QueuePreview(Record, frozen=True, kw_only=True):
    """What `reviewQueues:preview` returns."""

    taken: int
    among: int
    is_all: bool


class QueueProgress(Record, frozen=True, kw_only=True):
    """`progress` of `ReviewQueue`."""

    items: int
    items_done: int
    wanted: int
    done: int
    in_work: int
    left: int


class RankedSessions(Record, frozen=True, kw_only=True):
    """What `userSessions:ranked` returns."""

    items: tuple[UserSession, ...]
    next_cursor: str | None
    among: int
    is_all: bool


class Recorded(Record, frozen=True, kw_only=True):
    """What `alerts:note` returns."""

    id: str


class Recount(Record, frozen=True, kw_only=True):
    """What `repair:days` returns."""

    checked: int
    drift: tuple[Drift, ...]
    busy: bool
    next_cursor: str | None


class RefusedConversation(Record, frozen=True, kw_only=True):
    """`refusal` of `Imported`."""

    code: str
    message: str
    fields: tuple[Problem, ...]


class RefusedSession(Record, frozen=True, kw_only=True):
    """`refused` of `LabelsChanged`."""

    session_id: str
    reason: str


class RefusedTurn(Record, frozen=True, kw_only=True):
    """`refused_turns` of `Imported`."""

    index: int
    field: str
    message: str


class Renewal(Record, frozen=True, kw_only=True):
    """What `jobLeases:renew` returns."""

    held: bool


class Review(Record, frozen=True, kw_only=True):
    """What `reviews:adjudicate` returns."""

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
    created_at: Moment
    id: str
    score: float | None = None
    duration_ms: float | None = None
    undo_until: Moment | None = None
    withdrawn_at: Moment | None = None
    reviewer_name: str | None = None
    session_title: str | None = None
    differs: tuple[AnswerDifference, ...] | None = None


class ReviewAgreement(Record, frozen=True, kw_only=True):
    """What `reviews:agreements` returns."""

    rubric_id: str
    first: str
    second: str
    cells: tuple[AgreementCell, ...]
    first_name: str | None = None
    second_name: str | None = None


class ReviewComment(Record, frozen=True, kw_only=True):
    """`comments` of `Review`."""

    text: str
    sequence: int | None = None
    at_ms: float | None = None


class ReviewDraft(Record, frozen=True, kw_only=True):
    """`draft` of `Claim`."""

    answers: Mapping[str, float | bool | str | tuple[str, ...]]
    turns: tuple[TurnAnswers, ...]
    comments: tuple[ReviewComment, ...]
    corrections: tuple[Correction, ...]


class ReviewItem(Record, frozen=True, kw_only=True):
    """What `reviewQueues:items` returns."""

    queue_id: str
    state: Literal["open", "done"]
    target: int
    submitted: int
    created_at: Moment
    id: str
    session: UserSession
    priority: int
    slots: tuple[ReviewSlot, ...]
    dispute: Literal["open", "settled"] | None = None


class ReviewQueue(Record, frozen=True, kw_only=True):
    """What `reviewQueues:create` returns."""

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
    created_by: str
    created_at: Moment
    id: str
    progress: QueueProgress
    description: str | None = None
    own: OwnWork | None = None


class ReviewSlot(Record, frozen=True, kw_only=True):
    """`slots` of `ReviewItem`."""

    reviewer_id: str
    state: Literal["assigned", "claimed", "submitted"]
    reviewer_name: str | None = None
    lease_until: Moment | None = None


class ReviewerProgress(Record, frozen=True, kw_only=True):
    """What `reviewQueues:reviewers` returns."""

    reviewer_id: str
    done: int
    in_work: int
    assigned: int
    reviewer_name: str | None = None


class Rollup(Record, frozen=True, kw_only=True):
    """What `metrics:range` returns."""

    metric: str
    dimensions: Mapping[str, str]
    resolution: Literal["minute", "hour", "day"]
    bucket_start: Moment
    count: int
    errors: Mapping[str, int]
    sum: float
    max: float
    histogram: Histogram


class Rubric(Record, frozen=True, kw_only=True):
    """What `rubrics:get` returns."""

    name: str
    version: int
    criteria: tuple[Criterion, ...]
    created_by: str
    created_at: Moment
    id: str
    description: str | None = None


class Sampling(Record, frozen=True, kw_only=True):
    """`sampling` of `ReviewQueue`."""

    kind: Literal["all", "percentage", "perUser"]
    percent: float | None = None
    quota: int | None = None
    period: Literal["day", "total"] | None = None


class Score(Record, frozen=True, kw_only=True):
    """What `reveals:ofScores` returns."""

    session_id: str
    name: str
    origin: Literal["machine", "vendor", "user"]
    evaluator: str
    written_by: str
    created_at: Moment
    id: str
    sequence: int | None = None
    value: float | None = None
    label: str | None = None
    explanation: str | None = None


class ScoreTrend(Record, frozen=True, kw_only=True):
    """What `reviews:trends` returns."""

    day: Moment
    rubric_id: str
    review_count: int
    mean_score: float
    provider: str | None = None
    model_id: str | None = None


class ScoresAdded(Record, frozen=True, kw_only=True):
    """What `scores:add` returns."""

    accepted: int
    duplicates: int
    versions: int


class SearchHit(Record, frozen=True, kw_only=True):
    """What `interactions:search` returns."""

    session: UserSession
    interaction: Interaction
    highlight: tuple[HighlightPiece, ...]


class SessionCreated(Record, frozen=True, kw_only=True):
    """What `userSessions:create` returns."""

    id: str
    created: bool
    user_id: str
    user_conflict: tuple[Literal["clerk", "phone", "source"], ...] | None = None


class SessionPlace(Record, frozen=True, kw_only=True):
    """What `reviewQueues:ofSession` returns."""

    item_id: str
    queue_id: str
    queue_name: str
    state: Literal["free", "assigned", "claimed", "submitted", "taken", "closed"]
    has_draft: bool


class SessionSummary(Record, frozen=True, kw_only=True):
    """What `userSessions:summary` returns."""

    audio_count: int
    session_id: str
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


class SessionUser(Record, frozen=True, kw_only=True):
    """`user` of `UserSession`."""

    clerk_id: str
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    image_url: str | None = None
    anonymous: bool | None = None


class SessionsAdded(Record, frozen=True, kw_only=True):
    """What `reviewQueues:addSessions` returns."""

    added: int
    already: int
    refused: tuple[RefusedSession, ...] | None = None


class SessionsAssigned(Record, frozen=True, kw_only=True):
    """What `reviewQueues:assign` returns."""

    assigned: int
    already: int
    refused: tuple[RefusedSession, ...] | None = None


class Settled(Record, frozen=True, kw_only=True):
    """What `alertDeliveries:settle` returns."""

    settled: bool


class Silence(Record, frozen=True, kw_only=True):
    """What `alerts:silence` returns."""

    rule: str
    reason: str
    created_by: str
    expires_at: Moment
    created_at: Moment
    id: str


class Stages(Record, frozen=True, kw_only=True):
    """`stages` of `Interaction`."""

    end_of_turn_ms: float | None = None
    speech_to_text_ms: float | None = None
    model_ms: float | None = None
    text_to_speech_ms: float | None = None
    tool_ms: float | None = None


class StartedExpiry(Record, frozen=True, kw_only=True):
    """What `audioObjects:startExpiry` returns."""

    started: int
    held: int
    more: bool


class StorageEvent(Record, frozen=True, kw_only=True):
    """What `storageEvents:list` returns."""

    at: Moment
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


class SubmittedReview(Record, frozen=True, kw_only=True):
    """What `reviews:submit` returns."""

    review: Review
    next: Claim | None


class Taken(Record, frozen=True, kw_only=True):
    """What `rateLimits:take` returns."""

    allowed: bool
    remaining: int
    retry_after_ms: float


class ToolCall(Record, frozen=True, kw_only=True):
    """`tool` of `Interaction`."""

    call_id: str
    name: str | None = None
    arguments: str | None = None
    result: str | None = None
    is_error: bool | None = None
    latency_ms: float | None = None
    arguments_cut: bool | None = None
    result_cut: bool | None = None


class Totals(Record, frozen=True, kw_only=True):
    """`total` of `UserSummary`."""

    sessions: int
    interactions: int
    tokens_in: int
    tokens_out: int
    cost: float
    ttft: Distribution
    latency: Distribution
    as_of: Moment | None = None


class TurnAnswers(Record, frozen=True, kw_only=True):
    """`turns` of `Review`."""

    sequence: int
    answers: Mapping[str, float | bool | str | tuple[str, ...]]


class Unassigned(Record, frozen=True, kw_only=True):
    """What `reviewQueues:unassign` returns."""

    changed: bool


class Upserted(Record, frozen=True, kw_only=True):
    """What `alerts:record` returns."""

    id: str
    created: bool


class UsableKey(Record, frozen=True, kw_only=True):
    """What `apiKeys:find` returns."""

    name: str
    scope: Literal["write", "read", "read-clear", "scores"]
    hash: str
    id: str
    former_hash: str | None = None
    expires_at: Moment | None = None


class User(Record, frozen=True, kw_only=True):
    """What `reveals:findUser` returns."""

    status: Literal["active", "banned", "deleted", "erasing"]
    last_seen_at: Moment
    session_count: int
    created_at: Moment
    kind: Literal["product", "team"]
    id: str
    clerk_id: str
    phone: str | None = None
    email: str | None = None
    name: str | None = None
    image_url: str | None = None
    role: Literal["viewer", "reviewer", "ops", "admin"] | None = None
    source: str | None = None
    described_by: str | None = None
    anonymous: bool | None = None
    as_of: Moment | None = None
    identities: tuple[Identity, ...] | None = None


class UserSession(Record, frozen=True, kw_only=True):
    """What `reveals:ofSession` returns."""

    user_id: str
    external_id: str
    channel: Literal["voice", "chat"]
    status: Literal["active", "completed", "abandoned", "failed"]
    started_at: Moment
    interaction_count: int
    audio_count: int
    tokens_in: int
    tokens_out: int
    review_status: Literal["unreviewed", "in_review", "reviewed"]
    labels: tuple[str, ...]
    created_at: Moment
    id: str
    user: SessionUser
    cost: float
    legal_hold: bool
    source_id: str | None = None
    title: str | None = None
    ended_at: Moment | None = None
    duration_ms: float | None = None
    provider: str | None = None
    model_id: str | None = None
    agent_id: str | None = None
    agent_version: str | None = None
    environment: str | None = None
    direction: str | None = None
    language: str | None = None
    end_reason: str | None = None
    worst_latency_ms: float | None = None
    worst_ttft_ms: float | None = None
    assessment_ms: float | None = None
    assessed_at: Moment | None = None
    score: float | None = None
    metadata: Mapping[str, Any] | None = None
    source: str | None = None


class UserSummary(Record, frozen=True, kw_only=True):
    """What `users:summary` returns."""

    total: Totals
    days: tuple[DaySummary, ...]


class UserUpserted(Record, frozen=True, kw_only=True):
    """What `users:upsert` returns."""

    id: str
    created: bool
    user_conflict: tuple[Literal["clerk", "phone", "source"], ...] | None = None


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


class ApiKeysCreateArgs(TypedDict):
    """Arguments of `apiKeys:create`."""

    name: str
    scope: Literal["write", "read", "read-clear", "scores"]
    public_id: str
    hash: str
    expires_at: NotRequired[datetime | None]


class ApiKeysFindArgs(TypedDict):
    """Arguments of `apiKeys:find`."""

    public_id: str


class ApiKeysListArgs(TypedDict):
    """Arguments of `apiKeys:list`."""

    cursor: str | None
    limit: int


class ApiKeysNoteUseArgs(TypedDict):
    """Arguments of `apiKeys:noteUse`."""

    id: str


class ApiKeysRevokeArgs(TypedDict):
    """Arguments of `apiKeys:revoke`."""

    id: str


class ApiKeysRotateArgs(TypedDict):
    """Arguments of `apiKeys:rotate`."""

    id: str
    hash: str
    keep_until: NotRequired[datetime | None]


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

    kind: Literal["analysis", "abandoned", "expired", "expiring", "tag", "untag"]
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
    media_start_ms: NotRequired[int | None]


class AudioObjectsMarkExpiredArgs(TypedDict):
    """Arguments of `audioObjects:markExpired`."""

    id: str


class AudioObjectsMarkMissingArgs(TypedDict):
    """Arguments of `audioObjects:markMissing`."""

    id: str
    reason: NotRequired[str | None]
    from_: NotRequired[Literal["pending", "stored", "expired", "deleted", "missing"] | None]
    announced_at: NotRequired[datetime | None]


class AudioObjectsMarkStoredArgs(TypedDict):
    """Arguments of `audioObjects:markStored`."""

    id: str
    etag: NotRequired[str | None]


class AudioObjectsNoteTagArgs(TypedDict):
    """Arguments of `audioObjects:noteTag`."""

    id: str
    tag: Literal["set", "gone"]


class AudioObjectsStartExpiryArgs(TypedDict):
    """Arguments of `audioObjects:startExpiry`."""


class AuditListArgs(TypedDict):
    """Arguments of `audit:list`."""

    cursor: str | None
    limit: int
    from_: NotRequired[datetime | None]
    to: NotRequired[datetime | None]
    actor_id: NotRequired[str | None]
    subject_id: NotRequired[str | None]
    session_id: NotRequired[str | None]
    user_id: NotRequired[str | None]
    action: NotRequired[str | None]
    order: NotRequired[Literal["asc", "desc"] | None]
    named: NotRequired[bool | None]


class AuditRecordArgs(TypedDict):
    """Arguments of `audit:record`."""

    action: Literal[
        "session.view",
        "transcript.export",
        "user.view",
        "user.export",
        "session.export",
        "audit.export",
        "review.export",
    ]
    subject_type: str
    subject_id: str
    details: NotRequired[NewExportDetails | None]


class AuthEventsListArgs(TypedDict):
    """Arguments of `authEvents:list`."""

    cursor: str | None
    limit: int
    from_: NotRequired[datetime | None]
    to: NotRequired[datetime | None]
    event_request_id: NotRequired[str | None]
    order: NotRequired[Literal["asc", "desc"] | None]
    reason: NotRequired[str | None]
    outcome: NotRequired[str | None]
    route: NotRequired[str | None]


class ErasureErasedSessionsArgs(TypedDict):
    """Arguments of `erasure:erasedSessions`."""

    session_ids: Sequence[str]


class ErasureGetArgs(TypedDict):
    """Arguments of `erasure:get`."""

    clerk_id: str


class ErasureKeepReceiptArgs(TypedDict):
    """Arguments of `erasure:keepReceipt`."""

    erasure_id: str
    receipt: str
    swept_at: NotRequired[datetime | None]


class ErasureListArgs(TypedDict):
    """Arguments of `erasure:list`."""

    cursor: str | None
    limit: int
    order: NotRequired[Literal["asc", "desc"] | None]


class ErasureOpenArgs(TypedDict):
    """Arguments of `erasure:open`."""

    cursor: str | None
    limit: int


class ErasureStartArgs(TypedDict):
    """Arguments of `erasure:start`."""

    clerk_id: str


class ErasureStepArgs(TypedDict):
    """Arguments of `erasure:step`."""

    clerk_id: str
    deleted_keys: Sequence[str]


class ImportsStoreArgs(TypedDict):
    """Arguments of `imports:store`."""

    conversations: Sequence[NewConversation]


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
    clerk_id: NotRequired[str | None]
    from_: NotRequired[datetime | None]
    to: NotRequired[datetime | None]
    status: NotRequired[Literal["active", "completed", "abandoned", "failed"] | None]
    channel: NotRequired[Literal["voice", "chat"] | None]
    review_status: NotRequired[Literal["unreviewed", "in_review", "reviewed"] | None]
    provider: NotRequired[str | None]
    model_id: NotRequired[str | None]
    agent_version: NotRequired[str | None]
    agent_id: NotRequired[str | None]
    end_reason: NotRequired[str | None]
    language: NotRequired[str | None]
    environment: NotRequired[str | None]
    direction: NotRequired[str | None]
    label: NotRequired[str | None]
    has_audio: NotRequired[bool | None]
    slow: NotRequired[bool | None]
    min_duration_ms: NotRequired[float | None]
    max_duration_ms: NotRequired[float | None]
    min_latency_ms: NotRequired[float | None]


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


class LabelsChangeArgs(TypedDict):
    """Arguments of `labels:change`."""

    session_ids: Sequence[str]
    add: Sequence[str]
    remove: Sequence[str]


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
    """Among arguments, at `MetricsIngestArgs.authEvents`."""

    at: datetime
    outcome: str
    reason: str
    route: str
    request_id: NotRequired[str | None]
    client_hash: NotRequired[str | None]
    user_id: NotRequired[str | None]
    source: NotRequired[str | None]


class NewConversation(TypedDict):
    """Among arguments, at `ImportsStoreArgs.conversations`."""

    session: NewSession
    turns: Sequence[NewInteraction]
    end: NotRequired[NewEnd | None]


class NewCorrection(TypedDict):
    """Among arguments, at `ReviewClaimsSaveDraftArgs.corrections`."""

    sequence: int
    text: str


class NewCriterion(TypedDict):
    """Among arguments, at `RubricsPublishArgs.criteria`."""

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


class NewEnd(TypedDict):
    """Among arguments, at `NewConversation.end`."""

    status: NotRequired[Literal["active", "completed", "abandoned", "failed"] | None]
    ended_at: NotRequired[datetime | None]
    assessment_ms: NotRequired[float | None]
    assessed_at: NotRequired[datetime | None]
    title: NotRequired[str | None]
    agent_version: NotRequired[str | None]
    agent_id: NotRequired[str | None]
    end_reason: NotRequired[str | None]
    language: NotRequired[str | None]
    environment: NotRequired[str | None]
    direction: NotRequired[str | None]
    labels: NotRequired[Sequence[str] | None]
    metadata: NotRequired[Mapping[str, Any] | None]
    review_status: NotRequired[Literal["unreviewed", "in_review", "reviewed"] | None]
    score: NotRequired[float | None]


class NewEvaluation(TypedDict):
    """Among arguments, at `AlertsEvaluateArgs.results`."""

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
    change: NotRequired[Literal["firing", "recovered", "no-data"] | None]


class NewExportDetails(TypedDict):
    """Among arguments, at `AuditRecordArgs.details`."""

    format: NotRequired[Literal["csv", "json", "markdown", "srt", "text", "vtt"] | None]
    reason: NotRequired[str | None]
    action: NotRequired[str | None]
    actor: NotRequired[str | None]
    agent_version: NotRequired[str | None]
    agent_id: NotRequired[str | None]
    end_reason: NotRequired[str | None]
    language: NotRequired[str | None]
    environment: NotRequired[str | None]
    direction: NotRequired[str | None]
    audio: NotRequired[str | None]
    channel: NotRequired[str | None]
    label: NotRequired[str | None]
    latency: NotRequired[str | None]
    longest: NotRequired[str | None]
    shortest: NotRequired[str | None]
    slowest: NotRequired[str | None]
    reviewer: NotRequired[str | None]
    model: NotRequired[str | None]
    period: NotRequired[str | None]
    provider: NotRequired[str | None]
    queue: NotRequired[str | None]
    review: NotRequired[str | None]
    scored: NotRequired[str | None]
    score_from: NotRequired[str | None]
    score_to: NotRequired[str | None]
    session: NotRequired[str | None]
    since: NotRequired[str | None]
    sort: NotRequired[str | None]
    status: NotRequired[str | None]
    subject: NotRequired[str | None]
    until: NotRequired[str | None]
    user: NotRequired[str | None]


class NewHistogram(TypedDict):
    """Among arguments, at `NewRollup.histogram`."""

    zero: int
    counts: Mapping[str, int]


class NewInteraction(TypedDict):
    """Among arguments, at `InteractionsAppendArgs.interactions`."""

    sequence: int
    speaker: Literal["user", "assistant", "system", "tool"]
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
    tool: NotRequired[NewToolCall | None]
    interrupted: NotRequired[bool | None]
    stages: NotRequired[NewStages | None]
    timing: NotRequired[Literal["measured", "vendor", "derived", "none"] | None]
    language: NotRequired[str | None]


class NewPerson(TypedDict):
    """Among arguments, at `UserSessionsCreateArgs.user`."""

    clerk_id: NotRequired[str | None]
    phone: NotRequired[str | None]
    name: NotRequired[str | None]
    email: NotRequired[str | None]
    image_url: NotRequired[str | None]
    external_id: NotRequired[str | None]


class NewQueueFilters(TypedDict):
    """Among arguments, at `ReviewQueuesCreateArgs.filters`."""

    clerk_id: NotRequired[str | None]
    from_: NotRequired[datetime | None]
    to: NotRequired[datetime | None]
    status: NotRequired[Literal["active", "completed", "abandoned", "failed"] | None]
    channel: NotRequired[Literal["voice", "chat"] | None]
    review_status: NotRequired[Literal["unreviewed", "in_review", "reviewed"] | None]
    provider: NotRequired[str | None]
    model_id: NotRequired[str | None]
    agent_version: NotRequired[str | None]
    agent_id: NotRequired[str | None]
    end_reason: NotRequired[str | None]
    language: NotRequired[str | None]
    environment: NotRequired[str | None]
    direction: NotRequired[str | None]
    label: NotRequired[str | None]
    has_audio: NotRequired[bool | None]
    slow: NotRequired[bool | None]
    min_duration_ms: NotRequired[float | None]
    max_duration_ms: NotRequired[float | None]
    min_latency_ms: NotRequired[float | None]


class NewReviewComment(TypedDict):
    """Among arguments, at `ReviewClaimsSaveDraftArgs.comments`."""

    text: str
    sequence: NotRequired[int | None]
    at_ms: NotRequired[float | None]


class NewRollup(TypedDict):
    """Among arguments, at `MetricsIngestArgs.rollups`."""

    metric: str
    dimensions: Mapping[str, str]
    bucket_start: datetime
    count: int
    errors: Mapping[str, int]
    sum: float
    max: float
    histogram: NewHistogram


class NewSampling(TypedDict):
    """Among arguments, at `ReviewQueuesCreateArgs.sampling`."""

    kind: Literal["all", "percentage", "perUser"]
    percent: NotRequired[float | None]
    quota: NotRequired[int | None]
    period: NotRequired[Literal["day", "total"] | None]


class NewScore(TypedDict):
    """Among arguments, at `ScoresAddArgs.scores`."""

    name: str
    origin: Literal["machine", "vendor", "user"]
    evaluator: str
    sequence: NotRequired[int | None]
    value: NotRequired[float | None]
    label: NotRequired[str | None]
    explanation: NotRequired[str | None]


class NewSession(TypedDict):
    """Among arguments, at `NewConversation.session`."""

    external_id: str
    channel: Literal["voice", "chat"]
    started_at: datetime
    source_id: NotRequired[str | None]
    title: NotRequired[str | None]
    provider: NotRequired[str | None]
    model_id: NotRequired[str | None]
    agent_version: NotRequired[str | None]
    agent_id: NotRequired[str | None]
    end_reason: NotRequired[str | None]
    language: NotRequired[str | None]
    environment: NotRequired[str | None]
    direction: NotRequired[str | None]
    metadata: NotRequired[Mapping[str, Any] | None]
    source: NotRequired[str | None]
    clerk_id: NotRequired[str | None]
    user: NotRequired[NewPerson | None]


class NewStages(TypedDict):
    """Among arguments, at `NewInteraction.stages`."""

    end_of_turn_ms: NotRequired[float | None]
    speech_to_text_ms: NotRequired[float | None]
    model_ms: NotRequired[float | None]
    text_to_speech_ms: NotRequired[float | None]
    tool_ms: NotRequired[float | None]


class NewStorageEvent(TypedDict):
    """Among arguments, at `MetricsIngestArgs.storageEvents`."""

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


class NewToolCall(TypedDict):
    """Among arguments, at `NewInteraction.tool`."""

    call_id: str
    name: NotRequired[str | None]
    arguments: NotRequired[str | None]
    result: NotRequired[str | None]
    is_error: NotRequired[bool | None]
    latency_ms: NotRequired[float | None]
    arguments_cut: NotRequired[bool | None]
    result_cut: NotRequired[bool | None]


class NewTurnAnswers(TypedDict):
    """Among arguments, at `ReviewClaimsSaveDraftArgs.turns`."""

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

    kind: Literal["product", "team", "anonymous"]
    cursor: str | None
    fix: bool


class RevealsFindUserArgs(TypedDict):
    """Arguments of `reveals:findUser`."""

    value: str
    reason: str


class RevealsOfScoresArgs(TypedDict):
    """Arguments of `reveals:ofScores`."""

    session_id: str
    reason: str
    cursor: str | None
    limit: int


class RevealsOfSessionArgs(TypedDict):
    """Arguments of `reveals:ofSession`."""

    id: str
    reason: str


class RevealsOfSessionsArgs(TypedDict):
    """Arguments of `reveals:ofSessions`."""

    clerk_id: str
    reason: str
    cursor: str | None
    limit: int


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
    partly: NotRequired[bool | None]


class ReviewQueuesAssignArgs(TypedDict):
    """Arguments of `reviewQueues:assign`."""

    queue_id: str
    session_ids: Sequence[str]
    email: NotRequired[str | None]
    reviewer_id: NotRequired[str | None]
    partly: NotRequired[bool | None]


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


class ReviewQueuesOfSessionArgs(TypedDict):
    """Arguments of `reviewQueues:ofSession`."""

    session_id: str


class ReviewQueuesPreviewArgs(TypedDict):
    """Arguments of `reviewQueues:preview`."""

    since: datetime
    filters: NewQueueFilters
    sampling: NewSampling
    seed: str


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
    named: NotRequired[bool | None]


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


class ScoresAddArgs(TypedDict):
    """Arguments of `scores:add`."""

    session_id: str
    scores: Sequence[NewScore]


class ScoresListArgs(TypedDict):
    """Arguments of `scores:list`."""

    session_id: str
    cursor: str | None
    limit: int


class StorageEventsListArgs(TypedDict):
    """Arguments of `storageEvents:list`."""

    cursor: str | None
    limit: int
    from_: NotRequired[datetime | None]
    to: NotRequired[datetime | None]
    event_request_id: NotRequired[str | None]
    order: NotRequired[Literal["asc", "desc"] | None]
    operation: NotRequired[str | None]
    outcome: NotRequired[
        Literal[
            "ok", "denied", "missing", "throttled", "timeout", "connection", "server", "invalid"
        ]
        | None
    ]


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
    source_id: NotRequired[str | None]


class UserSessionsCreateArgs(TypedDict):
    """Arguments of `userSessions:create`."""

    external_id: str
    channel: Literal["voice", "chat"]
    started_at: datetime
    source_id: NotRequired[str | None]
    title: NotRequired[str | None]
    provider: NotRequired[str | None]
    model_id: NotRequired[str | None]
    agent_version: NotRequired[str | None]
    agent_id: NotRequired[str | None]
    end_reason: NotRequired[str | None]
    language: NotRequired[str | None]
    environment: NotRequired[str | None]
    direction: NotRequired[str | None]
    metadata: NotRequired[Mapping[str, Any] | None]
    source: NotRequired[str | None]
    clerk_id: NotRequired[str | None]
    user: NotRequired[NewPerson | None]


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
    provider: NotRequired[str | None]
    model_id: NotRequired[str | None]
    agent_version: NotRequired[str | None]
    agent_id: NotRequired[str | None]
    end_reason: NotRequired[str | None]
    language: NotRequired[str | None]
    environment: NotRequired[str | None]
    direction: NotRequired[str | None]
    label: NotRequired[str | None]
    has_audio: NotRequired[bool | None]
    slow: NotRequired[bool | None]
    min_duration_ms: NotRequired[float | None]
    max_duration_ms: NotRequired[float | None]
    min_latency_ms: NotRequired[float | None]
    order: NotRequired[Literal["asc", "desc"] | None]
    score_name: NotRequired[str | None]
    score_min: NotRequired[float | None]
    score_max: NotRequired[float | None]


class UserSessionsNewerArgs(TypedDict):
    """Arguments of `userSessions:newer`."""

    after: datetime
    clerk_id: NotRequired[str | None]
    from_: NotRequired[datetime | None]
    to: NotRequired[datetime | None]
    status: NotRequired[Literal["active", "completed", "abandoned", "failed"] | None]
    channel: NotRequired[Literal["voice", "chat"] | None]
    review_status: NotRequired[Literal["unreviewed", "in_review", "reviewed"] | None]
    provider: NotRequired[str | None]
    model_id: NotRequired[str | None]
    agent_version: NotRequired[str | None]
    agent_id: NotRequired[str | None]
    end_reason: NotRequired[str | None]
    language: NotRequired[str | None]
    environment: NotRequired[str | None]
    direction: NotRequired[str | None]
    label: NotRequired[str | None]
    has_audio: NotRequired[bool | None]
    slow: NotRequired[bool | None]
    min_duration_ms: NotRequired[float | None]
    max_duration_ms: NotRequired[float | None]
    min_latency_ms: NotRequired[float | None]


class UserSessionsRankedArgs(TypedDict):
    """Arguments of `userSessions:ranked`."""

    cursor: str | None
    limit: int
    by: Literal["worstTurn", "length", "cost", "score"]
    clerk_id: NotRequired[str | None]
    from_: NotRequired[datetime | None]
    to: NotRequired[datetime | None]
    status: NotRequired[Literal["active", "completed", "abandoned", "failed"] | None]
    channel: NotRequired[Literal["voice", "chat"] | None]
    review_status: NotRequired[Literal["unreviewed", "in_review", "reviewed"] | None]
    provider: NotRequired[str | None]
    model_id: NotRequired[str | None]
    agent_version: NotRequired[str | None]
    agent_id: NotRequired[str | None]
    end_reason: NotRequired[str | None]
    language: NotRequired[str | None]
    environment: NotRequired[str | None]
    direction: NotRequired[str | None]
    label: NotRequired[str | None]
    has_audio: NotRequired[bool | None]
    slow: NotRequired[bool | None]
    min_duration_ms: NotRequired[float | None]
    max_duration_ms: NotRequired[float | None]
    min_latency_ms: NotRequired[float | None]
    order: NotRequired[Literal["asc", "desc"] | None]


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
    agent_version: NotRequired[str | None]
    agent_id: NotRequired[str | None]
    end_reason: NotRequired[str | None]
    language: NotRequired[str | None]
    environment: NotRequired[str | None]
    direction: NotRequired[str | None]
    labels: NotRequired[Sequence[str] | None]
    metadata: NotRequired[Mapping[str, Any] | None]


class UsersByIdentityArgs(TypedDict):
    """Arguments of `users:byIdentity`."""

    kind: Literal["clerk", "phone", "source"]
    value: str
    source: NotRequired[str | None]


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

    kind: Literal["product", "team"]
    clerk_id: NotRequired[str | None]
    external_id: NotRequired[str | None]
    phones: NotRequired[Sequence[str] | None]
    email: NotRequired[str | None]
    name: NotRequired[str | None]
    image_url: NotRequired[str | None]
    role: NotRequired[Literal["viewer", "reviewer", "ops", "admin"] | None]
    status: NotRequired[Literal["active", "banned", "deleted", "erasing"] | None]
    last_seen_at: NotRequired[datetime | None]
    clerk_updated_at: NotRequired[datetime | None]
    created_at: NotRequired[datetime | None]
    source: NotRequired[str | None]
    source_id: NotRequired[str | None]
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

_write_api_keys_create_args = writer(
    Argument("name", "name"),
    Argument("scope", "scope"),
    Argument("public_id", "publicId"),
    Argument("hash", "hash"),
    Argument("expires_at", "expiresAt", milliseconds),
)

_write_api_keys_find_args = writer(
    Argument("public_id", "publicId"),
)

_write_api_keys_list_args = writer(
    Argument("cursor", "cursor", nullable=True),
    Argument("limit", "limit"),
)

_write_api_keys_note_use_args = writer(
    Argument("id", "id"),
)

_write_api_keys_revoke_args = writer(
    Argument("id", "id"),
)

_write_api_keys_rotate_args = writer(
    Argument("id", "id"),
    Argument("hash", "hash"),
    Argument("keep_until", "keepUntil", milliseconds),
)

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
    Argument("from_", "from"),
    Argument("announced_at", "announcedAt", milliseconds),
)

_write_audio_objects_mark_stored_args = writer(
    Argument("id", "id"),
    Argument("etag", "etag"),
)

_write_audio_objects_note_tag_args = writer(
    Argument("id", "id"),
    Argument("tag", "tag"),
)

_write_audio_objects_start_expiry_args = writer()

_write_audit_list_args = writer(
    Argument("cursor", "cursor", nullable=True),
    Argument("limit", "limit"),
    Argument("from_", "from", milliseconds),
    Argument("to", "to", milliseconds),
    Argument("actor_id", "actorId"),
    Argument("subject_id", "subjectId"),
    Argument("session_id", "sessionId"),
    Argument("user_id", "userId"),
    Argument("action", "action"),
    Argument("order", "order"),
    Argument("named", "named"),
)

_write_auth_events_list_args = writer(
    Argument("cursor", "cursor", nullable=True),
    Argument("limit", "limit"),
    Argument("from_", "from", milliseconds),
    Argument("to", "to", milliseconds),
    Argument("event_request_id", "eventRequestId"),
    Argument("order", "order"),
    Argument("reason", "reason"),
    Argument("outcome", "outcome"),
    Argument("route", "route"),
)

_write_erasure_erased_sessions_args = writer(
    Argument("session_ids", "sessionIds", list),
)

_write_erasure_get_args = writer(
    Argument("clerk_id", "clerkId"),
)

_write_erasure_keep_receipt_args = writer(
    Argument("erasure_id", "erasureId"),
    Argument("receipt", "receipt"),
    Argument("swept_at", "sweptAt", milliseconds),
)

_write_erasure_list_args = writer(
    Argument("cursor", "cursor", nullable=True),
    Argument("limit", "limit"),
    Argument("order", "order"),
)

_write_erasure_open_args = writer(
    Argument("cursor", "cursor", nullable=True),
    Argument("limit", "limit"),
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
    Argument("clerk_id", "clerkId"),
    Argument("from_", "from", milliseconds),
    Argument("to", "to", milliseconds),
    Argument("status", "status"),
    Argument("channel", "channel"),
    Argument("review_status", "reviewStatus"),
    Argument("provider", "provider"),
    Argument("model_id", "modelId"),
    Argument("agent_version", "agentVersion"),
    Argument("agent_id", "agentId"),
    Argument("end_reason", "endReason"),
    Argument("language", "language"),
    Argument("environment", "environment"),
    Argument("direction", "direction"),
    Argument("label", "label"),
    Argument("has_audio", "hasAudio"),
    Argument("slow", "slow"),
    Argument("min_duration_ms", "minDurationMs"),
    Argument("max_duration_ms", "maxDurationMs"),
    Argument("min_latency_ms", "minLatencyMs"),
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

_write_labels_change_args = writer(
    Argument("session_ids", "sessionIds", list),
    Argument("add", "add", list),
    Argument("remove", "remove", list),
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

_write_new_end = writer(
    Argument("status", "status"),
    Argument("ended_at", "endedAt", milliseconds),
    Argument("assessment_ms", "assessmentMs"),
    Argument("assessed_at", "assessedAt", milliseconds),
    Argument("title", "title"),
    Argument("agent_version", "agentVersion"),
    Argument("agent_id", "agentId"),
    Argument("end_reason", "endReason"),
    Argument("language", "language"),
    Argument("environment", "environment"),
    Argument("direction", "direction"),
    Argument("labels", "labels", list),
    Argument("metadata", "metadata"),
    Argument("review_status", "reviewStatus"),
    Argument("score", "score"),
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

_write_new_export_details = writer(
    Argument("format", "format"),
    Argument("reason", "reason"),
    Argument("action", "action"),
    Argument("actor", "actor"),
    Argument("agent_version", "agentVersion"),
    Argument("agent_id", "agentId"),
    Argument("end_reason", "endReason"),
    Argument("language", "language"),
    Argument("environment", "environment"),
    Argument("direction", "direction"),
    Argument("audio", "audio"),
    Argument("channel", "channel"),
    Argument("label", "label"),
    Argument("latency", "latency"),
    Argument("longest", "longest"),
    Argument("shortest", "shortest"),
    Argument("slowest", "slowest"),
    Argument("reviewer", "reviewer"),
    Argument("model", "model"),
    Argument("period", "period"),
    Argument("provider", "provider"),
    Argument("queue", "queue"),
    Argument("review", "review"),
    Argument("scored", "scored"),
    Argument("score_from", "score_from"),
    Argument("score_to", "score_to"),
    Argument("session", "session"),
    Argument("since", "since"),
    Argument("sort", "sort"),
    Argument("status", "status"),
    Argument("subject", "subject"),
    Argument("until", "until"),
    Argument("user", "user"),
)

_write_new_histogram = writer(
    Argument("zero", "zero"),
    Argument("counts", "counts"),
)

_write_new_person = writer(
    Argument("clerk_id", "clerkId"),
    Argument("phone", "phone"),
    Argument("name", "name"),
    Argument("email", "email"),
    Argument("image_url", "imageUrl"),
    Argument("external_id", "externalId"),
)

_write_new_queue_filters = writer(
    Argument("clerk_id", "clerkId"),
    Argument("from_", "from", milliseconds),
    Argument("to", "to", milliseconds),
    Argument("status", "status"),
    Argument("channel", "channel"),
    Argument("review_status", "reviewStatus"),
    Argument("provider", "provider"),
    Argument("model_id", "modelId"),
    Argument("agent_version", "agentVersion"),
    Argument("agent_id", "agentId"),
    Argument("end_reason", "endReason"),
    Argument("language", "language"),
    Argument("environment", "environment"),
    Argument("direction", "direction"),
    Argument("label", "label"),
    Argument("has_audio", "hasAudio"),
    Argument("slow", "slow"),
    Argument("min_duration_ms", "minDurationMs"),
    Argument("max_duration_ms", "maxDurationMs"),
    Argument("min_latency_ms", "minLatencyMs"),
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

_write_new_score = writer(
    Argument("name", "name"),
    Argument("origin", "origin"),
    Argument("evaluator", "evaluator"),
    Argument("sequence", "sequence"),
    Argument("value", "value"),
    Argument("label", "label"),
    Argument("explanation", "explanation"),
)

_write_new_session = writer(
    Argument("external_id", "externalId"),
    Argument("channel", "channel"),
    Argument("started_at", "startedAt", milliseconds),
    Argument("source_id", "sourceId"),
    Argument("title", "title"),
    Argument("provider", "provider"),
    Argument("model_id", "modelId"),
    Argument("agent_version", "agentVersion"),
    Argument("agent_id", "agentId"),
    Argument("end_reason", "endReason"),
    Argument("language", "language"),
    Argument("environment", "environment"),
    Argument("direction", "direction"),
    Argument("metadata", "metadata"),
    Argument("source", "source"),
    Argument("clerk_id", "clerkId"),
    Argument("user", "user", _write_new_person),
)

_write_new_stages = writer(
    Argument("end_of_turn_ms", "endOfTurnMs"),
    Argument("speech_to_text_ms", "speechToTextMs"),
    Argument("model_ms", "modelMs"),
    Argument("text_to_speech_ms", "textToSpeechMs"),
    Argument("tool_ms", "toolMs"),
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

_write_new_tool_call = writer(
    Argument("call_id", "callId"),
    Argument("name", "name"),
    Argument("arguments", "arguments"),
    Argument("result", "result"),
    Argument("is_error", "isError"),
    Argument("latency_ms", "latencyMs"),
    Argument("arguments_cut", "argumentsCut"),
    Argument("result_cut", "resultCut"),
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

_write_reveals_find_user_args = writer(
    Argument("value", "value"),
    Argument("reason", "reason"),
)

_write_reveals_of_scores_args = writer(
    Argument("session_id", "sessionId"),
    Argument("reason", "reason"),
    Argument("cursor", "cursor", nullable=True),
    Argument("limit", "limit"),
)

_write_reveals_of_session_args = writer(
    Argument("id", "id"),
    Argument("reason", "reason"),
)

_write_reveals_of_sessions_args = writer(
    Argument("clerk_id", "clerkId"),
    Argument("reason", "reason"),
    Argument("cursor", "cursor", nullable=True),
    Argument("limit", "limit"),
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
    Argument("partly", "partly"),
)

_write_review_queues_assign_args = writer(
    Argument("queue_id", "queueId"),
    Argument("session_ids", "sessionIds", list),
    Argument("email", "email"),
    Argument("reviewer_id", "reviewerId"),
    Argument("partly", "partly"),
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

_write_review_queues_of_session_args = writer(
    Argument("session_id", "sessionId"),
)

_write_review_queues_preview_args = writer(
    Argument("since", "since", milliseconds),
    Argument("filters", "filters", _write_new_queue_filters),
    Argument("sampling", "sampling", _write_new_sampling),
    Argument("seed", "seed"),
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
    Argument("named", "named"),
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

_write_scores_add_args = writer(
    Argument("session_id", "sessionId"),
    Argument("scores", "scores", lambda value: [_write_new_score(item) for item in value]),
)

_write_scores_list_args = writer(
    Argument("session_id", "sessionId"),
    Argument("cursor", "cursor", nullable=True),
    Argument("limit", "limit"),
)

_write_storage_events_list_args = writer(
    Argument("cursor", "cursor", nullable=True),
    Argument("limit", "limit"),
    Argument("from_", "from", milliseconds),
    Argument("to", "to", milliseconds),
    Argument("event_request_id", "eventRequestId"),
    Argument("order", "order"),
    Argument("operation", "operation"),
    Argument("outcome", "outcome"),
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
    Argument("source_id", "sourceId"),
)

_write_user_sessions_create_args = writer(
    Argument("external_id", "externalId"),
    Argument("channel", "channel"),
    Argument("started_at", "startedAt", milliseconds),
    Argument("source_id", "sourceId"),
    Argument("title", "title"),
    Argument("provider", "provider"),
    Argument("model_id", "modelId"),
    Argument("agent_version", "agentVersion"),
    Argument("agent_id", "agentId"),
    Argument("end_reason", "endReason"),
    Argument("language", "language"),
    Argument("environment", "environment"),
    Argument("direction", "direction"),
    Argument("metadata", "metadata"),
    Argument("source", "source"),
    Argument("clerk_id", "clerkId"),
    Argument("user", "user", _write_new_person),
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
    Argument("provider", "provider"),
    Argument("model_id", "modelId"),
    Argument("agent_version", "agentVersion"),
    Argument("agent_id", "agentId"),
    Argument("end_reason", "endReason"),
    Argument("language", "language"),
    Argument("environment", "environment"),
    Argument("direction", "direction"),
    Argument("label", "label"),
    Argument("has_audio", "hasAudio"),
    Argument("slow", "slow"),
    Argument("min_duration_ms", "minDurationMs"),
    Argument("max_duration_ms", "maxDurationMs"),
    Argument("min_latency_ms", "minLatencyMs"),
    Argument("order", "order"),
    Argument("score_name", "scoreName"),
    Argument("score_min", "scoreMin"),
    Argument("score_max", "scoreMax"),
)

_write_user_sessions_newer_args = writer(
    Argument("after", "after", milliseconds),
    Argument("clerk_id", "clerkId"),
    Argument("from_", "from", milliseconds),
    Argument("to", "to", milliseconds),
    Argument("status", "status"),
    Argument("channel", "channel"),
    Argument("review_status", "reviewStatus"),
    Argument("provider", "provider"),
    Argument("model_id", "modelId"),
    Argument("agent_version", "agentVersion"),
    Argument("agent_id", "agentId"),
    Argument("end_reason", "endReason"),
    Argument("language", "language"),
    Argument("environment", "environment"),
    Argument("direction", "direction"),
    Argument("label", "label"),
    Argument("has_audio", "hasAudio"),
    Argument("slow", "slow"),
    Argument("min_duration_ms", "minDurationMs"),
    Argument("max_duration_ms", "maxDurationMs"),
    Argument("min_latency_ms", "minLatencyMs"),
)

_write_user_sessions_ranked_args = writer(
    Argument("cursor", "cursor", nullable=True),
    Argument("limit", "limit"),
    Argument("by", "by"),
    Argument("clerk_id", "clerkId"),
    Argument("from_", "from", milliseconds),
    Argument("to", "to", milliseconds),
    Argument("status", "status"),
    Argument("channel", "channel"),
    Argument("review_status", "reviewStatus"),
    Argument("provider", "provider"),
    Argument("model_id", "modelId"),
    Argument("agent_version", "agentVersion"),
    Argument("agent_id", "agentId"),
    Argument("end_reason", "endReason"),
    Argument("language", "language"),
    Argument("environment", "environment"),
    Argument("direction", "direction"),
    Argument("label", "label"),
    Argument("has_audio", "hasAudio"),
    Argument("slow", "slow"),
    Argument("min_duration_ms", "minDurationMs"),
    Argument("max_duration_ms", "maxDurationMs"),
    Argument("min_latency_ms", "minLatencyMs"),
    Argument("order", "order"),
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
    Argument("agent_version", "agentVersion"),
    Argument("agent_id", "agentId"),
    Argument("end_reason", "endReason"),
    Argument("language", "language"),
    Argument("environment", "environment"),
    Argument("direction", "direction"),
    Argument("labels", "labels", list),
    Argument("metadata", "metadata"),
)

_write_users_by_identity_args = writer(
    Argument("kind", "kind"),
    Argument("value", "value"),
    Argument("source", "source"),
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
    Argument("kind", "kind"),
    Argument("clerk_id", "clerkId"),
    Argument("external_id", "externalId"),
    Argument("phones", "phones", list),
    Argument("email", "email"),
    Argument("name", "name"),
    Argument("image_url", "imageUrl"),
    Argument("role", "role"),
    Argument("status", "status"),
    Argument("last_seen_at", "lastSeenAt", milliseconds),
    Argument("clerk_updated_at", "clerkUpdatedAt", milliseconds),
    Argument("created_at", "createdAt", milliseconds),
    Argument("source", "source"),
    Argument("source_id", "sourceId"),
    Argument("clear", "clear", list),
)

_write_alerts_evaluate_args = writer(
    Argument("at", "at", milliseconds),
    Argument("channels", "channels", list),
    Argument("results", "results", lambda value: [_write_new_evaluation(item) for item in value]),
)

_write_audit_record_args = writer(
    Argument("action", "action"),
    Argument("subject_type", "subjectType"),
    Argument("subject_id", "subjectId"),
    Argument("details", "details", _write_new_export_details),
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
    Argument("tool", "tool", _write_new_tool_call),
    Argument("interrupted", "interrupted"),
    Argument("stages", "stages", _write_new_stages),
    Argument("timing", "timing"),
    Argument("language", "language"),
)

_write_interactions_append_args = writer(
    Argument("session_id", "sessionId"),
    Argument(
        "interactions",
        "interactions",
        lambda value: [_write_new_interaction(item) for item in value],
    ),
)

_write_new_conversation = writer(
    Argument("session", "session", _write_new_session),
    Argument("turns", "turns", lambda value: [_write_new_interaction(item) for item in value]),
    Argument("end", "end", _write_new_end),
)

_write_imports_store_args = writer(
    Argument(
        "conversations",
        "conversations",
        lambda value: [_write_new_conversation(item) for item in value],
    ),
)

ALERTS_ACKNOWLEDGE: Final[Mutation[AlertsAcknowledgeArgs, Incident]] = Mutation(
    "alerts:acknowledge", _write_alerts_acknowledge_args, Reader(Incident)
)

ALERTS_END_SILENCE: Final[Mutation[AlertsEndSilenceArgs, None]] = Mutation(
    "alerts:endSilence", _write_alerts_end_silence_args, Reader(None)
)

ALERTS_EVALUATE: Final[Mutation[AlertsEvaluateArgs, Evaluated]] = Mutation(
    "alerts:evaluate", _write_alerts_evaluate_args, Reader(Evaluated)
)

ALERTS_GET: Final[Query[AlertsGetArgs, IncidentRecord | None]] = Query(
    "alerts:get", _write_alerts_get_args, Reader(IncidentRecord | None)
)

ALERTS_LIST: Final[Query[AlertsListArgs, Page[Incident]]] = Query(
    "alerts:list", _write_alerts_list_args, Reader(Page[Incident])
)

ALERTS_NOTE: Final[Mutation[AlertsNoteArgs, Recorded]] = Mutation(
    "alerts:note", _write_alerts_note_args, Reader(Recorded)
)

ALERTS_RECORD: Final[Mutation[AlertsRecordArgs, Upserted]] = Mutation(
    "alerts:record", _write_alerts_record_args, Reader(Upserted)
)

ALERTS_SILENCE: Final[Mutation[AlertsSilenceArgs, Silence]] = Mutation(
    "alerts:silence", _write_alerts_silence_args, Reader(Silence)
)

ALERTS_SILENCES: Final[Query[AlertsSilencesArgs, tuple[Silence, ...]]] = Query(
    "alerts:silences", _write_alerts_silences_args, Reader(tuple[Silence, ...])
)

ALERTS_STATES: Final[Query[AlertsStatesArgs, tuple[AlertState, ...]]] = Query(
    "alerts:states", _write_alerts_states_args, Reader(tuple[AlertState, ...])
)

ALERTS_SUMMARY: Final[Query[AlertsSummaryArgs, OpenIncidents]] = Query(
    "alerts:summary", _write_alerts_summary_args, Reader(OpenIncidents)
)

ALERT_DELIVERIES_CLAIM: Final[Mutation[AlertDeliveriesClaimArgs, tuple[Delivery, ...]]] = Mutation(
    "alertDeliveries:claim", _write_alert_deliveries_claim_args, Reader(tuple[Delivery, ...])
)

ALERT_DELIVERIES_LIST: Final[Query[AlertDeliveriesListArgs, Page[Delivery]]] = Query(
    "alertDeliveries:list", _write_alert_deliveries_list_args, Reader(Page[Delivery])
)

ALERT_DELIVERIES_SETTLE: Final[Mutation[AlertDeliveriesSettleArgs, Settled]] = Mutation(
    "alertDeliveries:settle", _write_alert_deliveries_settle_args, Reader(Settled)
)

ALERT_DELIVERIES_TEST: Final[Mutation[AlertDeliveriesTestArgs, None]] = Mutation(
    "alertDeliveries:test", _write_alert_deliveries_test_args, Reader(None)
)

API_KEYS_CREATE: Final[Mutation[ApiKeysCreateArgs, ApiKey]] = Mutation(
    "apiKeys:create", _write_api_keys_create_args, Reader(ApiKey)
)

API_KEYS_FIND: Final[Query[ApiKeysFindArgs, UsableKey | None]] = Query(
    "apiKeys:find", _write_api_keys_find_args, Reader(UsableKey | None)
)

API_KEYS_LIST: Final[Query[ApiKeysListArgs, Page[ApiKey]]] = Query(
    "apiKeys:list", _write_api_keys_list_args, Reader(Page[ApiKey])
)

API_KEYS_NOTE_USE: Final[Mutation[ApiKeysNoteUseArgs, None]] = Mutation(
    "apiKeys:noteUse", _write_api_keys_note_use_args, Reader(None)
)

API_KEYS_REVOKE: Final[Mutation[ApiKeysRevokeArgs, ApiKey]] = Mutation(
    "apiKeys:revoke", _write_api_keys_revoke_args, Reader(ApiKey)
)

API_KEYS_ROTATE: Final[Mutation[ApiKeysRotateArgs, ApiKey]] = Mutation(
    "apiKeys:rotate", _write_api_keys_rotate_args, Reader(ApiKey)
)

AUDIO_OBJECTS_ALL: Final[Query[AudioObjectsAllArgs, Page[AudioObject]]] = Query(
    "audioObjects:all", _write_audio_objects_all_args, Reader(Page[AudioObject])
)

AUDIO_OBJECTS_BEGIN: Final[Mutation[AudioObjectsBeginArgs, AudioObject]] = Mutation(
    "audioObjects:begin", _write_audio_objects_begin_args, Reader(AudioObject)
)

AUDIO_OBJECTS_BY_KEYS: Final[Query[AudioObjectsByKeysArgs, tuple[AudioObject, ...]]] = Query(
    "audioObjects:byKeys", _write_audio_objects_by_keys_args, Reader(tuple[AudioObject, ...])
)

AUDIO_OBJECTS_DUE: Final[Query[AudioObjectsDueArgs, Page[AudioObject]]] = Query(
    "audioObjects:due", _write_audio_objects_due_args, Reader(Page[AudioObject])
)

AUDIO_OBJECTS_FOR_SESSION: Final[Query[AudioObjectsForSessionArgs, tuple[AudioObject, ...]]] = (
    Query(
        "audioObjects:forSession",
        _write_audio_objects_for_session_args,
        Reader(tuple[AudioObject, ...]),
    )
)

AUDIO_OBJECTS_GET: Final[Query[AudioObjectsGetArgs, AudioObject | None]] = Query(
    "audioObjects:get", _write_audio_objects_get_args, Reader(AudioObject | None)
)

AUDIO_OBJECTS_MARK_ANALYSED: Final[Mutation[AudioObjectsMarkAnalysedArgs, AudioObject]] = Mutation(
    "audioObjects:markAnalysed", _write_audio_objects_mark_analysed_args, Reader(AudioObject)
)

AUDIO_OBJECTS_MARK_EXPIRED: Final[Mutation[AudioObjectsMarkExpiredArgs, AudioObject]] = Mutation(
    "audioObjects:markExpired", _write_audio_objects_mark_expired_args, Reader(AudioObject)
)

AUDIO_OBJECTS_MARK_MISSING: Final[Mutation[AudioObjectsMarkMissingArgs, AudioObject]] = Mutation(
    "audioObjects:markMissing", _write_audio_objects_mark_missing_args, Reader(AudioObject)
)

AUDIO_OBJECTS_MARK_STORED: Final[Mutation[AudioObjectsMarkStoredArgs, AudioObject]] = Mutation(
    "audioObjects:markStored", _write_audio_objects_mark_stored_args, Reader(AudioObject)
)

AUDIO_OBJECTS_NOTE_TAG: Final[Mutation[AudioObjectsNoteTagArgs, None]] = Mutation(
    "audioObjects:noteTag", _write_audio_objects_note_tag_args, Reader(None)
)

AUDIO_OBJECTS_START_EXPIRY: Final[Mutation[AudioObjectsStartExpiryArgs, StartedExpiry]] = Mutation(
    "audioObjects:startExpiry", _write_audio_objects_start_expiry_args, Reader(StartedExpiry)
)

AUDIT_LIST: Final[Query[AuditListArgs, Page[AuditEvent]]] = Query(
    "audit:list", _write_audit_list_args, Reader(Page[AuditEvent])
)

AUDIT_RECORD: Final[Mutation[AuditRecordArgs, Recorded]] = Mutation(
    "audit:record", _write_audit_record_args, Reader(Recorded)
)

AUTH_EVENTS_LIST: Final[Query[AuthEventsListArgs, Page[AuthEvent]]] = Query(
    "authEvents:list", _write_auth_events_list_args, Reader(Page[AuthEvent])
)

ERASURE_ERASED_SESSIONS: Final[Query[ErasureErasedSessionsArgs, tuple[str, ...]]] = Query(
    "erasure:erasedSessions", _write_erasure_erased_sessions_args, Reader(tuple[str, ...])
)

ERASURE_GET: Final[Query[ErasureGetArgs, Erasure | None]] = Query(
    "erasure:get", _write_erasure_get_args, Reader(Erasure | None)
)

ERASURE_KEEP_RECEIPT: Final[Mutation[ErasureKeepReceiptArgs, Erasure]] = Mutation(
    "erasure:keepReceipt", _write_erasure_keep_receipt_args, Reader(Erasure)
)

ERASURE_LIST: Final[Query[ErasureListArgs, Page[Erasure]]] = Query(
    "erasure:list", _write_erasure_list_args, Reader(Page[Erasure])
)

ERASURE_OPEN: Final[Query[ErasureOpenArgs, Page[Erasure]]] = Query(
    "erasure:open", _write_erasure_open_args, Reader(Page[Erasure])
)

ERASURE_START: Final[Mutation[ErasureStartArgs, ErasureBegun]] = Mutation(
    "erasure:start", _write_erasure_start_args, Reader(ErasureBegun)
)

ERASURE_STEP: Final[Mutation[ErasureStepArgs, ErasureStep]] = Mutation(
    "erasure:step", _write_erasure_step_args, Reader(ErasureStep)
)

IMPORTS_STORE: Final[Mutation[ImportsStoreArgs, tuple[Imported, ...]]] = Mutation(
    "imports:store", _write_imports_store_args, Reader(tuple[Imported, ...])
)

INTERACTIONS_APPEND: Final[Mutation[InteractionsAppendArgs, Appended]] = Mutation(
    "interactions:append", _write_interactions_append_args, Reader(Appended)
)

INTERACTIONS_BY_REQUEST_ID: Final[Query[InteractionsByRequestIdArgs, tuple[Interaction, ...]]] = (
    Query(
        "interactions:byRequestId",
        _write_interactions_by_request_id_args,
        Reader(tuple[Interaction, ...]),
    )
)

INTERACTIONS_LIST: Final[Query[InteractionsListArgs, Page[Interaction]]] = Query(
    "interactions:list", _write_interactions_list_args, Reader(Page[Interaction])
)

INTERACTIONS_SEARCH: Final[Query[InteractionsSearchArgs, tuple[SearchHit, ...]]] = Query(
    "interactions:search", _write_interactions_search_args, Reader(tuple[SearchHit, ...])
)

JOB_LEASES_ACQUIRE: Final[Mutation[JobLeasesAcquireArgs, Lease]] = Mutation(
    "jobLeases:acquire", _write_job_leases_acquire_args, Reader(Lease)
)

JOB_LEASES_FINISH: Final[Mutation[JobLeasesFinishArgs, None]] = Mutation(
    "jobLeases:finish", _write_job_leases_finish_args, Reader(None)
)

JOB_LEASES_LIST: Final[Query[JobLeasesListArgs, tuple[JobRun, ...]]] = Query(
    "jobLeases:list", _write_job_leases_list_args, Reader(tuple[JobRun, ...])
)

JOB_LEASES_RENEW: Final[Mutation[JobLeasesRenewArgs, Renewal]] = Mutation(
    "jobLeases:renew", _write_job_leases_renew_args, Reader(Renewal)
)

LABELS_CHANGE: Final[Mutation[LabelsChangeArgs, LabelsChanged]] = Mutation(
    "labels:change", _write_labels_change_args, Reader(LabelsChanged)
)

LISTENING_EXPORT_AUDIO: Final[Mutation[ListeningExportAudioArgs, tuple[AudioObject, ...]]] = (
    Mutation(
        "listening:exportAudio", _write_listening_export_audio_args, Reader(tuple[AudioObject, ...])
    )
)

LISTENING_OPEN: Final[Mutation[ListeningOpenArgs, OpenedSession | None]] = Mutation(
    "listening:open", _write_listening_open_args, Reader(OpenedSession | None)
)

LISTENING_PLAY: Final[Mutation[ListeningPlayArgs, AudioObject | None]] = Mutation(
    "listening:play", _write_listening_play_args, Reader(AudioObject | None)
)

METRICS_INGEST: Final[Mutation[MetricsIngestArgs, Ingested]] = Mutation(
    "metrics:ingest", _write_metrics_ingest_args, Reader(Ingested)
)

METRICS_RANGE: Final[Query[MetricsRangeArgs, Page[Rollup]]] = Query(
    "metrics:range", _write_metrics_range_args, Reader(Page[Rollup])
)

MIGRATIONS_STATUS: Final[Query[MigrationsStatusArgs, tuple[MigrationRun, ...]]] = Query(
    "migrations:status", _write_migrations_status_args, Reader(tuple[MigrationRun, ...])
)

MIGRATIONS_STEP: Final[Mutation[MigrationsStepArgs, MigrationRun]] = Mutation(
    "migrations:step", _write_migrations_step_args, Reader(MigrationRun)
)

RATE_LIMITS_TAKE: Final[Mutation[RateLimitsTakeArgs, Taken]] = Mutation(
    "rateLimits:take", _write_rate_limits_take_args, Reader(Taken)
)

REPAIR_DAYS: Final[Mutation[RepairDaysArgs, Recount]] = Mutation(
    "repair:days", _write_repair_days_args, Reader(Recount)
)

REPAIR_QUEUES: Final[Mutation[RepairQueuesArgs, Recount]] = Mutation(
    "repair:queues", _write_repair_queues_args, Reader(Recount)
)

REPAIR_SESSIONS: Final[Mutation[RepairSessionsArgs, Recount]] = Mutation(
    "repair:sessions", _write_repair_sessions_args, Reader(Recount)
)

REPAIR_USERS: Final[Mutation[RepairUsersArgs, Recount]] = Mutation(
    "repair:users", _write_repair_users_args, Reader(Recount)
)

REVEALS_FIND_USER: Final[Mutation[RevealsFindUserArgs, User | None]] = Mutation(
    "reveals:findUser", _write_reveals_find_user_args, Reader(User | None)
)

REVEALS_OF_SCORES: Final[Mutation[RevealsOfScoresArgs, Page[Score]]] = Mutation(
    "reveals:ofScores", _write_reveals_of_scores_args, Reader(Page[Score])
)

REVEALS_OF_SESSION: Final[Mutation[RevealsOfSessionArgs, UserSession]] = Mutation(
    "reveals:ofSession", _write_reveals_of_session_args, Reader(UserSession)
)

REVEALS_OF_SESSIONS: Final[Mutation[RevealsOfSessionsArgs, Page[UserSession]]] = Mutation(
    "reveals:ofSessions", _write_reveals_of_sessions_args, Reader(Page[UserSession])
)

REVEALS_OF_TRANSCRIPT: Final[Mutation[RevealsOfTranscriptArgs, Page[Interaction]]] = Mutation(
    "reveals:ofTranscript", _write_reveals_of_transcript_args, Reader(Page[Interaction])
)

REVEALS_OF_USER: Final[Mutation[RevealsOfUserArgs, User]] = Mutation(
    "reveals:ofUser", _write_reveals_of_user_args, Reader(User)
)

REVIEWS_ADJUDICATE: Final[Mutation[ReviewsAdjudicateArgs, Review]] = Mutation(
    "reviews:adjudicate", _write_reviews_adjudicate_args, Reader(Review)
)

REVIEWS_AGREEMENTS: Final[Query[ReviewsAgreementsArgs, Page[ReviewAgreement]]] = Query(
    "reviews:agreements", _write_reviews_agreements_args, Reader(Page[ReviewAgreement])
)

REVIEWS_AMEND: Final[Mutation[ReviewsAmendArgs, Review]] = Mutation(
    "reviews:amend", _write_reviews_amend_args, Reader(Review)
)

REVIEWS_HISTORY: Final[Query[ReviewsHistoryArgs, Page[Review]]] = Query(
    "reviews:history", _write_reviews_history_args, Reader(Page[Review])
)

REVIEWS_LIST: Final[Query[ReviewsListArgs, Page[Review]]] = Query(
    "reviews:list", _write_reviews_list_args, Reader(Page[Review])
)

REVIEWS_OF_SESSION: Final[Query[ReviewsOfSessionArgs, tuple[Review, ...]]] = Query(
    "reviews:ofSession", _write_reviews_of_session_args, Reader(tuple[Review, ...])
)

REVIEWS_SUBMIT: Final[Mutation[ReviewsSubmitArgs, SubmittedReview]] = Mutation(
    "reviews:submit", _write_reviews_submit_args, Reader(SubmittedReview)
)

REVIEWS_TRENDS: Final[Query[ReviewsTrendsArgs, tuple[ScoreTrend, ...]]] = Query(
    "reviews:trends", _write_reviews_trends_args, Reader(tuple[ScoreTrend, ...])
)

REVIEWS_UNDO: Final[Mutation[ReviewsUndoArgs, Claim]] = Mutation(
    "reviews:undo", _write_reviews_undo_args, Reader(Claim)
)

REVIEW_CLAIMS_CURRENT: Final[Query[ReviewClaimsCurrentArgs, Claim | None]] = Query(
    "reviewClaims:current", _write_review_claims_current_args, Reader(Claim | None)
)

REVIEW_CLAIMS_NEXT: Final[Mutation[ReviewClaimsNextArgs, Claim | None]] = Mutation(
    "reviewClaims:next", _write_review_claims_next_args, Reader(Claim | None)
)

REVIEW_CLAIMS_RELEASE: Final[Mutation[ReviewClaimsReleaseArgs, ClaimRelease]] = Mutation(
    "reviewClaims:release", _write_review_claims_release_args, Reader(ClaimRelease)
)

REVIEW_CLAIMS_RENEW: Final[Mutation[ReviewClaimsRenewArgs, ClaimRenewal]] = Mutation(
    "reviewClaims:renew", _write_review_claims_renew_args, Reader(ClaimRenewal)
)

REVIEW_CLAIMS_SAVE_DRAFT: Final[Mutation[ReviewClaimsSaveDraftArgs, ClaimRenewal]] = Mutation(
    "reviewClaims:saveDraft", _write_review_claims_save_draft_args, Reader(ClaimRenewal)
)

REVIEW_CLAIMS_TAKE: Final[Mutation[ReviewClaimsTakeArgs, Claim]] = Mutation(
    "reviewClaims:take", _write_review_claims_take_args, Reader(Claim)
)

REVIEW_QUEUES_ADD_SESSIONS: Final[Mutation[ReviewQueuesAddSessionsArgs, SessionsAdded]] = Mutation(
    "reviewQueues:addSessions", _write_review_queues_add_sessions_args, Reader(SessionsAdded)
)

REVIEW_QUEUES_ASSIGN: Final[Mutation[ReviewQueuesAssignArgs, SessionsAssigned]] = Mutation(
    "reviewQueues:assign", _write_review_queues_assign_args, Reader(SessionsAssigned)
)

REVIEW_QUEUES_CREATE: Final[Mutation[ReviewQueuesCreateArgs, ReviewQueue]] = Mutation(
    "reviewQueues:create", _write_review_queues_create_args, Reader(ReviewQueue)
)

REVIEW_QUEUES_FILL: Final[Mutation[ReviewQueuesFillArgs, QueueFill]] = Mutation(
    "reviewQueues:fill", _write_review_queues_fill_args, Reader(QueueFill)
)

REVIEW_QUEUES_GET: Final[Query[ReviewQueuesGetArgs, ReviewQueue | None]] = Query(
    "reviewQueues:get", _write_review_queues_get_args, Reader(ReviewQueue | None)
)

REVIEW_QUEUES_ITEMS: Final[Query[ReviewQueuesItemsArgs, Page[ReviewItem]]] = Query(
    "reviewQueues:items", _write_review_queues_items_args, Reader(Page[ReviewItem])
)

REVIEW_QUEUES_LIST: Final[Query[ReviewQueuesListArgs, Page[ReviewQueue]]] = Query(
    "reviewQueues:list", _write_review_queues_list_args, Reader(Page[ReviewQueue])
)

REVIEW_QUEUES_OF_SESSION: Final[Query[ReviewQueuesOfSessionArgs, tuple[SessionPlace, ...]]] = Query(
    "reviewQueues:ofSession", _write_review_queues_of_session_args, Reader(tuple[SessionPlace, ...])
)

REVIEW_QUEUES_PREVIEW: Final[Query[ReviewQueuesPreviewArgs, QueuePreview]] = Query(
    "reviewQueues:preview", _write_review_queues_preview_args, Reader(QueuePreview)
)

REVIEW_QUEUES_PRIORITISE: Final[Mutation[ReviewQueuesPrioritiseArgs, None]] = Mutation(
    "reviewQueues:prioritise", _write_review_queues_prioritise_args, Reader(None)
)

REVIEW_QUEUES_REMOVE_ITEM: Final[Mutation[ReviewQueuesRemoveItemArgs, None]] = Mutation(
    "reviewQueues:removeItem", _write_review_queues_remove_item_args, Reader(None)
)

REVIEW_QUEUES_REVIEWERS: Final[Query[ReviewQueuesReviewersArgs, tuple[ReviewerProgress, ...]]] = (
    Query(
        "reviewQueues:reviewers",
        _write_review_queues_reviewers_args,
        Reader(tuple[ReviewerProgress, ...]),
    )
)

REVIEW_QUEUES_UNASSIGN: Final[Mutation[ReviewQueuesUnassignArgs, Unassigned]] = Mutation(
    "reviewQueues:unassign", _write_review_queues_unassign_args, Reader(Unassigned)
)

REVIEW_QUEUES_UPDATE: Final[Mutation[ReviewQueuesUpdateArgs, ReviewQueue]] = Mutation(
    "reviewQueues:update", _write_review_queues_update_args, Reader(ReviewQueue)
)

RUBRICS_GET: Final[Query[RubricsGetArgs, Rubric | None]] = Query(
    "rubrics:get", _write_rubrics_get_args, Reader(Rubric | None)
)

RUBRICS_LIST: Final[Query[RubricsListArgs, Page[Rubric]]] = Query(
    "rubrics:list", _write_rubrics_list_args, Reader(Page[Rubric])
)

RUBRICS_PUBLISH: Final[Mutation[RubricsPublishArgs, Rubric]] = Mutation(
    "rubrics:publish", _write_rubrics_publish_args, Reader(Rubric)
)

SCORES_ADD: Final[Mutation[ScoresAddArgs, ScoresAdded]] = Mutation(
    "scores:add", _write_scores_add_args, Reader(ScoresAdded)
)

SCORES_LIST: Final[Query[ScoresListArgs, Page[Score]]] = Query(
    "scores:list", _write_scores_list_args, Reader(Page[Score])
)

STORAGE_EVENTS_LIST: Final[Query[StorageEventsListArgs, Page[StorageEvent]]] = Query(
    "storageEvents:list", _write_storage_events_list_args, Reader(Page[StorageEvent])
)

STORAGE_EVENTS_SLOWEST: Final[Query[StorageEventsSlowestArgs, Page[StorageEvent]]] = Query(
    "storageEvents:slowest", _write_storage_events_slowest_args, Reader(Page[StorageEvent])
)

SYSTEM_PING: Final[Query[SystemPingArgs, Ping]] = Query(
    "system:ping", _write_system_ping_args, Reader(Ping)
)

USERS_BY_IDENTITY: Final[Query[UsersByIdentityArgs, User | None]] = Query(
    "users:byIdentity", _write_users_by_identity_args, Reader(User | None)
)

USERS_GET: Final[Query[UsersGetArgs, User | None]] = Query(
    "users:get", _write_users_get_args, Reader(User | None)
)

USERS_LIST: Final[Query[UsersListArgs, Page[User]]] = Query(
    "users:list", _write_users_list_args, Reader(Page[User])
)

USERS_SUMMARY: Final[Query[UsersSummaryArgs, UserSummary | None]] = Query(
    "users:summary", _write_users_summary_args, Reader(UserSummary | None)
)

USERS_UPSERT: Final[Mutation[UsersUpsertArgs, UserUpserted]] = Mutation(
    "users:upsert", _write_users_upsert_args, Reader(UserUpserted)
)

USER_SESSIONS_BY_EXTERNAL_ID: Final[Query[UserSessionsByExternalIdArgs, UserSession | None]] = (
    Query(
        "userSessions:byExternalId",
        _write_user_sessions_by_external_id_args,
        Reader(UserSession | None),
    )
)

USER_SESSIONS_CREATE: Final[Mutation[UserSessionsCreateArgs, SessionCreated]] = Mutation(
    "userSessions:create", _write_user_sessions_create_args, Reader(SessionCreated)
)

USER_SESSIONS_DAILY: Final[Query[UserSessionsDailyArgs, tuple[DaySummary, ...]]] = Query(
    "userSessions:daily", _write_user_sessions_daily_args, Reader(tuple[DaySummary, ...])
)

USER_SESSIONS_GET: Final[Query[UserSessionsGetArgs, UserSession | None]] = Query(
    "userSessions:get", _write_user_sessions_get_args, Reader(UserSession | None)
)

USER_SESSIONS_LIST: Final[Query[UserSessionsListArgs, Page[UserSession]]] = Query(
    "userSessions:list", _write_user_sessions_list_args, Reader(Page[UserSession])
)

USER_SESSIONS_NEWER: Final[Query[UserSessionsNewerArgs, NewerSessions]] = Query(
    "userSessions:newer", _write_user_sessions_newer_args, Reader(NewerSessions)
)

USER_SESSIONS_RANKED: Final[Query[UserSessionsRankedArgs, RankedSessions]] = Query(
    "userSessions:ranked", _write_user_sessions_ranked_args, Reader(RankedSessions)
)

USER_SESSIONS_SET_LEGAL_HOLD: Final[Mutation[UserSessionsSetLegalHoldArgs, UserSession]] = Mutation(
    "userSessions:setLegalHold", _write_user_sessions_set_legal_hold_args, Reader(UserSession)
)

USER_SESSIONS_SET_REVIEW: Final[Mutation[UserSessionsSetReviewArgs, UserSession]] = Mutation(
    "userSessions:setReview", _write_user_sessions_set_review_args, Reader(UserSession)
)

USER_SESSIONS_SUMMARY: Final[Query[UserSessionsSummaryArgs, SessionSummary | None]] = Query(
    "userSessions:summary", _write_user_sessions_summary_args, Reader(SessionSummary | None)
)

USER_SESSIONS_UPDATE: Final[Mutation[UserSessionsUpdateArgs, UserSession]] = Mutation(
    "userSessions:update", _write_user_sessions_update_args, Reader(UserSession)
)
