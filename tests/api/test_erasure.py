"""The proof of an erasure is read and checked through the API, and the erased are gone."""

from __future__ import annotations

from uuid import uuid4

from lib.work.erasure import erase_user
from tests.support.api import Api


def erased(api: Api) -> tuple[str, str]:
    """Create and erase a user; return their Clerk id and the session's id."""
    session_id = api.new_session()
    clerk_id = api.call("GET", f"/sessions/{session_id}").json()["userId"]
    key = api.services.settings.service_key
    assert key is not None
    services = api.services
    erase_user(services.worker_caller(), services.storage, clerk_id, key.get_secret_value())
    return clerk_id, session_id


def test_an_admin_reads_the_receipt_and_what_it_proves(api: Api) -> None:
    clerk_id, _ = erased(api)
    answer = api.call("GET", f"/users/{clerk_id}/erasure", "admin")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["proves"]["rows"] == found["counts"]
    assert found["finishedAt"] is not None
    assert found["uploadsUntil"] > found["finishedAt"]
    assert found["sweptAt"] is None
    assert found["receipt"].count(".") == 2


def test_nobody_else_reads_it_and_there_is_one_only_after_an_erasure(api: Api) -> None:
    clerk_id, _ = erased(api)
    for role in ("viewer", "reviewer", "ops", "ingest"):
        assert api.call("GET", f"/users/{clerk_id}/erasure", role).status_code == 403
    assert api.call("GET", f"/users/user_{uuid4().hex}/erasure", "admin").status_code == 404


def test_what_comes_for_the_erased_is_answered_with_410(api: Api) -> None:
    clerk_id, session_id = erased(api)
    audio = {"contentType": "audio/wav", "bytes": 100, "sha256": "ab" * 32}
    turns = {"interactions": [{"sequence": 0, "speaker": "user", "text": "x", "startedAtMs": 0}]}
    session = {
        "externalId": uuid4().hex,
        "userId": clerk_id,
        "channel": "voice",
        "startedAt": "2026-03-01T12:00:00Z",
    }
    for method, path, body in (
        ("POST", "/users", {"clerkId": clerk_id}),
        ("POST", "/sessions", session),
        ("PATCH", f"/sessions/{session_id}", {"title": "x"}),
        ("POST", f"/sessions/{session_id}/interactions", turns),
        ("POST", f"/sessions/{session_id}/audio", audio),
    ):
        answer = api.call(method, path, json=body)
        assert answer.status_code == 410, (path, answer.text)
        assert answer.json()["type"].endswith(":gone")
