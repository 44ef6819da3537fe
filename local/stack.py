"""State of one local stack: addresses, keys and credentials, made once and kept.

Lives in `EARSHOT_HOME/stack.json` (mode 0600). Everybody who needs an address or a key of the
local stack asks this module; nobody else writes the file.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import socket
import string
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, Self

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

Mode = Literal["development", "production"]
TokenRole = Literal["viewer", "reviewer", "ops", "admin", "ingest", "worker"]

STATE_FILE = "stack.json"
BUCKET = "earshot-audio"
SERVICE_ISSUER = "https://earshot.internal/service"
DEMO_ROLES = ("viewer", "reviewer", "ops", "admin")


@dataclass(frozen=True, slots=True)
class Stack:
    """Everything that the processes of one local stack have in common.

    Attributes:
        home: absolute path of `EARSHOT_HOME`; all files of the stack lie under it.
        mode: kind of Clerk instance that the identity process plays.
        app_port: port of the dashboard, on `localhost`.
        convex_port: port of the Convex runtime (`convex_site_port` serves HTTP actions).
        identity_port: port of the Frontend and Backend API; `portal_port` of the sign-in form.
        service_key_pem: RSA private key that signs service tokens.
        passwords: password of each demo sign-in; the username is the role's name.
    """

    home: str
    mode: Mode
    app_port: int
    convex_port: int
    convex_site_port: int
    s3_port: int
    identity_port: int
    portal_port: int
    convex_admin_key: str
    s3_access_key: str
    s3_secret_key: str
    clerk_secret_key: str
    clerk_webhook_secret: str
    cookie_key: str
    service_key_pem: str
    passwords: dict[str, str]

    @property
    def app_url(self) -> str:
        """Origin of the app as the browser sees it; cookies ignore ports, so hosts differ."""
        host = "localhost" if self.mode == "development" else "app.earshot.localhost"
        return f"http://{host}:{self.app_port}"

    @property
    def issuer_url(self) -> str:
        """Origin of the Frontend API as the browser sees it, and `iss` of its tokens."""
        host = "127.0.0.1" if self.mode == "development" else "clerk.earshot.localhost"
        return f"http://{host}:{self.identity_port}"

    @property
    def clerk_api_url(self) -> str:
        """Origin of the Backend API for server-side calls."""
        return f"http://127.0.0.1:{self.identity_port}"

    @property
    def portal_url(self) -> str:
        """Origin of the sign-in portal as the browser sees it."""
        host = "127.0.0.1" if self.mode == "development" else "accounts.earshot.localhost"
        return f"http://{host}:{self.portal_port}"

    @property
    def convex_url(self) -> str:
        """Deployment URL of the Convex runtime."""
        return f"http://127.0.0.1:{self.convex_port}"

    @property
    def convex_site_url(self) -> str:
        """Origin of Convex HTTP actions."""
        return f"http://127.0.0.1:{self.convex_site_port}"

    @property
    def s3_endpoint(self) -> str:
        """Endpoint of the S3 server."""
        return f"http://127.0.0.1:{self.s3_port}"

    @property
    def publishable_key(self) -> str:
        """Publishable key that encodes the Frontend API's host."""
        kind = "pk_test_" if self.mode == "development" else "pk_live_"
        host = self.issuer_url.removeprefix("http://")
        return kind + base64.b64encode(f"{host}$".encode()).decode()

    def app_environment(self) -> dict[str, str]:
        """Return the environment that points the product at this stack (see `lib.config`)."""
        return {
            "EARSHOT_APP_URL": self.app_url,
            "CLERK_PUBLISHABLE_KEY": self.publishable_key,
            "CLERK_SECRET_KEY": self.clerk_secret_key,
            "CLERK_FRONTEND_API_URL": self.issuer_url,
            "CLERK_API_URL": self.clerk_api_url,
            "CLERK_SIGN_IN_URL": f"{self.portal_url}/",
            "CLERK_WEBHOOK_SECRET": self.clerk_webhook_secret,
            "EARSHOT_COOKIE_KEYS": self.cookie_key,
            "EARSHOT_SERVICE_KEY": self.service_key_pem,
            "EARSHOT_SERVICE_ISSUER": SERVICE_ISSUER,
            "CONVEX_URL": self.convex_url,
            "S3_ENDPOINT_URL": self.s3_endpoint,
            "S3_BUCKET": BUCKET,
            "S3_ACCESS_KEY_ID": self.s3_access_key,
            "S3_SECRET_ACCESS_KEY": self.s3_secret_key,
        }

    def convex_environment(self) -> dict[str, str]:
        """Return the deployment's environment variables, as `npx convex env set` would hold."""
        from lib.auth.service import jwks_data_url  # noqa: PLC0415  # keeps this module light

        return {
            "CLERK_AUTHORIZED_PARTIES": self.app_url,
            "CLERK_JWT_ISSUER_DOMAIN": self.issuer_url,
            "EARSHOT_ROLE_CLAIM": "role",
            "EARSHOT_SERVICE_ISSUER": SERVICE_ISSUER,
            "EARSHOT_SERVICE_JWKS": jwks_data_url(self.service_key_pem),
        }

    @classmethod
    def load(cls, home: Path) -> Self:
        """Read the state of an existing stack.

        Raises:
            FileNotFoundError: no stack was ever started with this home.
        """
        data: dict[str, Any] = json.loads((home / STATE_FILE).read_text())
        return cls(**data)

    @classmethod
    def load_or_create(cls, home: Path, app_port: int, mode: Mode = "development") -> Self:
        """Read the state under `home`, or make a new one with fresh keys and free ports.

        Args:
            home: folder of the stack; created with mode 0700.
            app_port: port of the app for this start; the others are kept from the first start.
            mode: kind of Clerk instance, fixed at the first start.
        """
        home = home.resolve()
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            known = cls.load(home)
        except FileNotFoundError:
            stack = cls._new(home, app_port, mode)
        else:
            stack = cls(**{**asdict(known), "home": str(home), "app_port": app_port})
        stack._save()
        return stack

    @classmethod
    def _new(cls, home: Path, app_port: int, mode: Mode) -> Self:
        ports = free_ports(5, avoid={app_port})
        kind = "test" if mode == "development" else "live"
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()
        return cls(
            home=str(home),
            mode=mode,
            app_port=app_port,
            convex_port=ports[0],
            convex_site_port=ports[1],
            s3_port=ports[2],
            identity_port=ports[3],
            portal_port=ports[4],
            convex_admin_key=secrets.token_hex(32),
            s3_access_key=secrets.token_hex(10).upper(),
            s3_secret_key=secrets.token_urlsafe(30),
            clerk_secret_key=f"sk_{kind}_{secrets.token_urlsafe(32)}",
            clerk_webhook_secret="whsec_" + base64.b64encode(secrets.token_bytes(24)).decode(),
            cookie_key=secrets.token_urlsafe(48),
            service_key_pem=pem,
            passwords={role: _password() for role in DEMO_ROLES},
        )

    def write_environment(self, target: Path) -> None:
        """Write `app_environment` as a file of the form of `.env`."""
        lines = (f"{name}={json.dumps(value)}\n" for name, value in self.app_environment().items())
        _write_private(target, "".join(lines))

    def _save(self) -> None:
        _write_private(Path(self.home) / STATE_FILE, json.dumps(asdict(self), indent=1))


def _write_private(target: Path, text: str) -> None:
    """Replace a file as a whole, readable by its owner only."""
    draft = target.with_suffix(".tmp")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(target)


def _password() -> str:
    """Return twelve letters and digits, 71 bits, easy to select and paste."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(12))


def free_ports(count: int, avoid: set[int] | None = None) -> list[int]:
    """Return `count` different loopback ports that are free now.

    They lie below the range from which systems take ports for outgoing connections, so that a
    port kept for the next start is not borrowed meanwhile.
    """
    candidates = [port for port in range(20_000, 32_000) if port not in (avoid or set())]
    ports: list[int] = []
    while len(ports) < count:
        port = secrets.choice(candidates)
        if port not in ports and port_is_free(port):
            ports.append(port)
    return ports


def port_is_free(port: int) -> bool:
    """Tell whether nothing listens on a loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
