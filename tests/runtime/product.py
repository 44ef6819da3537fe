"""The product's own functions on a local deployment, called as its backend calls them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from lib.auth.service import jwks_data_url, mint
from lib.data.client import ATTEMPTS, Caller, Client
from local.stack import SERVICE_ISSUER

STARTED_AT = datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)
FUNCTIONS = Path(__file__).parents[2] / "convex"


def _new_pem() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


@dataclass
class Backend:
    """Service tokens and the deployment variables that make Convex accept them."""

    pem: str = field(default_factory=_new_pem)

    def variables(self) -> dict[str, str]:
        return {
            "CLERK_JWT_ISSUER_DOMAIN": "https://clerk.example",
            "EARSHOT_ROLE_CLAIM": "role",
            "EARSHOT_SERVICE_ISSUER": SERVICE_ISSUER,
            "EARSHOT_SERVICE_JWKS": jwks_data_url(self.pem),
        }

    @contextmanager
    def worker(self, url: str) -> Iterator[Caller]:
        """A caller with the role worker, as jobs have it."""
        client = Client(url, timeout_seconds=30)
        try:
            yield Caller(client, lambda: mint(self.pem, SERVICE_ISSUER, "worker", "test", ttl=3600))
        finally:
            client.close()

    def call(self, http: httpx.Client, kind: str, path: str, args: dict[str, Any]) -> Any:
        """Call a function as the ingesting backend; its value, or the answer if it failed."""
        token = mint(self.pem, SERVICE_ISSUER, "ingest", "test-backend", ttl=3600)
        for _ in range(ATTEMPTS):
            answer = http.post(
                f"/api/{kind}",
                json={"path": path, "args": args, "format": "convex_encoded_json"},
                headers={"Authorization": f"Bearer {token}"},
            )
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                break  # Else others wrote what it read: nothing has happened.
        body = answer.json()
        assert body.get("status") == "success", body
        return body["value"]


def new_session(backend: Backend, http: httpx.Client, name: str) -> str:
    """Create a user with one session; returns the session's id."""
    backend.call(http, "mutation", "users:upsert", {"clerkId": f"user_{name}", "kind": "product"})
    session = {
        "externalId": f"session-{name}",
        "clerkId": f"user_{name}",
        "channel": "chat",
        "startedAt": STARTED_AT.timestamp() * 1000,
    }
    made: str = backend.call(http, "mutation", "userSessions:create", session)["id"]
    return made


def turn(sequence: int, text: str = "hello there") -> dict[str, Any]:
    return {
        "sequence": sequence,
        "speaker": "user" if sequence % 2 == 0 else "assistant",
        "text": f"{text} {sequence}",
        "startedAtMs": sequence * 1000,
        "tokensIn": 3,
        "tokensOut": 5,
        "cost": 0.001,
        "latencyMs": 700,
    }
