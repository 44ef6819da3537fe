"""Every operation is measured with its class of failure, and no wait is unbounded."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import Any, cast

import pytest

from lib.observability.events import StorageEvent
from lib.observability.request_id import request_id_bound
from lib.storage import objects
from lib.storage.client import Storage, ensure_bucket, is_aws
from lib.storage.errors import FAILURES, ObjectMissingError, StorageError
from lib.storage.keys import AudioKey
from tests.support.s3 import Endpoint, LocalS3, settings_for
from tests.support.s3_faults import Fault, FaultyS3, faulty_s3

KEY = str(AudioKey.new("a" * 31, "audio/wav"))


@pytest.fixture
def faulty() -> Iterator[FaultyS3]:
    with faulty_s3() as server:
        yield server


@pytest.fixture
def recorded() -> list[StorageEvent]:
    return []


@pytest.fixture
def storage(faulty: FaultyS3, recorded: list[StorageEvent]) -> Iterator[Storage]:
    made = Storage(settings_for(Endpoint(faulty.url, "a", "s", "bucket")), recorded.append)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("fault", "failure"),
    [
        ((403, "AccessDenied"), "denied"),
        ((403, "SignatureDoesNotMatch"), "denied"),
        ((404, "NoSuchKey"), "missing"),
        ((404, "NoSuchBucket"), "missing"),
        ((503, "SlowDown"), "throttled"),
        ((429, "TooManyRequests"), "throttled"),
        ((400, "RequestTimeout"), "timeout"),
        ((500, "InternalError"), "server"),
        ((502, ""), "server"),
        ((400, "InvalidArgument"), "invalid"),
        ((416, "InvalidRange"), "invalid"),
        ("reset", "connection"),
        ("stall", "timeout"),
    ],
)
def test_each_failure_has_its_class(
    storage: Storage,
    faulty: FaultyS3,
    recorded: list[StorageEvent],
    fault: tuple[int, str] | Fault,
    failure: str,
) -> None:
    faulty.plan = [fault]
    with pytest.raises(StorageError) as caught:
        objects.read_small(storage, "reader", KEY, 100)
    assert caught.value.failure == failure
    (event,) = recorded
    assert (event.operation, event.outcome, event.role) == ("GetObject", failure, "reader")
    assert event.key == KEY
    assert [attempt.outcome for attempt in event.attempts] == [failure]


def test_the_classes_are_closed() -> None:
    assert set(FAILURES) == {
        "denied",
        "missing",
        "throttled",
        "timeout",
        "connection",
        "server",
        "invalid",
    }


def test_an_endpoint_that_is_not_there_is_a_connection_failure(
    recorded: list[StorageEvent],
) -> None:
    down = Storage(settings_for(Endpoint("http://127.0.0.1:9", "a", "s", "b")), recorded.append)
    with pytest.raises(StorageError) as caught:
        objects.head(down, "reader", KEY, use="page")
    down.close()
    assert caught.value.failure == "connection"
    assert recorded[0].outcome == "connection"


def test_work_is_retried_and_each_attempt_is_noted(
    storage: Storage, faulty: FaultyS3, recorded: list[StorageEvent]
) -> None:
    faulty.plan = [(503, "SlowDown"), (500, "InternalError")]
    objects.head(storage, "ingest", KEY)
    (event,) = recorded
    assert event.outcome == "ok"
    # The answer to a HEAD has no body: throttling shows by its status alone.
    assert [attempt.outcome for attempt in event.attempts] == ["throttled", "server", "ok"]


def test_work_is_tried_three_times_in_total(storage: Storage, faulty: FaultyS3) -> None:
    faulty.plan = [(500, "InternalError")] * 9
    with pytest.raises(StorageError):
        objects.head(storage, "ingest", KEY)
    assert len(faulty.seen) == 3


def test_a_page_is_tried_once(storage: Storage, faulty: FaultyS3) -> None:
    faulty.plan = [(500, "InternalError")] * 9
    with pytest.raises(StorageError):
        objects.head(storage, "reader", KEY, use="page")
    assert len(faulty.seen) == 1


def test_a_broken_body_is_recorded_apart_from_its_headers(
    storage: Storage, faulty: FaultyS3, recorded: list[StorageEvent]
) -> None:
    faulty.body, faulty.cut_after = b"x" * 1000, [10]
    with pytest.raises(StorageError) as caught:
        objects.read_small(storage, "reader", KEY, 5000)
    assert caught.value.failure == "connection"
    assert [(e.operation, e.outcome) for e in recorded] == [
        ("GetObject", "ok"),
        ("ReadBody", "connection"),
    ]


def test_a_small_object_that_is_not_small_is_refused(storage: Storage, faulty: FaultyS3) -> None:
    faulty.body = b"x" * 1000
    with pytest.raises(StorageError) as caught:
        objects.read_small(storage, "reader", KEY, 999)
    assert caught.value.failure == "invalid"


def test_the_request_id_reaches_the_server_and_the_record(
    storage: Storage, faulty: FaultyS3, recorded: list[StorageEvent]
) -> None:
    with request_id_bound("request-1234"):
        objects.head(storage, "ingest", KEY)
    objects.head(storage, "ingest", KEY)
    first, second = (agent for _, _, agent in faulty.seen)
    assert first.endswith("md/request-id#request-1234")
    assert "app/earshot" in first
    assert "request-id" not in second
    assert [event.request_id for event in recorded] == ["request-1234", ""]


def test_errors_hold_neither_address_nor_key(storage: Storage, faulty: FaultyS3) -> None:
    faulty.plan = [(403, "AccessDenied")]
    with pytest.raises(StorageError) as caught:
        objects.head(storage, "reader", KEY, use="page")
    assert str(caught.value) == "HeadObject: denied"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_stalled_server_is_a_timeout_and_its_recovery_needs_no_restart(
    local_s3: LocalS3,
) -> None:
    settings = settings_for(local_s3.endpoint)
    ensure_bucket(settings)
    storage = Storage(settings, lambda _: None)
    objects.put_small(storage, "analysis", KEY, b"peaks", "audio/wav")
    local_s3.signal(signal.SIGSTOP)
    with pytest.raises(StorageError) as caught:
        objects.read_small(storage, "reader", KEY, 100)
    assert caught.value.failure == "timeout"
    local_s3.signal(signal.SIGCONT)
    assert objects.read_small(storage, "reader", KEY, 100) == b"peaks"
    local_s3.stop()
    with pytest.raises(StorageError) as caught:
        objects.read_small(storage, "reader", KEY, 100)
    assert caught.value.failure == "connection"
    local_s3.start()
    assert objects.read_small(storage, "reader", KEY, 100) == b"peaks"
    storage.close()


def test_a_missing_object_has_an_error_of_its_own(storage: Storage, faulty: FaultyS3) -> None:
    faulty.plan = [(404, "NoSuchKey")]
    with pytest.raises(ObjectMissingError):
        objects.head(storage, "ingest", KEY)


def test_roles_use_their_own_credentials(faulty: FaultyS3) -> None:
    settings = settings_for(
        Endpoint(faulty.url, "default", "s", "bucket"),
        S3_ROLE_CREDENTIALS={"retention": "KEEPER:secret:with:colons"},
    )
    storage = Storage(settings, lambda _: None)
    for role in ("retention", "reader"):
        url = storage.client(role).generate_presigned_url(
            "get_object", Params={"Bucket": "b", "Key": "k"}
        )
        assert f"Credential={ {'retention': 'KEEPER', 'reader': 'default'}[role] }" in url
    storage.close()


@pytest.mark.parametrize(
    ("url", "aws"),
    [
        (None, True),
        ("", True),
        ("https://s3.eu-west-1.amazonaws.com", True),
        ("https://s3.cn-north-1.amazonaws.com.cn", True),
        ("http://127.0.0.1:9000", False),
        ("https://amazonaws.com.evil.example", False),
        ("https://s3.example.com", False),
    ],
)
def test_only_amazons_own_hosts_are_amazon(url: str | None, aws: bool) -> None:
    assert is_aws(url) is aws


def test_trailing_checksums_are_sent_only_to_amazon(faulty: FaultyS3) -> None:
    def mode(endpoint: str) -> Any:
        storage = Storage(settings_for(Endpoint(endpoint, "a", "s", "b")), lambda _: None)
        config = storage.client("ingest").meta.config
        storage.close()
        return cast("Any", config).request_checksum_calculation

    assert mode("https://s3.us-east-1.amazonaws.com") == "when_supported"
    assert mode(faulty.url) == "when_required"
