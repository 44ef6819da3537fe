"""Records many sessions at once, in processes of its own: eSpeak NG speaks once per process."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from local.demo.plan import PlannedSession
from local.demo.recording import Recording, Utterance, record_once

_MAX_PROCESSES = 4


class Studio:
    """Takes orders for recordings.

    Args:
        pool: does the work.
        folder: keeps finished recordings until the load is through.
    """

    def __init__(self, pool: ProcessPoolExecutor, folder: Path) -> None:
        self._pool = pool
        self._folder = folder

    def order(self, session: PlannedSession) -> Future[Recording]:
        """Begin to record a session.

        Raises:
            ValueError: it has no recording.
        """
        if session.recording is None:
            raise ValueError("the session was not recorded")
        file = self._folder / f"{session.external_id}.json"
        return self._pool.submit(record_once, file, utterances(session), session.recording)


@contextmanager
def studio(folder: Path) -> Iterator[Studio]:
    """Open a studio; orders that nobody waits for are dropped when it closes."""
    folder.mkdir(exist_ok=True)
    pool = ProcessPoolExecutor(
        max_workers=min(os.cpu_count() or 1, _MAX_PROCESSES),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_settle,
    )
    try:
        yield Studio(pool, folder)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def utterances(session: PlannedSession) -> tuple[Utterance, ...]:
    """Return what is heard of a session: everything but the scene's description."""
    voices = {"user": session.person.voice, "assistant": session.coach_voice}
    return tuple(
        Utterance(turn.sequence, voices[turn.speaker], turn.text, turn.pause_ms)
        for turn in session.turns
        if turn.speaker in voices
    )


def _settle() -> None:
    """Give way to the services that are being loaded, and end with the parent, however it ends."""
    os.nice(5)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_watch, args=(parent.sentinel,), daemon=True).start()


def _watch(sentinel: int) -> None:
    multiprocessing.connection.wait([sentinel])
    os._exit(1)
