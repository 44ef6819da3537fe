"""An S3 endpoint for tests: nanio on a free loopback port, or the one that the environment names.

`STORAGE_TEST_ENDPOINT`, `STORAGE_TEST_ACCESS_KEY`, `STORAGE_TEST_SECRET_KEY`, `STORAGE_TEST_BUCKET`
and `STORAGE_TEST_REGION` point the storage suite at any other S3 implementation.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from lib.config.settings import Settings


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Address and credentials of an S3 server."""

    url: str
    access_key: str
    secret_key: str
    bucket: str
    region: str = "us-east-1"


class LocalS3:
    """A nanio process over a folder; can be killed and started again on the same port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self.endpoint = Endpoint(
            url=f"http://127.0.0.1:{self.port}",
            access_key=secrets.token_hex(8),
            secret_key=secrets.token_hex(16),
            bucket="earshot-test",
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and wait until it accepts connections."""
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [
            str(Path(sys.executable).with_name("nanio")),
            "serve",
            "--host",
            "127.0.0.1",
            "--port",
            str(self.port),
            "--data-dir",
            str(self.folder),
            "--no-access-log",
        ]
        environment = {
            **os.environ,
            "NANIO_ACCESS_KEY": self.endpoint.access_key,
            "NANIO_SECRET_KEY": self.endpoint.secret_key,
        }
        with (self.folder.parent / "s3.log").open("ab") as log:
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        deadline = time.monotonic() + 30
        while not _answers(self.port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the local S3 server did not start")
            time.sleep(0.02)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal (SIGSTOP stalls the server, SIGCONT wakes it)."""
        assert self._process is not None
        self._process.send_signal(number)

    def stop(self) -> None:
        """Kill the server; its data stays."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait(10)
            self._process = None


def endpoint_from_environment() -> Endpoint | None:
    """Return the endpoint that the environment names, if any."""
    url = os.environ.get("STORAGE_TEST_ENDPOINT")
    if not url:
        return None
    return Endpoint(
        url=url,
        access_key=os.environ["STORAGE_TEST_ACCESS_KEY"],
        secret_key=os.environ["STORAGE_TEST_SECRET_KEY"],
        bucket=os.environ.get("STORAGE_TEST_BUCKET", f"earshot-test-{secrets.token_hex(4)}"),
        region=os.environ.get("STORAGE_TEST_REGION", "us-east-1"),
    )


def settings_for(endpoint: Endpoint, **changes: object) -> Settings:
    """Return product settings that point at `endpoint`; everything else is a loopback dummy."""
    values: dict[str, object] = {
        "CLERK_PUBLISHABLE_KEY": "pk_test_Y2xlcmsuZXhhbXBsZS5jb20k",
        "CLERK_SECRET_KEY": "sk_test_" + "x" * 20,
        "EARSHOT_COOKIE_KEYS": "k" * 40,
        "CONVEX_URL": "http://127.0.0.1:9",
        "S3_ENDPOINT_URL": endpoint.url,
        "S3_REGION": endpoint.region,
        "S3_BUCKET": endpoint.bucket,
        "S3_ACCESS_KEY_ID": endpoint.access_key,
        "S3_SECRET_ACCESS_KEY": endpoint.secret_key,
    }
    return Settings(_env_file=None, **{**values, **changes})  # type: ignore[arg-type]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
