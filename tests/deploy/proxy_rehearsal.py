"""`make proxy`: the proxy's configuration in a real nginx, in front of two small replicas."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

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
    uvicorn.run(app, port=int(sys.argv[1]), log_level="error", lifespan="off")
    """
)


@dataclass
class Proxy:
    plain: int
    secure: int
    folder: Path

    def client(self) -> httpx.Client:
        return httpx.Client(
            base_url=f"https://127.0.0.1:{self.secure}",
            headers={"Host": HOST},
            verify=False,  # noqa: S501
            trust_env=False,
            timeout=30,
        )


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("nginx")
    plain, secure, *replicas = free_ports(4)
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
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    for found, put in (
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ", f"listen 127.0.0.1:{secure} "),
        ("/etc/earshot/tls", str(folder)),
        ("/var/log/nginx", str(folder)),
        ("server app:8501 ", "".join(f"server 127.0.0.1:{port};" for port in replicas) + "#"),
    ):
        assert found in text
        text = text.replace(found, put)
    (folder / "earshot.conf").write_text(text)
    main = f"pid {folder}/pid; daemon off; events {{}} http {{ include {folder}/earshot.conf; }}"
    (folder / "nginx.conf").write_text(main)
    running = [subprocess.Popen([sys.executable, "-c", REPLICA, str(port)]) for port in replicas]
    proxy = Proxy(plain, secure, folder)
    nginx = ["nginx", "-c", str(folder / "nginx.conf"), "-e", str(folder / "start.log")]
    try:
        # One that is not up yet would be taken for a dead one, and its browsers sent elsewhere.
        wait_until(lambda: all(_is_up(port) for port in replicas), 30)
        running.append(subprocess.Popen(nginx))
        wait_until(lambda: _answers(proxy), 30, (folder / "start.log").read_text)
        yield proxy
    finally:
        for process in reversed(running):
            process.terminate()
            process.wait(20)


def _is_up(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


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
        assert client.post("/api/v1/users", content=b"x" * 6_000_000).status_code == 413
        assert client.get("/?__clerk_handshake=" + "x" * 12_000).status_code == 200
        assert client.get("/metrics").status_code == 404
    with httpx.Client(
        base_url=f"http://127.0.0.1:{proxy.plain}", headers={"Host": HOST}, trust_env=False
    ) as plain:
        assert plain.get("/api/v1/live").status_code == 403
        moved = plain.get("/session?id=1")
        assert moved.status_code == 308
        assert moved.headers["location"] == f"https://{HOST}/session?id=1"


def test_no_log_holds_a_query(proxy: Proxy) -> None:
    with proxy.client() as client:
        client.get("/session?id=very-private-id")
    log = proxy.folder / "access.log"
    wait_until(lambda: '"path":"/session"' in log.read_text(), 10, log.read_text)
    logs = "".join(path.read_text() for path in proxy.folder.glob("*.log"))
    assert "very-private-id" not in logs
    assert "id=secret" not in logs
    assert all(json.loads(line) for line in log.read_text().splitlines())
