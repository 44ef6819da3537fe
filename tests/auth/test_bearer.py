"""Who may call the API: machines by service tokens, members by session tokens, nobody by both."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from lib.auth.bearer import BearerVerifier, Principal
from lib.auth.blocking import run_here
from lib.auth.members import Denial
from lib.auth.service import MAX_LIFE_SECONDS, ServiceKeys, load_keys, mint
from tests.auth.clerk import SigningKey, settings_for
from tests.auth.harness import Stage, no_keys, stage

ISSUER = "https://earshot.internal/service"
# Far enough: examples are made when tests are collected, which is minutes before they run.
DAY_SECONDS = 86_400


def private_pem(key: SigningKey) -> str:
    return key.private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


OLD, NEW, CLERKS = (private_pem(SigningKey()) for _ in range(3))


@pytest.fixture
def built() -> Iterator[tuple[Stage, BearerVerifier]]:
    with stage() as stage_:
        settings = settings_for(api_url=stage_.server.url, EARSHOT_SERVICE_KEY=NEW + OLD)
        yield stage_, BearerVerifier(settings, stage_.authenticator, no_keys())


def verified(built: tuple[Stage, BearerVerifier], token: str) -> Principal | Denial:
    return run_here(built[1].verify(f"Bearer {token}"))


@pytest.mark.parametrize("role", ["ingest", "worker"])
def test_machine_is_known_by_its_token(built: tuple[Stage, BearerVerifier], role: Any) -> None:
    token = mint(NEW, ISSUER, role, "backend")
    assert verified(built, token) == Principal("service", "backend", role, token)


def test_rotation_keeps_the_old_key_until_it_is_taken_away(
    built: tuple[Stage, BearerVerifier],
) -> None:
    token = mint(OLD, ISSUER, "ingest", "backend")
    assert isinstance(verified(built, token), Principal)
    assert mint(NEW + OLD, ISSUER, "ingest", "b") != token
    assert list(load_keys(NEW + OLD)) == [*load_keys(NEW), *load_keys(OLD)]
    assert ServiceKeys(NEW).verify(token, ISSUER, time.time()) == Denial("service-token-invalid")


def test_member_is_known_by_a_session_token_without_azp(
    built: tuple[Stage, BearerVerifier],
) -> None:
    token = built[0].token(azp=None, role="ops")
    assert verified(built, token) == Principal("member", "user_1", "ops", token)  # type: ignore[arg-type]


def forged(**changes: Any) -> str:
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": "earshot",
        "sub": "backend",
        "role": "ingest",
        "iat": now,
        "exp": now + 60,
        **changes,
    }
    kept = {name: value for name, value in claims.items() if value is not None}
    kid, key = next(iter(load_keys(NEW).items()))
    return jwt.encode(kept, key, "RS256", headers={"kid": kid})


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "convex"},
        {"aud": None},
        {"aud": ["earshot", "convex"]},
        {"role": "admin"},
        {"role": "viewer"},
        {"role": ["worker"]},
        {"role": None},
        {"sub": None},
        {"sub": 7},
        {"iat": None},
        {"exp": None},
        {"exp": int(time.time()) + MAX_LIFE_SECONDS + DAY_SECONDS},
        {"nbf": int(time.time()) + DAY_SECONDS},
        {"iat": int(time.time()) + DAY_SECONDS},
    ],
)
def test_service_token_with_wrong_claims_is_refused(
    built: tuple[Stage, BearerVerifier], changes: dict[str, Any]
) -> None:
    assert verified(built, forged(**changes)) == Denial("service-token-invalid")


def test_expired_service_token_is_named(built: tuple[Stage, BearerVerifier]) -> None:
    token = mint(NEW, ISSUER, "ingest", "backend", ttl=60, now=time.time() - 120)
    assert verified(built, token) == Denial("service-token-expired")


def test_service_token_of_another_key_is_refused(built: tuple[Stage, BearerVerifier]) -> None:
    token = mint(CLERKS, ISSUER, "worker", "attacker")
    assert verified(built, token) == Denial("service-token-invalid")


def test_clerks_key_signs_no_service_tokens(built: tuple[Stage, BearerVerifier]) -> None:
    claims = {"iss": ISSUER, "aud": "earshot", "sub": "x", "role": "worker", "exp": time.time() + 9}
    assert verified(built, built[0].key.sign(claims)) == Denial("service-token-invalid")


def test_service_key_signs_no_session_tokens(built: tuple[Stage, BearerVerifier]) -> None:
    token = forged(iss="https://clerk.example.com", sid="sess_1", role="admin")
    assert verified(built, token) == Denial("jwk-kid-mismatch")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "bearer x", "Basic eDp5", "x"])
def test_anything_but_a_bearer_token_is_missing(
    built: tuple[Stage, BearerVerifier], header: str
) -> None:
    assert run_here(built[1].verify(header)) == Denial("bearer-missing")


def test_service_tokens_without_a_key_are_refused() -> None:
    with stage() as stage_:
        verifier = BearerVerifier(settings_for(), stage_.authenticator, no_keys())
        token = mint(NEW, ISSUER, "ingest", "backend")
        assert run_here(verifier.verify(f"Bearer {token}")) == Denial("service-token-invalid")


def test_one_issuer_for_both_kinds_is_refused_at_start() -> None:
    settings = settings_for(EARSHOT_SERVICE_ISSUER="https://clerk.example.com")
    with stage() as stage_, pytest.raises(ValueError, match="EARSHOT_SERVICE_ISSUER"):
        BearerVerifier(settings, stage_.authenticator, no_keys())
