"""Fetches one link into a file, and cannot be led anywhere else.

Every hop, redirects too, is checked before anything is connected to: scheme, host, and each address
that the host's name stands for. The connection goes to the very address that was checked, so a name
that changes between check and use gains nothing; TLS still asks for the name. Proxy settings of the
environment are not read.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, BinaryIO, Final
from urllib.parse import urljoin

import certifi
import httpcore

from lib.storage.formats import MAX_AUDIO_BYTES
from lib.work.fetching.addresses import Hosts, Target, check_addresses, target_of
from lib.work.fetching.errors import FetchError, FetchFailure

Resolver = Callable[[str], Sequence[str]]
"""Returns the addresses that a name stands for; raises OSError."""

MAX_REDIRECTS: Final = 3
MAX_SECONDS: Final = 900.0
"""Of one link, all hops together: 2 GiB at 2.4 MB/s."""

STEP_SECONDS: Final = 20.0
"""Of one connect, handshake or read."""

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_BY_STATUS: Final[dict[int, FetchFailure]] = {
    404: "missing",
    410: "missing",
    408: "busy",
    429: "busy",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one link may cost.

    Attributes:
        most_bytes: of its body.
        seconds: in all.
        step_seconds: of one connect, handshake or read.
    """

    most_bytes: int = MAX_AUDIO_BYTES
    seconds: float = MAX_SECONDS
    step_seconds: float = STEP_SECONDS


DEFAULT_LIMITS: Final = Limits()


def resolve(host: str) -> list[str]:
    """Return the addresses of a name, as the system has them.

    Raises:
        OSError: there are none.
    """
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(item[4][0]) for item in found))


class Fetcher:
    """Fetches links. Thread-safe; each link has connections of its own.

    Args:
        resolver: looks names up; replaced in tests.
        backend: connects to an address; replaced in tests.
        trusted: whose certificates are accepted; default certifi's.
        limits: of each link.
    """

    def __init__(
        self,
        resolver: Resolver = resolve,
        backend: httpcore.NetworkBackend | None = None,
        trusted: ssl.SSLContext | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self._resolver = resolver
        self._backend = backend or httpcore.SyncBackend()
        self._trusted = trusted or ssl.create_default_context(cafile=certifi.where())
        self._limits = limits

    def fetch(self, url: str, hosts: Hosts, into: BinaryIO, key: str | None = None) -> int:
        """Write what a link holds into a file, and return how many bytes that is.

        Args:
            url: the link.
            hosts: where it may lead.
            into: is written to from its position on; flat memory.
            key: the vendor's key, for `hosts.keyed` alone and never after a redirect elsewhere.

        Raises:
            FetchError: it was not fetched whole; `into` may hold a part.
            OSError: the file cannot be written.
        """
        deadline = time.monotonic() + self._limits.seconds
        target, may_have_key = target_of(url, hosts), True
        for _ in range(MAX_REDIRECTS + 1):
            may_have_key = may_have_key and target.host in hosts.keyed
            with self._answer(target, key if may_have_key else None, deadline) as answer:
                if answer.status not in _REDIRECTS:
                    return self._take(answer, into, deadline)
                place = _header(answer, b"location")
            target = target_of(_joined(target.url, place), hosts)
        raise FetchError("too_many_redirects")

    @contextlib.contextmanager
    def _answer(
        self, target: Target, key: str | None, deadline: float
    ) -> Iterator[httpcore.Response]:
        """Ask one host for one path."""
        headers = [
            ("Host", target.host),
            ("Accept", "audio/*,application/octet-stream;q=0.5"),
            ("Accept-Encoding", "identity"),
            ("User-Agent", "earshot"),
            *([("Authorization", f"Bearer {key}")] if key else []),
        ]
        step = self._limits.step_seconds
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), step)
        addresses = self._addresses(target.host)
        pool = httpcore.ConnectionPool(
            ssl_context=self._trusted,
            network_backend=_Checked(self._backend, target.host, addresses, deadline),
        )
        with pool, _translated():
            asked = pool.stream(
                "GET", target.url, headers=headers, extensions={"timeout": timeouts}
            )
            with asked as answer:
                yield answer

    def _addresses(self, host: str) -> list[str]:
        try:
            found = self._resolver(host)
        except (OSError, UnicodeError):
            raise FetchError("no_address") from None
        return check_addresses(found)

    def _take(self, answer: httpcore.Response, into: BinaryIO, deadline: float) -> int:
        if answer.status != HTTPStatus.OK:
            is_broken = answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
            other: FetchFailure = "busy" if is_broken else "refused"
            raise FetchError(_BY_STATUS.get(answer.status, other))
        if _header(answer, b"content-encoding").strip().lower() not in {"", "identity"}:
            raise FetchError("encoded")
        stated = _header(answer, b"content-length")
        if stated.isdecimal() and int(stated[:20]) > self._limits.most_bytes:
            raise FetchError("too_large")
        size = 0
        for chunk in answer.iter_stream():
            size += len(chunk)
            if size > self._limits.most_bytes:
                raise FetchError("too_large")
            if time.monotonic() > deadline:
                raise FetchError("too_slow")
            into.write(chunk)
        return size


class _Checked(httpcore.NetworkBackend):
    """Connects to addresses that were checked, whatever name is asked for.

    Args:
        inner: connects.
        host: whose addresses they are.
        addresses: tried one after the other.
        deadline: of `time.monotonic()`.
    """

    def __init__(
        self,
        inner: httpcore.NetworkBackend,
        host: str,
        addresses: Sequence[str],
        deadline: float,
    ) -> None:
        self._inner, self._host, self._addresses = inner, host, addresses
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to one of the addresses."""
        if host != self._host:
            raise FetchError("not_allowed")
        last: Exception = httpcore.ConnectError()
        for address in self._addresses:
            try:
                stream = self._inner.connect_tcp(
                    address,
                    port,
                    timeout=_left(timeout, self._deadline, httpcore.ConnectTimeout),
                    local_address=local_address,
                    socket_options=socket_options,
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
            else:
                return _Timed(stream, self._deadline)
        raise last


class _Timed(httpcore.NetworkStream):
    """A stream that ends at a deadline, however steadily a few bytes arrive."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self._inner, self._deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = _left(timeout, self._deadline, httpcore.ReadTimeout)
        return self._inner.read(max_bytes, timeout=left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        left = _left(timeout, self._deadline, httpcore.WriteTimeout)
        self._inner.write(buffer, timeout=left)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(timeout, self._deadline, httpcore.ConnectTimeout)
        stream = self._inner.start_tls(ssl_context, server_hostname, timeout=left)
        return _Timed(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _joined(url: str, place: str) -> str:
    try:
        return urljoin(url, place)
    except ValueError:
        raise FetchError("not_allowed") from None


def _left(timeout: float | None, deadline: float, error: type[Exception]) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise error
    return left if timeout is None else min(timeout, left)


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """Turn errors of the connection into ours; they hold no link and no key."""
    try:
        yield
    except httpcore.TimeoutException:
        raise FetchError("too_slow") from None
    except (httpcore.ProtocolError, httpcore.ReadError, httpcore.WriteError):
        raise FetchError("cut_off") from None
    except httpcore.ConnectError as error:
        raise FetchError(_why_unconnected(error)) from None


def _why_unconnected(error: BaseException | None) -> FetchFailure:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return "bad_certificate"
        error = error.__cause__ or error.__context__
    return "unreachable"


def _header(answer: httpcore.Response, name: bytes) -> str:
    found = (value for key, value in answer.headers if key.lower() == name)
    return next(found, b"").decode("latin-1")
