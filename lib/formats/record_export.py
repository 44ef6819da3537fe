"""Lists of records as files, written record by record: CSV and JSON.

A list is never in memory as a whole: pages come by cursor while the file is written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, BinaryIO, Final, Literal

import msgspec

from lib.data.functions import rfc3339
from lib.data.records import AuditEvent, Review, UserSession
from lib.formats.csv_cells import write_rows

FileFormat = Literal["csv", "json"]
MEDIA_TYPES: Final[Mapping[FileFormat, str]] = {"csv": "text/csv", "json": "application/json"}

_HALVES: Final = re.compile("[\ud800-\udfff]")

Progress = Callable[[int, int], None]
"""Called after each record with the number of records and bytes written so far."""
Columns = Mapping[str, Callable[[Any], object]]


def _further(record: type[msgspec.Struct], told: Columns, under: frozenset[str]) -> Columns:
    """Return the fields of a record that are neither told already nor `under` another name."""
    return {
        field.encode_name: attrgetter(field.name)
        for field in msgspec.structs.fields(record)
        if field.encode_name not in told and field.name not in under
    }


_FIRST_OF_SESSION: Final[Columns] = {
    "id": lambda session: session.id,
    "externalId": lambda session: session.external_id,
    "title": lambda session: session.title,
    "userId": lambda session: session.user.clerk_id,
    "userName": lambda session: session.user.name,
    "userEmail": lambda session: session.user.email,
    "channel": lambda session: session.channel,
    "status": lambda session: session.status,
    "startedAt": lambda session: session.started_at,
    "endedAt": lambda session: session.ended_at,
    "durationMs": lambda session: session.duration_ms,
    "turns": lambda session: session.interaction_count,
    "recordings": lambda session: session.audio_count,
    "provider": lambda session: session.provider,
    "modelId": lambda session: session.model_id,
    "tokensIn": lambda session: session.tokens_in,
    "tokensOut": lambda session: session.tokens_out,
    "costUsd": lambda session: session.cost,
    "worstTtftMs": lambda session: session.worst_ttft_ms,
    "worstLatencyMs": lambda session: session.worst_latency_ms,
    "assessmentMs": lambda session: session.assessment_ms,
    "reviewStatus": lambda session: session.review_status,
    "score": lambda session: session.score,
    "labels": lambda session: "; ".join(session.labels),
    "legalHold": lambda session: session.legal_hold,
    "source": lambda session: session.source,
    "metadata": lambda session: as_json(session.metadata) if session.metadata else None,
}
# Every other field follows by itself, so that the places of the columns above stay.
SESSION_COLUMNS: Final[Columns] = {
    **_FIRST_OF_SESSION,
    **_further(
        UserSession,
        _FIRST_OF_SESSION,
        frozenset({"user", "interaction_count", "audio_count", "cost"}),
    ),
    "userPhone": lambda session: session.user.phone,
}
AUDIT_COLUMNS: Final[Columns] = {
    "id": lambda event: event.id,
    "at": lambda event: event.created_at,
    "actorId": lambda event: event.actor_id,
    "actorRole": lambda event: event.actor_role,
    "action": lambda event: event.action,
    "subjectType": lambda event: event.subject_type,
    "subjectId": lambda event: event.subject_id,
    "details": lambda event: as_json(event.details) if event.details else None,
    "requestId": lambda event: event.request_id,
}

REVIEW_COLUMNS: Final[Columns] = {
    "id": lambda review: review.id,
    "queueId": lambda review: review.queue_id,
    "sessionId": lambda review: review.session_id,
    "reviewerId": lambda review: review.reviewer_id,
    "reviewerName": lambda review: review.reviewer_name,
    "kind": lambda review: review.kind,
    "rubricId": lambda review: review.rubric_id,
    "version": lambda review: review.version,
    "score": lambda review: review.score,
    "submittedAt": lambda review: review.created_at,
    "durationMs": lambda review: review.duration_ms,
    "answers": lambda review: as_json(plain(review)["answers"]),
    "turns": lambda review: as_json(plain(review)["turns"]),
    "comments": lambda review: as_json(plain(review)["comments"]),
    "corrections": lambda review: as_json(plain(review)["corrections"]),
}

Record = UserSession | AuditEvent | Review


def write_csv(out: BinaryIO, wrote: Progress, columns: Columns, records: Iterable[Record]) -> None:
    """Write CSV as `lib.formats.csv_cells` does."""
    rows = ([read(record) for read in columns.values()] for record in records)
    write_rows(out, columns, rows, wrote)


def write_json(out: BinaryIO, wrote: Progress, records: Iterable[Record]) -> None:
    """Write one JSON array, a record a line, named as in the API."""
    out.write(b"[")
    for number, record in enumerate(records, start=1):
        out.write(b"\n" if number == 1 else b",\n")
        out.write(as_json(plain(record)).encode())
        wrote(number, out.tell())
    out.write(b"\n]\n")


def as_json(value: object) -> str:
    """Return compact JSON: letters of all scripts as they are, half surrogate pairs escaped."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _HALVES.sub(lambda half: f"\\u{ord(half[0]):04x}", text)


def plain(record: Any) -> Any:
    """Return a record as JSON's own types: names in camel case, times RFC 3339 in UTC."""
    return _plain(msgspec.to_builtins(record, builtin_types=(datetime,)))


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return rfc3339(value)
        case dict():
            return {name: _plain(inner) for name, inner in value.items()}
        case list():
            return [_plain(inner) for inner in value]
        case _:
            return value
