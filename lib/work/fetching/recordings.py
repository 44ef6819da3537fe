"""A link of a recording -> a stored recording of its session, as an upload is.

What calls this keeps the link, counts the tries, and calls again when it is told to.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO, Literal

from lib.data import Caller, Refused
from lib.formats.conversation import RecordingLink
from lib.observability.logs import get_logger
from lib.storage.client import Storage
from lib.storage.decode import UnplayableError
from lib.work.fetching.addresses import HOSTS, Hosts
from lib.work.fetching.errors import REASONS, FetchError, FetchFailure, pause_before_next
from lib.work.fetching.guarded import Fetcher
from lib.work.importing.recordings import ABOUT_RECORDING, store_once

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What became of a link.

    Attributes:
        outcome: `stored`, `present` if the same bytes were stored before, or `failed`.
        reason: a sentence, of a failure.
        failure: its name, of the fetch itself; empty if the recording was fetched and refused.
        retry_in: when to try again; None for never.
    """

    outcome: Literal["stored", "present", "failed"]
    reason: str = ""
    failure: FetchFailure | None = None
    retry_in: timedelta | None = None


def fetch_recording(
    link: RecordingLink,
    *,
    kind: str,
    session_id: str,
    worker: Callable[[], Caller],
    storage: Storage,
    fetcher: Fetcher,
    key: str | None = None,
    tries: int = 1,
) -> Fetched:
    """Fetch a recording and store it; can be repeated.

    Args:
        link: from a mapper.
        kind: of the source: decides which hosts are allowed.
        session_id: document id of the session.
        worker: makes a caller with the role worker.
        storage: the bucket.
        fetcher: of this process.
        key: the vendor's key for its recordings, if the source has one.
        tries: which try this is, from 1.

    Raises:
        DataError: Convex does not answer; do it again later.
        StorageError: the bucket does not answer; do it again later.
    """
    hosts = HOSTS.get(kind, Hosts(()))
    with tempfile.TemporaryFile() as file:
        failure = _first_that_works(link, hosts, fetcher, file, key)
        if failure is not None:
            _log.info("recording.not_fetched", failure=failure, tries=tries, sessionId=session_id)
            pause = pause_before_next(failure, tries)
            return Fetched("failed", REASONS[failure], failure, pause)
        file.seek(0)
        try:
            is_new = store_once(worker, storage, session_id, None, file)
        except Refused as error:
            if error.code not in ABOUT_RECORDING:
                raise
            return Fetched("failed", error.message)
        except UnplayableError as error:
            return Fetched("failed", str(error))
        except ValueError as error:
            return Fetched("failed", f"The recording: {error}.")
    return Fetched("stored" if is_new else "present")


def _first_that_works(
    link: RecordingLink, hosts: Hosts, fetcher: Fetcher, file: BinaryIO, key: str | None
) -> FetchFailure | None:
    """Fetch one of the links; return why none worked, first of all a reason that may pass."""
    failures: list[FetchFailure] = []
    for url in link.urls:
        file.seek(0)
        file.truncate()
        try:
            fetcher.fetch(url, hosts, file, key)
        except FetchError as error:
            failures.append(error.failure)
        else:
            return None
    passing = [failure for failure in failures if pause_before_next(failure, 1) is not None]
    return next(iter([*passing, *reversed(failures)]), "missing")
