"""Times every S3 operation and attempt where it happens: in botocore's own events.

The handlers return None always (a value would replace the call or ask for a retry) and never
raise: a measurement must not break what it measures.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Any

from lib.observability.events import Attempt, RecordStorage, StorageEvent
from lib.observability.logs import get_logger
from lib.observability.request_id import current_request_id
from lib.storage.errors import failure_of, failure_of_status
from lib.storage.keys import NEVER_WRITTEN

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

EXPECTED_OF_NOTHING = frozenset({"missing", "denied"})
"""Answers about a key that never is: missing, or denied where the role may not list."""

_CONTEXT_KEY = "earshot_timing"
_FIRST_ERROR = 300
_log = get_logger(__name__)


class _Timing:
    """Clock readings of one operation; lives in the operation's own context."""

    __slots__ = ("at_ms", "attempts", "key", "started")

    def __init__(self, key: str) -> None:
        self.at_ms = time.time_ns() // 1_000_000
        self.started = time.perf_counter()
        self.key = key
        self.attempts: list[Attempt] = []


class Instrument:
    """Handlers of one client.

    Args:
        role: storage role of the client, for the events.
        record: receives each finished operation; must not block.
    """

    def __init__(self, role: str, record: RecordStorage) -> None:
        self._role = role
        self._record = record
        # An attempt begins and ends in one thread, and its events share no context object.
        self._attempt = threading.local()

    def attach(self, client: S3Client) -> None:
        """Register the handlers on a client."""
        events = client.meta.events
        events.register("provide-client-params.s3.*", self._on_params)
        events.register("before-send.s3.*", self._on_send)
        events.register("response-received.s3.*", self._on_response)
        events.register("after-call.s3.*", self._on_done)
        events.register("after-call-error.s3.*", self._on_error)

    def _on_params(self, params: dict[str, Any], context: dict[str, Any], **_: object) -> None:
        # Earlier than before-call, so that key and start are known even if signing fails.
        context[_CONTEXT_KEY] = _Timing(str(params.get("Key", "")))

    def _on_send(self, request: Any, **_: object) -> None:
        request_id = current_request_id()
        if request_id:
            # The user agent is in the server's access log and is not part of the signature.
            agent = request.headers.get("User-Agent", "")
            if isinstance(agent, bytes):
                agent = agent.decode("ascii", "replace")
            request.headers["User-Agent"] = f"{agent} md/request-id#{request_id}"
        self._attempt.started = time.perf_counter()

    def _on_response(
        self,
        response_dict: dict[str, Any] | None,
        parsed_response: dict[str, Any] | None,
        context: dict[str, Any],
        exception: Exception | None,
        **_: object,
    ) -> None:
        timing = context.get(_CONTEXT_KEY)
        started = getattr(self._attempt, "started", None)
        if timing is None or started is None:
            return
        if exception is not None:
            outcome: str = failure_of(exception)
        else:
            status = response_dict["status_code"] if response_dict else 0
            outcome = _outcome(status, parsed_response)
        timing.attempts.append(Attempt((time.perf_counter() - started) * 1000, outcome))

    def _on_done(
        self,
        http_response: Any,
        parsed: dict[str, Any],
        model: Any,
        context: dict[str, Any],
        **_: object,
    ) -> None:
        self._finish(model.name, _outcome(http_response.status_code, parsed), context)

    def _on_error(
        self, exception: Exception, context: dict[str, Any], event_name: str, **_: object
    ) -> None:
        self._finish(event_name.rpartition(".")[2], failure_of(exception), context)

    def _finish(self, operation: str, outcome: str, context: dict[str, Any]) -> None:
        timing = context.get(_CONTEXT_KEY)
        if timing is None:
            return
        if timing.key == NEVER_WRITTEN and outcome in EXPECTED_OF_NOTHING:
            outcome = "ok"
        duration_ms = (time.perf_counter() - timing.started) * 1000
        if outcome != "ok":
            # The line that a request id leads to; keys stay out of it.
            _log.log(
                logging.INFO if outcome in EXPECTED_OF_NOTHING else logging.WARNING,
                "storage.failed",
                operation=operation,
                outcome=outcome,
                role=self._role,
                attempts=len(timing.attempts),
                durationMs=round(duration_ms, 1),
            )
        self._record(
            StorageEvent(
                operation=operation,
                outcome=outcome,
                duration_ms=duration_ms,
                at_ms=timing.at_ms,
                role=self._role,
                key=timing.key,
                request_id=current_request_id(),
                attempts=tuple(timing.attempts),
            )
        )


def _outcome(status: int, parsed: dict[str, Any] | None) -> str:
    if status < _FIRST_ERROR:
        return "ok"
    code = (parsed or {}).get("Error", {}).get("Code", "")
    return failure_of_status(status, str(code))
