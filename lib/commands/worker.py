"""`python -m lib worker`: the background jobs in a process of their own."""

from __future__ import annotations

import signal
import tempfile
import threading
from pathlib import Path
from typing import Final

from lib.commands.settings import KEY, all_settings
from lib.observability.logs import configure_logs, get_logger
from lib.work.services import Services
from lib.worker.background import Background

HEARTBEAT: Final = "earshot-worker"
"""File among the temporary ones whose time of change says that the worker is alive."""
HEARTBEAT_SECONDS: Final = 15.0


def worker() -> None:
    """Run the background jobs until SIGTERM or SIGINT; running jobs finish their current item.

    Set EARSHOT_WORKER=apart for the app, or it runs them too (harmless: each job has one lease).
    The worker serves no port: it touches a file for health checks every 15 s instead.
    """
    settings = all_settings(*KEY)
    configure_logs(settings.log_level)
    log = get_logger(__name__)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    services = Services(settings)
    background = Background(services, with_worker=True)
    background.start()
    log.info("worker.started")
    heartbeat = Path(tempfile.gettempdir()) / HEARTBEAT
    while background.is_alive():
        heartbeat.touch()
        if stopped.wait(HEARTBEAT_SECONDS):
            break
    else:
        log.error("worker.thread_ended")
    background.stop()
    heartbeat.unlink(missing_ok=True)
    services.close()
    log.info("worker.stopped")
