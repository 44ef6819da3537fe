"""Background threads of a process: delivery of measurements, watch over Convex, worker."""

from __future__ import annotations

from lib.data import metrics
from lib.observability.logs import get_logger
from lib.observability.recorder import Batch
from lib.work.services import Services
from lib.worker.alerts.runtime_watch import RuntimeWatch
from lib.worker.analyser import Analyser
from lib.worker.flush import Flusher
from lib.worker.jobs import default_jobs
from lib.worker.worker import Worker

STOP_SECONDS = 15.0
WATCH_SECONDS = 2.0

_log = get_logger(__name__)


class Background:
    """Threads of one process, started and stopped with it.

    Args:
        services: of the process.
        with_worker: run jobs here; the default is `EARSHOT_WORKER`.
    """

    def __init__(self, services: Services, *, with_worker: bool | None = None) -> None:
        self._services = services
        self._flusher = Flusher(services.recorder, self._send)
        self._watch = RuntimeWatch(services)
        self._analyser = Analyser(services.storage)
        inside = services.settings.worker == "inside" if with_worker is None else with_worker
        jobs = default_jobs(self._analyser) if inside else ()
        self._worker = Worker(services, jobs)

    def start(self) -> None:
        """Start the threads."""
        self._flusher.start()
        self._watch.start()
        self._worker.start()

    def is_alive(self) -> bool:
        """Tell whether every job still has its thread."""
        return self._worker.is_alive()

    def stop(self) -> None:
        """Stop the threads; jobs finish their current item, then recorded measurements are sent."""
        self._worker.ask_to_stop()
        self._analyser.close()
        if not self._worker.join(STOP_SECONDS):
            _log.warning("worker.still_busy", afterSeconds=STOP_SECONDS)
        self._watch.stop(WATCH_SECONDS)
        self._flusher.stop()

    def _send(self, batch: Batch) -> None:
        metrics.ingest(
            self._services.worker_caller(),
            batch.batch_id,
            rollups=batch.rollups,
            auth_events=batch.auth_events,
            storage_events=batch.storage_events,
        )
