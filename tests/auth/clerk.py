"""A Clerk instance for tests: signing keys, tokens, and a Backend API on a loopback port."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from lib.config.settings import Settings

PRODUCTION_HOST = "clerk.example.com"
DEVELOPMENT_HOST = "happy-cat-12.clerk.accounts.dev"
APP_URL = "https://app.example.com"
KID = "ins_test"
COOKIE_KEY = "k" * 40


def publishable_key(host: str, *, production: bool) -> str:
    kind = "pk_live_" if production else "pk_test_"
    return kind + base64.b64encode(f"{host}$".encode()).decode()


@dataclass
class SigningKey:
    """An RSA key pair under a key id."""

    kid: str = KID
    private: rsa.RSAPrivateKey = field(
        default_factory=lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048)
    )

    @property
    def jwk(self) -> dict[str, Any]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.private.public_key()))
        return {**public, "kid": self.kid, "use": "sig", "alg": "RS256", "key_ops": ["verify"]}

    @property
    def pem(self) -> str:
        return (
            self.private.public_key()
            .public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            .decode()
        )

    def sign(self, claims: dict[str, Any], algorithm: str = "RS256", **headers: Any) -> str:
        """Sign claims; a header given as None is left out, one given otherwise is not judged."""
        complete = {"alg": algorithm, "kid": self.kid, "typ": "JWT", **headers}
        header = {name: value for name, value in complete.items() if value is not None}
        return self.sign_raw(json.dumps(header).encode(), json.dumps(claims).encode(), algorithm)

    def sign_raw(self, header: bytes, payload: bytes, algorithm: str = "RS256") -> str:
        """Sign two parts as they are, be they JSON or not."""
        signing_input = base64url(header) + b"." + base64url(payload)
        signer = jwt.get_algorithm_by_name(algorithm)
        return (signing_input + b"." + base64url(signer.sign(signing_input, self.private))).decode()


def base64url(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def session_claims(now: float, host: str = PRODUCTION_HOST, **changes: Any) -> dict[str, Any]:
    """Return the claims of a session token issued now; a change to None removes a claim."""
    claims: dict[str, Any] = {
        "sub": "user_1",
        "sid": "sess_1",
        "iss": f"https://{host}",
        "azp": APP_URL,
        "iat": int(now),
        "nbf": int(now) - 10,
        "exp": int(now) + 60,
        "role": "viewer",
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not None}


Reply = tuple[int, Any]


class BackendServer:
    """A Backend API that answers what a test tells it to, and counts what it is asked."""

    def __init__(self) -> None:
        self.replies: dict[tuple[str, str], Callable[[dict[str, Any]], Reply]] = {}
        self.calls: list[tuple[str, str]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._answer("GET")

            def do_POST(self) -> None:
                self._answer("POST")

            def _answer(self, method: str) -> None:
                length = int(self.headers.get("content-length") or 0)
                body = json.loads(self.rfile.read(length) or b"{}")
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                server.calls.append((method, parts.path))
                reply = server.replies.get((method, parts.path))
                status, answer = reply({**query, **body}) if reply else (404, {"errors": []})
                raw = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *_: object) -> None:
                """Stay silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def reply(self, method: str, path: str, status: int, answer: Any) -> None:
        self.replies[method, path] = lambda _: (status, answer)

    def count(self, method: str, path: str) -> int:
        return self.calls.count((method, path))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def serve_session(
    server: BackendServer, key: SigningKey, host: str = PRODUCTION_HOST, **claims: Any
) -> dict[str, str]:
    """Let a Backend API know `sess_1`; the returned record's `status` may be changed."""
    session = {"id": "sess_1", "user_id": "user_1", "status": "active"}

    def mint(_: dict[str, Any]) -> Reply:
        if session["status"] != "active":
            return 404, {"errors": [{"code": "resource_not_found"}]}
        fresh = session_claims(time.time(), host, **{"azp": None, **claims})
        return 200, {"object": "token", "jwt": key.sign(fresh)}

    def revoke(_: dict[str, Any]) -> Reply:
        session["status"] = "revoked"
        return 200, session

    server.reply("GET", "/v1/jwks", 200, {"keys": [key.jwk]})
    server.replies["GET", "/v1/sessions/sess_1"] = lambda _: (200, session)
    server.replies["POST", "/v1/sessions/sess_1/tokens"] = mint
    server.replies["POST", "/v1/sessions/sess_1/revoke"] = revoke
    return session


def settings_for(
    *, production: bool = True, api_url: str = "https://api.clerk.com", **changes: Any
) -> Settings:
    """Return settings of a test instance."""
    host = PRODUCTION_HOST if production else DEVELOPMENT_HOST
    values: dict[str, Any] = {
        "EARSHOT_APP_URL": APP_URL,
        "CLERK_PUBLISHABLE_KEY": publishable_key(host, production=production),
        "CLERK_SECRET_KEY": "sk_live_x" if production else "sk_test_x",
        "CLERK_API_URL": api_url,
        "EARSHOT_COOKIE_KEYS": COOKIE_KEY,
        "CONVEX_URL": "http://127.0.0.1:3210",
        "S3_BUCKET": "bucket",
        **changes,
    }
    return Settings(_env_file=None, **values)
