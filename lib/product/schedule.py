"""How often each job of the worker runs, from the start of one run to the start of the next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

PROBE_ROUNDS: Final = 3
"""Rounds in a row that fail before the probe raises an alert: one slow call is no outage."""
PROBE_PAUSE: Final = timedelta(seconds=5)
"""Between a failed round and the next."""

EVERY: Final[Mapping[str, timedelta]] = {
    "audio.analysis": timedelta(seconds=5),
    "audio.sweep": timedelta(minutes=5),
    "audio.retention": timedelta(minutes=15),
    "audio.tags": timedelta(minutes=1),
    "audio.reconciliation": timedelta(hours=6),
    "users.erasure": timedelta(minutes=1),
    "dependencies.check": timedelta(minutes=1),
    "storage.probe": timedelta(seconds=20),
    "alerts.delivery": timedelta(seconds=5),
    "alerts.evaluation": timedelta(seconds=30),
}
"""By the name of the job: of its lease, its metrics and its report."""
