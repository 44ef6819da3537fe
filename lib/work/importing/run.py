"""Many files, several writers, one report.

A run may be stopped at any point and started again with the same files: it goes through them from
the start, and what is there already costs two look-ups a session.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lib.data import FunctionFailed, Unavailable
from lib.formats.conversation import Conversation, Refusal
from lib.observability.logs import get_logger
from lib.storage.errors import StorageError
from lib.work.importing.files import LINES, Source, Unreadable
from lib.work.importing.outcome import Outcome, Report
from lib.work.importing.writer import Writer

WRITERS: Final = 4
PAUSES: Final = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds between tries while a dependency does not answer."""

_PASSING: Final = frozenset({"throttled", "timeout", "connection", "server"})

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Job:
    """A conversation on its way; `advance` bytes of the files are behind it once it is done."""

    path: Path
    advance: int
    outcome: Future[Outcome]


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
        source: Source,
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
        window: deque[_Job] = deque()
        with ThreadPoolExecutor(WRITERS, "import") as writers:
            try:
                for path, found, advance in self._found(paths):
                    if isinstance(found, Unreadable):
                        self.report.add(path, _refused(found))
                        self.progress(advance)
                        continue
                    outcome = writers.submit(self._with_retries, found, path.parent)
                    window.append(_Job(path, advance, outcome))
                    if len(window) > 2 * WRITERS:
                        self._settle(window.popleft())
                while window:
                    self._settle(window.popleft())
            finally:
                for job in window:
                    job.outcome.cancel()
        self.report.complete = True
        return self.report

    def _found(
        self, paths: Iterable[Path]
    ) -> Iterator[tuple[Path, Conversation | Unreadable, int]]:
        seen: set[str] = set()
        for path in paths:
            behind = 0
            for item in self._source.items(path):
                found, advance = item.found, max(0, item.position - behind)
                behind += advance
                if path.suffix.lower() not in LINES:
                    found = _first_of(found, seen)
                yield path, found, advance

    def _settle(self, job: _Job) -> None:
        self.report.add(job.path, job.outcome.result())
        self.progress(job.advance)

    def _with_retries(self, conversation: Conversation, folder: Path) -> Outcome:
        """Write a conversation; while a dependency does not answer, from its start again."""
        for pause in (*PAUSES, None):
            try:
                return self._write(conversation, folder)
            except (Unavailable, StorageError) as error:
                is_passing = isinstance(error, Unavailable) or error.failure in _PASSING
                if pause is None or not is_passing:
                    raise
                _log.warning("import.waits", seconds=pause, reason=str(error))
                self._sleep(pause)
        raise AssertionError("the last try either returns or raises")

    def _write(self, conversation: Conversation, folder: Path) -> Outcome:
        external_id = conversation.session.external_id
        if self._writer is None:
            return Outcome.of(conversation.transcript, "read").named(external_id)
        try:
            return self._writer.write(conversation, folder)
        except FunctionFailed:
            outcome = Outcome.of(conversation.transcript)
            outcome.refuse_rest(Refusal(conversation.line, "Convex could not store it"))
            return outcome.named(external_id)


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
