"""Clerk's events become rows: once, and in any order."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from lib.auth.backend_api import BackendApi
from lib.config.settings import Settings
from lib.data import erasure
from lib.work.provisioning import Provisioner
from lib.work.services import Services
from lib.worker.erasures import finish_started
from tests.work.provisioning.deliveries import Sender, Stored, record, user_id


def test_a_created_user_is_stored_with_the_primary_address(
    provisioner: Provisioner, signed: Sender, stored: Stored
) -> None:
    clerk_id = user_id()
    assert provisioner.receive(*signed("user.created", record(clerk_id))) == "created"
    user = stored(clerk_id)
    assert user is not None
    assert (user.kind, user.name, user.email) == (
        "product",
        "Noor Haddad",
        "noor@customers.example",
    )
    assert (user.status, user.role, user.source) == ("active", None, "clerk")
    assert user.created_at == datetime.fromtimestamp(1_780_000_000, UTC)
    assert user.last_seen_at == datetime.fromtimestamp(1_790_000_500, UTC)


def test_a_name_that_cannot_be_stored_as_it_is_keeps_nobody_away(
    provisioner: Provisioner, signed: Sender, stored: Stored
) -> None:
    clerk_id = user_id()
    family = "\U0001f469\u200d\U0001f467"
    named = record(clerk_id) | {"first_name": "Noor\x00 \ud83d", "last_name": family * 70}
    assert provisioner.receive(*signed("user.created", named)) == "created"
    user = stored(clerk_id)
    assert user is not None
    assert user.name == "Noor\ufffd \ufffd " + family * 64


def test_a_team_member_is_told_by_the_role_in_the_metadata(
    provisioner: Provisioner, signed: Sender, stored: Stored
) -> None:
    clerk_id = user_id()
    data = record(clerk_id, public_metadata={"role": "reviewer"})
    provisioner.receive(*signed("user.created", data))
    user = stored(clerk_id)
    assert user is not None
    assert (user.kind, user.role) == ("team", "reviewer")


@pytest.mark.parametrize("role", ["ingest", "worker", "owner", 7, None])
def test_no_other_role_makes_a_team_member(
    provisioner: Provisioner,
    signed: Sender,
    stored: Stored,
    role: object,
) -> None:
    clerk_id = user_id()
    provisioner.receive(*signed("user.created", record(clerk_id, public_metadata={"role": role})))
    user = stored(clerk_id)
    assert user is not None
    assert (user.kind, user.role) == ("product", None)


def test_what_a_newer_record_lacks_is_gone(
    provisioner: Provisioner, signed: Sender, stored: Stored
) -> None:
    clerk_id = user_id()
    member = record(clerk_id, public_metadata={"role": "ops"})
    bare = record(
        clerk_id,
        first_name=None,
        last_name=None,
        email_addresses=[],
        primary_email_address_id=None,
        image_url="",
        updated_at=1_790_000_009_000,
    )
    provisioner.receive(*signed("user.created", member))
    provisioner.receive(*signed("user.updated", bare))
    provisioner.receive(*signed("user.updated", member))
    user = stored(clerk_id)
    assert user is not None
    assert (user.kind, user.role) == ("product", None)
    assert (user.name, user.email, user.image_url) == (None, None, None)


def test_events_may_come_in_any_order(
    provisioner: Provisioner, signed: Sender, stored: Stored
) -> None:
    clerk_id = user_id()
    newer = record(clerk_id, first_name="Newer", updated_at=1_790_000_009_000)
    provisioner.receive(*signed("user.updated", newer))
    provisioner.receive(*signed("user.created", record(clerk_id, first_name="Older")))
    user = stored(clerk_id)
    assert user is not None
    assert user.name == "Newer Haddad"


def test_a_repeated_delivery_changes_nothing(
    provisioner: Provisioner, signed: Sender, stored: Stored
) -> None:
    clerk_id = user_id()
    # Without a time of its own only the delivery's id tells that it was applied before.
    first = signed("user.updated", record(clerk_id, first_name="First", updated_at=None))
    provisioner.receive(*first)
    provisioner.receive(*signed("user.updated", record(clerk_id, first_name="Second")))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: provisioner.receive(*first), range(8)))
    user = stored(clerk_id)
    assert user is not None
    assert user.name == "Second Haddad"


def test_a_ban_is_stored(provisioner: Provisioner, signed: Sender, stored: Stored) -> None:
    clerk_id = user_id()
    provisioner.receive(*signed("user.updated", record(clerk_id, banned=True)))
    user = stored(clerk_id)
    assert user is not None
    assert user.status == "banned"


def test_a_session_brings_its_user(
    provisioner: Provisioner, signed: Sender, stored: Stored
) -> None:
    clerk_id = user_id()
    data = {"object": "session", "id": "sess_1", "user": record(clerk_id)}
    assert provisioner.receive(*signed("session.created", data)) == "created"
    assert stored(clerk_id) is not None


@pytest.mark.parametrize("kind", ["session.ended", "organization.created", "email.created"])
def test_other_events_are_taken_and_ignored(
    provisioner: Provisioner, signed: Sender, kind: str
) -> None:
    assert provisioner.receive(*signed(kind, {"id": "x"})) == "ignored"


def test_a_deleted_user_is_erased_and_stays_away(
    provisioner: Provisioner,
    services: Services,
    signed: Sender,
    stored: Stored,
) -> None:
    clerk_id = user_id()
    provisioner.receive(*signed("user.created", record(clerk_id)))
    gone = {"object": "user", "id": clerk_id, "deleted": True}
    later = time.time() * 1000
    assert provisioner.receive(*signed("user.deleted", gone, at=later)) == "deleted"
    user = stored(clerk_id)
    assert user is not None
    assert user.status == "erasing"
    late = record(clerk_id, first_name="Ghost", updated_at=later - 1000)
    assert provisioner.receive(*signed("user.updated", late)) == "ignored"
    assert finish_started(services, lambda: False)["erased"] >= 1
    assert stored(clerk_id) is None
    receipt = erasure.get(services.worker_caller(), clerk_id)
    assert receipt is not None
    assert receipt.finished_at is not None
    assert provisioner.receive(*signed("user.updated", late)) == "ignored"
    assert stored(clerk_id) is None


def test_a_deletion_before_the_creation_keeps_the_user_away(
    provisioner: Provisioner, signed: Sender, stored: Stored
) -> None:
    clerk_id = user_id()
    gone = {"object": "user", "id": clerk_id, "deleted": True}
    provisioner.receive(*signed("user.deleted", gone, at=time.time() * 1000))
    provisioner.receive(*signed("user.created", record(clerk_id)))
    user = stored(clerk_id)
    assert user is not None
    assert (user.status, user.name, user.email) == ("deleted", None, None)


def test_a_deletion_can_be_set_to_keep_the_data(
    settings: Settings,
    services: Services,
    api: BackendApi,
    signed: Sender,
    stored: Stored,
) -> None:
    keeping = settings.model_copy(update={"on_user_deleted": "keep"})
    provisioner = Provisioner(keeping, services.worker_caller, api)
    clerk_id = user_id()
    provisioner.receive(*signed("user.created", record(clerk_id)))
    gone = {"object": "user", "id": clerk_id, "deleted": True}
    provisioner.receive(*signed("user.deleted", gone, at=time.time() * 1000))
    provisioner.close()
    user = stored(clerk_id)
    assert user is not None
    assert (user.status, user.name) == ("deleted", "Noor Haddad")
