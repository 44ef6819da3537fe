"""What measuring costs: instrumentation per S3 operation, recorder per event.

A server in this process answers at once, instrumented and bare clients take turns, and processor
time of the calling thread is compared.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
from mypy_boto3_s3 import S3Client

from benchmarks.figures import Figure
from lib.observability.events import Attempt, StorageEvent
from lib.observability.recorder import Recorder
from lib.storage.instrument import Instrument

ROUNDS = 60
OPERATIONS = 25
EVENTS = 100_000


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        """Answer like S3, at once."""
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.send_header("ETag", '"x"')
        self.send_header("Last-Modified", "Mon, 02 Mar 2026 12:00:00 GMT")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def measure() -> Iterator[Figure]:
    """Yield both costs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        operation = operation_overhead(f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
    yield Figure("instrumentation per S3 operation", operation, "us", under=50)
    yield Figure("recorder per event", recorder_cost(), "us", under=20)


def operation_overhead(url: str) -> float:
    """Return the cost of instrumentation in microseconds per operation.

    Other work on the machine only ever adds time, so the best round of each client is compared.
    """
    recorder = Recorder()
    bare, measured = _client(url), _client(url)
    Instrument("reader", recorder.storage).attach(measured)
    for client in (bare, measured):
        _run(client, OPERATIONS)
    rounds = [(_run(bare, OPERATIONS), _run(measured, OPERATIONS)) for _ in range(ROUNDS)]
    best_bare, best_measured = (min(times) for times in zip(*rounds, strict=True))
    return float(best_measured - best_bare) / OPERATIONS * 1e6


def recorder_cost() -> float:
    """Return the cost of one recorded S3 operation in microseconds."""
    recorder = Recorder()
    event = StorageEvent(
        "GetObject",
        "ok",
        12.5,
        time.time_ns() // 1_000_000,
        "reader",
        "k",
        "r",
        (Attempt(12.0, "ok"),),
    )
    started = time.thread_time()
    for _ in range(EVENTS):
        recorder.storage(event)
    return (time.thread_time() - started) / EVENTS * 1e6


def _client(url: str) -> S3Client:
    return boto3.session.Session("a", "s", region_name="us-east-1").client("s3", endpoint_url=url)


def _run(client: S3Client, count: int) -> float:
    started = time.thread_time()
    for _ in range(count):
        client.head_object(Bucket="b", Key="k")
    return time.thread_time() - started
