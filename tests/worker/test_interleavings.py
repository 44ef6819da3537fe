"""Whatever order uploads, completions, repeats, crashes, sweeps and retention come in, every row
ends in a state that is true of the bucket.

Rules act as the processes do that may interleave; a crash is a rule that does only the first half
of its work. At the end each job runs once more, and rows and objects are compared.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from lib.data import Refused, audio_objects
from lib.data.records import AudioObject
from lib.storage.analysis import analyse
from lib.storage.decode import UnplayableError
from lib.storage.deletion import delete_recordings
from lib.storage.errors import ObjectMissingError, StorageError
from lib.storage.keys import AudioKey
from lib.storage.objects import put_small, read_small
from lib.work import uploads
from lib.work.services import Services
from lib.worker import analysis_job, reconciliation, retention
from lib.worker.analyser import Analyser
from lib.worker.reconciliation import Reconciliation
from tests.support.audio import recording
from tests.support.services import Room, new_room

GOOD = recording("audio/wav", 0.3)
OTHER = GOOD[:-2] + b"xx"
SHORT = GOOD[:-2]
PLAIN = b"no audio".ljust(len(GOOD))
EXAMPLES = int(os.environ.get("EARSHOT_INTERLEAVINGS", "12"))
"""More of them where the environment says so."""


class InProcess(Analyser):
    """The same analysis without a child process: one per example would only cost time."""

    def analyse(self, key: str, size: int, sha256: str) -> object:  # type: ignore[override]
        return analyse(self._storage, key, size, sha256)


class Interleaving(RuleBasedStateMachine):
    """One user's recordings."""

    services: Services

    def __init__(self) -> None:
        super().__init__()
        self.rooms: list[Room] = []
        self.rows: list[AudioObject] = []

    @rule(window_is_over=st.booleans())
    def begin(self, window_is_over: bool) -> None:
        room = new_room(self.services)
        ends = timedelta(milliseconds=300) if window_is_over else timedelta(days=1)
        row = audio_objects.begin(
            room.caller,
            session_id=room.session_id,
            bytes=len(GOOD),
            content_type="audio/wav",
            key=str(AudioKey.new(room.session_id, "audio/wav")),
            sha256=hashlib.sha256(GOOD).hexdigest(),
            expires_at=datetime.now(UTC) + ends,
        )
        self.rooms.append(room)
        self.rows.append(row)

    @rule(pick=st.integers(0, 99), data=st.sampled_from([GOOD, GOOD, GOOD, OTHER, SHORT, PLAIN]))
    def upload(self, pick: int, data: bytes) -> None:
        if self.rows:
            row = self.rows[pick % len(self.rows)]
            put_small(self.services.storage, "ingest", row.key, data, "audio/wav")

    @rule(pick=st.integers(0, 99))
    def complete(self, pick: int) -> None:
        if self.rows:
            self._complete(self.rows[pick % len(self.rows)])

    def _complete(self, row: AudioObject) -> None:
        with contextlib.suppress(ObjectMissingError, UnplayableError, Refused):
            uploads.complete(
                self.caller, self.services.worker_caller, self.services.storage, row.id
            )

    @rule(pick=st.integers(0, 99))
    def crash_in_retention(self, pick: int) -> None:
        """The objects of a row that is due are deleted, and the row is never marked."""
        if self.rows:
            row = self.rows[pick % len(self.rows)]
            if row.expires_at < datetime.now(UTC):
                delete_recordings(self.services.storage, [row.key], versioned=False)

    @rule(pick=st.integers(0, 99))
    def crash_in_analysis(self, pick: int) -> None:
        """The waveform is stored, and the row is never marked."""
        if self.rows:
            row = self.rows[pick % len(self.rows)]
            with contextlib.suppress(StorageError, UnplayableError):
                analyse(self.services.storage, row.key, row.bytes, row.sha256)

    @rule()
    def analyse_due(self) -> None:
        analysis_job.analyse_due(
            self.services.worker_caller,
            self.services.storage,
            InProcess(self.services.storage),
            lambda: False,
        )

    @rule()
    def sweep(self) -> None:
        uploads.sweep(self.services.worker_caller, self.services.storage, lambda: False)

    @rule()
    def retain(self) -> None:
        retention.expire_due(self.services.worker_caller, self.services.storage, lambda: False)

    @property
    def caller(self):  # type: ignore[no-untyped-def]
        return self.services.worker_caller()

    @invariant()
    def nothing_is_ready_that_was_not_verified(self) -> None:
        for row in self.rows:
            found = audio_objects.get(self.caller, row.id)
            assert found is not None
            if found.analysis == "ready":
                assert found.duration_ms == 300
                assert found.peaks_key is not None

    def teardown(self) -> None:
        """Let every job settle what is left, then compare rows and bucket."""
        for row in self.rows:
            self._complete(row)
        self.sweep()
        self.analyse_due()
        self.retain()
        Reconciliation(self.caller, self.services.storage, repair=True).run()
        for room, row in zip(self.rooms, self.rows, strict=True):
            self._is_true(room, row)

    def _is_true(self, room: Room, row: AudioObject) -> None:
        found = room.row(row.id)
        objects = room.objects()
        if found.status == "stored":
            assert row.key in objects
            assert found.analysis in {"ready", "corrupt"}
            assert (found.analysis == "corrupt") == (found.reason is not None)
            if found.analysis == "ready":
                assert found.peaks_key in objects
                assert read_small(room.storage, "reader", row.key, len(GOOD)) == GOOD
        elif found.status == "expired":
            assert objects == []
        else:
            assert found.status in {"pending", "missing"}
            assert row.key not in objects or found.status == "missing"


def test_every_row_ends_in_a_true_state(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "ABANDONED_AFTER", timedelta(0))
    monkeypatch.setattr(reconciliation, "SETTLED_AFTER", timedelta(seconds=-2))
    Interleaving.services = services
    run_state_machine_as_test(
        Interleaving,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
