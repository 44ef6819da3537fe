"""Runs jobs on a schedule that all workers share: each job under a lease in Convex.

Any number of workers can run; each job runs in one of them at a time. The lease of a dead worker
expires, and another one takes over. Start times have jitter, so that replicas do not synchronize.
"""

from __future__ import annotations

import json
import random
import secrets
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from lib.data import DataError, job_leases
from lib.observability.logs import get_logger
from lib.observability.request_id import new_request_id, request_id_bound
from lib.storage.errors import StorageError
from lib.work.services import Services
from lib.worker.jobs import Job

LEASE_SECONDS = 60.0
RENEW_SECONDS = 20.0
RETRY_SECONDS = 15.0
"""Pause when Convex is not responding."""

METRIC = "job.run"

_JITTER = 0.1
_MAX_REPORT_BYTES = 16 * 1024

_log = get_logger(__name__)


class Worker:
    """One worker: a thread per job.

    Args:
        services: of the process.
        jobs: to run; see `lib.worker.jobs`.
        lease_seconds: duration of a lease without renewal.
    """

    def __init__(
        self, services: Services, jobs: Sequence[Job], lease_seconds: float = LEASE_SECONDS
    ) -> None:
        self._services = services
        self._stop = threading.Event()
        self._lease_ms = int(lease_seconds * 1000)
        self._renew_seconds = min(RENEW_SECONDS, lease_seconds / 3)
        # Unique per worker, so that leases are not confused.
        self._holder = f"{socket.gethostname()}-{secrets.token_hex(8)}"
        self._threads = [
            threading.Thread(target=self._loop, args=(job,), name=f"job-{job.name}", daemon=True)
            for job in jobs
        ]

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def is_alive(self) -> bool:
        """Tell whether every job still has its thread."""
        return all(thread.is_alive() for thread in self._threads)

    def ask_to_stop(self) -> None:
        """Start no more jobs, and let running ones finish their current item."""
        self._stop.set()

    def join(self, seconds: float) -> bool:
        """Wait for the threads; return whether all have ended in time."""
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _loop(self, job: Job) -> None:
        pause = random.uniform(0, min(job.every_seconds, 5.0))  # noqa: S311  # jitter
        while not self._stop.wait(pause):
            try:
                with request_id_bound(new_request_id()):
                    pause = self._turn(job)
            except DataError as error:
                _log.warning("job.no_lease", job=job.name, reason=str(error))
                pause = RETRY_SECONDS
            except Exception:  # noqa: BLE001  # the thread must survive any error
                _log.exception("job.turn_failed", job=job.name)
                pause = RETRY_SECONDS
            pause *= random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311  # jitter

    def _turn(self, job: Job) -> float:
        """Run the job if it is due and free; return the seconds until the next try."""
        asked = time.monotonic()
        lease = job_leases.acquire(
            self._services.worker_caller(),
            name=job.name,
            holder=self._holder,
            ttl_ms=self._lease_ms,
            due_every_ms=int(job.every_seconds * 1000),
        )
        if lease.acquired:
            self._run(job, asked)
            return job.every_seconds
        if lease.last_started_at is None:
            return min(job.every_seconds, RETRY_SECONDS)
        due = lease.last_started_at + timedelta(seconds=job.every_seconds)
        left = (due - datetime.now(UTC)).total_seconds()
        # Lower bound: the job may run long elsewhere. Upper bound: a dead holder must be noticed.
        return min(max(left, min(job.every_seconds, RETRY_SECONDS)), job.every_seconds)

    def _run(self, job: Job, asked: float) -> None:
        started = time.perf_counter()
        held = _Lease(self._services, job.name, self._holder, self._lease_ms, self._renew_seconds)
        held.granted(asked)
        with held:
            ok, report = self._attempt(job, held)
        duration = (time.perf_counter() - started) * 1000
        outcome = "ok" if ok else "failed"
        self._services.recorder.observe(
            METRIC, {"job": job.name, "outcome": outcome}, duration, "" if ok else "failed"
        )
        job_leases.finish(
            self._services.worker_caller(),
            name=job.name,
            holder=self._holder,
            ok=ok,
            report=_text(report),
            duration_ms=duration,
        )

    def _attempt(self, job: Job, held: _Lease) -> tuple[bool, Mapping[str, object]]:
        def stop() -> bool:
            return self._stop.is_set() or held.lost

        try:
            return True, job.run(self._services, stop)
        except StorageError as error:
            _log.warning("job.failed", job=job.name, failure=error.failure)
            return False, {"error": str(error)}
        except DataError as error:
            _log.warning("job.failed", job=job.name, reason=str(error))
            return False, {"error": type(error).__name__}
        except Exception as error:  # noqa: BLE001  # an error in one job must not affect the others
            _log.exception("job.failed", job=job.name)
            return False, {"error": type(error).__name__}


class _Lease:
    """Renews a lease while its job runs; `lost` means that another worker may have it."""

    def __init__(
        self, services: Services, name: str, holder: str, ttl_ms: int, every: float
    ) -> None:
        self._services, self._name, self._holder = services, name, holder
        self._ttl_ms, self._every = ttl_ms, every
        self._done = threading.Event()
        self._until = 0.0
        self._taken = False
        self._thread = threading.Thread(target=self._renew, name=f"lease-{name}", daemon=True)

    @property
    def lost(self) -> bool:
        return self._taken or time.monotonic() > self._until

    def granted(self, asked: float) -> None:
        """Start the lease at the time of the request, which is earlier than Convex's start."""
        self._until = asked + self._ttl_ms / 1000

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join(self._every)

    def _renew(self) -> None:
        while not self._done.wait(self._every):
            asked = time.monotonic()
            try:
                held = job_leases.renew(
                    self._services.worker_caller(),
                    name=self._name,
                    holder=self._holder,
                    ttl_ms=self._ttl_ms,
                ).held
            except DataError as error:
                _log.warning("job.renew_failed", job=self._name, reason=str(error))
                continue
            if not held:
                self._taken = True
                return
            self.granted(asked)


def _text(report: Mapping[str, object]) -> str:
    text = json.dumps(report, separators=(",", ":"), default=str)
    if len(text.encode()) <= _MAX_REPORT_BYTES:
        return text
    numbers = {name: value for name, value in report.items() if isinstance(value, (int, float))}
    return json.dumps({**numbers, "truncated": True})
