"""The load: through the real functions and a real bucket, once, resumable, local only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from lib.config.settings import Settings
from lib.data import (
    Caller,
    audio_objects,
    events,
    interactions,
    metrics,
    review_queues,
    reviews,
    rubrics,
    user_sessions,
    users,
)
from lib.data.records import UserSession
from lib.storage.client import Storage, ensure_bucket
from lib.storage.objects import read_small
from lib.storage.peaks import MAX_PEAKS_BYTES
from lib.storage.urls import sign_get
from local.children import stop_all
from local.demo import ForeignServiceError, load
from local.demo.load import STATE_FILE, refuse_foreign
from local.demo.plan import Scale
from local.demo.progress import Advance, ShowSteps, silent
from local.processes import storage
from local.stack import Stack
from tests.support.convex import ConvexRuntime, running_convex
from tests.support.stack import wait_until

SMALL = Scale(days=4, sessions=40, recorded_whole=2, recorded_by_turn=2)

INTERRUPTIONS = (
    ("Users", 9),
    ("Measurements", 3),
    ("Sessions", SMALL.sessions - 2),
    ("Reviews", 5),
)
"""Steps in which a load ends, after so many pieces."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is loaded into: Convex and a bucket; nothing else of the stack runs."""

    runtime: ConvexRuntime
    settings: Settings

    @property
    def stack(self) -> Stack:
        return self.runtime.stack

    @property
    def worker(self) -> Caller:
        return self.runtime.caller("worker")

    def sessions(self) -> list[UserSession]:
        return list(user_sessions.page(self.worker, cursor=None, limit=200).items)


@contextmanager
def target(home: Path) -> Iterator[Target]:
    with running_convex(home) as runtime:
        bucket = storage(runtime.stack)
        bucket.start()
        try:
            wait_until(bucket.is_ready, 30)
            environment = runtime.stack.app_environment()
            settings = Settings.model_validate({"_env_file": None, **environment})
            ensure_bucket(settings)
            yield Target(runtime, settings)
        finally:
            stop_all([bucket], lambda _line: None)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with target(tmp_path_factory.mktemp("demo")) as found:
        assert load(found.stack, silent, SMALL, found.runtime.issuer.token)
        yield found


def test_all_rows_are_there_and_say_that_they_are_demo_data(loaded: Target) -> None:
    people = users.page(loaded.worker, cursor=None, limit=200).items
    sessions = loaded.sessions()
    assert len(people) >= 25
    assert len(sessions) == SMALL.sessions
    assert {row.source for row in people} | {row.source for row in sessions} == {"demo"}
    assert all(session.status != "active" for session in sessions)
    assert {row.review_status for row in sessions} == {"reviewed", "in_review", "unreviewed"}
    for session in sessions:
        turns = list(interactions.every(loaded.worker, session.id))
        assert 6 <= len(turns) == session.interaction_count <= 40
        assert session.duration_ms is not None
        assert turns[-1].started_at_ms <= session.duration_ms


def test_recordings_can_be_fetched_and_are_what_their_rows_say(loaded: Target) -> None:
    bucket = Storage(loaded.settings, lambda _event: None)
    recorded = [session for session in loaded.sessions() if session.audio_count]
    assert len(recorded) == 4
    for session in recorded:
        rows = audio_objects.for_session(loaded.worker, session.id)
        assert len(rows) == session.audio_count
        for row in rows:
            assert (row.status, row.analysis) == ("stored", "ready")
            data = httpx.get(sign_get(bucket, row.key).url, trust_env=False).content
            assert hashlib.sha256(data).hexdigest() == row.sha256
            assert row.peaks_key
            peaks = read_small(bucket, "reader", row.peaks_key, MAX_PEAKS_BYTES)
            assert json.loads(peaks)["durationMs"] == row.duration_ms
    bucket.close()


def test_turns_have_the_times_of_their_recordings(loaded: Target) -> None:
    for session in loaded.sessions():
        for turn in interactions.every(loaded.worker, session.id):
            if turn.audio and turn.audio.duration_ms:
                assert turn.duration_ms is not None
                assert abs(turn.duration_ms - turn.audio.duration_ms) <= 2


