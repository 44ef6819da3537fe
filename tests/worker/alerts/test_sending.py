"""A message can be checked by its receiver, goes nowhere else, and never keeps the sender."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from svix.webhooks import Webhook, WebhookVerificationError

from lib.config.settings import Settings
from lib.data.records import Announcement
from lib.worker.alerts import delivery
from lib.worker.alerts.messages import Channel, Message, body, quantity
from tests.support.receiver import Receiver, running_receiver
from tests.support.s3 import Endpoint, settings_for

SECRET = "whsec_" + "c2VjcmV0IHNlY3JldCBzZWNyZXQgMTIz"
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOWHERE = Endpoint("http://127.0.0.1:9", "us-east-1", "audio", "a", "b")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running_receiver() as running:
        yield running


def settings(url: str = "http://127.0.0.1:9/hook", **more: str) -> Settings:
    return settings_for(
        NOWHERE,
        EARSHOT_ALERT_WEBHOOK_URL=url,
        EARSHOT_ALERT_WEBHOOK_SECRET=SECRET,
        EARSHOT_ALERT_SLACK_URL=url,
        **more,
    )


def item(**more: Any) -> Announcement:
    values: dict[str, Any] = {
        "change": "firing",
        "at": AT,
        "rule": "storage-failures-fast",
        "value": 21.5,
        "title": "Storage operations fail",
        "severity": "critical",
        "unit": "burn",
        "threshold": 14.4,
        "path": "/storage",
        "params": {"window": "6 hours"},
        "incident_id": "i1",
        "opened_at": AT,
        **more,
    }
    return Announcement(**values)


def message(channel: Channel = "webhook", *items: Announcement) -> Message:
    return Message("d1", channel, items or (item(),), AT)


def test_a_receiver_can_check_who_sent_it_and_when(receiver: Receiver) -> None:
    assert delivery.send(settings(receiver.url), message()) is None
    (got,) = receiver.requests
    assert got.headers["content-type"] == "application/json; charset=utf-8"
    assert got.delivery_id == "d1"
    Webhook(SECRET).verify(got.body, got.headers)


@pytest.mark.parametrize(
    "forge",
    [
        lambda headers, data: (headers, data.replace(b"critical", b"warning!")),
        lambda headers, data: ({**headers, "webhook-id": "d2"}, data),
        lambda headers, data: ({**headers, "webhook-timestamp": "1"}, data),
        lambda headers, data: (
            {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) + 60)},
            data,
        ),
        lambda headers, data: ({**headers, "webhook-signature": "v1,AAAA"}, data),
    ],
)
def test_what_was_forged_or_replayed_later_is_noticed(receiver: Receiver, forge: Any) -> None:
    delivery.send(settings(receiver.url), message())
    headers, data = forge(receiver.requests[0].headers, receiver.requests[0].body)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(data, headers)


def test_a_repeat_has_the_same_id_and_says_the_same(receiver: Receiver) -> None:
    for _ in range(2):
        delivery.send(settings(receiver.url), message())
    first, second = receiver.requests
    assert (first.delivery_id, first.body) == (second.delivery_id, second.body)


def test_the_json_says_what_changed_and_links_to_the_page(receiver: Receiver) -> None:
    delivery.send(settings(receiver.url), message())
    (alert,) = receiver.requests[0].content["alerts"]
    assert alert == {
        "change": "firing",
        "rule": "storage-failures-fast",
        "severity": "critical",
        "title": "Storage operations fail",
        "value": 21.5,
        "threshold": 14.4,
        "unit": "burn",
        "text": "Burn rate 21.5; the threshold is burn rate 14.4.",
        "at": "2026-03-01T12:00:00.000Z",
        "openedAt": "2026-03-01T12:00:00.000Z",
        "incidentId": "i1",
        "incidentUrl": "http://localhost:8501/alerts?incident=i1",
        "url": "http://localhost:8501/storage?window=6+hours",
        "guidanceUrl": "http://localhost:8501/alerts?rule=storage-failures-fast",
    }


def test_slack_gets_text_that_cannot_mention_anybody(receiver: Receiver) -> None:
    hostile = item(title="<!channel> & <https://evil.example|click>")
    assert delivery.send(settings(receiver.url), message("slack", hostile)) is None
    (got,) = receiver.requests
    assert "webhook-signature" not in got.headers
    text = got.content["text"]
    assert "&lt;!channel&gt; &amp; &lt;https://evil.example|click&gt;" in text
    assert "<!channel>" not in text
    assert "<http://localhost:8501/alerts?incident=i1|Open in Earshot>" in text
    assert "<http://localhost:8501/alerts?rule=storage-failures-fast|What to do>" in text


def test_an_end_without_data_is_not_told_as_a_recovery() -> None:
    ended = item(change="resolved", ending="no-data")
    assert b"not a recovery" in body(message("webhook", ended), "http://localhost")


def test_nobody_is_followed_elsewhere(receiver: Receiver) -> None:
    receiver.answer = lambda _: (307, {"Location": f"{receiver.url}/elsewhere"})
    assert delivery.send(settings(receiver.url), message()) == "HTTP 307"
    assert [request.path for request in receiver.requests] == ["/hook"]


@pytest.mark.parametrize("status", [400, 404, 429, 500, 503])
def test_a_refusal_is_a_problem(receiver: Receiver, status: int) -> None:
    receiver.answer = lambda _: (status, {})
    assert delivery.send(settings(receiver.url), message()) == f"HTTP {status}"


def test_a_receiver_that_is_not_there_is_a_problem() -> None:
    assert delivery.send(settings("http://127.0.0.1:1/"), message()) == "ConnectError"


def test_a_receiver_that_drips_does_not_keep_the_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "DEADLINE_SECONDS", 1.0)
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                # A header every so often: no single wait is long, and the answer never ends.
                while not done.wait(0.2):
                    try:
                        connection.sendall(b"X-Slow: yes\r\n")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        problem = delivery.send(settings(f"http://127.0.0.1:{port}/"), message())
        done.set()
        thread.join()
    assert problem == "no answer within 1 seconds"


def test_only_channels_with_an_address_are_told() -> None:
    assert delivery.channels(settings_for(NOWHERE)) == ()
    assert delivery.channels(settings()) == ("webhook", "slack")


@pytest.mark.parametrize(
    "changes",
    [
        {"EARSHOT_ALERT_WEBHOOK_URL": "http://hooks.example.com/"},
        {"EARSHOT_ALERT_WEBHOOK_URL": "ftp://hooks.example.com/"},
        {"EARSHOT_ALERT_SLACK_URL": "https://user:pass@hooks.example.com/"},
        {"EARSHOT_ALERT_WEBHOOK_URL": "https://hooks.example.com/"},
        {"EARSHOT_ALERT_WEBHOOK_SECRET": "whsec_c2hvcnQ="},
        {"EARSHOT_ALERT_WEBHOOK_SECRET": "plain secret of thirty characters"},
    ],
)
def test_unsafe_receivers_are_refused_without_showing_them(changes: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as refused:
        settings_for(NOWHERE, **changes)
    assert all(value not in str(refused.value) for value in changes.values())


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (14.4, "burn", "burn rate 14.4"),
        (0.52, "share", "52%"),
        (8.26, "times", "8.26x the usual"),
        (3, "count", "3"),
        (812, "ms", "812 ms"),
        (45_000, "ms", "45 s"),
        (180_000, "ms", "3 min"),
        (21_600_000, "ms", "6 h"),
        (None, "ms", "no data"),
    ],
)
def test_values_have_their_unit(value: float | None, unit: Any, words: str) -> None:
    assert quantity(value, unit) == words


def test_a_signature_is_of_now(receiver: Receiver) -> None:
    delivery.send(settings(receiver.url), message())
    sent = datetime.fromtimestamp(int(receiver.requests[0].headers["webhook-timestamp"]), UTC)
    assert abs(datetime.now(UTC) - sent) < timedelta(minutes=1)


def test_the_check_in_the_documents_works(receiver: Receiver) -> None:
    text = (Path(__file__).parents[3] / "docs/alerts.md").read_text()
    names: dict[str, Any] = {}
    exec(text.partition("```python\n")[2].partition("```")[0], names)  # noqa: S102  # our own
    delivery.send(settings(receiver.url), message())
    (got,) = receiver.requests
    is_ours = names["is_ours"]
    assert is_ours(SECRET, got.headers, got.body)
    assert not is_ours(SECRET, got.headers, got.body + b" ")
    assert not is_ours(SECRET, {**got.headers, "webhook-timestamp": "1"}, got.body)
    assert not is_ours("whsec_" + "AAAA" * 8, got.headers, got.body)
