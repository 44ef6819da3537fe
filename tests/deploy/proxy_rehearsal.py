"""`make proxy`: the proxy's configuration in a real nginx, in front of two small replicas.

The replicas are found by name, as with compose, at addresses of this machine. `EARSHOT_NGINX`
names another nginx than the system's. One older than 1.27.3 cannot look names up again: what needs
that is skipped, and says so.
"""

from __future__ import annotations

import json
import os
import re
import socket
import ssl
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from lib.api.problems import (
    LIMIT_EXCEEDED,
    MEDIA_TYPE,
    RETRY_SECONDS,
    UNAVAILABLE,
    Kind,
    ProblemDetails,
    type_uri,
)
from local.stack import free_ports
from tests.deploy.dockerfile import ROOT
from tests.support.stack import wait_until

HOST = "earshot.example.com"
REPLICA = textwrap.dedent(
    """
    import json, sys
    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            return
        seen = {n.decode(): v.decode("latin-1") for n, v in scope["headers"]} | {"me": sys.argv[1]}
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.send", "text": json.dumps(seen)})
            message = await receive()
            await send({"type": "websocket.send", "text": message["text"]})
            await send({"type": "websocket.close"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": json.dumps(seen).encode()})
    import uvicorn
    host, port = sys.argv[1].split(":")
    uvicorn.run(app, host=host, port=int(port), log_level="error", lifespan="off")
    """
)
NGINX = os.environ.get("EARSHOT_NGINX", "nginx")
LOOKS_UP_AGAIN = (1, 27, 3)


@dataclass
class Names:
    """A name server that answers every question with the same addresses (RFC 1035)."""

    addresses: list[str]
    socket: socket.socket = field(default_factory=lambda: socket.socket(type=socket.SOCK_DGRAM))

    def __post_init__(self) -> None:
        self.socket.bind(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            question, client = self.socket.recvfrom(512)
            end = question.index(b"\0", 12) + 5
            counts = b"\x81\x80\0\x01" + bytes([0, len(self.addresses)]) + b"\0\0\0\0"
            answers = b"".join(
                b"\xc0\x0c\0\x01\0\x01\0\0\0\x01\0\x04" + socket.inet_aton(address)
                for address in self.addresses
            )
            self.socket.sendto(question[:2] + counts + question[12:end] + answers, client)


@dataclass
class Proxy:
    plain: int
    secure: int
    folder: Path
    port: int
    names: Names
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start_replica(self, address: str) -> None:
        """Start a replica; one that is not up yet would be taken for a dead one."""
        command = [sys.executable, "-c", REPLICA, f"{address}:{self.port}"]
        self.running.append(subprocess.Popen(command))
        wait_until(lambda: _is_up(address, self.port), 30)

    def client(self) -> httpx.Client:
        return httpx.Client(
            base_url=f"https://127.0.0.1:{self.secure}",
            headers={"Host": HOST},
            verify=False,  # noqa: S501
            trust_env=False,
            timeout=30,
        )


def version() -> tuple[int, ...]:
    said = subprocess.run([NGINX, "-v"], capture_output=True, text=True, check=True).stderr
    found = re.search(r"nginx/(\d+)\.(\d+)\.(\d+)", said)
    assert found, said
    return tuple(map(int, found.groups()))


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("nginx")
    plain, secure, port = free_ports(3)
    names = Names(["127.0.0.2", "127.0.0.3"])
    certificate = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "1",
        "-subj",
        f"/CN={HOST}",
        "-keyout",
        "privkey.pem",
        "-out",
        "fullchain.pem",
    ]
    subprocess.run(certificate, cwd=folder, check=True, capture_output=True)
    servers = f"server app:{port} resolve "
    if version() < LOOKS_UP_AGAIN:
        servers = "".join(f"server {address}:{port};" for address in names.addresses) + "#"
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    for found, put in (
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ", f"listen 127.0.0.1:{secure} "),
        ("/etc/earshot/tls", str(folder)),
        ("/var/log/nginx", str(folder)),
        ("resolver 127.0.0.11 valid=5s", f"resolver 127.0.0.1:{names.port} valid=1s"),
        ("server app:8501 resolve ", servers),
    ):
        assert found in text
        text = text.replace(found, put)
    (folder / "earshot.conf").write_text(text)
    main = f"pid {folder}/pid; daemon off; events {{}} http {{ include {folder}/earshot.conf; }}"
    (folder / "nginx.conf").write_text(main)
    proxy = Proxy(plain, secure, folder, port, names)
    try:
        for address in names.addresses:
            proxy.start_replica(address)
        nginx = [NGINX, "-c", str(folder / "nginx.conf"), "-e", str(folder / "start.log")]
        proxy.running.append(subprocess.Popen(nginx))
        wait_until(lambda: _answers(proxy), 30, (folder / "start.log").read_text)
        yield proxy
    finally:
        for process in reversed(proxy.running):
            process.terminate()
            process.wait(20)


