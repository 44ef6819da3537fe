"""Members are provisioned when they arrive, and the local instance's own webhooks too."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from lib.auth.backend_api import BackendApi
from lib.auth.members import Member
from lib.auth.roles import Role
from lib.config.settings import Settings
from lib.data import Unavailable
from lib.work.provisioning import Provisioner
from lib.work.services import Services
from tests.identity.clerk import Running
from tests.work.provisioning.deliveries import Stored, wait_for


def test_the_first_sign_in_provisions_a_member_with_the_role_of_the_token(
    settings: Settings,
    services: Services,
    api: BackendApi,
    clerk: Running,
    stored: Stored,
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
    provisioner: Provisioner, clerk: Running, stored: Stored
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
