"""Whether a Clerk session is still alive, asked of Clerk at most once a minute per session.

One answer serves all tabs and sockets of a session. Clerk unreachable: the last good answer holds
for a stated grace, then the session counts as unknown and nothing is served.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from lib.auth.backend_api import OUR_FAULT, ApiRefusedError, ApiUnavailableError, ClerkSession
from lib.auth.network import about_to_wait

# Below a minute by the time that a socket's watchdog and a slow answer may add.
CHECK_SECONDS = 50.0
RETRY_SECONDS = 5.0
DENY_SECONDS = 180.0
_MAX_SESSIONS = 10_000
_NEVER = float("-inf")
_ALWAYS = float("inf")


class Liveness(StrEnum):
    """What is known of a session."""

    ACTIVE = "active"
    ENDED = "ended"
    UNKNOWN = "unknown"


@dataclass(slots=True)
class _Entry:
    """Last answers about one session; times are monotonic seconds."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    liveness: Liveness = Liveness.UNKNOWN
    checked_at: float = _NEVER
    tried_at: float = _NEVER
    good_at: float = _NEVER
    denied_until: float = _NEVER


class SessionWatch:
    """Remembers, per Clerk session, when it was last known to be alive. Thread-safe."""

    def __init__(
        self,
        fetch: Callable[[str], ClerkSession],
        grace_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Remember how to ask.

        Args:
            fetch: returns a session by id; raises the Backend API's errors.
            grace_seconds: how long the last good answer holds during an outage.
            clock: monotonic seconds.
        """
        self._fetch = fetch
        self._grace = grace_seconds
        self._clock = clock
        self._guard = threading.Lock()
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    def seen_fresh(self, session_id: str, age: float) -> None:
        """Note that a valid session token, `age` seconds old, was seen: as good as an answer."""
        entry = self._entry(session_id)
        entry.good_at = max(entry.good_at, self._clock() - max(age, 0.0))

    def deny(self, session_id: str) -> None:
        """Refuse a session from now on: somebody signed out, and Clerk may not know yet."""
        self._entry(session_id).denied_until = _ALWAYS

    def revoked(self, session_id: str) -> None:
        """Note that Clerk knows: only tokens that were copied before are still to be refused."""
        self._entry(session_id).denied_until = self._clock() + DENY_SECONDS

    def is_denied(self, session_id: str) -> bool:
        """Tell whether a session was signed out here."""
        with self._guard:
            entry = self._entries.get(session_id)
        return entry is not None and self._clock() < entry.denied_until

    def liveness(self, session_id: str, user_id: str) -> Liveness:
        """Return whether the session is active and the user's, asking Clerk if need be.

        The answer is at most `CHECK_SECONDS` old, `grace_seconds` during an outage.
        """
        entry = self._entry(session_id)
        if self._due(entry):
            about_to_wait()
            with entry.lock:
                if self._due(entry):
                    self._ask(entry, session_id, user_id)
        if self._clock() - entry.checked_at < CHECK_SECONDS:
            return entry.liveness
        if entry.liveness is not Liveness.ENDED and self._clock() - entry.good_at <= self._grace:
            return Liveness.ACTIVE
        return Liveness.UNKNOWN

    def ended_since(self, session_id: str, age: float) -> bool:
        """Tell whether Clerk said, after a token `age` seconds old was issued, that it is over.

        A younger token proves the opposite: a pending session, for instance, has been completed.
        """
        entry = self._entry(session_id)
        now = self._clock()
        current = now - entry.checked_at < CHECK_SECONDS
        return current and entry.liveness is Liveness.ENDED and now - age <= entry.checked_at

    def is_confirmed(self, session_id: str) -> bool:
        """Tell whether the answer about a session is Clerk's own, not assumed for the grace."""
        return self._clock() - self._entry(session_id).checked_at < CHECK_SECONDS

    def _due(self, entry: _Entry) -> bool:
        now = self._clock()
        return now - entry.checked_at >= CHECK_SECONDS and now - entry.tried_at >= RETRY_SECONDS

    def _ask(self, entry: _Entry, session_id: str, user_id: str) -> None:
        try:
            session = self._fetch(session_id)
            active = session.status == "active" and session.user_id == user_id
        except ApiRefusedError as error:
            if error.status in OUR_FAULT:
                entry.tried_at = self._clock()
                return
            active = False
        except ApiUnavailableError:
            entry.tried_at = self._clock()
            return
        now = self._clock()
        entry.checked_at = entry.tried_at = now
        entry.liveness = Liveness.ACTIVE if active else Liveness.ENDED
        entry.good_at = now if active else _NEVER

    def _entry(self, session_id: str) -> _Entry:
        with self._guard:
            entry = self._entries.setdefault(session_id, _Entry())
            self._entries.move_to_end(session_id)
            while len(self._entries) > _MAX_SESSIONS:
                self._entries.popitem(last=False)
            return entry
