"""Clerk's users become rows: by webhook, by first sign-in, by back-fill; once, in any order."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from svix.webhooks import Webhook

from lib.auth.backend_api import ApiUnavailableError, BackendApi
from lib.auth.members import Member
from lib.auth.roles import Role
from lib.config import Settings
from lib.data import Unavailable, erasure, users
from lib.data.records import User
from lib.jobs.backfill import Backfill, Progress
from lib.jobs.clerk_events import MAX_EVENT_BYTES, WebhookRefusedError
from lib.jobs.provisioning import Provisioner
from lib.jobs.services import Services
from lib.jobs.started_erasures import finish_started
from local.identity import admin
from local.identity.users import NewUser
from tests.identity.clerk import Running, running

WAIT_SECONDS = 20.0


@pytest.fixture(scope="module")
def clerk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("clerk"), "development") as started:
        yield started


@pytest.fixture(scope="module")
def settings(services: Services, clerk: Running) -> Settings:
    return services.settings.model_copy(
        update={
            "clerk_webhook_secret": Settings.model_validate(
                clerk.stack.app_environment()
            ).clerk_webhook_secret
        }
    )


@pytest.fixture(scope="module")
def api(clerk: Running) -> Iterator[BackendApi]:
    with BackendApi(clerk.stack.clerk_api_url, clerk.stack.clerk_secret_key) as client:
        yield client


@pytest.fixture(scope="module")
def provisioner(settings: Settings, services: Services, api: BackendApi) -> Iterator[Provisioner]:
    made = Provisioner(settings, services.worker_caller, api)
    yield made
    made.close()


@pytest.fixture
def stored(services: Services) -> Callable[[str], User | None]:
    return lambda clerk_id: users.get(services.worker_caller(), clerk_id)


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


@pytest.fixture(scope="module")
def signed(clerk: Running) -> Sender:
    return Sender(clerk.stack.clerk_webhook_secret)


def test_a_created_user_is_stored_with_the_primary_address(
    provisioner: Provisioner, signed: Sender, stored: Callable[[str], User | None]
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


def test_a_team_member_is_told_by_the_role_in_the_metadata(
    provisioner: Provisioner, signed: Sender, stored: Callable[[str], User | None]
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
    stored: Callable[[str], User | None],
    role: object,
) -> None:
    clerk_id = user_id()
    provisioner.receive(*signed("user.created", record(clerk_id, public_metadata={"role": role})))
    user = stored(clerk_id)
    assert user is not None
    assert (user.kind, user.role) == ("product", None)


def test_events_may_come_in_any_order(
    provisioner: Provisioner, signed: Sender, stored: Callable[[str], User | None]
) -> None:
    clerk_id = user_id()
    newer = record(clerk_id, first_name="Newer", updated_at=1_790_000_009_000)
    provisioner.receive(*signed("user.updated", newer))
    provisioner.receive(*signed("user.created", record(clerk_id, first_name="Older")))
    user = stored(clerk_id)
    assert user is not None
    assert user.name == "Newer Haddad"


def test_a_repeated_delivery_changes_nothing(
    provisioner: Provisioner, signed: Sender, stored: Callable[[str], User | None]
) -> None:
    clerk_id = user_id()
    delivery = signed("user.created", record(clerk_id))
    first = [provisioner.receive(*delivery) for _ in range(3)]
    assert first[0] == "created"
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: provisioner.receive(*delivery), range(8)))
    assert stored(clerk_id) is not None


def test_a_ban_is_stored(
    provisioner: Provisioner, signed: Sender, stored: Callable[[str], User | None]
) -> None:
    clerk_id = user_id()
    provisioner.receive(*signed("user.updated", record(clerk_id, banned=True)))
    user = stored(clerk_id)
    assert user is not None
    assert user.status == "banned"


def test_a_session_brings_its_user(
    provisioner: Provisioner, signed: Sender, stored: Callable[[str], User | None]
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
    stored: Callable[[str], User | None],
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
    provisioner: Provisioner, signed: Sender, stored: Callable[[str], User | None]
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
    stored: Callable[[str], User | None],
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


def test_what_is_not_signed_by_clerk_is_refused(
    provisioner: Provisioner, signed: Sender, stored: Callable[[str], User | None]
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


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_first_sign_in_provisions_a_member_with_the_role_of_the_token(
    settings: Settings,
    services: Services,
    api: BackendApi,
    clerk: Running,
    stored: Callable[[str], User | None],
) -> None:
    by_organization = settings.model_copy(update={"role_claim": "o.rol"})
    provisioner = Provisioner(by_organization, services.worker_caller, api)
    clerk_id = clerk.user("ops")["id"]
    provisioner.note_arrival(Member(clerk_id, "sess_1", Role.OPS))
    wait_for(lambda: stored(clerk_id))
    user = stored(clerk_id)
    assert user is not None
    assert (user.kind, user.role, user.name) == ("team", "ops", "Oona Byrne")
    assert datetime.now(UTC) - user.last_seen_at < timedelta(minutes=1)
    # The record does not name an organization's role: the member stays one.
    changed = clerk.api.patch(f"/v1/users/{clerk_id}", json={"last_name": "Byrne-Diaz"}).json()
    assert provisioner.apply_record(changed) == "updated"
    user = stored(clerk_id)
    assert user is not None
    assert (user.kind, user.role, user.name) == ("team", "ops", "Oona Byrne-Diaz")
    provisioner.close()


def test_sign_in_goes_on_while_clerk_or_convex_is_down(
    settings: Settings, services: Services
) -> None:
    with BackendApi("http://127.0.0.1:9", "sk_test_x") as nobody:
        provisioner = Provisioner(settings, services.worker_caller, nobody)
        provisioner.note_arrival(Member("user_offline", "sess_1", Role.OPS))
        provisioner.close()


class Receiver:
    """The app's webhook route in small: 204 for what was applied, 503 when Convex is away."""

    def __init__(self, port: int, provisioner: Provisioner) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                try:
                    provisioner.receive(body, dict(self.headers.items()))
                except Unavailable:
                    self.send_response(503)
                else:
                    self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def test_the_local_instances_own_webhooks_arrive(
    provisioner: Provisioner, clerk: Running, stored: Callable[[str], User | None]
) -> None:
    clerk.instance.configure(webhook_retry_seconds=(0.2,) * 50)
    with clerk.instance.database.write() as db:
        db.execute("DELETE FROM outbox")
    receiver = Receiver(clerk.stack.app_port, provisioner)
    try:
        user = clerk.api.post("/v1/users", json={"first_name": "Wim"}).json()
        wait_for(lambda: stored(user["id"]))
        clerk.api.patch(f"/v1/users/{user['id']}", json={"first_name": "Wilhelmina"})
        wait_for(lambda: getattr(stored(user["id"]), "name", "") == "Wilhelmina")
        clerk.api.delete(f"/v1/users/{user['id']}")
        wait_for(lambda: getattr(stored(user["id"]), "status", "") == "erasing")
    finally:
        receiver.close()


