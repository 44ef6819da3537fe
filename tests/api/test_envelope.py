"""What every answer has, whatever was asked."""

from __future__ import annotations

import asyncio
import gzip
import json
from uuid import uuid4

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from lib.api.middleware import RequestMiddleware
from tests.support.api import Api


def problem(answer: httpx.Response, status: int, kind: str) -> dict[str, object]:
    """Check an answer to be a complete problem of this kind, and return it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    body: dict[str, object] = answer.json()
    assert body["type"] == f"urn:earshot:problem:{kind}"
    assert body["status"] == status
    assert body["requestId"] == answer.headers["X-Request-Id"]
    assert isinstance(body["title"], str)
    assert isinstance(body["detail"], str)
    return body


def test_a_well_formed_request_id_is_kept_and_another_replaced(api: Api) -> None:
    kept = api.call("GET", "/users", headers={"X-Request-Id": "backend-0001"})
    replaced = api.call("GET", "/users", headers={"X-Request-Id": "<script>"})
    assert kept.headers["X-Request-Id"] == "backend-0001"
    assert replaced.headers["X-Request-Id"] != "<script>"
    assert len(replaced.headers["X-Request-Id"]) == 36


def test_unknown_paths_and_methods_are_problems(api: Api) -> None:
    problem(api.call("GET", "/nothing"), 404, "not-found")
    problem(api.call("GET", "/users/"), 404, "not-found")
    wrong = api.call("DELETE", "/users")
    problem(wrong, 405, "method-not-allowed")
    assert wrong.headers["Allow"]


def test_what_is_not_there_is_404(api: Api) -> None:
    absent = "k" * 32
    for path in ("", "/summary", "/transcript", "/interactions"):
        problem(api.call("GET", f"/sessions/{absent}{path}"), 404, "not-found")
    problem(api.call("GET", "/users/user_nobody"), 404, "not-found")
    problem(api.call("GET", f"/audio/{absent}/url", "viewer"), 404, "not-found")
    problem(api.call("POST", f"/audio/{absent}/complete"), 404, "not-found")
    problem(api.call("PATCH", f"/sessions/{absent}", json={"title": "x"}), 404, "not-found")
    turn = {"sequence": 0, "speaker": "user", "text": "x", "startedAtMs": 0}
    path = f"/sessions/{absent}/interactions"
    problem(api.call("POST", path, json=turn), 404, "not-found")


def test_refused_fields_are_named_and_their_values_are_not(api: Api) -> None:
    body = {"clerkId": "user_x", "email": "secret-value", "surprise": 1, "lastSeenAt": 5}
    found = problem(api.call("POST", "/users", json=body), 422, "validation")
    errors = found["errors"]
    assert isinstance(errors, list)
    assert {item["field"] for item in errors} == {"surprise", "lastSeenAt"}
    assert "secret-value" not in json.dumps(found)


def test_the_path_of_a_refused_field_leads_into_the_batch(api: Api) -> None:
    good = {"sequence": 0, "speaker": "user", "text": "x", "startedAtMs": 0}
    path = f"/sessions/{'k' * 32}/interactions"
    batch = {"interactions": [good, {**good, "speaker": "nobody"}]}
    many = problem(api.call("POST", path, json=batch), 422, "validation")["errors"]
    one = problem(api.call("POST", path, json=batch["interactions"][1]), 422, "validation")
    assert isinstance(many, list)
    assert isinstance(one["errors"], list)
    assert [item["field"] for item in many] == ["interactions[1].speaker"]
    assert [item["field"] for item in one["errors"]] == ["speaker"]


@pytest.mark.parametrize("name", ["nosuch", "Limit", "cursors"])
def test_unknown_query_parameters_are_refused(api: Api, name: str) -> None:
    problem(api.call("GET", "/sessions", params={name: "1"}), 422, "validation")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[1,]",
        b'{"clerkId": NaN}',
        b'{"clerkId": "a", "clerkId": "b"}',
        b"\xff\xfe{}",
        b"[" * 100_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b'"' + b'\\"' * 500_000,
    ],
)
def test_what_is_not_acceptable_json_is_refused(api: Api, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = api.call("POST", "/users", content=body, headers=headers)
    assert answer.status_code in {400, 422}
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_a_body_of_another_type_is_415(api: Api, kind: str | None) -> None:
    headers = {"Content-Type": kind} if kind else {}
    answer = api.call("POST", "/users", content=b"{}", headers=headers)
    problem(answer, 415, "unsupported-media-type")


def test_a_body_over_the_limit_is_413(api: Api) -> None:
    large = b'{"clerkId": "' + b"x" * (5 * 1024 * 1024) + b'"}'
    headers = {"Content-Type": "application/json"}
    problem(api.call("POST", "/users", content=large, headers=headers), 413, "limit-exceeded")


def test_a_streamed_body_over_the_limit_is_413(api: Api) -> None:
    def chunks() -> object:
        for _ in range(6):
            yield b"x" * 1024 * 1024

    headers = {"Content-Type": "application/json"}
    answer = api.call("POST", "/users", content=chunks(), headers=headers)
    problem(answer, 413, "limit-exceeded")


@pytest.mark.parametrize("key", ["", "x y", "x" * 201, 'a"b', "\u00e4".encode("latin-1")])
def test_a_malformed_idempotency_key_is_400(api: Api, key: str | bytes) -> None:
    raw = key if isinstance(key, bytes) else key.encode()
    headers = {"Idempotency-Key": raw}
    answer = api.call("POST", "/users", json={"clerkId": f"user_{uuid4().hex}"}, headers=headers)
    problem(answer, 400, "bad-request")


def test_what_did_not_change_is_304(api: Api) -> None:
    session = api.new_session()
    first = api.call("GET", f"/sessions/{session}")
    tag = first.headers["ETag"]
    same = api.call("GET", f"/sessions/{session}", headers={"If-None-Match": f'"x", {tag}'})
    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", tag)
    api.call("PATCH", f"/sessions/{session}", json={"title": "Other"})
    changed = api.call("GET", f"/sessions/{session}", headers={"If-None-Match": tag})
    assert changed.status_code == 200


def test_long_answers_are_compressed_when_asked_for(api: Api) -> None:
    url, headers = f"{api.url}/openapi.json", {"Accept-Encoding": "gzip"}
    with api.client.stream("GET", url, headers=headers) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(raw))["openapi"] == "3.1.0"


def test_remaining_calls_are_told(api: Api) -> None:
    answer = api.call("GET", "/users")
    assert answer.headers["RateLimit-Policy"] == '"read";q=6000;w=60'
    assert answer.headers["RateLimit"].startswith('"read";r=')


def test_the_reference_page_names_every_operation_and_runs_nothing(api: Api) -> None:
    page = api.call("GET", "/docs", None)
    document = api.call("GET", "/openapi.json", None).json()
    for methods in document["paths"].values():
        for operation in methods.values():
            assert f'id="{operation["operationId"]}"' in page.text
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_an_unexpected_failure_is_a_problem_that_tells_nothing_of_it() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("secret detail")

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=RequestMiddleware(broken))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.get("/anything")

    answer = asyncio.run(ask())
    assert "secret detail" not in answer.text
    assert answer.json()["type"] == "urn:earshot:problem:internal"
    assert answer.json()["requestId"] == answer.headers["X-Request-Id"]
