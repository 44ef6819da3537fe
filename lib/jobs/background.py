"""What works in the app's process beside its requests."""

from __future__ import annotations

from lib.data import metrics
from lib.jobs.flush import Flusher
from lib.jobs.services import Services
from lib.observability.recorder import Batch


class Background:
    """Threads of one process, started and stopped with it.

    Args:
        services: of the process.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._flusher = Flusher(services.recorder, self._send)

    def start(self) -> None:
        """Start the threads."""
        self._flusher.start()

    def stop(self) -> None:
        """Stop them; what was recorded is sent first, as far as a few seconds allow."""
        self._flusher.stop()

    def _send(self, batch: Batch) -> None:
        metrics.ingest(
            self._services.worker_caller(),
            batch.batch_id,
            rollups=batch.rollups,
            auth_events=batch.auth_events,
            storage_events=batch.storage_events,
        )
