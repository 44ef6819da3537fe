"""A sign-out that did not reach Clerk is retried until Clerk has ended the session."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from lib.auth.backend_api import ApiRefusedError, ApiUnavailableError
from lib.auth.clerk_sessions import Revocations


class Clerk:
    """Fails each call with the given errors, one after another, then answers."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.asked: list[str] = []
        self.known: set[str] = set()
        self.changed = threading.Condition()

    def revoke(self, clerk_session_id: str) -> None:
        self.asked.append(clerk_session_id)
        if self.failures:
            raise self.failures.pop(0)

    def confirmed(self, clerk_session_id: str) -> None:
        with self.changed:
            self.known.add(clerk_session_id)
            self.changed.notify_all()

    def wait_for(self, *clerk_session_ids: str) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: self.known >= set(clerk_session_ids), 30)

    @contextmanager
    def revocations(self) -> Iterator[Revocations]:
        made = Revocations(self.revoke, self.confirmed, first_retry_seconds=0.01)
        try:
            yield made
        finally:
            made.close()


@pytest.mark.parametrize(
    "failure",
    [ApiUnavailableError("rate limited"), ApiRefusedError(401, "x"), ApiRefusedError(403, "x")],
    ids=["unavailable", "401", "403"],
)
def test_revocation_is_retried_until_clerk_answers(failure: Exception) -> None:
    clerk = Clerk(failure, failure, failure)
    with clerk.revocations() as revocations:
        with pytest.raises(ApiUnavailableError):
            revocations.end("sess_1")
        assert clerk.wait_for("sess_1")
    assert clerk.asked == ["sess_1"] * 4


def test_session_that_had_ended_already_is_done() -> None:
    clerk = Clerk(ApiRefusedError(404, "resource_not_found"))
    with clerk.revocations() as revocations:
        revocations.end("sess_1")
        assert not revocations.is_pending("sess_1")
    assert clerk.known == {"sess_1"}


def test_one_that_fails_does_not_keep_others_waiting() -> None:
    down = ApiUnavailableError("down")
    clerk = Clerk(down, down, down)
    with clerk.revocations() as revocations:
        for clerk_session_id in ("sess_1", "sess_2"):
            with pytest.raises(ApiUnavailableError):
                revocations.end(clerk_session_id)
        assert clerk.wait_for("sess_1", "sess_2")


def test_closing_ends_the_retries() -> None:
    clerk = Clerk(*[ApiUnavailableError("down")] * 1000)
    with clerk.revocations() as revocations, pytest.raises(ApiUnavailableError):
        revocations.end("sess_1")
    assert clerk.known == set()
    assert "revocations" not in {thread.name for thread in threading.enumerate()}
