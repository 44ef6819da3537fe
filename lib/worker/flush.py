"""Sends what a process has recorded to Convex, every few seconds, from a thread of its own.

A batch is kept until it is known to be applied, and is repeated under the same id, so an answer
that got lost counts nothing twice. Meanwhile the recorder goes on within its own bounds; nothing
else piles up during an outage.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from lib.data import DataError, Unavailable
from lib.observability.logs import get_logger
from lib.observability.recorder import Batch, Recorder

INTERVAL_SECONDS = 10.0

_log = get_logger(__name__)


class Flusher:
    """Moves batches of one recorder.

    Args:
        recorder: of this process.
        send: applies one batch exactly once per id; raises `lib.data.DataError`.
        interval: seconds between rounds.
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
        """Send what there is; return whether everything was accepted."""
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
            # Asking again will not help; the measurements are lost, and that is counted.
            _log.error("metrics.batch_refused", reason=str(error), batchId=batch.batch_id)
            self._recorder.lost("refused", len(batch))
        return True

    def _run(self) -> None:
        while not self._stop.wait(self._interval):
            self._guarded_flush()
        self._guarded_flush()

    def _guarded_flush(self) -> None:
        try:
            self.flush()
        except Exception:  # noqa: BLE001  # the thread must outlive any one round
            _log.exception("metrics.flush_failed")
