"""An S3 endpoint that fails as told, over real sockets: errors, resets, stalls, broken bodies."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

Fault = Literal["reset", "stall"]

_ERROR = "<?xml version='1.0'?><Error><Code>{code}</Code><Message>no</Message></Error>"


@dataclass(slots=True)
class FaultyS3:
    """What to answer, and what came.

    Attributes:
        url: of the endpoint.
        body: of the one object there is.
        plan: faults of the next requests, in order: a status with an S3 error code, a connection
            reset, or no answer until the server ends; an empty plan serves the object.
        cut_after: bytes of a body after which the connection breaks, in order of requests.
        seen: method, path with query, and user agent of each request.
    """

    url: str
    body: bytes = b""
    plan: list[tuple[int, str] | Fault] = field(default_factory=list)
    cut_after: list[int] = field(default_factory=list)
    seen: list[tuple[str, str, str]] = field(default_factory=list)


@contextmanager
def faulty_s3() -> Iterator[FaultyS3]:  # noqa: C901  # the handler lives in it
    """Serve on a free port until the block ends."""
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            script.seen.append((self.command, self.path, self.headers.get("User-Agent", "")))
            fault = script.plan.pop(0) if script.plan else None
            if fault == "stall":
                ended.wait()
            if isinstance(fault, str):
                self.close_connection = True
                return
            if fault is not None:
                status, code = fault
                self._send(status, {}, _ERROR.format(code=code).encode())
                return
            self._object()

        do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = _answer  # noqa: N815  # http.server's names

        def _object(self) -> None:
            start, end = 0, len(script.body) - 1
            asked = self.headers.get("Range", "")
            if asked:
                first, _, last = asked.removeprefix("bytes=").partition("-")
                start, end = int(first), min(int(last), end)
            part = script.body[start : end + 1]
            extra = {"Content-Range": f"bytes {start}-{end}/{len(script.body)}"} if asked else {}
            cut = script.cut_after.pop(0) if script.cut_after and self.command == "GET" else None
            self._send(206 if asked else 200, extra, part, cut)

        def _send(
            self, status: int, extra: dict[str, str], body: bytes, cut: int | None = None
        ) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", '"fixed"')
            self.send_header("Last-Modified", "Mon, 02 Mar 2026 12:00:00 GMT")
            for name, value in extra.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body if cut is None else body[:cut])
            if cut is not None:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Clients that hang up are part of the tests."""

    server = Server(("127.0.0.1", 0), Handler)
    script = FaultyS3(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield script
    finally:
        ended.set()
        server.shutdown()
        server.server_close()
        thread.join()
