"""Job: sends the messages of the outbox.

A message is leased in Convex for longer than an attempt may take, so no two workers send it at
once. A worker that dies between the receiver's answer and `settle` leaves a message that is sent
again after the lease, with the same `webhook-id`: at least once, and recognisable.
"""

from __future__ import annotations

import random
import secrets
import socket
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Final

from lib.data import Caller, alerts
from lib.data.records import Delivery
from lib.work.isolation import isolated
from lib.work.services import Services
from lib.worker.alerts.messages import Message
from lib.worker.alerts.sending import DEADLINE_SECONDS, channels, send

LEASE_SECONDS: Final = 60.0
FIRST_PAUSE_SECONDS: Final = 5.0
LONGEST_PAUSE_SECONDS: Final = 900.0
METRIC: Final = "alert.delivery"

_JITTER: Final = 0.2


def deliver(services: Services, stop: Callable[[], bool]) -> dict[str, int]:
    """Send what is due until nothing is.

    Args:
        services: of the process.
        stop: asked between messages; what is left goes to the next run.

    Returns:
        Counts: `sent`, `failed` (tried again later).
    """
    counts: Counter[str] = Counter(sent=0, failed=0)
    wanted = channels(services.settings)
    holder = f"{socket.gethostname()}-{secrets.token_hex(8)}"
    caller = services.worker_caller()
    while wanted and not stop():
        asked = time.monotonic()
        found = alerts.claim(caller, holder=holder, channels=wanted, lease_ms=LEASE_SECONDS * 1000)
        if not found:
            break
        for delivery in found:
            # An attempt begins only if it surely ends before the lease does.
            if stop() or time.monotonic() - asked > LEASE_SECONDS - 2 * DEADLINE_SECONDS:
                return counts
            work = partial(_attempt, services, caller, holder, delivery)
            counts[isolated(work, "alerts.delivery_failed", deliveryId=delivery.id)] += 1
    return counts


def pause_ms(attempts: int) -> float:
    """Return how long to wait after so many attempts: doubling, bounded, with jitter."""
    pause: float = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** (attempts - 1))
    return pause * 1000 * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311  # jitter


def _attempt(services: Services, caller: Caller, holder: str, delivery: Delivery) -> str:
    channel = next(name for name in channels(services.settings) if name == delivery.channel)
    message = Message(delivery.id, channel, delivery.items, delivery.created_at)
    started = time.perf_counter()
    problem = send(services.settings, message)
    outcome = "sent" if problem is None else "failed"
    services.recorder.observe(
        METRIC,
        {"channel": channel, "outcome": outcome},
        (time.perf_counter() - started) * 1000,
        "" if problem is None else "failed",
    )
    alerts.settle(
        caller,
        id=delivery.id,
        holder=holder,
        problem=problem,
        retry_after_ms=0 if problem is None else pause_ms(delivery.attempts),
    )
    return outcome
