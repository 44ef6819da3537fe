"""An HTTP server on loopback whose answers a test scripts, over real sockets."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it arrived, and the port of the connection that it came on."""

    path: str
    headers: dict[str, str]
    body: Any
    port: int


@dataclass(slots=True)
class Answer:
    """What to send back; `drop` closes the connection instead."""

    status: int = 200
    body: Any = None
    raw: bytes | None = None
    drop: bool = False
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class ScriptedServer:
    """Requests seen so far, and the function that answers the next one."""

    url: str
    respond: Callable[[Seen], Answer]
    seen: list[Seen] = field(default_factory=list)


def success(value: Any) -> Answer:
    """Return a function's result in Convex's envelope."""
    return Answer(body={"status": "success", "value": value})


@contextmanager
def scripted_server(respond: Callable[[Seen], Answer]) -> Iterator[ScriptedServer]:
    """Serve on a free port until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = json.loads(self.rfile.read(length))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Seen(self.path, headers, body, self.client_address[1])
            script.seen.append(request)
            answer = script.respond(request)
            if answer.drop:
                self.close_connection = True
                return
            payload = answer.raw if answer.raw is not None else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(payload)))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *args: object) -> None:
            """Keep the test's output clean."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Handler)
    script = ScriptedServer(f"http://127.0.0.1:{server.server_address[1]}", respond)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
