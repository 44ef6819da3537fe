"""Every known attack on a token is refused: no member, no error of ours, few key fetches."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from lib.auth.reasons import ALL_REASONS
from tests.auth.clerk import SigningKey, base64url, session_claims
from tests.auth.harness import Stage
from tests.auth.scenarios import TEMPLATE

pytestmark = pytest.mark.anyio


ATTACKER = SigningKey()


def attacker_key(kid: str) -> SigningKey:
    return SigningKey(kid, ATTACKER.private)


def claims(stage: Stage, **changes: Any) -> dict[str, Any]:
    return session_claims(time.time(), stage.host, **changes)


def unsigned(stage: Stage, algorithm: str, signature: bytes = b"") -> str:
    header = {"alg": algorithm, "typ": "JWT", "kid": stage.key.kid}
    parts = [base64url(json.dumps(part).encode()) for part in (header, claims(stage))]
    return b".".join([*parts, base64url(signature)]).decode()


def hmac_signed(stage: Stage, secret: bytes, **header: Any) -> str:
    shown = {"alg": "HS256", "typ": "JWT", "kid": stage.key.kid, **header}
    parts = [base64url(json.dumps(part).encode()) for part in (shown, claims(stage))]
    signing_input = b".".join(parts)
    return b".".join(
        [signing_input, base64url(hmac.new(secret, signing_input, hashlib.sha256).digest())]
    ).decode()


def recovered_encodings(stage: Stage) -> list[bytes]:
    """Return what an attacker makes of a modulus recovered from two signatures."""
    numbers = stage.key.private.public_key().public_numbers()
    public = numbers.public_key()
    encoded = [
        public.public_bytes(encoding, layout)
        for encoding in (serialization.Encoding.PEM, serialization.Encoding.DER)
        for layout in (
            serialization.PublicFormat.PKCS1,
            serialization.PublicFormat.SubjectPublicKeyInfo,
        )
    ]
    return [
        *encoded,
        *(text.strip() for text in encoded),
        json.dumps(stage.key.jwk).encode(),
        numbers.n.to_bytes(256, "big"),
    ]


def with_header(stage: Stage, key: SigningKey | None = None, **header: Any) -> str:
    return (key or stage.key).sign(claims(stage), **header)


def doubled(stage: Stage, header: bytes, payload: bytes) -> str:
    return stage.key.sign_raw(header, payload)


def duplicate_claim(stage: Stage) -> str:
    header = json.dumps({"alg": "RS256", "kid": stage.key.kid, "typ": "JWT"}).encode()
    text = json.dumps(claims(stage))
    return doubled(stage, header, (text[:-1] + ', "sub": "user_admin"}').encode())


def duplicate_header(stage: Stage) -> str:
    header = f'{{"alg": "none", "alg": "RS256", "kid": "{stage.key.kid}", "typ": "JWT"}}'
    return doubled(stage, header.encode(), json.dumps(claims(stage)).encode())


def raw_payload(stage: Stage, payload: bytes) -> str:
    header = json.dumps({"alg": "RS256", "kid": stage.key.kid, "typ": "JWT"}).encode()
    return doubled(stage, header, payload)


def encrypted(stage: Stage) -> str:
    header = {"alg": "RSA-OAEP", "enc": "A256GCM", "kid": stage.key.kid}
    return ".".join([base64url(json.dumps(header).encode()).decode(), "a", "b", "c", "d"])


def embedded_key(stage: Stage) -> str:
    attacker = attacker_key("ins_test")
    return with_header(stage, attacker, jwk=attacker.jwk)


def pss_signed(stage: Stage) -> str:
    header = {"alg": "RS256", "typ": "JWT", "kid": stage.key.kid}
    parts = [base64url(json.dumps(part).encode()) for part in (header, claims(stage))]
    signing_input = b".".join(parts)
    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    signature = stage.key.private.sign(signing_input, scheme, hashes.SHA256())
    return b".".join([signing_input, base64url(signature)]).decode()


def tampered(stage: Stage) -> str:
    header, _, signature = stage.token().split(".")
    payload = base64url(json.dumps(claims(stage, role="admin")).encode()).decode()
    return f"{header}.{payload}.{signature}"


ATTACKS: dict[str, Callable[[Stage], str]] = {
    "unverified signature: payload exchanged": tampered,
    "no signature": lambda s: s.token().rpartition(".")[0] + ".",
    "alg none": lambda s: unsigned(s, "none"),
    "alg None": lambda s: unsigned(s, "None"),
    "alg nOnE": lambda s: unsigned(s, "nOnE"),
    "alg NONE with a signature": lambda s: unsigned(s, "NONE", b"x" * 256),
    "alg empty": lambda s: unsigned(s, ""),
    "alg missing": lambda s: with_header(s, alg=None),
    "alg a list": lambda s: with_header(s, alg=["RS256"]),
    "weak HMAC secret": lambda s: hmac_signed(s, b"secret"),
    "empty HMAC secret": lambda s: hmac_signed(s, b""),
    "RS256 to HS256 with the known public key": lambda s: hmac_signed(s, s.key.pem.encode()),
    "signature scheme PSS": pss_signed,
    "embedded jwk": embedded_key,
    "jku of the attacker": lambda s: with_header(
        s, attacker_key("ins_evil"), jku="https://evil.example.com/jwks.json"
    ),
    "x5u of the attacker": lambda s: with_header(
        s, attacker_key("ins_evil"), x5u="https://evil.example.com/cert.pem"
    ),
    "x5c of the attacker": lambda s: with_header(s, attacker_key("ins_evil"), x5c=["MIIB"]),
    "kid traversal": lambda s: hmac_signed(s, b"", kid="../../../../dev/null"),
    "kid SQL": lambda s: with_header(s, attacker_key("x' UNION SELECT 'a"), typ="JWT"),
    "kid command": lambda s: with_header(s, attacker_key("ins_test|sleep 10")),
    "kid a number": lambda s: with_header(s, kid=7),
    "kid an object": lambda s: with_header(s, kid={"a": 1}),
    "kid a list": lambda s: with_header(s, kid=[]),
    "kid missing": lambda s: with_header(s, kid=None),
    "kid huge": lambda s: with_header(s, kid="k" * 3000),
    "crit header": lambda s: with_header(s, crit=["exp"]),
    "detached payload b64 false": lambda s: with_header(s, b64=False, crit=["b64"]),
    "JWE for JWS": encrypted,
    "key of another instance under our kid": lambda s: with_header(s, attacker_key("ins_test")),
    "issuer of another instance": lambda s: s.token(iss="https://clerk.evil.example"),
    "issuer over http": lambda s: s.token(iss=f"http://{s.host}"),
    "issuer missing": lambda s: s.token(iss=None),
    "issuer a list": lambda s: s.token(iss=[f"https://{s.host}"]),
    "azp of another site": lambda s: s.token(azp="https://evil.example.com"),
    "azp of a sibling domain": lambda s: s.token(azp="https://other.example.com"),
    "azp missing": lambda s: s.token(azp=None),
    "azp an object": lambda s: s.token(azp={"a": 1}),
    "template token": lambda s: with_header(s, cat=TEMPLATE),
    "category a list": lambda s: with_header(s, cat=[TEMPLATE]),
    "template token without category and sid": lambda s: s.token(sid=None),
    "sid empty": lambda s: s.token(sid=""),
    "sid a number": lambda s: s.token(sid=5),
    "machine token by category": lambda s: with_header(s, cat="cl_B7d4PD333AAA"),
    "machine token by subject": lambda s: s.token(sub="mch_1"),
    "OAuth access token": lambda s: with_header(s, typ="at+jwt"),
    "expired": lambda s: s.token(age=400),
    "expired by the skew exactly": lambda s: s.token(exp=int(time.time()) - 6),
    "exp missing": lambda s: s.token(exp=None),
    "exp a text": lambda s: s.token(exp="9999999999"),
    "exp true": lambda s: s.token(exp=True),
    "exp negative": lambda s: s.token(exp=-1),
    "exp infinite": lambda s: raw_payload(
        s, json.dumps(claims(s, exp=0)).replace('"exp": 0', '"exp": 1e999').encode()
    ),
    "exp NaN": lambda s: raw_payload(
        s, json.dumps(claims(s, exp=0)).replace('"exp": 0', '"exp": NaN').encode()
    ),
    "not active yet": lambda s: s.token(nbf=int(time.time()) + 30),
    "issued in the future": lambda s: s.token(iat=int(time.time()) + 30),
    "iat a text": lambda s: s.token(iat="now"),
    "sub missing": lambda s: s.token(sub=None),
    "sub a list": lambda s: s.token(sub=["user_1"]),
    "duplicate claim": duplicate_claim,
    "duplicate header": duplicate_header,
    "payload not an object": lambda s: raw_payload(s, b'["sub"]'),
    "payload not JSON": lambda s: raw_payload(s, b"sub=user_1"),
    "payload not UTF-8": lambda s: raw_payload(s, b'{"sub": "\xff"}'),
    "payload UTF-16": lambda s: raw_payload(s, json.dumps(claims(s)).encode("utf-16")),
    "payload nested deep": lambda s: raw_payload(s, b"[" * 2500 + b"]" * 2500),
    "oversized": lambda s: s.token(filler="x" * 9000),
    "two segments": lambda s: ".".join(s.token().split(".")[:2]),
    "four segments": lambda s: s.token() + ".x",
    "empty segments": lambda _: "..",
    "bad base64url": lambda s: s.token().replace(".", ".!", 1),
    "base64 instead of base64url": lambda s: s.token()[:-2] + "+/",
    "padded segment": lambda s: s.token() + "==",
    "non-canonical last character": lambda s: s.token()[:-1] + "_",
    "line feed inside": lambda s: s.token().replace(".", "%0a.", 1),
    "null byte inside": lambda s: s.token().replace(".", "%00.", 1),
    "service token as a cookie": lambda s: jwt.encode(
        {"iss": "https://earshot.internal/service", "aud": "earshot", "role": "worker"},
        s.key.private,
        "RS256",
    ),
    "elliptic curve with zero signature": lambda s: unsigned(s, "ES256", b"\x00" * 64),
}


def recovered(number: int) -> Callable[[Stage], str]:
    return lambda stage: hmac_signed(stage, recovered_encodings(stage)[number])


for _number in range(10):
    ATTACKS[f"RS256 to HS256 with a recovered public key, encoding {_number}"] = recovered(_number)


@pytest.mark.parametrize("name", ATTACKS)
async def test_attack_by_cookie_is_refused(name: str, production: Stage) -> None:
    await production.get("/media/a.bin", production.cookies())  # the keys are warm
    forged = ATTACKS[name](production)
    answer = await production.get("/media/a.bin", production.cookies(forged))
    assert answer.status_code == 401
    assert answer.json()["detail"] in ALL_REASONS
    document = await production.document("/users", production.cookies(forged))
    assert document.status_code in {307, 401}
    assert b"the app" not in document.content
    assert production.server.count("GET", "/v1/jwks") <= 2


@pytest.mark.parametrize("name", [name for name in ATTACKS if name != "azp missing"])
async def test_attack_by_bearer_is_refused(name: str, production: Stage) -> None:
    forged = ATTACKS[name](production)
    if any(character in forged for character in "\n\x00"):
        pytest.skip("cannot be sent in a header")
    answer = await production.get("/api/v1/users", authorization=f"Bearer {forged}")
    assert answer.status_code == 401
    assert answer.json()["detail"] in ALL_REASONS
    assert forged not in answer.text


async def test_flood_of_unknown_kids_fetches_keys_once(production: Stage) -> None:
    stranger = attacker_key("ins_0")
    for number in range(50):
        stranger.kid = f"ins_{number}"
        forged = stranger.sign(claims(production))
        answer = await production.get("/media/a.bin", production.cookies(forged))
        assert answer.status_code == 401
    assert production.server.count("GET", "/v1/jwks") == 1


async def test_flood_of_bad_signatures_fetches_keys_once_more_at_most(production: Stage) -> None:
    attacker = attacker_key("ins_test")
    for number in range(50):
        forged = attacker.sign(claims(production, jti=str(number)))
        assert (await production.get("/media/a", production.cookies(forged))).status_code == 401
    assert production.server.count("GET", "/v1/jwks") <= 2


async def test_flood_of_bad_tokens_keeps_few_events_one_by_one(production: Stage) -> None:
    for number in range(60):
        await production.get("/media/a", production.cookies(f"bad.token.{number}"))
    assert len(production.events) == 60
    assert sum(event.detail for event in production.events) == 20


async def test_first_of_two_cookies_counts_so_that_a_tossed_one_cannot_take_over(
    production: Stage,
) -> None:
    own, tossed = production.token(), production.token(sub="user_attacker", sid="sess_2")
    both = f"__session={own}; __session={tossed}; __client_uat=1000"
    assert (await production.get("/auth/state", both)).status_code == 200
    assert production.events == []
    await production.get("/media/a", both)
    assert production.events[-1].user_id == "user_1"


async def test_tossed_app_session_of_somebody_else_is_refused(production: Stage) -> None:
    expired = production.token(age=400)
    foreign = production.app_session("user_attacker", "sess_2")
    answer = await production.get("/media/a", production.cookies(expired, **foreign))
    assert (answer.status_code, answer.json()["detail"]) == (401, "app-session-invalid")


async def test_api_takes_the_header_and_never_the_cookie(production: Stage) -> None:
    answer = await production.get("/api/v1/users", production.cookies())
    assert (answer.status_code, answer.json()["detail"]) == (401, "bearer-missing")


async def test_bad_header_is_not_saved_by_a_good_cookie(production: Stage) -> None:
    cookies = production.cookies()
    answer = await production.get("/media/a", cookies, authorization="Bearer garbage")
    assert (answer.status_code, answer.json()["detail"]) == (401, "token-invalid")


async def test_revoked_session_with_a_valid_token_is_refused_once_the_token_is_a_minute_old(
    production: Stage,
) -> None:
    production.session["status"] = "revoked"
    long_lived = production.token(age=55, exp=int(time.time()) + 3600)
    answer = await production.get("/media/a", production.cookies(long_lived))
    assert (answer.status_code, answer.json()["detail"]) == (401, "session-not-active")


async def test_no_token_appears_in_an_event(production: Stage) -> None:
    token = production.token(role="nobody")
    await production.get(f"/media/a?token={token}", production.cookies(token))
    assert token not in repr(production.events)
    assert "token=" not in repr(production.events)
