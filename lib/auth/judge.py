"""Asking the authenticator from the event loop: without a thread if nothing has to wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import structlog
from anyio import CapacityLimiter, to_thread

from lib.auth.authenticator import Admission, Authenticator
from lib.auth.bearer import BearerVerifier, Principal
from lib.auth.client_limit import ClientLimit, network_of
from lib.auth.decisions import Decision
from lib.auth.events import EventReporter, Outcome
from lib.auth.incoming import Incoming
from lib.auth.members import Denial
from lib.auth.network import Waiting, WouldWait, waiting_for
from lib.auth.reasons import AuthReason, GateReason
from lib.auth.surfaces import route_label

# Threads that may wait for Clerk at a time. Requests with warm keys and a fresh token need none,
# so a slow Clerk does not hold up the others.
MAX_WAITING = 16
# Handshake nonces and refreshes can be made up by anybody and cost a call each: they have threads
# of their own, few may queue for them, and each client has a budget.
MAX_STRANGERS = 4
MAX_STRANGERS_QUEUED = 32
STRANGER_CALLS = 60
STRANGER_SECONDS = 60.0

_log = structlog.get_logger()
T = TypeVar("T")


class Judge:
    """Asks who a request is from, fails closed, and reports each answer."""

    def __init__(
        self, authenticator: Authenticator, bearer: BearerVerifier, reporter: EventReporter
    ) -> None:
        """Take the parts."""
        self._authenticator = authenticator
        self._bearer = bearer
        self._reporter = reporter
        self._members = CapacityLimiter(MAX_WAITING)
        self._strangers = CapacityLimiter(MAX_STRANGERS)
        self._budget = ClientLimit(STRANGER_CALLS, STRANGER_SECONDS)

    async def admit(self, incoming: Incoming, *, document: bool) -> Admission:
        """Return who a request is from by its cookies."""
        call = partial(self._authenticator.admit, incoming.request, document=document)
        try:
            return await self.ask(call, incoming.client_address)
        except Exception:  # noqa: BLE001  # whatever fails here must refuse, not crash
            _log.exception("auth.unexpected_error", route=route_label(incoming.path))
            denial = Denial(AuthReason.UNEXPECTED_ERROR)
            return Admission(Decision("signed-out", denial.reason), denial)

    async def principal(self, incoming: Incoming) -> Principal | Denial:
        """Return who a request is from by its Authorization header alone."""
        call = partial(self._bearer.verify, incoming.headers.get("authorization", ""))
        try:
            return await self.ask(call, incoming.client_address)
        except Exception:  # noqa: BLE001  # whatever fails here must refuse, not crash
            _log.exception("auth.unexpected_error", route=route_label(incoming.path))
            return Denial(AuthReason.UNEXPECTED_ERROR)

    async def ask(self, call: Callable[[], T], client_address: str) -> T:
        """Make a call here if it needs no network, else in a worker thread.

        Beyond the client's budget, what strangers can cause fails as if Clerk did not answer.
        """
        try:
            with waiting_for(Waiting.NOTHING):
                return call()
        except WouldWait as wait:
            for_stranger = wait.for_stranger
        if not for_stranger:
            try:
                return await _in_thread(call, Waiting.MEMBERS, self._members)
            except WouldWait:
                pass  # it went on to something that strangers can cause
        queued = self._strangers.statistics().tasks_waiting
        if queued >= MAX_STRANGERS_QUEUED or not self._budget.take(network_of(client_address)):
            return await _in_thread(call, Waiting.MEMBERS_AND_STRANGERS_REFUSED, self._members)
        return await _in_thread(call, Waiting.ANYBODY, self._strangers)

    def report(
        self, incoming: Incoming, outcome: Outcome, reason: str, user_id: str, started: float
    ) -> None:
        """Report a decision that was begun at `started` (`time.perf_counter`)."""
        self._reporter.report(
            outcome,
            reason or GateReason.SIGNED_IN,
            route=route_label(incoming.path),
            client_address=incoming.client_address,
            request_id=incoming.request_id,
            user_id=user_id,
            duration_ms=(time.perf_counter() - started) * 1000,
        )


async def _in_thread(call: Callable[[], T], allowed: Waiting, limiter: CapacityLimiter) -> T:
    def run() -> T:
        with waiting_for(allowed):
            return call()

    return await to_thread.run_sync(run, limiter=limiter)
