"""Pooled connections to one deployment: a request and its whole answer, within a deadline.

urllib3, because a call must cost little while dozens of threads make calls: taking a connection
looks at that one only. (httpx looks at all of them under one lock, and each look gives the
interpreter lock away: with 50 callers, threads waited for each other more than for Convex.)
"""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import certifi
import urllib3
from urllib3.exceptions import (
    EmptyPoolError,
    HTTPError,
    NewConnectionError,
    TimeoutError,  # noqa: A004  # the library's own
)

from lib.data.errors import FunctionFailed, Unavailable

MAX_CONNECTIONS: Final = 256
MAX_ANSWER_BYTES: Final = 16 * 1024 * 1024 + 64 * 1024  # Convex's own limit of a result, framed.

_CHUNK: Final = 256 * 1024
# A connection that rests is probed, so that one that a network forgot is noticed within a minute.
_PROBES: Final = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}
_KEEP_ALIVE: Final = [
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    *(
        (socket.IPPROTO_TCP, getattr(socket, name), value)
        for name, value in _PROBES.items()
        if hasattr(socket, name)
    ),
]


class Connections:
    """Connections to one server, shared by all threads of the process.

    Args:
        url: where it is; a path in it stands before every path.
        headers: of every request.
    """

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        self._path = urlsplit(url).path.rstrip("/")
        self._headers = {**headers, "Accept-Encoding": "gzip"}
        self._manager = urllib3.PoolManager(
            num_pools=1,
            maxsize=MAX_CONNECTIONS,
            block=True,
            retries=False,
            ca_certs=certifi.where(),
            socket_options=_KEEP_ALIVE,
        )
        self._pool = self._manager.connection_from_url(url)

    def post(
        self, path: str, body: bytes, headers: Mapping[str, str], deadline: float
    ) -> tuple[int, bytes]:
        """Send a request and return status and body of the answer.

        Args:
            path: begins with a slash.
            body: what is sent.
            headers: beside those of every request.
            deadline: `time.monotonic()` when the answer must be here. Only a server that sends it
                in drips can stretch it, to at most twice the time that was left.

        Raises:
            Unavailable: no answer in time, or none at all.
            FunctionFailed: the answer is larger than `MAX_ANSWER_BYTES`.
        """
        remaining = max(deadline - time.monotonic(), 0.001)
        try:
            response = self._pool.urlopen(
                "POST",
                self._path + path,
                body,
                {**self._headers, **headers},
                redirect=False,
                preload_content=False,
                pool_timeout=remaining,  # type: ignore[arg-type]  # fractions are fine
                timeout=urllib3.Timeout(total=remaining),
            )
            try:
                return response.status, _body(response, deadline)
            finally:
                response.close()  # Read to its end, it has given its connection back before.
        except NewConnectionError as error:
            raise Unavailable(f"Convex cannot be reached ({type(error).__name__})") from error
        except (TimeoutError, EmptyPoolError) as error:
            raise Unavailable(f"no answer from Convex in time ({type(error).__name__})") from error
        except HTTPError as error:
            raise Unavailable(f"Convex cannot be reached ({type(error).__name__})") from error

    def close(self) -> None:
        """Close all connections."""
        self._manager.clear()


def _body(response: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
    """Read the body within the limits of size and time."""
    chunks: list[bytes] = []
    size = 0
    while chunk := response.read1(_CHUNK, decode_content=True):
        size += len(chunk)
        if size > MAX_ANSWER_BYTES:
            raise FunctionFailed("the answer is larger than Convex allows")
        chunks.append(chunk)
        if time.monotonic() > deadline:
            raise Unavailable("Convex did not finish its answer in time")
    return b"".join(chunks)
