"""Clerk sessions: whether one is active, and ending one.

Clerk is asked about a session at most once a minute, for all of its tabs and sockets. While Clerk
does not answer, the last good answer holds for the grace period; then the status is unknown and
nothing is served.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial

import structlog

from lib.auth.backend_api import OUR_FAULT, ApiRefusedError, ApiUnavailableError, ClerkSession
from lib.auth.blocking import BlockingCall

# Less than a minute, by what a socket's check interval and a slow answer may add.
CHECK_SECONDS = 50.0
RETRY_SECONDS = 5.0
DENY_SECONDS = 180.0
FIRST_RETRY_SECONDS = 5.0
LAST_RETRY_SECONDS = 60.0
# More pending revocations than this are not retried; this process refuses the sessions anyway.
MAX_PENDING = 1_000
_MAX_SESSIONS = 10_000
_NEVER = float("-inf")
_ALWAYS = float("inf")

_log = structlog.get_logger()


class SessionStatus(StrEnum):
    """What is known of a Clerk session."""

    ACTIVE = "active"
    ENDED = "ended"
    UNKNOWN = "unknown"


@dataclass(slots=True)
class _Entry:
    """What is known of one session; times are in monotonic seconds."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    status: SessionStatus = SessionStatus.UNKNOWN
    checked_at: float = _NEVER
    tried_at: float = _NEVER
    good_at: float = _NEVER
    denied_until: float = _NEVER


