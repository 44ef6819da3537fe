"""What must hold after everything that failed: nothing lost, doubled, orphaned or stuck."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from lib.auth.service import mint
from lib.data import (
    Caller,
    Client,
    alerts,
    audio_objects,
    interactions,
    job_leases,
    repair,
    user_sessions,
)
from lib.data.records import UserSession
from lib.work.services import Services
from lib.worker.reconciliation import Reconciliation
from local.stack import SERVICE_ISSUER, Stack
from tests.faults.traffic import Recording
from tests.support.stack import wait_until
from tests.support.writer import Conversation, Writer

SETTLE_SECONDS = 90.0


@contextmanager
def worker_of(stack: Stack) -> Iterator[Caller]:
    """Return a caller with the role worker, past all proxies."""
    client = Client(stack.convex_url, 30)
    try:
        yield Caller(
            client, lambda: mint(stack.service_key_pem, SERVICE_ISSUER, "worker", "checks")
        )
    finally:
        client.close()


def writes_are_there_once(caller: Caller, writers: list[Writer]) -> int:
    """Check every conversation; return how many turns were acknowledged."""
    for writer in writers:
        stored = {session.external_id: session for session in _sessions_of(caller, writer)}
        assert len(stored) == sum(1 for _ in _sessions_of(caller, writer))
        assert set(stored) <= {talk.external_id for talk in writer.conversations}
        for talk in writer.conversations:
            if not talk.id:
                continue
            session = stored[talk.external_id]
            assert session.id == talk.id
            assert session.interaction_count == _turns_are_there(caller, talk)
            assert session.status == "completed" or not talk.completed
    return sum(talk.turns for writer in writers for talk in writer.conversations)


def _sessions_of(caller: Caller, writer: Writer) -> Iterator[UserSession]:
    cursor: str | None = None
    while True:
        page = user_sessions.page(caller, cursor=cursor, limit=200, clerk_id=f"user_{writer.name}")
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return


def _turns_are_there(caller: Caller, talk: Conversation) -> int:
    page = interactions.page(caller, session_id=talk.id, cursor=None, limit=500)
    assert page.next_cursor is None
    sequences = [turn.sequence for turn in page.items]
    assert sequences == list(range(len(sequences)))
    # The last batch may be stored although its acknowledgement never came.
    assert talk.turns <= len(sequences) <= talk.attempted
    return len(sequences)


def counters_equal_a_recount(caller: Caller) -> None:
    """Check sessions, users and days."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    recounts = [repair.sessions(caller), repair.users(caller, "product")]
    recounts += [repair.day(caller, today - timedelta(days=back)) for back in range(2)]
    for recount in recounts:
        reports = list(recount)
        assert [drift for report in reports for drift in report.drift] == []
        assert not any(report.busy for report in reports)


def recordings_are_whole(caller: Caller, recordings: list[Recording]) -> int:
    """Check that each acknowledged recording is there once, and analysed; return how many."""
    done = [sound for sound in recordings if sound.stored]
    for sound in done:
        # The worker may not have come to it yet.
        wait_until(
            lambda each=sound: _analysed(caller, each),  # type: ignore[misc]
            SETTLE_SECONDS,
            lambda each=sound: f"{each.id} was not analysed",  # type: ignore[misc]
        )
    return len(done)


def _analysed(caller: Caller, sound: Recording) -> bool:
    rows = audio_objects.for_session(caller, sound.talk.id)
    stored = [row for row in rows if row.status == "stored"]
    assert [row.id for row in stored] == [sound.id]
    assert stored[0].analysis != "corrupt"
    return stored[0].analysis == "ready"


def nothing_is_orphaned(services: Services, caller: Caller) -> None:
    """Compare rows and objects; a pending row whose upload was given up is not a finding."""
    report = Reconciliation(caller, services.storage).run()
    assert report.complete
    assert report.findings == {}, report.samples


def rules_are_evaluated(caller: Caller, tend: Callable[[], None]) -> None:
    """Check that the alert rules are evaluated again."""
    since = datetime.now(UTC)

    def again() -> bool:
        tend()
        states = alerts.states(caller)
        return bool(states) and all(state.evaluated_at > since for state in states)

    wait_until(again, SETTLE_SECONDS, lambda: str(alerts.states(caller)[:2]), 0.5)


def no_lease_is_stuck(caller: Caller, tend: Callable[[], None]) -> None:
    """Check that every job comes to a start again that is due."""
    since = datetime.now(UTC)

    def all_ran() -> bool:
        tend()
        runs = {job.name: job for job in job_leases.every(caller)}
        frequent = runs.get("audio.analysis")
        return frequent is not None and (frequent.last_finished_at or since) > since

    wait_until(all_ran, SETTLE_SECONDS, lambda: str(job_leases.every(caller)), interval=0.5)
