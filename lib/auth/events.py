"""Auth events: one per decision, to a recorder that the composition root injects."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from lib.auth.rate_limiter import RateLimiter
from lib.auth.reasons import listed

Outcome = Literal["allowed", "redirected", "denied"]

# How many of a client's denials are kept as events; more are only counted.
DETAILS_PER_WINDOW = 20
WINDOW_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class AuthEvent:
    """One decision. It never holds a token, a cookie or a query string.

    Attributes:
        at_ms: Unix milliseconds.
        outcome: allowed, redirected to Clerk, or denied.
        reason: from the closed list of `lib.auth.reasons`.
        route: from the closed list of `lib.auth.path_kinds.route_label`.
        duration_ms: how long the decision took.
        request_id: id of the request.
        client: keyed hash of the client's address.
        user_id: Clerk user id, empty if unknown.
        detail: whether to keep the event itself; all are counted.
    """

    at_ms: int
    outcome: Outcome
    reason: str
    route: str
    duration_ms: float
    request_id: str
    client: str
    user_id: str
    detail: bool


RecordAuth = Callable[[AuthEvent], None]


class EventReporter:
    """Makes events and limits how many of a client's denials are kept. Thread-safe."""

    def __init__(
        self, record: RecordAuth, hash_key: str, clock: Callable[[], float] = time.time
    ) -> None:
        """Start reporting.

        Args:
            record: called once per decision; must not block or raise.
            hash_key: key of the hashes of client addresses.
            clock: Unix seconds.
        """
        self._record = record
        self._hash_key = hash_key.encode()
        self._clock = clock
        self._details = RateLimiter(DETAILS_PER_WINDOW, WINDOW_SECONDS, clock)

    def report(
        self,
        outcome: Outcome,
        reason: str,
        *,
        route: str,
        client_address: str,
        request_id: str,
        user_id: str = "",
        duration_ms: float = 0.0,
    ) -> None:
        """Report one decision."""
        client = self._hashed(client_address)
        now = self._clock()
        self._record(
            AuthEvent(
                at_ms=int(now * 1000),
                outcome=outcome,
                reason=listed(reason),
                route=route,
                duration_ms=duration_ms,
                request_id=request_id,
                client=client,
                user_id=user_id,
                detail=outcome == "denied" and self._details.allow(client),
            )
        )

    def _hashed(self, address: str) -> str:
        return hmac.new(self._hash_key, address.encode(), hashlib.sha256).hexdigest()[:16]
