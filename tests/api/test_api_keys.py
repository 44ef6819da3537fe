"""API keys on the running API: what each may do, and how one ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from lib.auth.api_keys import new_key
from lib.data import Caller, api_keys
from lib.data.functions import every_item
from lib.work.api_keys import create, rotate
from tests.support.api import Api

EMAIL = "ada@example.com"


@pytest.fixture
def session_id(api: Api) -> str:
    clerk_id = f"user_{uuid4().hex}"
    body = {"clerkId": clerk_id, "name": "Ada", "email": EMAIL}
    assert api.call("POST", "/users", "key-write", json=body).status_code == 201
    new = {"externalId": uuid4().hex, "userId": clerk_id, "channel": "chat"}
    new["startedAt"] = "2026-03-01T12:00:00Z"
    made = api.call("POST", "/sessions", "key-write", json=new)
    assert made.status_code == 201, made.text
    turn = {"sequence": 0, "speaker": "user", "text": f"write to {EMAIL}", "startedAtMs": 0}
    path = f"/sessions/{made.json()['id']}/interactions"
    assert api.call("POST", path, "key-write", json=turn).status_code == 201
    found: str = made.json()["id"]
    return found


def test_a_key_that_writes_cannot_read_back(api: Api, session_id: str) -> None:
    for path in ("/sessions", "/users", "/search?q=write", f"/sessions/{session_id}/transcript"):
        assert api.call("GET", path, "key-write").status_code == 403, path


def test_a_key_that_reads_sees_masks_unless_it_was_made_clear(api: Api, session_id: str) -> None:
    path = f"/sessions/{session_id}/transcript"
    assert EMAIL not in api.call("GET", path, "key-read").text
    assert EMAIL in api.call("GET", path, "key-read-clear").text
    new = {"status": "completed", "endedAt": "2026-03-01T12:05:00Z"}
    for role in ("key-read", "key-read-clear", "key-scores"):
        answer = api.call("PATCH", f"/sessions/{session_id}", role, json=new)
        assert answer.status_code == 403


def test_the_answer_of_a_write_shows_no_more_than_the_key_may_see(
    api: Api, session_id: str
) -> None:
    new = {"status": "completed", "endedAt": "2026-03-01T12:05:00Z"}
    answer = api.call("PATCH", f"/sessions/{session_id}", "key-write", json=new)
    assert answer.status_code == 200
    assert EMAIL not in answer.text


def test_a_repeated_write_is_known_after_a_rotation(api: Api, session_id: str) -> None:
    worker = api.convex.caller("worker")
    made = create(worker, "rotated", "write")
    other = rotate(worker, made.record, timedelta(hours=1))
    turn = {"sequence": 7, "speaker": "user", "text": "once", "startedAtMs": 7000}
    for key in (made.key, other.key):
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "rotation"}
        path = f"/sessions/{session_id}/interactions"
        answer = api.call("POST", path, None, headers=headers, json=turn)
        assert answer.status_code == 201
        assert answer.json() == {"accepted": 1, "duplicates": 0}


def last_used_at(worker: Caller, key_id: str) -> datetime | None:
    keys = every_item(lambda cursor: api_keys.page(worker, cursor=cursor, limit=200))
    return next(key.last_used_at for key in keys if key.id == key_id)


def test_a_wrong_secret_of_a_key_is_no_use_of_it(api: Api) -> None:
    worker = api.convex.caller("worker")
    record = create(worker, "unused", "read").record
    headers = {"Authorization": f"Bearer {new_key(record.public_id)}"}
    assert api.call("GET", "/sessions", None, headers=headers).status_code == 401
    assert last_used_at(worker, record.id) is None


def test_a_use_is_noted_and_a_revoked_key_is_refused(api: Api, bare_api: Api) -> None:
    worker = api.convex.caller("worker")
    made = create(worker, "short", "read")
    headers = {"Authorization": f"Bearer {made.key}"}
    assert api.call("GET", "/sessions", None, headers=headers).status_code == 200
    assert last_used_at(worker, made.record.id) is not None
    api_keys.revoke(worker, made.record.id)
    # Another process, which has not asked for the key before.
    refused = bare_api.call("GET", "/sessions", None, headers=headers)
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    assert made.key not in refused.text
