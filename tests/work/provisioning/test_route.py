"""The webhook route: signed deliveries in, 204 out; everything else is refused without detail."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from pydantic import SecretStr
from svix.webhooks import Webhook

from lib.api.app import create_api
from lib.data import users
from lib.work.services import Services

SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def own(services: Services) -> Iterator[Services]:
    settings = services.settings.model_copy(update={"clerk_webhook_secret": SecretStr(SECRET)})
    made = Services(settings)
    yield made
    made.close()


def post(own: Services, body: str, headers: dict[str, str]) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(create_api(own))
        async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
            return await client.post("/webhooks/clerk", content=body, headers=headers)

    return asyncio.run(send())


def delivery(clerk_id: str, secret: str = SECRET) -> tuple[str, dict[str, str]]:
    at = datetime.now(UTC)
    data = {"id": clerk_id, "updated_at": 1_790_000_000_000, "first_name": "Rae"}
    body = json.dumps({"type": "user.created", "data": data, "timestamp": 1_790_000_000_000})
    return body, {
        "content-type": "application/json",
        "svix-id": "msg_1",
        "svix-timestamp": str(int(at.timestamp())),
        "svix-signature": Webhook(secret).sign("msg_1", at, body),
    }


def test_a_signed_delivery_needs_no_token_and_is_applied(own: Services) -> None:
    clerk_id = f"user_{uuid.uuid4().hex}"
    body, headers = delivery(clerk_id)
    answer = post(own, body, headers)
    assert answer.status_code == httpx.codes.NO_CONTENT
    assert answer.content == b""
    user = users.get(own.worker_caller(), clerk_id)
    assert user is not None
    assert user.name == "Rae"


def test_a_forged_delivery_is_refused_without_saying_what_was_wrong(own: Services) -> None:
    clerk_id = f"user_{uuid.uuid4().hex}"
    body, headers = delivery(clerk_id, "whsec_" + "A" * 32)
    forged = post(own, body, headers)
    bare = post(own, body, {})
    assert forged.status_code == bare.status_code == httpx.codes.BAD_REQUEST
    assert forged.json()["detail"] == bare.json()["detail"]
    assert users.get(own.worker_caller(), clerk_id) is None
