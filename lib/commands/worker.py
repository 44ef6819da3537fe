"""`python -m lib worker`: the background jobs in a process of their own."""

from __future__ import annotations

import signal
import threading

from lib.commands.settings import KEY, all_settings
from lib.observability.logs import configure_logs, get_logger
from lib.work.services import Services
from lib.worker.background import Background


def worker() -> None:
    """Run the background jobs until SIGTERM or SIGINT; running jobs finish their current item.

    Set EARSHOT_WORKER=apart for the app, or it runs them too (harmless: each job has one lease).
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
    stopped.wait()
    background.stop()
    services.close()
    log.info("worker.stopped")
