"""Writes demo rows the way the product's back end writes real ones: `lib.data` and `lib.storage`.

Every write may be repeated. Rows are found again by their own ids (Clerk id, external id, sequence,
batch id), objects by keys that follow from them.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any, cast

from lib.data import Caller, alerts, audio_objects, interactions, metrics, user_sessions, users
from lib.data.records import AudioObject, NewInteraction
from lib.observability.recorder import Batch
from lib.storage.client import Storage
from lib.storage.keys import AudioKey, peaks_key
from lib.storage.objects import put_small
from local.demo.history import SOURCE
from local.demo.incidents import PastIncident
from local.demo.people import Person
from local.demo.plan import PlannedSession, PlannedTurn, timeline
from local.demo.recording import CONTENT_TYPE, AudioFile, Recording

_ASSESSMENT_QUEUE = timedelta(seconds=3)


class Writer:
    """Writes through one caller and one bucket. Thread-safe.

    Args:
        caller: with the role worker.
        storage: with the credentials of the roles ingest and analysis.
    """

    def __init__(self, caller: Caller, storage: Storage) -> None:
        self._caller = caller
        self._storage = storage

    def person(self, person: Person) -> None:
        """Write a user."""
        users.upsert(
            self._caller,
            clerk_id=person.clerk_id,
            kind="product",
            email=person.email,
            name=person.name,
            status=person.status,
            created_at=person.created_at,
            source=SOURCE,
        )

    def incident(self, incident: PastIncident) -> None:
        """Record an incident that is over."""
        rule = incident.rule
        alerts.record(
            self._caller,
            idempotency_key=f"demo-alert-{rule.name}-{incident.opened_at.isoformat()}",
            rule=rule.name,
            title=rule.title,
            severity=rule.severity,
            unit=rule.unit,
            value=incident.worst,
            threshold=incident.threshold,
            path=rule.path,
            params=rule.params,
            opened_at=incident.opened_at,
            resolved_at=incident.resolved_at,
            note=incident.note,
            source=SOURCE,
        )

    def measurements(self, batch: Batch) -> None:
        """Write a recorder's batch."""
        metrics.ingest(
            self._caller,
            batch.batch_id,
            rollups=batch.rollups,
            auth_events=batch.auth_events,
            storage_events=batch.storage_events,
        )

    def session(self, session: PlannedSession, recording: Recording | None) -> None:
        """Write a session with its turns and, if it was recorded, its audio."""
        created = user_sessions.create(
            self._caller,
            external_id=session.external_id,
            clerk_id=session.person.clerk_id,
            channel=session.channel,
            title=session.dialogue.title,
            started_at=session.started_at,
            provider=session.model.provider,
            model_id=session.model.model_id,
            metadata=session.metadata,
            source=SOURCE,
        )
        times, length = timeline(session.turns, recording.takes if recording else ())
        rows = [
            _interaction(turn, start, duration)
            for turn, (start, duration) in zip(session.turns, times, strict=True)
        ]
        interactions.append(self._caller, created.id, rows)
        if recording:
            self._audio(created.id, session, recording.files)
        self._finish(created.id, session, length)

    def _finish(self, session_id: str, session: PlannedSession, length: int) -> None:
        ended_at = session.started_at + timedelta(milliseconds=length)
        changes: dict[str, Any] = {}
        if session.assessment_ms is not None:
            took = timedelta(milliseconds=session.assessment_ms)
            changes["assessment_ms"] = session.assessment_ms
            changes["assessed_at"] = ended_at + _ASSESSMENT_QUEUE + took
        user_sessions.update(
            self._caller,
            id=session_id,
            status=session.status,
            ended_at=ended_at,
            labels=session.labels,
            **changes,
        )
        if session.review_score is not None:
            user_sessions.set_review(
                self._caller, id=session_id, review_status="reviewed", score=session.review_score
            )

    def _audio(
        self, session_id: str, session: PlannedSession, files: tuple[AudioFile, ...]
    ) -> None:
        known = {row.sequence: row for row in audio_objects.for_session(self._caller, session_id)}
        for file in files:
            row = known.get(file.sequence) or self._begin(session_id, session, file)
            if row.status == "pending":
                put_small(self._storage, "ingest", row.key, file.data, CONTENT_TYPE)
                row = audio_objects.mark_stored(self._caller, id=row.id)
            if row.analysis == "pending":
                self._analysed(row, file)

    def _begin(self, session_id: str, session: PlannedSession, file: AudioFile) -> AudioObject:
        # The object's id follows from the row's: an upload that is repeated meets its own object.
        name = f"{session.external_id} {file.sequence} {file.sha256}"
        object_id = hashlib.sha256(name.encode()).hexdigest()[:32]
        key = AudioKey.new(session_id, CONTENT_TYPE, session.started_at, object_id)
        return audio_objects.begin(
            self._caller,
            session_id=session_id,
            sequence=file.sequence,
            key=str(key),
            content_type=CONTENT_TYPE,
            bytes=len(file.data),
            sha256=file.sha256,
        )

    def _analysed(self, row: AudioObject, file: AudioFile) -> None:
        waveform = peaks_key(row.key)
        put_small(self._storage, "analysis", waveform, file.peaks, "application/json")
        audio_objects.mark_analysed(
            self._caller,
            id=row.id,
            analysis="ready",
            duration_ms=file.duration_ms,
            sample_rate=file.sample_rate,
            channels=file.channels,
            peaks_key=waveform,
        )


def _interaction(turn: PlannedTurn, start: int, duration: int) -> NewInteraction:
    row = NewInteraction(
        sequence=turn.sequence, speaker=turn.speaker, text=turn.text, started_at_ms=start
    )
    row.update(cast("NewInteraction", turn.figures))
    if duration:
        row["duration_ms"] = duration
    return row
