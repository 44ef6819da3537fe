"""What clients see while a dependency is down, and that a retrying client loses nothing."""

from __future__ import annotations

import io
import json
import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from lib.observability.logs import configure_logs
from tests.support.api import Api, served
from tests.support.convex import running_convex
from tests.support.s3 import Endpoint
from tests.support.stack import wait_until


@pytest.fixture(scope="module")
def fragile(tmp_path_factory: pytest.TempPathFactory, storage: Endpoint) -> Iterator[Api]:
    """An API over a deployment of its own, which the tests kill."""
    with (
        running_convex(tmp_path_factory.mktemp("fragile")) as convex,
        served(convex, storage) as api,
    ):
        yield api


def test_without_convex_the_process_lives_and_says_what_is_wrong(fragile: Api) -> None:
    fragile.convex.kill()
    try:
        assert fragile.call("GET", "/live", None).status_code == 200
        ready = fragile.call("GET", "/ready", None)
        assert ready.status_code == 503
        assert ready.json()["checks"] == {"convex": "failed", "storage": "ok", "identity": "ok"}
        answer = fragile.call("GET", "/users")
        assert answer.status_code == 503
        assert answer.json()["type"] == "urn:earshot:problem:unavailable"
        assert int(answer.headers["Retry-After"]) > 0
    finally:
        fragile.convex.start()
    # An answer stands for a moment.
    wait_until(lambda: fragile.call("GET", "/ready", None).status_code == 200, 30)


def test_a_client_that_retries_over_crashes_ends_with_what_it_sent(fragile: Api) -> None:
    session, sent, up = fragile.new_session(), 40, threading.Event()
    up.set()
    # The processes are started here: their parent is the thread that starts them.
    with ThreadPoolExecutor(1) as writer:
        for number in range(sent):
            if number in {10, 20, 30}:
                up.clear()
            stored = writer.submit(store_until_acknowledged, fragile, session, number, up)
            if not up.is_set():
                fragile.convex.kill()
                fragile.convex.start()
                up.set()
            stored.result()
    whole = fragile.call("GET", f"/sessions/{session}/transcript").json()
    assert [item["sequence"] for item in whole["interactions"]] == list(range(sent))
    assert whole["session"]["interactionCount"] == sent


def store_until_acknowledged(api: Api, session: str, number: int, up: threading.Event) -> None:
    """Store a turn under one key, again after every failure once the deployment is back."""
    key = {"Idempotency-Key": uuid4().hex}
    body = {"sequence": number, "speaker": "user", "text": f"t{number}", "startedAtMs": number}
    for _ in range(5):
        answer = api.call("POST", f"/sessions/{session}/interactions", json=body, headers=key)
        if answer.status_code == 201:
            assert answer.json() == {"accepted": 1, "duplicates": 0}
            return
        assert answer.status_code == 503, answer.text
        assert up.wait(90)
        time.sleep(int(answer.headers["Retry-After"]))
    pytest.fail("never acknowledged")


def test_each_request_leaves_one_line_without_secrets(api: Api) -> None:
    lines = io.StringIO()
    configure_logs("info")
    handler = logging.getLogger().handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(lines)
    try:
        session = api.new_session()
        lines.truncate(0)
        headers = {"X-Request-Id": "line-test-1", "traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}
        body = {
            "sequence": 0,
            "speaker": "assistant",
            "text": "private words",
            "startedAtMs": 0,
            "provider": "acme",
            "modelId": "m1",
            "tokensIn": 3,
            "tokensOut": 4,
            "cost": 0.5,
        }
        path = f"/sessions/{session}/interactions"
        api.call("POST", path, json=body, headers=headers, params={"secret": "in-query"})
        api.call("POST", path, json=body, headers=headers)
    finally:
        logging.getLogger().handlers.clear()
    written = [json.loads(line) for line in lines.getvalue().strip("\0\n").splitlines()]
    requests = [line for line in written if line["event"] == "api.request"]
    assert [line["status"] for line in requests] == [422, 201]
    line = requests[1]
    expected = {
        "requestId": "line-test-1",
        "route": "/sessions/{id}/interactions",
        "method": "POST",
        "userId": "tests",
        "role": "ingest",
        "provider": "acme",
        "modelId": "m1",
        "cost": 0.5,
        "traceId": "a" * 32,
    }
    assert expected.items() <= line.items()
    assert line["latencyMs"] > 0
    for secret in ("private words", "in-query", api.token("ingest")[:40]):
        assert secret not in lines.getvalue()
