"""Somebody who imports, and helpers for what they send."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from lib.data import audio_objects, interactions, user_sessions
from lib.data.records import AudioObject, Interaction, UserSession
from lib.formats.speakers import Speakers
from lib.work.importing.files import Options, Source
from lib.work.importing.run import Run
from lib.work.importing.writer import Writer
from lib.work.services import Services

START = "2026-01-31T12:00:00.000Z"


@dataclass(slots=True)
class Desk:
    """Somebody who imports: a folder, a user, and the product's own view of the result."""

    services: Services
    folder: Path
    user: str

    def run(self, *paths: Path, **more: Any) -> dict[str, Any]:
        values = {"speakers": Speakers(), "user": self.user, **more}
        options = Options(started_at=datetime(2026, 1, 31, 12, tzinfo=UTC), **values)
        writer = Writer(self.services.worker_caller, self.services.storage)
        return Run(Source(options), writer).run(paths).wire()

    def lines(self, *lines: dict[str, Any]) -> Path:
        path = self.folder / f"{uuid4().hex}.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        return path

    def session(self, external_id: str) -> UserSession:
        found = user_sessions.by_external_id(self.services.worker_caller(), external_id)
        assert found is not None
        return found

    def turns(self, external_id: str) -> list[Interaction]:
        session = self.session(external_id)
        return list(interactions.every(self.services.worker_caller(), session.id))

    def audio(self, external_id: str) -> list[AudioObject]:
        session = self.session(external_id)
        rows = audio_objects.for_session(self.services.worker_caller(), session.id)
        return sorted(rows, key=lambda row: -1 if row.sequence is None else row.sequence)


def line(desk: Desk, **more: Any) -> dict[str, Any]:
    return {
        "externalId": uuid4().hex,
        "userId": desk.user,
        "channel": "voice",
        "startedAt": START,
        **more,
    }


def spoken(sequence: int, text: str = "x", **more: Any) -> dict[str, Any]:
    return {
        "sequence": sequence,
        "speaker": "user",
        "text": text,
        "startedAtMs": sequence * 1000,
        **more,
    }
