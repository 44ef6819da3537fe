"""What every log line promises: JSON, a request id, no secrets."""

import json
import logging
import uuid
from collections.abc import Iterator

import pytest

from lib.observability.logs import configure_logs, get_logger
from lib.observability.request_id import (
    accept_request_id,
    current_request_id,
    new_request_id,
    request_id_bound,
)

TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEifQ.c2lnbmF0dXJl"


@pytest.fixture(autouse=True)
def _restored_root() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


def logged(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    line = capsys.readouterr().err.strip().splitlines()[-1]
    found: dict[str, object] = json.loads(line)
    return found


def test_a_line_is_json_with_time_level_event_and_request_id(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logs("info")
    with request_id_bound("req-12345678"):
        get_logger("x").info("storage.slow", latencyMs=12.5, route="/api/v1/users")
    line = logged(capsys)
    assert line["event"] == "storage.slow"
    assert line["level"] == "info"
    assert line["requestId"] == "req-12345678"
    assert line["latencyMs"] == 12.5
    assert str(line["timestamp"]).endswith("Z")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("authorization", "Bearer abc"),
        ("detail", f"refused {TOKEN}"),
        ("key", "sk_test_abcdefghijklmnop"),
        ("url", "https://bucket.example/audio/x.mp3?X-Amz-Signature=deadbeef"),
        ("headers", {"cookie": "a=b"}),
        ("items", [f"token {TOKEN}"]),
    ],
)
def test_a_secret_never_reaches_a_line(
    field: str, value: object, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs("info")
    get_logger("x").warning("seen", **{field: value})
    text = capsys.readouterr().err
    assert "[masked]" in text
    for secret in ("Bearer abc", "eyJ", "abcdefghijklmnop", "deadbeef", "a=b"):
        assert secret not in text


def test_counts_of_model_tokens_are_no_secret(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("info")
    get_logger("x").info("turn", tokens=120, tokensIn=100)
    line = logged(capsys)
    assert (line["tokens"], line["tokensIn"]) == (120, 100)


def test_lines_of_other_libraries_take_the_same_form(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("info")
    logging.getLogger("some.library").warning("hello %s", "there")
    assert logged(capsys)["event"] == "hello there"


def test_clients_that_print_urls_stay_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("info")
    logging.getLogger("httpx").info("GET https://x.example/?sig=1")
    assert capsys.readouterr().err == ""


def test_a_well_formed_request_id_is_kept_and_any_other_replaced() -> None:
    assert accept_request_id("abc-DEF_123.4:5") == "abc-DEF_123.4:5"
    for bad in (None, "", "short", "x" * 65, "with space 1", "line\nbreak-123", "é-12345678"):
        assert uuid.UUID(accept_request_id(bad)).version == 7


def test_new_request_ids_sort_by_time_and_are_unbound_outside_a_request() -> None:
    ids = [new_request_id() for _ in range(100)]
    assert len(set(ids)) == 100
    assert ids[0][:8] <= ids[-1][:8]
    assert current_request_id() == ""
