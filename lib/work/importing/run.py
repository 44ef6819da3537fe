"""Many files, several writers, one report.

A run may be stopped at any point and started again with the same files: it goes through them from
the start, and finds what is there already. While calls are under way, the next files are read.
"""

from __future__ import annotations

import time
import uuid
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, Final

from lib.data import Unavailable
from lib.formats.conversation import Conversation, Refusal
from lib.observability.logs import get_logger
from lib.storage.errors import StorageError
from lib.work.importing.batches import Beginners, Entry, batches
from lib.work.importing.deliveries import DeliverySource
from lib.work.importing.files import LINES, Source, Unreadable
from lib.work.importing.outcome import Outcome, Report
from lib.work.importing.writer import Job, Writer

WRITERS: Final = 4
PAUSES: Final = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds between tries while a dependency does not answer."""

_PASSING: Final = frozenset({"throttled", "timeout", "connection", "server"})

_log = get_logger(__name__)


class Run:
    """One import.

    Args:
        source: reads the files.
        writer: writes conversations; None only reads, and reports what would be refused.
        progress: told how many more bytes of the files are done.
        sleep: waits seconds; replaced in tests.
    """

    def __init__(
        self,
        source: Source | DeliverySource,
        writer: Writer | None,
        progress: Callable[[int], None] = lambda _: None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._source = source
        self._writer = writer
        self.progress = progress
        self._sleep = sleep
        self.report = Report()

    def run(self, paths: Iterable[Path]) -> Report:
        """Import files; `report` says how far it got, also when this raises.

        Raises:
            DataError: Convex does not answer for half a minute, or does not accept the caller.
            StorageError: the same of the bucket.
        """
        window: deque[tuple[list[Entry], Future[list[Outcome]]]] = deque()
        with ThreadPoolExecutor(WRITERS, "import") as writers:
            try:
                beginners = Beginners()
                for batch in batches(self._found(paths)):
                    earlier = beginners.before(batch)
                    outcomes = writers.submit(self._outcomes, batch, earlier)
                    beginners.note(batch, outcomes)
                    window.append((batch, outcomes))
                    if len(window) > 2 * WRITERS:
                        self._settle(*window.popleft())
                while window:
                    self._settle(*window.popleft())
            finally:
                for _, outcomes in window:
                    outcomes.cancel()
        self.report.complete = True
        if isinstance(self._source, DeliverySource):
            self.report.unmapped = self._source.unmapped
        return self.report

    def _found(self, paths: Iterable[Path]) -> Iterator[Entry]:
        seen: set[str] = set()
        for path in paths:
            behind = 0
            for item in self._source.items(path):
                found, advance = item.found, max(0, item.position - behind)
                behind += advance
                if path.suffix.lower() not in LINES:
                    found = _first_of(found, seen)
                yield Entry(path, found, advance)

    def _settle(self, batch: list[Entry], outcomes: Future[list[Outcome]]) -> None:
        for entry, outcome in zip(batch, outcomes.result(), strict=True):
            self.report.add(entry.path, outcome)
            self.progress(entry.advance)

    def _outcomes(self, batch: list[Entry], earlier: Collection[Future[Any]]) -> list[Outcome]:
        """Write what was read, after earlier batches; what could not be read is refused."""
        wait(earlier)
        found = [(entry.found, entry.path.parent) for entry in batch]
        jobs = [(item, folder) for item, folder in found if isinstance(item, Conversation)]
        written = iter(self._with_retries(jobs) if jobs else ())
        return [
            _refused(item) if isinstance(item, Unreadable) else next(written) for item, _ in found
        ]

    def _with_retries(self, jobs: list[Job]) -> list[Outcome]:
        """Write conversations; while a dependency does not answer, again under the same key."""
        key = uuid.uuid4().hex
        for pause in (*PAUSES, None):
            try:
                return self._write(jobs, key)
            except (Unavailable, StorageError) as error:
                is_passing = isinstance(error, Unavailable) or error.failure in _PASSING
                if pause is None or not is_passing:
                    raise
                _log.warning("import.waits", seconds=pause, reason=str(error))
                self._sleep(pause)
        raise AssertionError("the last try either returns or raises")

    def _write(self, jobs: list[Job], key: str) -> list[Outcome]:
        if self._writer is not None:
            return self._writer.write(jobs, key)
        return [
            Outcome.of(conversation.transcript, "read").named(conversation.session.external_id)
            for conversation, _ in jobs
        ]


def _first_of(found: Conversation | Unreadable, seen: set[str]) -> Conversation | Unreadable:
    """Refuse a file whose external id another file of the run has."""
    if isinstance(found, Unreadable):
        return found
    external_id = found.session.external_id
    if external_id in seen:
        reason = "another file of this run has the same external id"
        return Unreadable(Refusal(0, reason, "", external_id), found.transcript)
    seen.add(external_id)
    return found


def _refused(found: Unreadable) -> Outcome:
    """Return the outcome of what makes no session."""
    is_session = bool(found.transcript.items)
    outcome = Outcome.of(found.transcript, "refused" if is_session else "")
    outcome.refuse_rest(found.refusal)
    return outcome.named(found.refusal.session)
