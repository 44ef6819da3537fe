"""Calls to Convex functions over its HTTP API.

The package's WebSocket client is not used on the request path: it holds the interpreter lock while
a call waits, has no deadline and may run a mutation twice. Its value codec and error class are.
"""

from __future__ import annotations

import itertools
import json
import random
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

import msgspec
from convex import __version__ as convex_version
from convex import convex_to_json, json_to_convex

from lib.data.connections import Connections
from lib.data.errors import (
    Contended,
    DataError,
    FieldError,
    FunctionFailed,
    Refused,
    Unavailable,
    refusal,
)
from lib.data.functions import Mutation, Query, Wire
from lib.observability.logs import get_logger
from lib.product.texts import UNFIT_MESSAGE, unfit

ATTEMPTS: Final = 3
BACKOFF_SECONDS: Final = 0.05  # Doubled per attempt, with full jitter.

_FUNCTION_ANSWERS: Final = (200, 560)  # 560: a function's failure, in Convex's own clients.
_UNAUTHORISED: Final = 401
_FORBIDDEN: Final = 403
_THROTTLED: Final = 429
_CONFLICT: Final = "OptimisticConcurrencyControlFailure"

Args = TypeVar("Args", bound=Mapping[str, Any])
Result = TypeVar("Result")

_log = get_logger(__name__)


class Client:
    """A pool of connections to one deployment, shared by all threads of the process.

    Args:
        url: deployment URL.
        timeout_seconds: deadline of one call, retries included. Only a server that sends its
            answer in drips can stretch it, to at most twice this.
    """

    def __init__(self, url: str, timeout_seconds: float = 5.0) -> None:
        self._timeout = timeout_seconds
        self._connections = Connections(
            url,
            {
                "Content-Type": "application/json",
                "Convex-Client": f"python-{convex_version}",
            },
        )

    def call(
        self,
        kind: Literal["query", "mutation"],
        path: str,
        args: Mapping[str, Any],
        headers: Mapping[str, str],
        *,
        attempts: int = ATTEMPTS,
    ) -> bytes:
        """Run a function and return its value as JSON in Convex's encoding.

        Args:
            kind: what the function is.
            path: `module:function`.
            args: the arguments, with their names on the wire.
            headers: authorisation and request id.
            attempts: how often it may be tried if its outcome is unknown; more than one only for
                what is safe to repeat. After a conflict of writes nothing has happened, so that is
                tried again in any case.

        Raises:
            Unavailable: no usable answer in time.
            Contended: conflicts of writes at every attempt.
            Refused: the function threw a `ConvexError`, Convex did not accept the token, or an
                argument is nothing that Convex can hold.
            FunctionFailed: the function failed otherwise.
        """
        deadline = time.monotonic() + self._timeout
        body = _encoded(path, args)
        for attempt in itertools.count(1):
            try:
                return _value(*self._connections.post(f"/api/{kind}", body, headers, deadline))
            except Unavailable as error:
                most = ATTEMPTS if isinstance(error, Contended) else attempts
                pause = random.uniform(0, BACKOFF_SECONDS * 2**attempt)  # noqa: S311  # jitter
                if attempt >= most or time.monotonic() + pause >= deadline:
                    raise
                _log.warning("convex.retry", function=path, attempt=attempt, reason=str(error))
                time.sleep(pause)
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Close all connections."""
        self._connections.close()


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and for which request.

    Attributes:
        client: the pool.
        token: returns a bearer token that is valid now; None calls without authorisation.
        request_id: passed on as argument `requestId` and header `X-Request-Id`; empty outside
            of a request.
    """

    client: Client
    token: Callable[[], str] | None
    request_id: str = ""

    def query(self, function: Query[Args, Result], args: Args) -> Result:
        """Run a query; raises like `Client.call`."""
        return function.decode(self._call("query", function.path, function.encode(args)))

    def mutation(
        self, function: Mutation[Args, Result], args: Args, key: str | None = None
    ) -> Result:
        """Run a mutation exactly once; raises like `Client.call`.

        Args:
            function: the mutation.
            args: its arguments.
            key: idempotency key: of the caller's request if it outlives this call, else one is
                made for this call, so that a lost answer can be asked for again.
        """
        wire = {**function.encode(args), "idempotencyKey": key or uuid.uuid4().hex}
        return function.decode(self._call("mutation", function.path, wire))

    def mutation_once(self, function: Mutation[Args, Result], args: Args) -> Result:
        """Send a mutation at most once, without a key: for what is not worth a stored answer.

        Raises like `Client.call`; after `Unavailable` it may have happened.
        """
        return function.decode(
            self._call("mutation", function.path, function.encode(args), attempts=1)
        )

    def mutation_repeatable(self, function: Mutation[Args, Result], args: Args) -> Result:
        """Run a mutation that may harmlessly happen twice, without a key; like `Client.call`."""
        return function.decode(self._call("mutation", function.path, function.encode(args)))

    def _call(
        self, kind: Literal["query", "mutation"], path: str, args: Wire, attempts: int = ATTEMPTS
    ) -> bytes:
        headers: dict[str, str] = {}
        if self.request_id:
            headers["X-Request-Id"] = self.request_id
            args = {**args, "requestId": self.request_id}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token()}"
        return self.client.call(kind, path, args, headers, attempts=attempts)


def _encoded(path: str, args: Mapping[str, Any]) -> bytes:
    try:
        values = convex_to_json(dict(args))
    except (ValueError, TypeError) as error:
        raise Refused("VALIDATION", "A value is of a kind that cannot be stored.") from error
    call = {"path": path, "format": "convex_encoded_json", "args": values}
    try:
        return json.dumps(call, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError as error:
        # Half of a surrogate pair: the deployment would not take it for JSON.
        fields = tuple(FieldError(path, UNFIT_MESSAGE) for path in unfit(values))
        raise Refused("VALIDATION", "Some arguments are not valid.", fields) from error


class _Answered(msgspec.Struct, rename="camel"):
    """What Convex sends around a value or an error; the value itself is read by its type."""

    status: str = ""
    value: msgspec.Raw = msgspec.Raw(b"null")
    error_data: msgspec.Raw = msgspec.Raw()  # Empty where there is none.
    error_message: str = ""
    code: str = ""


_answered: Final = msgspec.json.Decoder(_Answered)


def _value(status: int, body: bytes) -> bytes:
    """Return the value in an answer as JSON, or raise what the answer says."""
    try:
        answer = _answered.decode(body)
    except msgspec.ValidationError as error:
        raise Unavailable(f"Convex answered {status} with JSON of an unknown shape") from error
    except msgspec.DecodeError as error:
        raise Unavailable(f"Convex answered {status} with something else than JSON") from error
    if status in _FUNCTION_ANSWERS and answer.status == "success":
        return bytes(answer.value)
    if status in _FUNCTION_ANSWERS and answer.status == "error":
        if error_data := bytes(answer.error_data):
            raise refusal(json_to_convex(json.loads(error_data, parse_int=float)))
        raise FunctionFailed(answer.error_message)
    raise _infrastructure_error(status, answer.code)


def _infrastructure_error(status: int, code: str) -> DataError:
    detail = f"Convex answered {status} {code}".strip()
    if status == _UNAUTHORISED:
        return Refused("UNAUTHENTICATED", "Convex did not accept the token.")
    if status == _FORBIDDEN:
        return Refused("FORBIDDEN", "Convex did not accept the caller.")
    if code == _CONFLICT:
        return Contended(detail)
    if status == _THROTTLED or status >= 500:  # noqa: PLR2004
        return Unavailable(detail)
    return FunctionFailed(detail)
