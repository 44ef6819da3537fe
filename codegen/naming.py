"""How names on the wire become names in Python, and which numbers are times or integers.

Convex has one number type, float64. Whether a number is a moment or a count can be told only by
its name, so the rules are here, once, and the generated types show what they decided.
"""

from __future__ import annotations

import keyword
import re

# Names of the records, by the function that returns them (`.field` for what lies inside, `()` for
# objects among the arguments). Functions that return the same shape share the record.
RECORD_NAMES: dict[str, str] = {
    "users:get": "User",
    "users:upsert": "Upserted",
    "userSessions:get": "UserSession",
    "userSessions:get.user": "SessionUser",
    "userSessions:create": "Upserted",
    "listening:open": "OpenedSession",
    "userSessions:newer": "NewerSessions",
    "userSessions:summary": "SessionSummary",
    "userSessions:summary.ttft": "Distribution",
    "interactions:list": "Interaction",
    "interactions:list.audio": "AudioObject",
    "interactions:append": "Appended",
    "interactions:append()interactions": "NewInteraction",
    "interactions:search": "SearchHit",
    "interactions:search.highlight": "HighlightPiece",
    "audioObjects:get": "AudioObject",
    "audioObjects:begin": "AudioObject",
    "metrics:range": "Rollup",
    "metrics:range.histogram": "Histogram",
    "metrics:ingest()rollups.histogram": "NewHistogram",
    "metrics:ingest()rollups": "NewRollup",
    "metrics:ingest()authEvents": "NewAuthEvent",
    "metrics:ingest()storageEvents": "NewStorageEvent",
    "authEvents:list": "AuthEvent",
    "storageEvents:list": "StorageEvent",
    "audit:list": "AuditEvent",
    "system:ping": "Ping",
    "rateLimits:take": "Taken",
    "jobLeases:acquire": "Lease",
    "jobLeases:list": "JobRun",
    "erasure:get": "Erasure",
    "erasure:start": "ErasureBegun",
    "erasure:step": "ErasureStep",
    "jobLeases:renew": "Renewal",
    "migrations:status": "MigrationRun",
    "userSessions:daily": "DaySummary",
    "users:summary": "UserSummary",
    "users:summary.total": "Totals",
    "audit:record": "Recorded",
    "metrics:ingest": "Ingested",
    "alerts:states": "AlertState",
    "alerts:evaluate": "Evaluated",
    "alerts:evaluate()results": "NewEvaluation",
    "alerts:record": "Upserted",
    "alerts:list": "Incident",
    "alerts:get": "IncidentRecord",
    "alerts:get.incident": "Incident",
    "alerts:get.history": "IncidentEntry",
    "alerts:acknowledge": "Incident",
    "alerts:note": "Recorded",
    "alerts:silence": "Silence",
    "alerts:silences": "Silence",
    "alerts:summary": "OpenIncidents",
    "alertDeliveries:list": "Delivery",
    "alertDeliveries:claim": "Delivery",
    "alertDeliveries:list.items": "Announcement",
    "alertDeliveries:claim.items": "Announcement",
    "alertDeliveries:settle": "Settled",
    "repair:sessions": "Recount",
    "repair:sessions.drift": "Drift",
    "rubrics:get": "Rubric",
    "rubrics:get.criteria": "Criterion",
    "rubrics:publish()criteria": "NewCriterion",
    "reviewQueues:get": "ReviewQueue",
    "reviewQueues:get.filters": "QueueFilters",
    "reviewQueues:get.sampling": "Sampling",
    "reviewQueues:get.progress": "QueueProgress",
    "reviewQueues:create()filters": "NewQueueFilters",
    "reviewQueues:create()sampling": "NewSampling",
    "reviewQueues:reviewers": "ReviewerProgress",
    "reviewQueues:items": "ReviewItem",
    "reviewQueues:items.slots": "ReviewSlot",
    "reviewQueues:addSessions": "SessionsAdded",
    "reviewQueues:assign": "SessionsAssigned",
    "reviewQueues:fill": "QueueFill",
    "reviewQueues:unassign": "Unassigned",
    "reviewClaims:take": "Claim",
    "reviewClaims:take.draft": "ReviewDraft",
    "reviewClaims:renew": "ClaimRenewal",
    "reviewClaims:release": "ClaimRelease",
    "reviews:amend": "Review",
    "reviews:amend.turns": "TurnAnswers",
    "reviews:amend.comments": "ReviewComment",
    "reviews:amend.corrections": "Correction",
    "reviews:submit": "SubmittedReview",
    "reviews:amend()turns": "NewTurnAnswers",
    "reviews:amend()comments": "NewReviewComment",
    "reviews:amend()corrections": "NewCorrection",
    "reviews:agreements": "ReviewAgreement",
    "reviews:agreements.cells": "AgreementCell",
    "reviews:trends": "ScoreTrend",
}

_TIME_NAMES = {
    "after",
    "at",
    "before",
    "bucketStart",
    "day",
    "from",
    "leaseUntil",
    "now",
    "to",
    "undoUntil",
}
_INTEGER_NAMES = {
    "accepted",
    "added",
    "already",
    "announced",
    "applied",
    "assigned",
    "attempts",
    "bytes",
    "changed",
    "channels",
    "checked",
    "count",
    "counts",
    "done",
    "duplicates",
    "errors",
    "failures",
    "inWork",
    "indexes",
    "interactions",
    "items",
    "itemsDone",
    "left",
    "limit",
    "opened",
    "priority",
    "processed",
    "quota",
    "remaining",
    "resolved",
    "runs",
    "sampleRate",
    "sequence",
    "sessions",
    "status",
    "submitted",
    "target",
    "tokensIn",
    "tokensOut",
    "version",
    "wanted",
    "zero",
}


def is_time(name: str) -> bool:
    """Tell whether a number of this name is a moment in Unix milliseconds."""
    return name in _TIME_NAMES or name.endswith("At")


def is_integer(name: str) -> bool:
    """Tell whether a number of this name is always integral."""
    return name in _INTEGER_NAMES or name.endswith(("Count", "Sequence"))


def snake(name: str) -> str:
    """Return `startedAtMs` as `started_at_ms`; a keyword gets an underscore at its end."""
    lowered = re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()
    return f"{lowered}_" if keyword.iskeyword(lowered) else lowered


def pascal(name: str) -> str:
    """Return `userSessions:get.user` as `UserSessionsGetUser`."""
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", name))


def writer_name(name: str) -> str:
    """Return the name of the function that writes the arguments of a typed dict."""
    return f"_write_{snake(name)}"
