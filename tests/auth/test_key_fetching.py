"""Keys of an instance: fetched rarely, once for everybody, kept through outages."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import jwt
import pytest

from lib.auth.backend_api import ApiRefusedError, ApiUnavailableError
from lib.auth.blocking import WorkerThreads, run_here
from lib.auth.keys import FRESH_SECONDS, REFETCH_SECONDS, STALE_SECONDS, JwksKeys, PemKeys
from lib.auth.tokens import Policy, TokenError, verify
from tests.auth.clerk import SigningKey, session_claims

FIRST = SigningKey("ins_test")
SECOND = SigningKey("ins_test")
POLICY = Policy(issuer="https://clerk.example.com")


class Issuer:
    """A key set that tests change, behind a clock that tests move."""

    def __init__(self) -> None:
        self.answer: Any = {"keys": [FIRST.jwk]}
        self.fetches = 0
        self.now = 1000.0
        self.keys = JwksKeys(self.fetch, lambda: self.now)

    def fetch(self) -> Any:
        self.fetches += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def get(self, kid: str = "ins_test") -> jwt.PyJWK:
        return run_here(self.keys.get(kid))

    def reason(self, kid: str = "ins_test") -> str:
        with pytest.raises(TokenError) as failed:
            self.get(kid)
        return failed.value.reason


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


def test_known_key_is_fetched_once_while_fresh(issuer: Issuer) -> None:
    for _ in range(5):
        issuer.get()
        issuer.now += FRESH_SECONDS / 6
    assert issuer.fetches == 1


def test_old_keys_are_fetched_again(issuer: Issuer) -> None:
    issuer.get()
    issuer.now += FRESH_SECONDS
    issuer.get()
    assert issuer.fetches == 2


def test_key_that_was_withdrawn_is_no_longer_accepted(issuer: Issuer) -> None:
    issuer.get()
    issuer.answer = {"keys": [SigningKey("ins_new", SECOND.private).jwk]}
    issuer.now += FRESH_SECONDS
    assert issuer.reason() == "jwk-kid-mismatch"


def test_stale_keys_serve_during_an_outage_until_they_are_too_old(issuer: Issuer) -> None:
    issuer.get()
    issuer.answer = ApiUnavailableError("down")
    issuer.now += FRESH_SECONDS + 1
    assert issuer.get().key_id == "ins_test"
    issuer.now += STALE_SECONDS
    assert issuer.reason() == "jwk-remote-failed-to-load"


def test_outage_is_retried_at_intervals(issuer: Issuer) -> None:
    issuer.answer = ApiUnavailableError("down")
    for _ in range(10):
        assert issuer.reason() == "jwk-remote-failed-to-load"
    assert issuer.fetches == 1
    issuer.now += REFETCH_SECONDS
    issuer.answer = {"keys": [FIRST.jwk]}
    assert issuer.get().key_id == "ins_test"


@pytest.mark.parametrize("answer", [{}, {"keys": []}, {"keys": "none"}])
def test_empty_key_set_is_a_failure(answer: Any, issuer: Issuer) -> None:
    issuer.answer = answer
    assert issuer.reason() == "jwk-remote-failed-to-load"


UNUSABLE = [
    ({"kty": "oct", "k": "c2VjcmV0", "kid": "ins_test"}, "token-invalid-signature"),
    ({**FIRST.jwk, "use": "enc"}, "token-invalid-signature"),
    ({"kty": "RSA", "kid": "ins_test", "n": "!", "e": "AQAB"}, "token-invalid-signature"),
    ({**FIRST.jwk, "alg": "HS256"}, "token-invalid-signature"),
    ({**FIRST.jwk, "kid": None}, "jwk-kid-mismatch"),
    (7, "jwk-kid-mismatch"),
]


@pytest.mark.parametrize(("key", "reason"), UNUSABLE)
def test_only_an_unusable_key_lets_nobody_in(key: Any, reason: str, issuer: Issuer) -> None:
    issuer.answer = {"keys": [key]}
    assert issuer.reason() == reason


@pytest.mark.parametrize("key", [key for key, _ in UNUSABLE])
def test_good_keys_outlive_a_set_of_unusable_ones(key: Any, issuer: Issuer) -> None:
    first = issuer.get()
    issuer.now += FRESH_SECONDS + 1
    issuer.answer = {"keys": [key]}
    assert issuer.get() is first
    assert issuer.fetches == 2


def test_refused_secret_key_is_named(issuer: Issuer) -> None:
    issuer.answer = ApiRefusedError(401, "clerk_key_invalid")
    assert issuer.reason() == "secret-key-invalid"


def test_rotation_under_the_same_kid_is_noticed(issuer: Issuer) -> None:
    claims = session_claims(issuer.now)
    run_here(verify(FIRST.sign(claims), issuer.keys, issuer.now, POLICY))
    issuer.answer = {"keys": [SECOND.jwk]}
    issuer.now += REFETCH_SECONDS
    rotated = SECOND.sign(session_claims(issuer.now))
    claims = run_here(verify(rotated, issuer.keys, issuer.now, POLICY))
    assert claims["sub"] == "user_1"
    assert issuer.fetches == 2


def test_threads_share_one_fetch(issuer: Issuer) -> None:
    arrived, released = threading.Event(), threading.Event()
    plain = issuer.fetch

    def slow() -> Any:
        arrived.set()
        assert released.wait(10)
        return plain()

    keys = JwksKeys(slow, lambda: issuer.now)
    threads = [threading.Thread(target=lambda: run_here(keys.get("ins_test"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert arrived.wait(10)
    released.set()
    for thread in threads:
        thread.join()
    assert issuer.fetches == 1


@pytest.mark.anyio
async def test_only_a_fetch_takes_a_thread(issuer: Issuer) -> None:
    fetched_in: list[threading.Thread] = []
    plain = issuer.fetch

    def fetch() -> Any:
        fetched_in.append(threading.current_thread())
        return plain()

    keys, threads = JwksKeys(fetch, lambda: issuer.now), WorkerThreads()
    for _ in range(3):
        key = await threads.run(keys.get("ins_test"), "203.0.113.7")
        assert key.key_id == "ins_test"
    [thread] = fetched_in
    assert thread is not threading.current_thread()


def test_pem_verifies_without_network_whatever_the_kid() -> None:
    token = SigningKey("any", FIRST.private).sign(session_claims(1000))
    assert run_here(verify(token, PemKeys(FIRST.pem), 1000, POLICY))["sid"] == "sess_1"


@pytest.mark.parametrize("pem", ["", "nonsense", "-----BEGIN PUBLIC KEY-----\nAAAA\n"])
def test_malformed_pem_is_refused_at_start(pem: str) -> None:
    make: Callable[[str], PemKeys] = PemKeys
    with pytest.raises(ValueError, match=r"."):
        make(pem)
