"""Sends the measurements of a process to Convex every few seconds, from its own thread.

A batch is kept until its delivery is confirmed, and repeated with the same id, so a lost response
counts nothing twice. During an outage only the recorder keeps data, within its limits.
"""

from __future__ import annotations

import random
import threading
from collections import deque
from collections.abc import Callable

from lib.data import DataError, Unavailable
from lib.observability.logs import get_logger
from lib.observability.recorder import Batch, Recorder

INTERVAL_SECONDS = 10.0
_SPREAD = (0.75, 1.25)

_log = get_logger(__name__)


class Flusher:
    """Delivers the batches of one recorder.

    Args:
        recorder: of this process.
        send: applies one batch exactly once per id; raises `lib.data.DataError`.
        interval: seconds between rounds, on average.
    """

    def __init__(
        self, recorder: Recorder, send: Callable[[Batch], None], interval: float = INTERVAL_SECONDS
    ) -> None:
        self._recorder = recorder
        self._send = send
        self._interval = interval
        self._pending: deque[Batch] = deque()
        self._round = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="metrics-flush", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self, timeout: float = 5.0) -> None:
        """Stop the thread after a last round; waits at most `timeout` seconds."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def flush(self) -> bool:
        """Send all batches; return whether everything was accepted."""
        with self._round:
            if not self._pending:
                self._pending.extend(self._recorder.drain())
            while self._pending:
                if not self._deliver(self._pending[0]):
                    self._recorder.delivery(waiting=len(self._pending))
                    return False
                self._pending.popleft()
            self._recorder.delivery(waiting=0)
            return True

    def _deliver(self, batch: Batch) -> bool:
        try:
            self._send(batch)
        except Unavailable as error:
            _log.warning("metrics.flush_waits", reason=str(error), batchId=batch.batch_id)
            return False
        except DataError as error:
            # A retry cannot succeed; the measurements are dropped and counted.
            _log.error("metrics.batch_refused", reason=str(error), batchId=batch.batch_id)
            self._recorder.lost("refused", len(batch))
        return True

    def _run(self) -> None:
        # Processes write the same rows: those that started together must not send together.
        while not self._stop.wait(self._interval * random.uniform(*_SPREAD)):  # noqa: S311
            self._guarded_flush()
        self._guarded_flush()

    def _guarded_flush(self) -> None:
        try:
            self.flush()
        except Exception:  # noqa: BLE001  # the thread must survive any error
            _log.exception("metrics.flush_failed")
