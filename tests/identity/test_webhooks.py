"""Webhooks: signed as Svix signs, retried until the app has taken them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from svix.webhooks import Webhook

from tests.identity.clerk import Running

WAIT_SECONDS = 20.0


class App:
    """Stands where the app is: keeps verified events, refuses the first `refusals` requests."""

    def __init__(self, clerk: Running) -> None:
        self.events: list[dict[str, Any]] = []
        self.ids: list[str] = []
        self.refusals = 0
        self._changed = threading.Condition()
        webhook = Webhook(clerk.stack.clerk_webhook_secret)
        app = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): text for name, text in self.headers.items()}
                with app._changed:
                    app.ids.append(headers["svix-id"])
                    refused = app.refusals > 0
                    app.refusals -= refused
                    if not refused:
                        webhook.verify(body, headers)
                        app.events.append({"path": self.path, **json.loads(body)})
                    app._changed.notify_all()
                self.send_response(503 if refused else 204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", clerk.stack.app_port), Handler)
        self.server.daemon_threads = True

    def wait_for(self, kind: str, resource_id: str) -> dict[str, Any]:
        deadline = time.monotonic() + WAIT_SECONDS

        def find() -> dict[str, Any] | None:
            wanted = [
                e for e in self.events if e["type"] == kind and e["data"]["id"] == resource_id
            ]
            return wanted[0] if wanted else None

        with self._changed:
            assert self._changed.wait_for(find, max(0.0, deadline - time.monotonic())), kind
            event = find()
        assert event is not None
        return event


@pytest.fixture
def app(development: Running) -> Iterator[App]:
    development.instance.configure(webhook_retry_seconds=(0.1, 0.1, 0.1))
    # What was queued before the app was there had its attempts with the settings of that time.
    with development.instance.database.write() as db:
        db.execute("DELETE FROM outbox")
    receiver = App(development)
    thread = threading.Thread(target=receiver.server.serve_forever, daemon=True)
    thread.start()
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()
    thread.join()


def test_the_life_of_a_user_is_told(development: Running, app: App) -> None:
    api = development.api
    body = {"email_address": ["hook@customers.example"], "external_id": "crm-7"}
    user = api.post("/v1/users", json=body).json()
    created = app.wait_for("user.created", user["id"])
    assert created["path"] == "/api/v1/webhooks/clerk"
    assert created["object"] == "event"
    assert created["data"] == user
    changed = api.patch(f"/v1/users/{user['id']}", json={"first_name": "Hook"}).json()
    updated = app.wait_for("user.updated", user["id"])
    assert updated["data"]["first_name"] == "Hook"
    assert updated["data"]["updated_at"] == changed["updated_at"] > user["updated_at"]
    api.delete(f"/v1/users/{user['id']}")
    deleted = app.wait_for("user.deleted", user["id"])["data"]
    assert deleted == {
        "object": "user",
        "id": user["id"],
        "deleted": True,
        "external_id": "crm-7",
    }


def test_the_life_of_a_session_is_told_with_its_user(development: Running, app: App) -> None:
    user = development.user("viewer")
    session = development.api.post("/v1/sessions", json={"user_id": user["id"]}).json()
    created = app.wait_for("session.created", session["id"])
    assert created["data"]["user"]["id"] == user["id"]
    development.api.post(f"/v1/sessions/{session['id']}/revoke")
    assert app.wait_for("session.revoked", session["id"])["data"]["status"] == "revoked"


def test_a_refused_delivery_is_repeated_under_the_same_id(development: Running, app: App) -> None:
    app.refusals = 2
    user = development.api.post("/v1/users", json={"username": "retried"}).json()
    app.wait_for("user.created", user["id"])
    assert len(app.ids) == 3
    assert len(set(app.ids)) == 1
