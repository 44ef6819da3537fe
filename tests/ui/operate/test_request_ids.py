"""A request id that somebody was shown leads to a log line, and rows lead on without one."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from structlog.testing import capture_logs

from lib.auth.events import AuthEvent
from lib.data.records import AuthEvent as AuthRow
from lib.data.records import StorageEvent
from lib.observability.request_id import request_id_bound
from lib.storage.client import Storage
from lib.storage.errors import StorageError
from lib.storage.objects import head
from lib.ui.operate.event_rows import auth_rows, storage_rows
from lib.work.services import Services
from tests.support.s3 import Endpoint, settings_for

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
NOWHERE = Endpoint("http://127.0.0.1:9", "access", "secret", "bucket")


def test_a_failed_storage_operation_leaves_a_line_without_its_key() -> None:
    storage = Storage(settings_for(NOWHERE), lambda _event: None)
    with capture_logs() as lines, request_id_bound("request-0001"), pytest.raises(StorageError):
        head(storage, "reader", "audio/secret-key", "page")
    storage.close()
    (line,) = [line for line in lines if line["event"] == "storage.failed"]
    assert (line["operation"], line["outcome"]) == ("HeadObject", "connection")
    assert "secret-key" not in str(line)


def test_a_denied_request_leaves_a_line_with_its_id() -> None:
    services = Services(settings_for(NOWHERE))
    event = AuthEvent(0, "denied", "token-expired", "/api/*", 1.0, "request-0002", "", "", False)
    with capture_logs() as lines:
        services.record_auth(event)
    services.close()
    assert [(line["event"], line["requestId"]) for line in lines] == [
        ("auth.denied", "request-0002")
    ]


def test_rows_without_a_request_id_open_too() -> None:
    session_id = "j" * 32
    stored = StorageEvent(
        id="e",
        at=AT,
        operation="PutObject",
        outcome="timeout",
        duration_ms=9.0,
        attempts=1,
        key=f"audio/v1/2026/11/24/{session_id}/{'0' * 32}.wav",
    )
    zone = ZoneInfo("UTC")
    (row,) = storage_rows([stored], zone, {"window": "1 hour"})
    assert (row.path, row.params) == ("/session", {"id": session_id})
    denied = AuthRow(id="a", at=AT, outcome="denied", reason="token-expired", route="/users")
    (row,) = auth_rows([denied], zone, {"window": "1 hour"})
    assert (row.path, row.params) == (
        "/auth-errors",
        {"window": "1 hour", "reason": "token-expired"},
    )
