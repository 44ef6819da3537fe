"""A host on loopback that answers over TLS as a test tells it, and a network that leads to it.

The network stands for the internet: every address that is dialled is noted, and those that the
test calls its host's lead to the server.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpcore
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PUBLIC = "93.184.216.34"
Answer = Callable[["Asked", socket.socket], None]


class Asked:
    """A request as it arrived."""

    def __init__(self, text: str) -> None:
        lines = text.split("\r\n")
        self.path = lines[0].split(" ")[1]
        pairs = (line.partition(": ") for line in lines[1:] if line)
        self.headers = {name.lower(): value for name, _, value in pairs}

    @property
    def host(self) -> str:
        return self.headers["host"]


class Internet(httpcore.NetworkBackend):
    """Connects addresses to servers of the test, and notes each."""

    def __init__(self, ports: dict[str, int]) -> None:
        self.ports = ports
        self.dialled: list[str] = []

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        self.dialled.append(host)
        if host not in self.ports:
            raise httpcore.ConnectError
        return httpcore.SyncBackend().connect_tcp("127.0.0.1", self.ports[host], timeout=5)


class Host:
    """A server with a certificate for some names.

    Attributes:
        port: on loopback.
        asked: what arrived.
        trusted: accepts its certificate.
    """

    def __init__(self, folder: Path, names: list[str]) -> None:
        self._answers: dict[str, Answer] = {}
        self.asked: list[Asked] = []
        certificate, key = _certificate(folder, names)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.trusted = ssl.create_default_context(cafile=str(certificate))
        self._context = context
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._threads = [threading.Thread(target=self._serve)]
        self._threads[0].start()

    def on(self, path: str, answer: Answer) -> None:
        self._answers[path] = answer

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        while True:
            try:
                plain, _ = self._socket.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._talk, args=(plain,))
            self._threads.append(thread)
            thread.start()

    def _talk(self, plain: socket.socket) -> None:
        with suppress(OSError), plain:
            plain.settimeout(10)
            with self._context.wrap_socket(plain, server_side=True) as wrapped:
                asked = Asked(_request(wrapped))
                self.asked.append(asked)
                self._answers.get(asked.path, says("404 Not Found"))(asked, wrapped)


def _request(wrapped: socket.socket) -> str:
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = wrapped.recv(4096)
        if not chunk:
            raise OSError("hung up")
        data += chunk
    return data.decode()


def says(status: str, body: bytes = b"", **headers: str) -> Answer:
    """Return an answer with its length."""
    named = {"content_length": str(len(body)), **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in named.items())

    def answer(_: Asked, wrapped: socket.socket) -> None:
        wrapped.sendall(f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body)

    return answer


def leads_to(place: str) -> Answer:
    return says("302 Found", location=place)


@contextmanager
def a_host(folder: Path, *names: str) -> Iterator[Host]:
    host = Host(folder, list(names))
    try:
        yield host
    finally:
        host.close()


def _certificate(folder: Path, names: list[str]) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(each) for each in names]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate, secret
