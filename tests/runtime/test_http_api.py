"""The HTTP API, through the PyPI client and by hand."""

from __future__ import annotations

import http.client
import json
import socket
from contextlib import closing
from typing import Any

import httpx
import pytest
from convex import ConvexError, ConvexInt64
from convex.http_client import ConvexExecutionError, ConvexHttpClient

from .conftest import ADMIN_KEY, Deployment


@pytest.fixture
def client(deployment: Deployment) -> ConvexHttpClient:
    return ConvexHttpClient(deployment.url)


def post(deployment: Deployment, path: str, body: Any, **headers: str) -> httpx.Response:
    return httpx.post(f"{deployment.url}{path}", json=body, headers=headers, timeout=30)


def note(owner: str, at: float = 0, body: str = "text") -> dict[str, Any]:
    return {"owner": owner, "at": at, "body": body}


def test_a_document_comes_back_as_it_was_inserted(client: ConvexHttpClient) -> None:
    given = note("returns", 1.5, "Grüße \U0001f600 \0 end")
    stored = client.query("notes:get", {"id": client.mutation("notes:add", given)})
    assert {key: stored[key] for key in given} == given
    assert len(stored["_id"]) == 32
    assert stored["_creationTime"] > 1_600_000_000_000


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        0.0,
        -1.0,
        1e300,
        5e-324,
        "",
        b"\x00\xff",
        ConvexInt64(-(2**63)),
        ConvexInt64(2**63 - 1),
        [1.0, [2.0, {"a": None}]],
        {"nested": {"list": ["x", 1.25]}},
    ],
)
def test_every_kind_of_value_survives_the_journey(client: ConvexHttpClient, value: Any) -> None:
    assert client.query("misc:echo", {"value": value}) == value


def test_special_floats_survive_the_journey(deployment: Deployment) -> None:
    for bits in ["AAAAAAAAAIA=", "AAAAAAAA+H8=", "AAAAAAAA8H8="]:
        args = {"value": {"$float": bits}}
        body = {"path": "misc:echo", "args": args, "format": "convex_encoded_json"}
        assert post(deployment, "/api/query", body).json()["value"] == {"$float": bits}


def test_floats_are_printed_with_a_decimal_point(deployment: Deployment) -> None:
    body = {"path": "misc:echo", "args": {"value": 1}, "format": "convex_encoded_json"}
    assert '"value":1.0' in post(deployment, "/api/query", body).text


def test_pages_cover_a_range_once_while_rows_are_added(client: ConvexHttpClient) -> None:
    client.mutation("notes:addMany", {"notes": [note("pages", at) for at in range(25)]})
    seen: list[float] = []
    cursor = None
    while True:
        opts: dict[str, Any] = {"numItems": 10, "cursor": cursor}
        page = client.query("notes:page", {"owner": "pages", "opts": opts})
        seen += [item["at"] for item in page["page"]]
        cursor = page["continueCursor"]
        if page["isDone"]:
            break
        client.mutation("notes:add", note("pages", -1))
        client.mutation("notes:add", note("pages", 100))
    assert [at for at in seen if 0 <= at < 25] == [float(at) for at in range(25)]


def test_a_cursor_of_another_query_is_refused_with_convex_error_data(
    client: ConvexHttpClient,
) -> None:
    client.mutation("notes:addMany", {"notes": [note("foreign", at) for at in range(5)]})
    opts: dict[str, Any] = {"numItems": 2, "cursor": None}
    cursor = client.query("notes:page", {"owner": "foreign", "opts": opts})["continueCursor"]
    altered = ("A" if cursor[0] != "A" else "B") + cursor[1:]
    for owner, bad in [("other", cursor), ("foreign", altered), ("foreign", "nonsense")]:
        args: dict[str, Any] = {"owner": owner, "opts": {"numItems": 2, "cursor": bad}}
        with pytest.raises(ConvexError) as caught:
            client.query("notes:page", args)
        assert caught.value.data == {
            "isConvexSystemError": True,
            "paginationError": "InvalidCursor",
        }


def test_a_failed_mutation_leaves_nothing_behind(client: ConvexHttpClient) -> None:
    args = note("rollback")
    with pytest.raises(ConvexError) as caught:
        client.mutation("notes:addThenFail", {**args, "coded": True})
    assert caught.value.data["code"] == "CONFLICT"
    with pytest.raises(ConvexExecutionError, match="plain failure"):
        client.mutation("notes:addThenFail", {**args, "coded": False})
    assert client.query("notes:list", {"owner": "rollback"}) == []


def test_a_failed_nested_mutation_undoes_only_its_own_writes(client: ConvexHttpClient) -> None:
    message = client.mutation("counters:incrementDespiteFailure", {"name": "nested"})
    assert "after the write" in message
    assert client.query("counters:get", {"name": "nested"}) == 1.0


def test_nested_mutations_that_are_started_together_do_not_mix(client: ConvexHttpClient) -> None:
    outcomes = client.mutation("counters:incrementTogether", {"name": "together", "times": 3})
    assert outcomes == ["fulfilled", "rejected", "fulfilled", "fulfilled"]
    assert client.query("counters:get", {"name": "together"}) == 3.0


