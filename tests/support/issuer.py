"""A token issuer for tests: publishes keys as a Clerk instance does, signs session tokens."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from lib.auth.service import load_keys, public_jwks


class Issuer:
    """One key, and tokens signed with it.

    Args:
        url: `iss` and the origin that serves the keys.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()

    def documents(self) -> dict[str, Any]:
        """Return what is served, by path."""
        keys = public_jwks(self._pem)
        discovery = {"issuer": self.url, "jwks_uri": f"{self.url}/.well-known/jwks.json"}
        return {
            "/.well-known/openid-configuration": discovery,
            "/.well-known/jwks.json": keys,
            "/v1/jwks": keys,
        }

    def token(self, role: str | None, subject: str = "user_test", **claims: Any) -> str:
        """Return a session token; claims given as None are left out."""
        kid, key = next(iter(load_keys(self._pem).items()))
        now = int(time.time())
        all_claims: dict[str, Any] = {
            "iss": self.url,
            "sub": subject,
            "sid": f"sess_{uuid.uuid4().hex}",
            "aud": "convex",
            "role": role,
            "iat": now - 5,
            "nbf": now - 10,
            "exp": now + 300,
            **claims,
        }
        kept = {name: value for name, value in all_claims.items() if value is not None}
        return jwt.encode(kept, key, algorithm="RS256", headers={"kid": kid})


@contextmanager
def running_issuer(port: int) -> Iterator[Issuer]:
    """Serve an issuer's keys on a loopback port until the block ends."""
    issuer = Issuer(f"http://127.0.0.1:{port}")
    documents = issuer.documents()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            found = documents.get(self.path)
            payload = json.dumps(found if found is not None else {"errors": []}).encode()
            self.send_response(200 if found is not None else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *args: object) -> None:
            """Keep the test's output clean."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    server = Server(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
