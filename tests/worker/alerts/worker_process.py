"""A worker that tests may kill: short leases, so that its death is noticed soon.

It sends alert messages, and has a job that tells the receiver when a run begins and ends.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from uuid import uuid4

import httpx

from lib.config.settings import Settings
from lib.observability.logs import configure_logs
from lib.work.services import Services
from lib.worker.alerts import delivery
from lib.worker.jobs import Job, Report
from lib.worker.worker import Worker

LEASE_SECONDS = 2.0
BEAT = "test.beat"


def main() -> None:
    """Work until SIGTERM."""
    configure_logs("info")
    delivery.LEASE_SECONDS = 2 * LEASE_SECONDS  # type: ignore[misc]
    delivery.DEADLINE_SECONDS = 1.0  # type: ignore[misc]
    services = Services(Settings())
    jobs = (Job("alerts.delivery", 0.2, delivery.deliver), Job(BEAT, 0.3, beat))
    worker = Worker(services, jobs, LEASE_SECONDS)
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    worker.start()
    stopped.wait()
    worker.ask_to_stop()
    worker.join(20)
    services.close()


def beat(services: Services, _stop: Callable[[], bool]) -> Report:
    """Tell the receiver of a run, from beginning to end."""
    address = services.settings.alert_webhook_url
    assert address is not None
    run = {"run": uuid4().hex, "pid": os.getpid()}
    with httpx.Client(base_url=address.get_secret_value(), trust_env=False) as http:
        http.post("/beat", json={**run, "state": "begins"}).raise_for_status()
        threading.Event().wait(0.05)
        http.post("/beat", json={**run, "state": "ends"}).raise_for_status()
    return {}


if __name__ == "__main__":
    main()
