"""A webhook receiver on this machine: keeps what it is sent, and answers as it is told to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast


@dataclass(frozen=True, slots=True)
class Received:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def content(self) -> dict[str, Any]:
        """The body, read as JSON."""
        return cast("dict[str, Any]", json.loads(self.body))

    @property
    def delivery_id(self) -> str:
        """Id of the message; a repeat has the same."""
        return self.headers["webhook-id"]


@dataclass(slots=True)
class Receiver:
    """What a running receiver got so far.

    Attributes:
        url: to post to.
        answer: called with each request; returns the status and headers of the answer.
    """

    url: str = ""
    answer: Callable[[Received], tuple[int, dict[str, str]]] = lambda _: (204, {})
    requests: list[Received] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def take(self, request: Received) -> tuple[int, dict[str, str]]:
        """Keep a request and return what to answer."""
        with self._changed:
            self.requests.append(request)
            self._changed.notify_all()
        return self.answer(request)

    def wait_for(self, count: int, seconds: float = 60.0) -> list[Received]:
        """Wait for so many requests and return all."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.requests) >= count, seconds)
            return list(self.requests)


@contextmanager
def running_receiver() -> Iterator[Receiver]:
    """Start a receiver and end it afterwards."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # named by the base class
            size = int(self.headers.get("Content-Length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, more = receiver.take(Received(self.path, headers, self.rfile.read(size)))
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
