"""Who may call: OpenID Connect, custom JWTs, and everything that is neither."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from .conftest import CUSTOM_ISSUER, CUSTOM_KEYS, Deployment, Keys, MakeDeployment


class Issuer:
    """An OpenID provider on loopback whose keys can be rotated and whose answers can be stopped."""

    def __init__(self) -> None:
        self.keys = [Keys("oidc-1")]
        self.is_down = False
        self.fetches = 0
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if issuer.is_down:
                    self.send_error(503)
                    return
                if self.path == "/jwks.json":
                    issuer.fetches += 1
                body = json.dumps(issuer.document(self.path)).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        # A name that only RFC 6761 resolves: the runtime must not need the system's resolver.
        self.url = f"http://clerk.earshot.localhost:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def document(self, path: str) -> dict[str, Any]:
        if path == "/jwks.json":
            return {"keys": [jwk for keys in self.keys for jwk in keys.jwks()["keys"]]}
        return {"issuer": self.url, "jwks_uri": f"{self.url}/jwks.json"}


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    made = Issuer()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(scope="module")
def deployment(make_deployment: MakeDeployment, issuer: Issuer) -> Deployment:
    made = make_deployment(TEST_OIDC_ISSUER=issuer.url)
    made.start()
    return made


def whoami(deployment: Deployment, authorization: str | None) -> httpx.Response:
    headers = {} if authorization is None else {"Authorization": authorization}
    body = {"path": "misc:whoami", "args": {}}
    return httpx.post(f"{deployment.url}/api/query", json=body, headers=headers, timeout=30)


def identity(deployment: Deployment, token: str) -> dict[str, Any]:
    answer = whoami(deployment, f"Bearer {token}").json()
    assert answer.get("status") == "success", answer
    value: dict[str, Any] = answer["value"]
    return value


def test_nobody_is_nobody(deployment: Deployment) -> None:
    assert whoami(deployment, None).json()["value"] is None


def test_an_oidc_token_gives_standard_claims_their_convex_names(
    deployment: Deployment, issuer: Issuer
) -> None:
    claims = {"email": "a@b.example", "given_name": "Ann", "email_verified": True}
    own = {"role": "viewer", "org": {"role": "admin"}, "constructor": "a claim like any other"}
    registered = {"iss": issuer.url, "aud": "convex", "sub": "user_1", "sid": "sess_1"}
    seen = identity(deployment, issuer.keys[0].sign(**registered, **claims, **own))
    assert seen == {
        "tokenIdentifier": f"{issuer.url}|user_1",
        "issuer": issuer.url,
        "subject": "user_1",
        "email": "a@b.example",
        "givenName": "Ann",
        "emailVerified": True,
        "sid": "sess_1",
        **own,
    }


def test_a_custom_token_gives_nested_claims_dotted_names(deployment: Deployment) -> None:
    registered = {"iss": CUSTOM_ISSUER, "aud": ["earshot", "other"], "sub": "machine"}
    claims = {"role": "ingest", "a": {"b": {"c": 1}}, "fva": [1, -1]}
    seen = identity(deployment, CUSTOM_KEYS.sign(**registered, **claims))
    assert seen == {
        "tokenIdentifier": f"{CUSTOM_ISSUER}|machine",
        "issuer": CUSTOM_ISSUER,
        "subject": "machine",
        "role": "ingest",
        "a.b.c": 1,
    }


def refused_tokens(issuer: Issuer) -> dict[str, str]:
    good = {"iss": issuer.url, "aud": "convex", "sub": "user_1"}
    custom = {"iss": CUSTOM_ISSUER, "aud": "earshot", "sub": "machine"}
    sign = issuer.keys[0].sign
    header = "eyJhbGciOiJub25lIn0"
    payload = sign(**good).split(".")[1]
    return {
        "not a token": "nonsense",
        "wrong audience": sign(**{**good, "aud": "other"}),
        "no audience": sign(iss=issuer.url, sub="user_1"),
        "wrong issuer": sign(**{**good, "iss": "https://elsewhere.example"}),
        "expired": sign(**good, exp=int(time.time()) - 60),
        "not yet valid": sign(**good, nbf=int(time.time()) + 600),
        "no subject": sign(iss=issuer.url, aud="convex"),
        "signed by another": Keys("oidc-1").sign(**good),
        "signed by the other provider": CUSTOM_KEYS.sign(**good),
        "custom, wrong audience": CUSTOM_KEYS.sign(**{**custom, "aud": "convex"}),
        "custom, signed by another": Keys("custom-1").sign(**custom),
        "without a signature": f"{header}.{payload}.",
        "a second audience": sign(**{**good, "aud": ["convex", "other"]}),
        "not issued at any time": sign(**good, iat=None),
        "of another type": sign(**good, headers={"typ": "at+jwt"}),
        "custom, issued in the future": CUSTOM_KEYS.sign(**custom, iat=int(time.time()) + 60),
        "custom, naming no key": CUSTOM_KEYS.sign(**custom, headers={"kid": None}),
    }


def test_any_other_token_is_refused(deployment: Deployment, issuer: Issuer) -> None:
    for name, token in refused_tokens(issuer).items():
        answer = whoami(deployment, f"Bearer {token}")
        assert answer.status_code == 401, name
        assert set(answer.json()) == {"code", "message"}, name
    assert whoami(deployment, "Basic abc").status_code == 401
    assert whoami(deployment, f"Bearer {'x' * 20_000}").status_code == 431


def test_tokens_and_keys_never_reach_the_log(deployment: Deployment, issuer: Issuer) -> None:
    tokens = [*refused_tokens(issuer).values()]
    for token in tokens:
        whoami(deployment, f"Bearer {token}")
    log = deployment.log.read_text()
    assert log.count("token_refused") >= len(tokens)
    for token in filter(None, tokens):
        assert token[-40:] not in log
    for line in log.splitlines():
        assert {"timestamp", "level", "event"} <= set(json.loads(line))


def test_a_token_stops_counting_when_it_expires(deployment: Deployment, issuer: Issuer) -> None:
    def is_accepted(token: str) -> bool:
        return whoami(deployment, f"Bearer {token}").status_code == 200

    life = 1
    accepted = False
    # On a slow machine it takes a longer life to be seen alive.
    while not accepted:
        life *= 2
        expires = int(time.time()) + life
        claims = {"iss": issuer.url, "aud": "convex", "sub": "short", "exp": expires}
        token = issuer.keys[0].sign(**claims)
        accepted = is_accepted(token)
    while is_accepted(token):
        assert time.time() < expires + 20, "the token never expired"
        time.sleep(0.1)
    assert time.time() >= expires


def test_a_new_key_is_found_and_old_ones_serve_through_an_outage(
    make_deployment: MakeDeployment, issuer: Issuer
) -> None:
    deployment = make_deployment(TEST_OIDC_ISSUER=issuer.url)
    deployment.start()
    claims = {"iss": issuer.url, "aud": "convex", "sub": "rotating"}
    assert identity(deployment, issuer.keys[0].sign(**claims))["subject"] == "rotating"

    rotated = Keys("oidc-2")
    issuer.keys.append(rotated)
    deadline = time.monotonic() + 20
    while whoami(deployment, f"Bearer {rotated.sign(**claims)}").status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.2)

    began = time.monotonic()
    fetches = issuer.fetches
    for number in range(40):
        forged = Keys(f"forged-{number}", rotated.private)
        assert whoami(deployment, f"Bearer {forged.sign(**claims)}").status_code == 401
    # At most one fetch in 5 seconds, however many unknown keys are named.
    assert issuer.fetches - fetches <= 1 + (time.monotonic() - began) / 5

    issuer.is_down = True
    try:
        assert identity(deployment, rotated.sign(**claims, jti="outage"))["subject"] == "rotating"
    finally:
        issuer.is_down = False
