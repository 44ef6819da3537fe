"""Users as Clerk describes them, and deliveries as Svix signs them."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from svix.webhooks import Webhook

from lib.data.records import User

WAIT_SECONDS = 20.0

Stored = Callable[[str], User | None]


def record(clerk_id: str, **changes: Any) -> dict[str, Any]:
    """Return a user as Clerk's webhooks describe one."""
    base = {
        "id": clerk_id,
        "first_name": "Noor",
        "last_name": "Haddad",
        "email_addresses": [
            {"id": "idn_old", "email_address": "old@customers.example"},
            {"id": "idn_new", "email_address": "noor@customers.example"},
        ],
        "primary_email_address_id": "idn_new",
        "image_url": "https://img.example/noor.png",
        "public_metadata": {},
        "banned": False,
        "last_sign_in_at": 1_790_000_500_000,
        "created_at": 1_780_000_000_000,
        "updated_at": 1_790_000_000_000,
    }
    return {**base, **changes}


def user_id() -> str:
    return f"user_{uuid.uuid4().hex}"


class Sender:
    """Signs deliveries as Svix does."""

    def __init__(self, secret: str) -> None:
        self._webhook = Webhook(secret)

    def __call__(
        self, kind: str, data: dict[str, Any], *, at: float = 1_790_000_000_000, old: int = 0
    ) -> tuple[bytes, dict[str, str]]:
        body = json.dumps({"type": kind, "object": "event", "data": data, "timestamp": at})
        sent, delivery = datetime.now(UTC) - timedelta(seconds=old), f"msg_{uuid.uuid4().hex}"
        return body.encode(), {
            "Svix-Id": delivery,
            "Svix-Timestamp": str(int(sent.timestamp())),
            "Svix-Signature": self._webhook.sign(delivery, sent, body),
        }


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