def test_an_action_calls_queries_and_sees_error_data(client: ConvexHttpClient) -> None:
    client.mutation("notes:add", note("action"))
    assert client.action("actions:countNotes", {"owner": "action"}) == 1.0
    assert client.action("actions:catchData", {"owner": "action"})["code"] == "CONFLICT"


@pytest.mark.parametrize(
    ("kind", "path", "args", "complaint"),
    [
        ("query", "nowhere:none", {}, "Could not find public function for 'nowhere:none'"),
        ("query", "misc:secret", {}, "Could not find public function for 'misc:secret'"),
        ("query", "notes:add", note("x"), "is defined as Mutation"),
        ("mutation", "notes:list", {"owner": "x"}, "is defined as Query"),
        ("mutation", "notes:add", {}, "missing the required field `owner`"),
        ("mutation", "notes:add", {**note("x"), "at": "late"}, "Path: .at"),
        ("mutation", "notes:add", {**note("x"), "more": 1}, "extra field `more`"),
        ("query", "notes:get", {"id": "not an id"}, "Value does not match validator"),
        ("query", "misc:lies", {}, "ReturnsValidationError"),
        ("query", "misc:recurse", {"depth": 20}, "depth limit"),
        ("query", "misc:fetches", {}, "Can't use fetch\\(\\) in queries and mutations"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(
    client: ConvexHttpClient, kind: str, path: str, args: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ConvexExecutionError, match=complaint):
        getattr(client, kind)(path, args)


def test_a_function_that_stalls_does_not_stop_others(deployment: Deployment) -> None:
    body = {"path": "misc:stalls", "args": {}}
    answer = post(deployment, "/api/mutation", body).json()
    assert "timed out" in answer["errorMessage"]
    assert ConvexHttpClient(deployment.url).query("misc:echo", {"value": 1}) == 1.0


def test_a_passed_limit_fails_the_transaction_even_if_caught(client: ConvexHttpClient) -> None:
    client.mutation("misc:scheduleTooMuch", {"count": 1000})
    with pytest.raises(ConvexExecutionError, match="Scheduled too many functions"):
        client.mutation("misc:scheduleTooMuch", {"count": 1001})


@pytest.mark.parametrize(
    ("what", "limit", "complaint"),
    [
        ("documentsRead", 32_000, "Scanned too many documents"),
        ("mebibytesRead", 16, "Read too much data"),
        ("documentsWritten", 16_000, "Wrote too many documents"),
        ("mebibytesWritten", 16, "Wrote too much data"),
        ("ranges", 4_096, "Too many index ranges"),
        ("documentBytes", 1024 * 1024, "Value is too large"),
        ("arrayLength", 8_192, "Array length is too long"),
        ("objectFields", 1_024, "Object has too many fields"),
        ("nesting", 16, "Document is too deeply nested"),
    ],
)
def test_a_limit_can_be_reached_and_not_passed(
    client: ConvexHttpClient, what: str, limit: int, complaint: str
) -> None:
    client.mutation("limits:use", {"what": what, "amount": limit})
    with pytest.raises(ConvexExecutionError, match=complaint):
        client.mutation("limits:use", {"what": what, "amount": limit + 1})


@pytest.mark.parametrize(
    ("path", "content", "status"),
    [
        ("/api/query", b"{not json", 400),
        ("/api/query", b"[]", 400),
        ("/api/query", b"{}", 400),
        ("/api/query", b'{"path":"misc:echo","args":[{},{}]}', 400),
        ("/api/query", b'{"path":"misc:echo","args":{},"format":"xml"}', 400),
        ("/api/query", b"x" * (17 * 1024 * 1024), 413),
        ("/api/run/misc/%E0%A4%A", b"{}", 400),
        ("/api/run/misc/%ff", b"{}", 400),
        ("/api/storage/upload", b"", 404),
        ("/nowhere", b"", 404),
    ],
)
def test_a_malformed_request_gets_code_and_message(
    deployment: Deployment, path: str, content: bytes, status: int
) -> None:
    answer = httpx.post(f"{deployment.url}{path}", content=content, timeout=30)
    assert answer.status_code == status
    assert set(answer.json()) == {"code", "message"}


@pytest.mark.parametrize(
    ("target", "host"),
    [("/version", "a b"), ("/version", "[::1"), ("//", "127.0.0.1"), ("http://[/", "127.0.0.1")],
)
def test_an_address_that_is_no_url_gets_code_and_message(
    deployment: Deployment, target: str, host: str
) -> None:
    for port in (deployment.port, deployment.site_port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        with closing(connection):
            connection.putrequest("GET", target, skip_host=True)
            connection.putheader("Host", host)
            connection.endheaders()
            answer = connection.getresponse()
            assert answer.status == 400
            assert set(json.load(answer)) == {"code", "message"}


def test_bytes_that_are_not_http_do_not_end_the_process(deployment: Deployment) -> None:
    for payload in [b"\x00" * 100, b"GET / HTTP/9.9\r\n\r\n", b"POST /api/query HTTP/1.1\r\n"]:
        with socket.create_connection(("127.0.0.1", deployment.port)) as raw:
            raw.sendall(payload)
    assert httpx.get(f"{deployment.url}/version").status_code == 200


def test_wire_values_that_do_not_exist_are_refused(deployment: Deployment) -> None:
    deep: Any = 1
    for _ in range(70):
        deep = [deep]
    for value in [{"$integer": "AA=="}, {"$odd": 1}, {"a\n": 1}, {"$set": []}, deep, "\ud800"]:
        text = json.dumps({"path": "misc:echo", "args": {"value": value}})
        answer = httpx.post(f"{deployment.url}/api/query", content=text)
        assert answer.json()["status"] == "error", value


@pytest.mark.parametrize("value", ['{"__proto__": 1}', '[{"a": {"__proto__": {"b": 1}}}]'])
def test_no_field_is_lost_in_silence(deployment: Deployment, value: str) -> None:
    """JavaScript would take it for the object's prototype: it is refused, not dropped."""
    for path, args in [
        ("misc:echo", f'{{"value": {value}}}'),
        ("anything:insert", f'{{"documents": [{{"o": {value}}}]}}'),
        ("misc:echo", '{"value": 1, "__proto__": {}}'),
    ]:
        text = f'{{"path": "{path}", "args": {args}}}'
        answer = httpx.post(f"{deployment.url}/api/function", content=text).json()
        assert "Field name __proto__ is reserved" in answer["errorMessage"]


def test_run_and_get_answer_clean_json(deployment: Deployment) -> None:
    args = {"value": {"$integer": "BwAAAAAAAAA="}}
    answer = post(deployment, "/api/run/misc/echo", {"args": args}).json()
    assert answer["value"] == "7"
    params = {"path": "misc:echo", "args": json.dumps({"value": 2})}
    assert httpx.get(f"{deployment.url}/api/query", params=params).json()["value"] == 2


def test_function_runs_any_kind(deployment: Deployment) -> None:
    for path, args in [("misc:echo", {"value": 1}), ("counters:increment", {"name": "any"})]:
        assert post(deployment, "/api/function", {"path": path, "args": args}).json()["value"] == 1


def test_printed_lines_reach_the_caller(deployment: Deployment) -> None:
    answer = post(deployment, "/api/query", {"path": "misc:prints", "args": {}}).json()
    assert answer["logLines"] == ["[LOG] 'hello' { from: 'a function' }"]


def test_functions_see_the_deployment_variables_only(client: ConvexHttpClient) -> None:
    names = client.query("misc:environment", {})
    assert names == ["TEST_CUSTOM_ISSUER", "TEST_CUSTOM_JWKS", "TEST_OIDC_ISSUER"]


def test_http_actions_answer_on_both_addresses(deployment: Deployment) -> None:
    client = ConvexHttpClient(deployment.url)
    client.mutation("notes:add", note("site"))
    for base in [deployment.site_url, f"{deployment.url}/http"]:
        answer = httpx.post(f"{base}/echo", content="hi", headers={"X-Sent": "1"})
        assert (answer.status_code, answer.text) == (201, "echo hi")
        assert answer.headers["X-Seen"] == "1"
        assert len(httpx.get(f"{base}/notes/site").json()) == 1
        assert httpx.get(f"{base}/nothing").status_code == 404


def test_search_finds_words_prefixes_and_filters(client: ConvexHttpClient) -> None:
    bodies = ["Refund my ORDER, please", "the order arrived", "Größe ändern", "nothing here"]
    client.mutation("notes:addMany", {"notes": [note("search", 0, body) for body in bodies]})
    client.mutation("notes:add", note("elsewhere", 0, "order from another owner"))

    def found(text: str, owner: str | None = "search") -> set[str]:
        args: dict[str, Any] = {"text": text}
        if owner is not None:
            args["owner"] = owner
        return {item["body"] for item in client.query("notes:search", args)}

    assert found("order") == {bodies[0], bodies[1]}
    assert found("ord") == {bodies[0], bodies[1]}
    assert found("ref order") == {bodies[0], bodies[1]}
    assert found("refund nothing") == {bodies[0], bodies[3]}
    assert found("größe") == {bodies[2]}
    assert found("!!!") == set()
    assert len(found("order", None)) == 3


def test_search_follows_edits_and_deletions(client: ConvexHttpClient) -> None:
    edited = client.mutation("notes:add", note("follow", 0, "giraffe"))
    client.mutation("notes:edit", {"id": edited, "body": "zebra"})
    assert client.query("notes:search", {"text": "giraffe"}) == []
    assert len(client.query("notes:search", {"text": "zebra"})) == 1
    client.mutation("notes:remove", {"id": edited})
    assert client.query("notes:search", {"text": "zebra"}) == []


def test_the_admin_key_reaches_internal_functions(deployment: Deployment) -> None:
    client = ConvexHttpClient(deployment.url)
    client.set_admin_auth(ADMIN_KEY)
    assert client.query("misc:secret", {}) == "internal"
    client.set_admin_auth("wrong")
    with pytest.raises(Exception, match="401 BadAdminKey"):
        client.query("misc:secret", {})
