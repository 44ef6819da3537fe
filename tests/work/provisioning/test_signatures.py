"""Only what Clerk signed is applied."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from svix.webhooks import Webhook

from lib.auth.backend_api import BackendApi
from lib.config.settings import Settings
from lib.work.clerk_webhooks import MAX_EVENT_BYTES, WebhookRefusedError
from lib.work.provisioning import Provisioner
from lib.work.services import Services
from tests.identity.clerk import Running
from tests.work.provisioning.deliveries import Sender, Stored, record, user_id


def test_what_is_not_signed_by_clerk_is_refused(
    provisioner: Provisioner, signed: Sender, stored: Stored
) -> None:
    clerk_id = user_id()
    body, headers = signed("user.created", record(clerk_id))
    other = Sender("whsec_" + "A" * 32)("user.created", record(clerk_id))
    unsigned = {name: text for name, text in headers.items() if name != "Svix-Signature"}
    standard = {name.replace("Svix", "Webhook"): text for name, text in headers.items()}
    attempts = [
        (body + b" ", headers),
        (body, {**headers, "Svix-Id": "msg_other"}),
        (body, {**headers, "Svix-Signature": "v1,AAAA"}),
        (body, {**headers, "Svix-Signature": headers["Svix-Signature"].replace("v1,", "v2,")}),
        (body, {**headers, "Svix-Timestamp": "soon"}),
        (body, unsigned),
        (body, standard),
        (body, {}),
        other,
        signed("user.created", record(clerk_id), old=400),
        signed("user.created", record(clerk_id), old=-400),
        signed("user.created", record(clerk_id, first_name="x" * MAX_EVENT_BYTES)),
    ]
    for attempt in attempts:
        with pytest.raises(WebhookRefusedError):
            provisioner.receive(*attempt)
    assert stored(clerk_id) is None


@pytest.mark.parametrize(
    "body", ["[]", "null", '{"type": "user.created"}', '{"type": 1, "data": {}, "timestamp": 1}']
)
def test_a_signed_body_that_is_no_event_is_refused(
    provisioner: Provisioner, clerk: Running, body: str
) -> None:
    sent = datetime.now(UTC)
    headers = {
        "svix-id": "msg_1",
        "svix-timestamp": str(int(sent.timestamp())),
        "svix-signature": Webhook(clerk.stack.clerk_webhook_secret).sign("msg_1", sent, body),
    }
    with pytest.raises(WebhookRefusedError):
        provisioner.receive(body.encode(), headers)


def test_without_a_secret_nothing_is_accepted(
    settings: Settings, services: Services, api: BackendApi, signed: Sender
) -> None:
    bare = settings.model_copy(update={"clerk_webhook_secret": None})
    provisioner = Provisioner(bare, services.worker_caller, api)
    with pytest.raises(WebhookRefusedError, match="CLERK_WEBHOOK_SECRET"):
        provisioner.receive(*signed("user.created", record(user_id())))
    provisioner.close()
