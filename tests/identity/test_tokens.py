"""What the instance signs, read with Clerk's own verifier and with PyJWT."""

from __future__ import annotations

import time
from typing import Any

import httpx
import jwt
import pytest
from clerk_backend_api.security import VerifyTokenOptions, verify_token
from cryptography.hazmat.primitives import serialization

from local.identity import admin
from local.identity.users import NewUser
from tests.identity.clerk import Running


def read(clerk: Running, token: str) -> dict[str, Any]:
    """Verify a token with the keys that the issuer's discovery document names."""
    base, issuer = clerk.stack.clerk_api_url, clerk.stack.issuer_url
    document = httpx.get(f"{base}/.well-known/openid-configuration").json()
    assert document["issuer"] == issuer
    keys = httpx.get(document["jwks_uri"].replace(issuer, base)).json()
    key = jwt.PyJWKSet.from_dict(keys)[jwt.get_unverified_header(token)["kid"]]
    claims: dict[str, Any] = jwt.decode(
        token, key.key, algorithms=["RS256"], issuer=issuer, audience="convex"
    )
    return claims


def test_a_session_token_has_every_claim_that_a_gate_checks(either: Running) -> None:
    claims = read(either, admin.session_token(either.stack, "reviewer"))
    now = time.time()
    assert claims["sub"] == either.user("reviewer")["id"]
    assert claims["sid"].startswith("sess_")
    assert claims["azp"] == either.stack.app_url
    assert (claims["role"], claims["aud"], claims["sts"], claims["v"]) == (
        "reviewer",
        "convex",
        "active",
        2,
    )
    assert claims["fva"] == [0, -1]
    assert claims["exp"] - claims["iat"] == 60
    assert claims["iat"] - claims["nbf"] == 10
    assert abs(claims["iat"] - now) < 30


def test_the_official_verifier_accepts_it(development: Running) -> None:
    stack = development.stack
    public = development.instance.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    token = admin.session_token(stack, "viewer")
    for options in (
        VerifyTokenOptions(
            secret_key=stack.clerk_secret_key,
            api_url=stack.clerk_api_url,
            audience="convex",
            authorized_parties=[stack.app_url],
        ),
        VerifyTokenOptions(jwt_key=public.decode(), audience="convex"),
    ):
        assert verify_token(token, options)["role"] == "viewer"


def test_the_token_names_a_session_that_the_backend_knows(development: Running) -> None:
    claims = read(development, admin.session_token(development.stack, "ops", seconds=600))
    assert claims["exp"] - claims["iat"] == 600
    session = development.api.get(f"/v1/sessions/{claims['sid']}").json()
    assert (session["status"], session["user_id"]) == ("active", claims["sub"])


def test_a_token_for_a_new_subject_makes_that_user_with_that_role_only(
    development: Running,
) -> None:
    subject = "user_made4test"
    claims = read(development, admin.session_token(development.stack, "viewer", subject))
    assert (claims["sub"], claims["role"]) == (subject, "viewer")
    with pytest.raises(ValueError, match="does not have the role admin"):
        admin.session_token(development.stack, "admin", subject)


def test_a_product_user_gets_a_token_without_a_role(development: Running) -> None:
    user_id = development.user("casey")["id"]
    session = development.api.post("/v1/sessions", json={"user_id": user_id}).json()
    minted = development.api.post(f"/v1/sessions/{session['id']}/tokens", json={}).json()
    assert "role" not in read(development, minted["jwt"])


def test_a_template_token_carries_the_profile_and_is_no_session_token(
    development: Running,
) -> None:
    user_id = development.user("admin")["id"]
    session = development.api.post("/v1/sessions", json={"user_id": user_id}).json()
    minted = development.api.post(f"/v1/sessions/{session['id']}/tokens/convex", json={}).json()
    claims = read(development, minted["jwt"])
    assert (claims["name"], claims["email"]) == ("Ada Farrow", "admin@team.earshot.example")
    assert claims["role"] == "admin"
    assert "sid" not in claims
    assert jwt.get_unverified_header(minted["jwt"])["cat"] == "cl_B7d4PD222AAA"


def test_without_the_convex_integration_the_session_token_has_no_audience(
    development: Running,
) -> None:
    development.instance.configure(convex_integration=False)
    try:
        token = admin.session_token(development.stack, "viewer")
    finally:
        development.instance.configure(convex_integration=True)
    assert "aud" not in jwt.decode(token, options={"verify_signature": False})


def test_product_users_are_loaded_in_bulk_and_a_load_may_be_repeated(development: Running) -> None:
    people = [NewUser(user_id=f"user_b{n}", email=f"bulk{n}@customers.example") for n in range(50)]
    ids = admin.create_users(development.stack, people)
    assert len(set(ids)) == 50
    assert admin.create_users(development.stack, people) == ids
    assert development.api.get("/v1/users", params={"query": "bulk49@"}).json()[0]["id"] == ids[-1]


def test_the_signing_key_survives_a_restart(development: Running) -> None:
    again = type(development.instance)(development.stack)
    assert again.jwks == development.instance.jwks