def _is_up(address: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((address, port)) == 0


def _answers(proxy: Proxy) -> bool:
    try:
        with proxy.client() as client:
            return client.get("/").is_success
    except httpx.TransportError:
        return False


def test_a_browser_stays_with_its_replica_and_others_are_spread(proxy: Proxy) -> None:
    homes = set()
    for _ in range(20):
        with proxy.client() as browser:
            first = browser.get("/").json()["me"]
            assert "earshot_route" in browser.cookies
            assert {browser.get("/media/x").json()["me"] for _ in range(5)} == {first}
            cookie = f"earshot_route={browser.cookies['earshot_route']}"
        trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
        address = f"wss://127.0.0.1:{proxy.secure}/session/_stcore/stream?id=secret"
        with connect(address, ssl=trust, additional_headers={"Cookie": cookie}) as line:
            assert json.loads(line.recv())["me"] == first
            line.send("hello")
            assert line.recv() == "hello"
        homes.add(first)
    assert len(homes) == 2


def test_forged_headers_do_not_arrive(proxy: Proxy) -> None:
    forged = {
        "X-Forwarded-For": "203.0.113.9",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Host": "evil.example.com",
        "Forwarded": "for=203.0.113.9",
    }
    with proxy.client() as client:
        seen = client.get("/api/v1/live", headers=forged).json()
    assert seen["x-forwarded-for"] == "127.0.0.1"
    assert seen["x-forwarded-proto"] == "https"
    assert seen["x-forwarded-host"] == HOST
    assert "forwarded" not in seen


def test_bodies_addresses_and_plain_http_have_their_limits(proxy: Proxy) -> None:
    with proxy.client() as client:
        assert client.post("/api/v1/users", content=b"x" * 4_194_304).status_code == 200
        too_large = client.post("/api/v1/users", content=b"x" * 6_000_000)
        assert too_large.status_code == 413
        assert_problem(too_large, LIMIT_EXCEEDED)
        assert client.get("/?__clerk_handshake=" + "x" * 12_000).status_code == 200
        assert client.get("/metrics").status_code == 404
    with httpx.Client(
        base_url=f"http://127.0.0.1:{proxy.plain}", headers={"Host": HOST}, trust_env=False
    ) as plain:
        assert plain.get("/api/v1/live").status_code == 403
        moved = plain.get("/session?id=1")
        assert moved.status_code == 308
        assert moved.headers["location"] == f"https://{HOST}/session?id=1"


def assert_problem(answer: httpx.Response, kind: Kind) -> None:
    assert answer.headers["content-type"] == MEDIA_TYPE
    told = ProblemDetails.model_validate_json(answer.content)
    assert (told.type, told.title, told.status) == (type_uri(kind), kind.title, kind.status)
    assert told.requestId == answer.headers["x-request-id"] != ""


def test_no_log_holds_a_query(proxy: Proxy) -> None:
    with proxy.client() as client:
        client.get("/session?id=very-private-id")
    log = proxy.folder / "access.log"
    wait_until(lambda: '"path":"/session"' in log.read_text(), 10, log.read_text)
    logs = "".join(path.read_text() for path in proxy.folder.glob("*.log"))
    assert "very-private-id" not in logs
    assert "id=secret" not in logs
    assert all(json.loads(line) for line in log.read_text().splitlines())


def test_a_replica_at_a_new_address_is_found_and_one_that_is_gone_is_told_as_a_problem(
    proxy: Proxy,
) -> None:
    if version() < LOOKS_UP_AGAIN:
        pytest.skip(f"NOT RUN: this nginx is {version()}; names are looked up again from 1.27.3 on")
    proxy.start_replica("127.0.0.4")
    proxy.names.addresses[:] = ["127.0.0.4"]
    with proxy.client() as client:

        def home() -> str:
            found: str = client.get("/api/v1/live").json()["me"]
            return found

        wait_until(lambda: {home() for _ in range(10)} == {f"127.0.0.4:{proxy.port}"}, 20)
        proxy.names.addresses[:] = ["127.0.0.5"]  # where nobody listens
        wait_until(lambda: client.get("/api/v1/live").status_code == 503, 20)
        assert_problem(client.get("/api/v1/live"), UNAVAILABLE)
        assert client.get("/api/v1/live").headers["retry-after"] == str(RETRY_SECONDS)