def test_the_back_fill_brings_everybody_once_and_may_be_repeated(
    provisioner: Provisioner,
    clerk: Running,
    api: BackendApi,
    stored: Callable[[str], User | None],
) -> None:
    people = [NewUser(email=f"fill{n}@customers.example", first_name=f"F{n}") for n in range(43)]
    ids = admin.create_product_users(clerk.stack, people)
    told: list[tuple[int, int]] = []

    def report(progress: Progress) -> None:
        told.append((progress.done, progress.total))

    done = Backfill(api, provisioner, page_users=10).run(report)
    assert done.done == done.total == clerk.api.get("/v1/users/count").json()["total_count"]
    assert told[-1] == (done.total, done.total)
    assert [count for count, _ in told] == sorted(count for count, _ in told)
    assert all(stored(one) for one in ids)
    again = Backfill(api, provisioner).run()
    assert again.outcomes["created"] == 0
    assert again.done == done.done


def test_the_back_fill_waits_as_long_as_clerk_says(
    provisioner: Provisioner, clerk: Running, api: BackendApi
) -> None:
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        clerk.instance.configure(requests_per_window=100_000)

    for _ in range(3):
        api.user_count()
    clerk.instance.configure(requests_per_window=1)
    try:
        Backfill(api, provisioner, sleep=wait).run()
    finally:
        clerk.instance.configure(requests_per_window=100_000)
    assert waits
    assert all(1 <= one <= 10 for one in waits)


def test_the_back_fill_gives_up_with_a_reason_when_clerk_stays_away(
    provisioner: Provisioner,
) -> None:
    waits: list[float] = []
    with (
        BackendApi("http://127.0.0.1:9", "sk_test_x") as nobody,
        pytest.raises(ApiUnavailableError),
    ):
        Backfill(nobody, provisioner, sleep=waits.append).run()
    assert waits == [1, 2, 4, 8, 16]


class ShiftingApi(BackendApi):
    """A real client whose instance loses users between two pages."""

    def __init__(self, clerk: Running, doomed: list[str]) -> None:
        super().__init__(clerk.stack.clerk_api_url, clerk.stack.clerk_secret_key)
        self._clerk = clerk
        self._doomed = doomed

    def users(self, *, limit: int, offset: int) -> list[dict[str, Any]]:
        page = super().users(limit=limit, offset=offset)
        for _ in range(4):
            if self._doomed:
                self._clerk.api.delete(f"/v1/users/{self._doomed.pop()}")
        return page


def test_nobody_is_missed_when_users_are_deleted_meanwhile(
    provisioner: Provisioner, clerk: Running, stored: Callable[[str], User | None]
) -> None:
    people = [NewUser(email=f"shift{n}@customers.example") for n in range(30)]
    staying = admin.create_product_users(clerk.stack, people)
    everybody = clerk.api.get("/v1/users", params={"limit": 500, "order_by": "created_at"}).json()
    doomed = [one["id"] for one in everybody if not one["username"]][:20]
    with ShiftingApi(clerk, doomed) as api:
        Backfill(api, provisioner, page_users=6).run()
    assert all(stored(one) for one in staying)
