"""Posts one message to one receiver: signed, within a deadline, following nobody elsewhere.

The addresses come from the settings only, never from data, so nobody who writes data chooses where
requests go. Receivers inside of the own network are meant to work and are allowed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import anyio
import httpx
from svix.webhooks import Webhook

from lib.config.settings import Settings
from lib.observability.logs import get_logger
from lib.worker.alerts.messages import Channel, Message, body

DEADLINE_SECONDS: Final = 10.0
"""For one attempt, from connecting to the status of the answer."""

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
    """Post a message; the same message may be posted again.

    Args:
        settings: with the addresses and the secret.
        message: to a channel that has an address.

    Returns:
        None if the receiver took it, else what went wrong, without the address.
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
                # The body of the answer is nobody's business: it is neither read nor shown.
                client.stream("POST", url, content=content, headers=headers) as answer,
            ):
                return None if answer.status_code in _SUCCESS else f"HTTP {answer.status_code}"
    except TimeoutError:
        return f"no answer within {DEADLINE_SECONDS:.0f} seconds"
    except Exception as error:  # noqa: BLE001  # whatever it is, the message is tried again
        return type(error).__name__
