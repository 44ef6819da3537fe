"""One Clerk instance: addresses, signing key, dashboard settings."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from local.identity.database import Database, new_id
from local.identity.private_files import load_or_create
from local.stack import Stack

HandshakeFormat = Literal["requested", "token", "nonce"]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a real instance keeps in its dashboard.

    Attributes:
        handshake_format: `requested` follows the `format` parameter of the handshake.
        convex_integration: put `aud: convex` into session tokens.
        refresh_tokens: hand out `__refresh` cookies with handshakes.
        token_seconds: life of a session token.
        requests_per_window: Backend API requests per ten seconds; 0 means Clerk's own figure
            (1000 for production, 100 for development instances).
        webhook_retry_seconds: pauses before the retries of a webhook delivery.
    """

    handshake_format: HandshakeFormat = "requested"
    convex_integration: bool = True
    refresh_tokens: bool = True
    token_seconds: int = 60
    requests_per_window: int = 0
    webhook_retry_seconds: tuple[float, ...] = (5, 30, 300, 1800, 7200, 18000, 36000)


class Instance:
    """One local Clerk instance, shared by the Frontend and the Backend API.

    Attributes:
        stack: addresses and keys of the local stack.
        database: users, sessions and everything else that changes.
        key: RSA key that signs all tokens; `key_id` is its `kid`.
    """

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        folder = Path(stack.home) / "identity"
        self.database = Database(folder / "clerk.db")
        self.key = _load_or_create_key(folder / "signing-key.pem")
        self.key_id = self._remember("key_id", new_id("ins"))

    @property
    def production(self) -> bool:
        """Tell whether this plays a production instance."""
        return self.stack.mode == "production"

    @property
    def settings(self) -> Settings:
        """Return the settings as they are now; another process may have changed them."""
        with self.database.read() as db:
            row = db.execute("SELECT value FROM settings WHERE key = 'settings'").fetchone()
        if row is None:
            return Settings()
        values = json.loads(row["value"])
        values["webhook_retry_seconds"] = tuple(values["webhook_retry_seconds"])
        return Settings(**values)

    def configure(self, **changes: Any) -> None:
        """Change settings by field name, as one would in Clerk's dashboard."""
        value = json.dumps(asdict(replace(self.settings, **changes)))
        with self.database.write() as db:
            db.execute("INSERT OR REPLACE INTO settings VALUES ('settings', ?)", (value,))

    @cached_property
    def suffix(self) -> str:
        """Suffix of the instance's cookie names."""
        return cookie_suffix(self.stack.publishable_key)

    @cached_property
    def parent_domain(self) -> str:
        """Domain that the production hosts share, for instance `earshot.localhost`."""
        return (urlsplit(self.stack.app_url).hostname or "").split(".", 1)[-1]

    @cached_property
    def jwks(self) -> dict[str, list[dict[str, Any]]]:
        """Public signing key as a JWK set."""
        public = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        public.pop("key_ops", None)
        return {"keys": [{**public, "kid": self.key_id, "alg": "RS256", "use": "sig"}]}

    def _remember(self, key: str, value: str) -> str:
        """Return the stored value of `key`; `value` is stored if there is none."""
        with self.database.write() as db:
            db.execute("INSERT OR IGNORE INTO settings VALUES (?, ?)", (key, value))
            row = db.execute("SELECT value FROM settings WHERE key = ?", (key,)).fetchone()
        return str(row["value"])


def cookie_suffix(publishable_key: str) -> str:
    """Return the suffix that Clerk derives from a publishable key for cookie names."""
    raw = hashlib.sha1(publishable_key.encode(), usedforsecurity=False).digest()
    return base64.urlsafe_b64encode(raw).decode()[:8]


def _load_or_create_key(path: Path) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(load_or_create(path, _new_key), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError(f"{path} does not hold an RSA private key")
    return key


def _new_key() -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
