"""The server's own check of a session: rarely asked, never older than promised."""

from __future__ import annotations

from typing import Any

import pytest

from lib.auth.backend_api import ApiRefusedError, ApiUnavailableError, ClerkSession
from lib.auth.blocking import run_here
from lib.auth.clerk_sessions import (
    CHECK_SECONDS,
    DENY_SECONDS,
    RETRY_SECONDS,
    SessionStatus,
    SessionStatusCache,
)

GRACE = 300.0


class Clerk:
    """One session whose state tests change, behind a clock that tests move."""

    def __init__(self) -> None:
        self.answer: Any = ClerkSession("sess_1", "user_1", "active")
        self.asked = 0
        self.now = 0.0
        self.cache = SessionStatusCache(self.fetch, GRACE, lambda: self.now)

    def fetch(self, _: str) -> ClerkSession:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        session: ClerkSession = self.answer
        return session

    def status(self, user_id: str = "user_1") -> SessionStatus:
        return run_here(self.cache.status("sess_1", user_id))


@pytest.fixture
def clerk() -> Clerk:
    return Clerk()


def test_answer_is_shared_for_less_than_a_minute(clerk: Clerk) -> None:
    assert [clerk.status() for _ in range(5)] == [SessionStatus.ACTIVE] * 5
    assert clerk.asked == 1
    clerk.answer = ClerkSession("sess_1", "user_1", "revoked")
    clerk.now += CHECK_SECONDS
    assert clerk.status() is SessionStatus.ENDED
    assert CHECK_SECONDS < 60


def test_session_of_somebody_else_is_no_session(clerk: Clerk) -> None:
    assert clerk.status("user_2") is SessionStatus.ENDED


def test_unknown_session_has_ended(clerk: Clerk) -> None:
    clerk.answer = ApiRefusedError(404, "resource_not_found")
    assert clerk.status() is SessionStatus.ENDED


@pytest.mark.parametrize("failure", [ApiUnavailableError("down"), ApiRefusedError(401, "x")])
def test_outage_is_bridged_for_the_grace(failure: Exception, clerk: Clerk) -> None:
    clerk.status()
    clerk.answer = failure
    clerk.now += GRACE
    assert clerk.status() is SessionStatus.ACTIVE
    clerk.now += 1
    assert clerk.status() is SessionStatus.UNKNOWN


def test_fresh_token_counts_as_a_good_answer(clerk: Clerk) -> None:
    clerk.answer = ApiUnavailableError("down")
    clerk.cache.record_token("sess_1", age=100)
    clerk.now += GRACE - 100
    assert clerk.status() is SessionStatus.ACTIVE
    clerk.now += 1
    assert clerk.status() is SessionStatus.UNKNOWN


def test_ended_session_is_not_revived_by_an_outage(clerk: Clerk) -> None:
    clerk.cache.record_token("sess_1", age=0)
    clerk.answer = ClerkSession("sess_1", "user_1", "ended")
    clerk.status()
    clerk.answer = ApiUnavailableError("down")
    clerk.now += CHECK_SECONDS
    assert clerk.status() is SessionStatus.UNKNOWN


def test_token_issued_before_the_end_was_known_does_not_count(clerk: Clerk) -> None:
    clerk.now = 100
    assert not clerk.cache.ended_since("sess_1", age=5)
    clerk.answer = ClerkSession("sess_1", "user_1", "revoked")
    clerk.status()
    clerk.now += 10
    assert clerk.cache.ended_since("sess_1", age=15)
    assert not clerk.cache.ended_since("sess_1", age=5)
    clerk.now += CHECK_SECONDS
    assert not clerk.cache.ended_since("sess_1", age=70)


def test_outage_is_asked_about_at_intervals(clerk: Clerk) -> None:
    clerk.answer = ApiUnavailableError("down")
    for _ in range(10):
        clerk.status()
    assert clerk.asked == 1
    clerk.now += RETRY_SECONDS
    clerk.status()
    assert clerk.asked == 2


def test_signed_out_session_is_denied_longer_than_its_tokens_live(clerk: Clerk) -> None:
    assert not clerk.cache.is_denied("sess_1")
    clerk.cache.deny("sess_1")
    clerk.now += 100 * DENY_SECONDS
    assert clerk.cache.is_denied("sess_1")
    clerk.cache.confirm_revoked("sess_1")
    clerk.now += DENY_SECONDS - 1
    assert clerk.cache.is_denied("sess_1")
    clerk.now += 1
    assert not clerk.cache.is_denied("sess_1")
