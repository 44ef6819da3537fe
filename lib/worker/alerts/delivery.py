"""Delivery of notifications: the job that sends queued messages, and sending one message.

A message is leased in Convex for longer than an attempt can take, so two workers never send it at
the same time. If a worker dies between the receiver's response and `settle`, the message is sent
again after the lease with the same `webhook-id`: delivery is at least once.
"""

from __future__ import annotations

import random
import secrets
import socket
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Final

import anyio
import httpx
from standardwebhooks import Webhook

from lib.config.settings import Settings
from lib.data import Caller, alerts
from lib.data.records import Delivery
from lib.observability.logs import get_logger
from lib.work.isolation import isolated
from lib.work.services import Services
from lib.worker.alerts.messages import Channel, Message, body

DEADLINE_SECONDS: Final = 10.0
"""For one attempt, from connecting to the status of the response."""

_AGENT: Final = "Earshot-Alerts/1"
_SUCCESS: Final = range(200, 300)

_log = get_logger(__name__)


def channels(settings: Settings) -> tuple[Channel, ...]:
    """Return the channels that have an address."""
    addresses: dict[Channel, object] = {
        "webhook": settings.alert_webhook_url,
        "slack": settings.alert_slack_url,
    }
    return tuple(name for name, address in addresses.items() if address is not None)


def send(settings: Settings, message: Message) -> str | None:
    """Post a message; it can be repeated.

    Args:
        settings: with the addresses and the secret.
        message: to a channel that has an address.

    Returns:
        None if the receiver accepted it, otherwise the error, without the address.
    """
    content = body(message, settings.app_url)
    problem = anyio.run(
        _post, _address(settings, message.channel), content, _headers(settings, message, content)
    )
    log = _log.info if problem is None else _log.warning
    log(
        "alerts.sent" if problem is None else "alerts.not_sent",
        channel=message.channel,
        deliveryId=message.id,
        changes=len(message.items),
        problem=problem,
    )
    return problem


def _address(settings: Settings, channel: Channel) -> str:
    address = settings.alert_slack_url if channel == "slack" else settings.alert_webhook_url
    if address is None:
        raise ValueError(f"the channel {channel} has no address")
    return address.get_secret_value()


def _headers(settings: Settings, message: Message, content: bytes) -> dict[str, str]:
    """Return the headers of Standard Webhooks: id, time of sending, and a signature over both."""
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": _AGENT}
    secret = settings.alert_webhook_secret
    if message.channel != "webhook" or secret is None:
        return headers
    now = datetime.now(UTC)
    signature = Webhook(secret.get_secret_value()).sign(message.id, now, content.decode())
    return {
        **headers,
        "webhook-id": message.id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }


async def _post(url: str, content: bytes, headers: dict[str, str]) -> str | None:
    try:
        with anyio.fail_after(DEADLINE_SECONDS):
            async with (
                httpx.AsyncClient(
                    follow_redirects=False, trust_env=False, timeout=DEADLINE_SECONDS
                ) as client,
                # The body of the response is not read.
                client.stream("POST", url, content=content, headers=headers) as answer,
            ):
                return None if answer.status_code in _SUCCESS else f"HTTP {answer.status_code}"
    except TimeoutError:
        return f"no answer within {DEADLINE_SECONDS:.0f} seconds"
    except Exception as error:  # noqa: BLE001  # after any error the message is retried
        return type(error).__name__


LEASE_SECONDS: Final = 60.0
FIRST_PAUSE_SECONDS: Final = 5.0
LONGEST_PAUSE_SECONDS: Final = 900.0
METRIC: Final = "alert.delivery"

_JITTER: Final = 0.2


def deliver(services: Services, stop: Callable[[], bool]) -> dict[str, int]:
    """Job: send all due messages.

    Args:
        services: of the process.
        stop: called between messages; the rest is sent by the next run.

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
            # An attempt starts only if it must end before the lease does.
            if stop() or time.monotonic() - asked > LEASE_SECONDS - 2 * DEADLINE_SECONDS:
                return counts
            work = partial(_attempt, services, caller, holder, delivery)
            counts[isolated(work, "alerts.delivery_failed", deliveryId=delivery.id)] += 1
    return counts


def pause_ms(attempts: int) -> float:
    """Return the delay after a number of attempts: exponential, capped, with jitter."""
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