def test_measurements_and_events_are_there(loaded: Target) -> None:
    ops = loaded.runtime.member("ops")
    end = datetime.now(UTC) + timedelta(hours=1)
    start = end - timedelta(days=6)
    for metric in ("storage.operation", "auth.decision", "turn.ttft"):
        rollups = list(metrics.between(ops, metric, start, end, "hour"))
        assert rollups, metric
        assert {rollup.dimensions["source"] for rollup in rollups} == {"demo"}
    assert events.storage_page(ops, cursor=None, limit=5, outcome="throttled").items
    assert events.auth_page(ops, cursor=None, limit=5, reason="token-invalid-signature").items


def test_a_second_load_changes_nothing(loaded: Target) -> None:
    before = loaded.sessions()
    assert not load(loaded.stack, silent, SMALL, loaded.runtime.issuer.token)
    assert loaded.sessions() == before


class InterruptedLoadError(Exception):
    """Ends a load on purpose."""


class Interrupting:
    """Steps that fail after some pieces, as a killed process would."""

    def __init__(self, step: str, after: int) -> None:
        self._step, self._left = step, after

    def step(self, name: str, total: int) -> Advance:
        return self._count if name == self._step else lambda: None

    def _count(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise InterruptedLoadError


@pytest.mark.long
def test_a_load_that_is_interrupted_again_and_again_doubles_nothing(
    loaded: Target, tmp_path: Path
) -> None:
    with target(tmp_path / "stack") as fresh:
        for step, after in (
            ("Users", 9),
            ("Measurements", 3),
            ("Sessions", SMALL.sessions - 2),
            ("Reviews", 5),
        ):
            with pytest.raises(InterruptedLoadError):
                load(fresh.stack, interrupting(step, after), SMALL, fresh.runtime.issuer.token)
            state = json.loads((Path(fresh.stack.home) / STATE_FILE).read_text())
            assert not state["finished"]
        assert load(fresh.stack, silent, SMALL, fresh.runtime.issuer.token)
        again, once = fresh.sessions(), loaded.sessions()
        assert [row.interaction_count for row in again] == [row.interaction_count for row in once]
        assert [row.audio_count for row in again] == [row.audio_count for row in once]
        assert all(row.status != "active" for row in again)
        assert _progress(fresh) == _progress(loaded)


def _progress(loaded: Target) -> dict[str, tuple[int, int]]:
    queues = review_queues.page(loaded.worker, cursor=None, limit=10).items
    return {queue.name: (queue.progress.items, queue.progress.done) for queue in queues}


def test_queues_have_reviews_in_every_state(loaded: Target) -> None:
    progress = _progress(loaded)
    assert {"Weekly calibration", "Needs coaching", "Slow answers"} == set(progress)
    assert progress["Weekly calibration"][1] > 2
    done = reviews.page(loaded.worker, cursor=None, limit=100).items
    assert len({review.reviewer_name for review in done}) > 1
    assert {review.rubric_id for review in done} == {
        rubrics.page(loaded.worker, cursor=None, limit=1).items[0].id
    }


def interrupting(step: str, after: int) -> ShowSteps:
    @contextmanager
    def steps() -> Iterator[Interrupting]:
        yield Interrupting(step, after)

    return steps


@pytest.mark.parametrize("field", ["convex_url", "s3_endpoint_url", "clerk_api_url"])
@pytest.mark.parametrize("url", ["https://happy-otter-123.convex.cloud", None])
def test_addresses_elsewhere_are_refused(loaded: Target, field: str, url: str | None) -> None:
    with pytest.raises(ForeignServiceError, match="local stack only"):
        refuse_foreign(loaded.settings.model_copy(update={field: url}))


def test_a_stack_with_a_foreign_address_gets_nothing(loaded: Target) -> None:
    class Foreign(Stack):
        @property
        def convex_url(self) -> str:
            return "https://happy-otter-123.convex.cloud"

    foreign = Foreign(**{name: getattr(loaded.stack, name) for name in Stack.__slots__})
    with pytest.raises(ValueError, match="refused with real services"):
        load(foreign, silent, SMALL)
