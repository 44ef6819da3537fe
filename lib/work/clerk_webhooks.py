"""Verification of Clerk webhooks: signature, time, and documented form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import SecretStr
from standardwebhooks import Webhook, WebhookVerificationError

MAX_EVENT_BYTES: Final = 256 * 1024
"""Larger than any Clerk event: metadata fields are limited to 8 KB each."""

# Svix signs for Clerk, by Standard Webhooks under names of its own.
_HEADERS: Final = {
    "svix-id": "webhook-id",
    "svix-timestamp": "webhook-timestamp",
    "svix-signature": "webhook-signature",
}


class WebhookRefusedError(Exception):
    """The delivery is refused; the message says why and contains none of its content."""


@dataclass(frozen=True, slots=True)
class ClerkEvent:
    """One verified event.

    Attributes:
        delivery_id: `svix-id`, the same for all repeats of one event.
        kind: for instance `user.updated`.
        at: when it happened at Clerk.
        data: the resource.
    """

    delivery_id: str
    kind: str
    at: datetime
    data: Mapping[str, Any]


def verified_event(secret: SecretStr | None, body: bytes, headers: Mapping[str, str]) -> ClerkEvent:
    """Return the event of a delivery.

    Args:
        secret: `CLERK_WEBHOOK_SECRET`.
        body: raw bytes, as they were signed.
        headers: of the request; names in any case.

    Raises:
        WebhookRefusedError: no secret is configured; a header is missing; signature or time
            (5 minutes) are wrong; the body is not an event.
    """
    if secret is None:
        raise WebhookRefusedError("CLERK_WEBHOOK_SECRET is not set")
    if len(body) > MAX_EVENT_BYTES:
        raise WebhookRefusedError("the event is too large")
    given = {name.lower(): value.strip() for name, value in headers.items()}
    signed = {standard: given.get(name, "") for name, standard in _HEADERS.items()}
    if not all(signed.values()):
        raise WebhookRefusedError("a Svix header is missing")
    try:
        Webhook(secret.get_secret_value()).verify(body, signed, json_parse=False)
    except (WebhookVerificationError, ValueError) as error:
        raise WebhookRefusedError("the signature is wrong or too old") from error
    return _event(signed["webhook-id"], body)


def _event(delivery_id: str, body: bytes) -> ClerkEvent:
    try:
        envelope = json.loads(body)
        kind, data = envelope["type"], envelope["data"]
        at = datetime.fromtimestamp(envelope["timestamp"] / 1000, UTC)
    except (ValueError, LookupError, TypeError, OverflowError, RecursionError) as error:
        raise WebhookRefusedError("the body is not an event") from error
    if not isinstance(kind, str) or not isinstance(data, Mapping):
        raise WebhookRefusedError("the body is not an event")
    return ClerkEvent(delivery_id, kind, at, data)