class SessionStatusCache:
    """Caches the status of Clerk sessions. Thread-safe, bounded."""

    def __init__(
        self,
        fetch: Callable[[str], ClerkSession],
        grace_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Hold nothing yet.

        Args:
            fetch: returns a session by id; blocks; raises the Backend API's errors.
            grace_seconds: how long the last good answer holds during an outage.
            clock: monotonic seconds.
        """
        self._fetch = fetch
        self._grace = grace_seconds
        self._clock = clock
        self._guard = threading.Lock()
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    def record_token(self, clerk_session_id: str, age: float) -> None:
        """Count a valid session token, `age` seconds old, as a good answer of that age."""
        entry = self._entry(clerk_session_id)
        entry.good_at = max(entry.good_at, self._clock() - max(age, 0.0))

    def deny(self, clerk_session_id: str) -> None:
        """Refuse a session from now on: somebody signed out, and Clerk may not know yet."""
        self._entry(clerk_session_id).denied_until = _ALWAYS

    def confirm_revoked(self, clerk_session_id: str) -> None:
        """Refuse a session that Clerk has ended until all of its tokens have expired."""
        self._entry(clerk_session_id).denied_until = self._clock() + DENY_SECONDS

    def is_denied(self, clerk_session_id: str) -> bool:
        """Return whether a session was signed out here."""
        with self._guard:
            entry = self._entries.get(clerk_session_id)
        return entry is not None and self._clock() < entry.denied_until

    async def status(self, clerk_session_id: str, user_id: str) -> SessionStatus:
        """Return whether a session is active and the user's, asking Clerk if necessary.

        The answer is at most `CHECK_SECONDS` old, `grace_seconds` during an outage.
        """
        entry = self._entry(clerk_session_id)
        if self._is_due(entry):
            await BlockingCall(partial(self._check, entry, clerk_session_id, user_id))
        if self._clock() - entry.checked_at < CHECK_SECONDS:
            return entry.status
        in_grace = self._clock() - entry.good_at <= self._grace
        if entry.status is not SessionStatus.ENDED and in_grace:
            return SessionStatus.ACTIVE
        return SessionStatus.UNKNOWN

    def ended_since(self, clerk_session_id: str, age: float) -> bool:
        """Return whether Clerk ended the session after a token, `age` seconds old, was issued.

        A younger token proves that the session is active: a pending one may have been completed.
        """
        entry = self._entry(clerk_session_id)
        now = self._clock()
        current = now - entry.checked_at < CHECK_SECONDS
        return current and entry.status is SessionStatus.ENDED and now - age <= entry.checked_at

    def is_confirmed(self, clerk_session_id: str) -> bool:
        """Return whether the status is Clerk's answer, not assumed during the grace period."""
        return self._clock() - self._entry(clerk_session_id).checked_at < CHECK_SECONDS

    def _is_due(self, entry: _Entry) -> bool:
        now = self._clock()
        return now - entry.checked_at >= CHECK_SECONDS and now - entry.tried_at >= RETRY_SECONDS

    def _check(self, entry: _Entry, clerk_session_id: str, user_id: str) -> None:
        """Ask Clerk once for all threads that wait here."""
        with entry.lock:
            if not self._is_due(entry):
                return
            try:
                session = self._fetch(clerk_session_id)
                active = session.status == "active" and session.user_id == user_id
            except ApiUnavailableError:
                entry.tried_at = self._clock()
                return
            except ApiRefusedError as error:
                if error.status in OUR_FAULT:
                    entry.tried_at = self._clock()
                    return
                active = False
            now = self._clock()
            entry.status = SessionStatus.ACTIVE if active else SessionStatus.ENDED
            entry.good_at = now if active else _NEVER
            entry.checked_at = entry.tried_at = now

    def _entry(self, clerk_session_id: str) -> _Entry:
        with self._guard:
            entry = self._entries.setdefault(clerk_session_id, _Entry())
            self._entries.move_to_end(clerk_session_id)
            while len(self._entries) > _MAX_SESSIONS:
                self._entries.popitem(last=False)
            return entry


class Revocations:
    """Ends sessions at Clerk; what fails is retried in the background. Thread-safe.

    There is one thread, while revocations are pending. It stops a round at the first failure, so
    that an outage costs one call a minute.
    """

    def __init__(
        self,
        revoke: Callable[[str], None],
        confirmed: Callable[[str], None],
        first_retry_seconds: float = FIRST_RETRY_SECONDS,
    ) -> None:
        """Hold nothing yet.

        Args:
            revoke: ends a session at Clerk; blocks; raises the Backend API's errors.
            confirmed: called with each session that Clerk has ended.
            first_retry_seconds: pause before the first retry; later ones double, up to a minute.
        """
        self._revoke = revoke
        self._confirmed = confirmed
        self._first_retry = first_retry_seconds
        self._guard = threading.Lock()
        self._pending: OrderedDict[str, None] = OrderedDict()
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()

    def is_pending(self, clerk_session_id: str) -> bool:
        """Return whether the revocation of a session has still to reach Clerk."""
        with self._guard:
            return clerk_session_id in self._pending

    def end(self, clerk_session_id: str) -> None:
        """End a session at Clerk.

        Raises:
            ApiUnavailableError: the call failed; it will be retried.
        """
        try:
            self._revoke_now(clerk_session_id)
        except ApiUnavailableError:
            self._retry_later(clerk_session_id)
            raise

    def close(self) -> None:
        """Stop retrying."""
        self._closing.set()
        with self._guard:
            thread = self._thread
        if thread is not None:
            thread.join()

    def _revoke_now(self, clerk_session_id: str) -> None:
        try:
            self._revoke(clerk_session_id)
        except ApiRefusedError as error:
            if error.status in OUR_FAULT:
                raise ApiUnavailableError("Clerk refuses the secret key") from error
            # Else the session had ended already.
        self._confirmed(clerk_session_id)

    def _retry_later(self, clerk_session_id: str) -> None:
        with self._guard:
            if len(self._pending) >= MAX_PENDING:
                _log.error("auth.revoke_not_retried")
                return
            self._pending[clerk_session_id] = None
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
                clerk_session_id = next(iter(self._pending), None)
                if clerk_session_id is None:
                    return
                # One that keeps failing does not hold up the others.
                self._pending.move_to_end(clerk_session_id)
            self._revoke_now(clerk_session_id)
            with self._guard:
                self._pending.pop(clerk_session_id, None)
