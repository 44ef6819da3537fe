"""Runs the analysis of recordings in a child process that may crash, hang or exhaust memory."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO, Any

from lib.observability.events import Attempt, StorageEvent
from lib.observability.logs import get_logger
from lib.observability.request_id import current_request_id
from lib.storage.analysis import Analysis
from lib.storage.client import Storage
from lib.storage.decode import UnplayableError
from lib.storage.errors import ObjectMissingError, StorageError
from lib.worker.analysis_process import BucketAccess

BASE_SECONDS = 60.0
SECONDS_PER_MIB = 1.0
"""A task may take `BASE_SECONDS` and this much more per MiB of the recording."""

ATTEMPTS = 2
"""After one crash the task is retried; a second one is blamed on the recording."""

_ROOT = Path(__file__).parents[2]
_SECRETS = ("CLERK_", "EARSHOT_", "CONVEX_", "S3_")

_log = get_logger(__name__)


class Analyser:
    """The child process, started on first use and after a failure. Thread-safe: one task at a time.

    Args:
        storage: the bucket; the child works with the analysis role's credentials, and its
            operations are recorded here.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._lock = threading.Lock()
        self._closing = False
        self._child: subprocess.Popen[bytes] | None = None

    def analyse(self, key: str, size: int, sha256: str) -> Analysis:
        """Analyse one stored recording.

        Args:
            key: audio key.
            size: announced length in bytes.
            sha256: announced checksum, hexadecimal.

        Raises:
            UnplayableError: why it cannot be played; `decoder_failed` if the child crashed.
            ObjectMissingError: the object is missing.
            StorageError: the bucket did not answer; try again later.
        """
        task = {"key": key, "bytes": size, "sha256": sha256, "requestId": current_request_id()}
        limit = BASE_SECONDS + SECONDS_PER_MIB * size / 2**20
        with self._lock:
            answer = self._ask(json.dumps(task), limit)
        for event in answer["events"]:
            attempts = tuple(Attempt(**attempt) for attempt in event.pop("attempts"))
            self._storage.record(StorageEvent(**event, attempts=attempts))
        if "flaw" in answer:
            raise UnplayableError(answer["flaw"])
        if "failure" in answer:
            kind = ObjectMissingError if answer["failure"] == "missing" else StorageError
            raise kind(answer["failure"], answer["operation"])
        return Analysis(**answer["analysis"])

    def close(self) -> None:
        """End the child; a running task fails as if the bucket did not respond."""
        self._closing = True
        child = self._child
        if child is not None:
            child.kill()
        with self._lock:
            self._end()

    def _ask(self, line: str, limit: float) -> dict[str, Any]:
        for _ in range(ATTEMPTS):
            child = self._child or self._start()
            text = _exchange(child, line, time.monotonic() + limit)
            if text:
                answer: dict[str, Any] = json.loads(text)
                return answer
            self._end()
            if self._closing:
                return {"failure": "connection", "operation": "Analyse", "events": []}
            _log.warning("analysis.child_failed", limitSeconds=round(limit))
        return {"flaw": "decoder_failed", "events": []}

    def _start(self) -> subprocess.Popen[bytes]:
        environment = {k: v for k, v in os.environ.items() if not k.startswith(_SECRETS)}
        child = subprocess.Popen(
            [sys.executable, "-m", "lib.worker.analysis_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            cwd=_ROOT,
        )
        assert child.stdin is not None  # noqa: S101  # a pipe
        access = BucketAccess.for_role(self._storage.settings, "analysis")
        child.stdin.write(access.to_line().encode() + b"\n")
        self._child = child
        return child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()
        child.wait(10)


def _exchange(child: subprocess.Popen[bytes], line: str, deadline: float) -> bytes:
    """Send a line and return the response, empty if the child does not respond in time."""
    assert child.stdin is not None  # noqa: S101  # a pipe
    assert child.stdout is not None  # noqa: S101  # a pipe
    try:
        child.stdin.write(line.encode() + b"\n")
        child.stdin.flush()
        return _read_line(child.stdout, deadline)
    except OSError:
        return b""


def _read_line(pipe: IO[bytes], deadline: float) -> bytes:
    """Return one line, empty if the pipe closes or the deadline passes."""
    text = b""
    while not text.endswith(b"\n"):
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([pipe], [], [], left)[0]:
            return b""
        part = os.read(pipe.fileno(), 64 * 1024)
        if not part:
            return b""
        text += part
    return text
