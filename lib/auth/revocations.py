"""Telling Clerk that sessions are over, until it knows."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

import structlog

from lib.auth.backend_api import OUR_FAULT, ApiRefusedError, ApiUnavailableError

FIRST_RETRY_SECONDS = 5.0
LAST_RETRY_SECONDS = 60.0
# More than this many at once are not retried; they stay refused in this process all the same.
MAX_PENDING = 1_000

_log = structlog.get_logger()


class Revocations:
    """Revokes sessions; those that Clerk was not told of are tried again. Thread-safe.

    One thread exists while something is pending. It stops a round at the first failure, so an
    outage costs a call a minute.
    """

    def __init__(
        self,
        revoke: Callable[[str], None],
        confirmed: Callable[[str], None],
        first_retry_seconds: float = FIRST_RETRY_SECONDS,
    ) -> None:
        """Remember whom to tell.

        Args:
            revoke: ends a session at Clerk; raises the Backend API's errors.
            confirmed: called once Clerk knows.
            first_retry_seconds: pause before the first retry; later ones double, up to a minute.
        """
        self._revoke = revoke
        self._confirmed = confirmed
        self._first_retry = first_retry_seconds
        self._guard = threading.Lock()
        self._pending: OrderedDict[str, None] = OrderedDict()
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()

    def is_pending(self, session_id: str) -> bool:
        """Tell whether Clerk still has to be told of a session."""
        with self._guard:
            return session_id in self._pending

    def end(self, session_id: str) -> None:
        """End a session at Clerk.

        Raises:
            ApiUnavailableError: Clerk was not told; it will be tried again.
        """
        try:
            self._tell(session_id)
        except ApiUnavailableError:
            self._retry_later(session_id)
            raise

    def close(self) -> None:
        """Give up on what is pending."""
        self._closing.set()
        with self._guard:
            thread = self._thread
        if thread is not None:
            thread.join()

    def _tell(self, session_id: str) -> None:
        try:
            self._revoke(session_id)
        except ApiRefusedError as error:
            if error.status in OUR_FAULT:
                raise ApiUnavailableError("Clerk refuses the secret key") from error
            # Otherwise it had ended already.
        self._confirmed(session_id)

    def _retry_later(self, session_id: str) -> None:
        with self._guard:
            if len(self._pending) >= MAX_PENDING:
                _log.error("auth.revoke_not_retried")
                return
            self._pending[session_id] = None
            if self._thread is None and not self._closing.is_set():
                self._thread = threading.Thread(target=self._run, name="revocations", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        pause = self._first_retry
        while not self._closing.wait(pause):
            try:
                self._round()
            except ApiUnavailableError as error:
                pause = max(min(pause * 2, LAST_RETRY_SECONDS), error.retry_after or 0.0)
            with self._guard:
                if not self._pending:
                    self._thread = None
                    return

    def _round(self) -> None:
        while not self._closing.is_set():
            with self._guard:
                session_id = next(iter(self._pending), None)
                if session_id is None:
                    return
                # One that fails again and again does not keep the others waiting.
                self._pending.move_to_end(session_id)
            self._tell(session_id)
            with self._guard:
                self._pending.pop(session_id, None)
