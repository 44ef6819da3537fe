"""Whatever order everybody acts in, what docs/storage.md promises of a recording's life is kept.

Rules act as those do who may interleave, and most jobs are interrupted by somebody else, or by a
crash, while they wait for an answer. After each rule the promises for every moment are checked,
and now and then those for a worker that has had the time to do its work. At the end everybody is
erased, and nothing may be left.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from lib.storage import tags
from lib.storage.analysis import analyse
from lib.storage.client import ensure_bucket
from lib.storage.objects import list_objects
from lib.work import erasure, isolation, uploads
from lib.work.services import Services
from lib.worker import analysis_job, erasures, expiry_tags, reconciliation, retention
from lib.worker.analyser import Analyser
from tests.support.clock import Clock
from tests.support.convex import ConvexRuntime, running_convex
from tests.support.s3 import LocalS3, settings_for
from tests.worker.life import OTHER, CrashError, Interruptions, World, crash, forgiving

EXAMPLES = int(os.environ.get("EARSHOT_INTERLEAVINGS", "6"))
"""More of them where the environment says so: about as many as fit into a minute."""

STEPS = 25

NUMBERS = st.integers(0, 5)
WAITS = st.sampled_from([timedelta(0), timedelta(minutes=10), timedelta(minutes=70)])
SPANS = st.sampled_from(
    [timedelta(minutes=10), timedelta(minutes=70), timedelta(days=40), timedelta(days=91)]
)
ODD_KEYS = st.sampled_from(
    [
        "audio/v1/2026/01/01/{session}/{object}.aac",
        "audio/v1/0000/01/01/{session}/{object}.wav",
        "audio/v1/2026/01/01/{session}/{object}.peaks.json",
    ]
)
ACTORS = st.sampled_from(
    [
        "begin",
        "upload",
        "upload",
        "put",
        "complete",
        "hold",
        "hold",
        "release",
        "start_erasure",
        "lifecycle",
        "crash",
    ]
)
MEANWHILE = st.lists(st.tuples(ACTORS, NUMBERS, NUMBERS), max_size=3)


class InProcess(Analyser):
    """The same analysis without a child process: one per example would only cost time."""

    def analyse(self, key: str, size: int, sha256: str) -> object:  # type: ignore[override]
        found = analyse(self._storage, key, size, sha256)
        # The waveform is written anew: on any server it has no tags then.
        world = Interleaving.worlds[-1]
        world.tags.pop(found.peaks_key, None)
        world.put_at[found.peaks_key] = world.clock.now()
        return found


class Interleaving(RuleBasedStateMachine):
    """Two users, three sessions, and everybody who acts on their recordings."""

    services: Services
    convex: ConvexRuntime
    clock: Clock
    interruptions: Interruptions
    worlds: list[World]

    def __init__(self) -> None:
        super().__init__()
        self.world = World(self.services, self.convex, self.clock, InProcess(self.services.storage))
        self.worlds.append(self.world)
        self.interruptions.waiting.clear()

    @rule(session=NUMBERS, sequence=NUMBERS)
    def begin(self, session: int, sequence: int) -> None:
        self.world.begin(session, sequence)

    @rule(session=NUMBERS, sequence=NUMBERS)
    def upload(self, session: int, sequence: int) -> None:
        self.world.upload(session, sequence)

    @rule(session=NUMBERS, key=ODD_KEYS)
    def begin_oddly(self, session: int, key: str) -> None:
        self.world.begin_oddly(session, key)

    @rule(pick=NUMBERS)
    def put(self, pick: int) -> None:
        self.world.put(pick)

    @rule(pick=NUMBERS)
    def put_other_bytes(self, pick: int) -> None:
        self.world.put(pick, OTHER)

    @rule(pick=NUMBERS)
    def complete(self, pick: int) -> None:
        self.world.complete(pick)

    @rule(session=NUMBERS)
    def hold(self, session: int) -> None:
        self.world.hold(session)

    @rule(session=NUMBERS)
    def release(self, session: int) -> None:
        self.world.release(session)

    @rule(user=NUMBERS)
    def start_erasure(self, user: int) -> None:
        self.world.start_erasure(user)

    @rule(user=NUMBERS)
    def come_back(self, user: int) -> None:
        self.world.come_back(user)

    @rule(by=SPANS)
    def time_passes(self, by: timedelta) -> None:
        self.clock.advance(by)

    @rule()
    def lifecycle(self) -> None:
        self.world.lifecycle()

    @rule(
        job=st.sampled_from(["sweep", "analyse", "tag", "retain", "erase", "reconcile", "repair"]),
        meanwhile=MEANWHILE,
    )
    def work(self, job: str, meanwhile: list[tuple[str, int, int]]) -> None:
        self.interruptions.waiting = [self._act(*one) for one in meanwhile]
        forgiving(getattr(self.world, job))
        self.interruptions.waiting.clear()

    # Random steps seldom meet where it matters: these begin there.

    @rule(session=NUMBERS, other=NUMBERS, is_held=st.booleans(), meanwhile=MEANWHILE)
    def window_ends(
        self, session: int, other: int, is_held: bool, meanwhile: list[tuple[str, int, int]]
    ) -> None:
        """Recordings are due, perhaps one on hold, and somebody acts while they are deleted."""
        for number in (other, session):
            self.world.upload(number, 0)
        if is_held:
            self.world.hold(other)
        self.clock.advance(timedelta(days=91))
        self.world.check()
        self.work("retain", meanwhile)

    @rule(session=NUMBERS, sequence=NUMBERS, comes=st.sampled_from(["never", "during", "after"]))
    def upload_is_given_up(self, session: int, sequence: int, comes: str) -> None:
        """Nobody sends the bytes for an hour, or somebody while they are looked for, or then."""
        self.world.begin(session, sequence)
        self.clock.advance(timedelta(minutes=70))
        if comes == "during":
            client = partial(self.world.upload, session, sequence)
            self.interruptions.waiting = [lambda: None, client]
        forgiving(self.world.sweep)
        self.interruptions.waiting.clear()
        if comes == "after":
            self.world.put(len(self.world.recordings) - 1)

    @rule(session=NUMBERS, until_put=WAITS, until_sweep=WAITS, is_swept_before=st.booleans())
    def upload_outlives_its_user(
        self,
        session: int,
        until_put: timedelta,
        until_sweep: timedelta,
        is_swept_before: bool,
    ) -> None:
        """An upload that was announced before an erasure comes after its receipt."""
        self.world.begin(session, 0)
        self.world.erase_owner(session)
        self.clock.advance(until_put)
        if is_swept_before:
            self.world.reconcile()
        for number, one in enumerate(self.world.recordings):
            if one.session is self.world.sessions[session % len(self.world.sessions)]:
                self.world.put(number)
        self.clock.advance(until_sweep)
        self.world.reconcile()

    @rule()
    def tidy(self) -> None:
        self.world.tidy()

    def _act(self, actor: str, first: int, second: int) -> Any:
        match actor:
            case "begin" | "upload":
                return partial(getattr(self.world, actor), first, second)
            case "lifecycle":
                return self.world.lifecycle
            case "crash":
                return crash
            case _:
                return partial(getattr(self.world, actor), first)

    @invariant()
    def what_was_promised_is_kept(self) -> None:
        self.world.check()

    def teardown(self) -> None:
        self.interruptions.waiting.clear()
        self.world.end()


@pytest.fixture
def interleaving(
    tmp_path_factory: pytest.TempPathFactory, s3: LocalS3, monkeypatch: pytest.MonkeyPatch
) -> Iterator[type[Interleaving]]:
    """The machine over a runtime of its own, whose clock it sets, and a bucket of its own."""
    home = tmp_path_factory.mktemp("life")
    clock = Clock(home / "clock")
    with running_convex(home / "convex", home / "clock") as convex:
        chosen = settings_for(
            s3.endpoint,
            S3_BUCKET="earshot-life",
            CONVEX_URL=convex.stack.convex_url,
            EARSHOT_SERVICE_KEY=convex.stack.service_key_pem,
        )
        ensure_bucket(chosen)
        services = Services(chosen)
        clock.rule(
            monkeypatch,
            uploads,
            analysis_job,
            retention,
            reconciliation,
            erasures,
            expiry_tags,
            erasure,
        )
        Interleaving.services, Interleaving.convex = services, convex
        Interleaving.clock, Interleaving.worlds = clock, []
        Interleaving.interruptions = _interrupted(monkeypatch)
        _keep_tags(monkeypatch, services, Interleaving.worlds)
        monkeypatch.setattr(
            reconciliation,
            "list_objects",
            lambda *args: Interleaving.worlds[-1].aged(list_objects(*args)),
        )
        yield Interleaving
        services.close()


def _interrupted(monkeypatch: pytest.MonkeyPatch) -> Interruptions:
    """Make jobs give way where they wait for the bucket."""
    interruptions = Interruptions()
    for module, name in (
        (uploads, "check_upload"),
        (retention, "delete_recordings"),
        (erasure, "delete_recordings"),
        (reconciliation, "delete_recordings"),
        (expiry_tags, "allow_expiry"),
        (expiry_tags, "forbid_expiry"),
        (InProcess, "analyse"),
    ):
        monkeypatch.setattr(module, name, interruptions.point(getattr(module, name)))
    # A crash ends the process: nothing goes on with the next subject.
    isolated = isolation.isolated

    def unless_crashed(work: Any, event: str, **subject: object) -> str:
        crashes: list[Exception] = []

        def told() -> Any:
            try:
                return work()
            except (CrashError, AssertionError) as error:
                crashes.append(error)
                raise

        outcome = isolated(told, event, **subject)
        if crashes:
            raise crashes[0]
        return outcome

    for module in (uploads, analysis_job, retention, reconciliation, erasures, expiry_tags):
        monkeypatch.setattr(module, "isolated", unless_crashed)
    return interruptions


def _keep_tags(monkeypatch: pytest.MonkeyPatch, services: Services, worlds: list[World]) -> None:
    services.storage.expires_by_tag = True
    monkeypatch.setattr(tags, "_write", lambda _, name, wanted: worlds[-1].write_tags(name, wanted))
    monkeypatch.setattr(
        tags, "_read", lambda _, name: [tags._TAG] if name in worlds[-1].tags else []
    )


@pytest.mark.timeout(300 + 10 * EXAMPLES)
def test_everything_promised_of_a_recordings_life_is_kept(
    interleaving: type[Interleaving],
) -> None:
    run_state_machine_as_test(
        interleaving,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
