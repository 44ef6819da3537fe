"""What the client promises whatever Convex and the network do."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from lib.data import Caller, Client, FunctionFailed, Refused, Unavailable, connections
from lib.data.client import ATTEMPTS
from lib.data.errors import Contended
from lib.data.functions import Mutation, Query, Reader, writer
from tests.support.scripted import Answer, ScriptedServer, Seen, scripted_server, success

ECHO: Query[dict[str, Any], Any] = Query("echo:get", writer(), Reader(Any))
STORE: Mutation[dict[str, Any], Any] = Mutation("echo:put", writer(), Reader(Any))


@contextmanager
def calling(
    respond: Callable[[Seen], Answer], timeout: float = 5.0
) -> Iterator[tuple[Caller, ScriptedServer]]:
    with scripted_server(respond) as server:
        client = Client(server.url, timeout)
        try:
            yield Caller(client, lambda: "the-token", "request-0001"), server
        finally:
            client.close()


def in_turn(*answers: Answer) -> Callable[[Seen], Answer]:
    left = iter(answers)
    return lambda _seen: next(left)


def test_every_call_carries_the_token_and_the_request_id() -> None:
    with calling(lambda _seen: success(1.0)) as (caller, server):
        assert caller.query(ECHO, {}) == 1.0
        caller.mutation(STORE, {})
    assert [seen.path for seen in server.seen] == ["/api/query", "/api/mutation"]
    assert {seen.headers["authorization"] for seen in server.seen} == {"Bearer the-token"}
    assert {seen.headers["x-request-id"] for seen in server.seen} == {"request-0001"}


def test_a_call_without_a_token_sends_no_authorisation() -> None:
    with calling(lambda _seen: success(None)) as (caller, server):
        Caller(caller.client, None).query(ECHO, {})
    assert "authorization" not in server.seen[0].headers


def test_values_are_decoded_with_convex_own_codec() -> None:
    value = {
        "data": {"$bytes": "AAE="},
        "whole": 3,
        "none": None,
        "list": [{"$float": "AAAAAAAA8H8="}],
    }
    with calling(lambda _seen: success(value)) as (caller, _server):
        assert caller.query(ECHO, {}) == {
            "data": b"\x00\x01",
            "whole": 3.0,
            "none": None,
            "list": [float("inf")],
        }


@pytest.mark.parametrize("more", [{}, {"data": {"$bytes": "AAE="}}])
def test_free_numbers_are_read_alike_however_they_are_written(more: dict[str, Any]) -> None:
    sent = {"list": [3, 3.0, 2.5, 1e300, True], **more}
    with calling(lambda _seen: success(sent)) as (caller, _server):
        found = caller.query(ECHO, {})["list"]
    assert found == [3, 3, 2.5, 1e300, True]
    assert [type(item) for item in found] == [int, int, float, float, bool]


def test_a_mutation_whose_answer_was_lost_is_repeated_under_the_same_key() -> None:
    with calling(in_turn(Answer(drop=True), Answer(503, {"code": "X"}), success("done"))) as (
        caller,
        server,
    ):
        assert caller.mutation(STORE, {}) == "done"
    keys = [seen.body["args"]["idempotencyKey"] for seen in server.seen]
    assert len(keys) == 3
    assert len(set(keys)) == 1


def test_two_mutations_have_different_keys_and_a_given_key_is_kept() -> None:
    with calling(lambda _seen: success(None)) as (caller, server):
        caller.mutation(STORE, {})
        caller.mutation(STORE, {})
        caller.mutation(STORE, {}, "mine")
    first, second, third = (seen.body["args"]["idempotencyKey"] for seen in server.seen)
    assert first != second
    assert third == "mine"


def test_tries_are_bounded() -> None:
    with calling(lambda _seen: Answer(drop=True)) as (caller, server), pytest.raises(Unavailable):
        caller.query(ECHO, {})
    assert len(server.seen) == ATTEMPTS


def test_a_call_without_an_answer_ends_at_its_deadline() -> None:
    release = threading.Event()

    def hang(_seen: Seen) -> Answer:
        release.wait(30)
        return success(None)

    with calling(hang, timeout=0.2) as (caller, server):
        with pytest.raises(Unavailable, match="in time"):
            caller.query(ECHO, {})
        assert len(server.seen) == 1
        release.set()


def test_a_deployment_that_is_not_there_is_unavailable() -> None:
    with scripted_server(lambda _seen: success(None)) as server:
        url = server.url
    client = Client(url, 2.0)
    with pytest.raises(Unavailable, match="cannot be reached"):
        Caller(client, None).query(ECHO, {})
    client.close()


def test_calls_one_after_the_other_share_a_connection_and_an_error_does_not_end_it() -> None:
    refused = Answer(560, {"status": "error", "errorMessage": "x"})
    with calling(in_turn(success(1.0), refused, success(2.0))) as (caller, server):
        assert caller.query(ECHO, {}) == 1.0
        with pytest.raises(FunctionFailed):
            caller.query(ECHO, {})
        assert caller.query(ECHO, {}) == 2.0
    assert len({seen.port for seen in server.seen}) == 1


def test_a_connection_that_the_server_closed_is_replaced() -> None:
    answers = in_turn(
        Answer(body={"status": "success"}, headers={"Connection": "close"}), success(2.0)
    )
    with calling(answers) as (caller, server):
        assert caller.query(ECHO, {}) is None
        assert caller.query(ECHO, {}) == 2.0
    assert len({seen.port for seen in server.seen}) == 2


def test_a_compressed_answer_is_read() -> None:
    packed = gzip.compress(json.dumps({"status": "success", "value": "x" * 10_000}).encode())
    answer = Answer(raw=packed, headers={"Content-Encoding": "gzip"})
    with calling(lambda _seen: answer) as (caller, server):
        assert caller.query(ECHO, {}) == "x" * 10_000
    assert server.seen[0].headers["accept-encoding"] == "gzip"


@pytest.mark.parametrize("packed", [False, True])
def test_an_answer_without_end_is_cut_off(packed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MAX_ANSWER_BYTES", 100_000)
    endless = json.dumps({"status": "success", "value": "x" * 1_000_000}).encode()
    answer = Answer(raw=endless)
    if packed:
        answer = Answer(raw=gzip.compress(endless), headers={"Content-Encoding": "gzip"})
    with (
        calling(lambda _seen: answer) as (caller, server),
        pytest.raises(FunctionFailed, match="larger"),
    ):
        caller.query(ECHO, {})
    assert len(server.seen) == 1


def test_a_deployment_below_a_path_is_called_there() -> None:
    with scripted_server(lambda _seen: success(1.0)) as server:
        client = Client(f"{server.url}/convex/", 5.0)
        assert Caller(client, None).query(ECHO, {}) == 1.0
        client.close()
    assert server.seen[0].path == "/convex/api/query"


@pytest.mark.parametrize("code", ["NOT_FOUND", "VALIDATION", "IDEMPOTENCY_CONFLICT"])
def test_a_refusal_keeps_code_message_and_fields_and_is_not_repeated(code: str) -> None:
    data = {
        "code": code,
        "message": "No.",
        "fields": [{"field": "interactions[3].text", "message": "too long"}],
    }
    answer = Answer(body={"status": "error", "errorMessage": "x", "errorData": data})
    with calling(lambda _seen: answer) as (caller, server), pytest.raises(Refused) as caught:
        caller.mutation(STORE, {})
    assert (caught.value.code, caught.value.message) == (code, "No.")
    assert caught.value.fields[0].field == "interactions[3].text"
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(body={"status": "error", "errorMessage": "Server Error"}), FunctionFailed),
        (Answer(560, {"status": "error", "errorMessage": "Server Error"}), FunctionFailed),
        (Answer(body={"status": "error", "errorMessage": "", "errorData": "x"}), FunctionFailed),
        (Answer(400, {"code": "BadRequest", "message": "x"}), FunctionFailed),
        (Answer(401, {"code": "BadToken", "message": "x"}), Refused),
        (Answer(403, {"code": "Forbidden", "message": "x"}), Refused),
        (Answer(429, {"code": "TooMany", "message": "x"}), Unavailable),
        (Answer(503, {"code": "OptimisticConcurrencyControlFailure"}), Unavailable),
        (Answer(502, raw=b"<html>"), Unavailable),
        (Answer(200, raw=b"[]"), Unavailable),
    ],
)
def test_every_other_answer_is_told_apart(answer: Answer, error: type[Exception]) -> None:
    with calling(lambda _seen: answer) as (caller, _server), pytest.raises(error):
        caller.query(ECHO, {})


@pytest.mark.parametrize(
    "value", [{"$x": 1.0}, {"\u00e9": 1.0}, {"a" * 1025: 1.0}, 2**60, object()]
)
def test_what_convex_cannot_hold_is_refused_before_it_is_sent(value: object) -> None:
    as_it_is: Query[dict[str, Any], Any] = Query("echo:get", dict, Reader(Any))
    with calling(lambda _seen: success(None)) as (caller, server):
        with pytest.raises(Refused) as caught:
            caller.query(as_it_is, {"value": value})
        assert server.seen == []
    assert caught.value.code == "VALIDATION"


def test_64_threads_do_not_wait_for_a_slow_call_of_another_one() -> None:
    """63 calls end while one is held back: the slow one is released only by their results."""
    others_done = threading.Event()

    def respond(seen: Seen) -> Answer:
        if seen.path == "/api/mutation":
            assert others_done.wait(30)
        return success(seen.path)

    with calling(respond, timeout=40) as (caller, _server), ThreadPoolExecutor(64) as threads:
        slow = threads.submit(caller.mutation, STORE, {})
        quick = [threads.submit(caller.query, ECHO, {}) for _ in range(63)]
        assert {call.result(30) for call in quick} == {"/api/query"}
        assert not slow.done()
        others_done.set()
        assert slow.result(30) == "/api/mutation"


def test_a_conflict_of_writes_is_tried_again_even_where_a_repeat_would_harm() -> None:
    conflict = Answer(503, {"code": "OptimisticConcurrencyControlFailure", "message": "..."})
    with calling(in_turn(conflict, conflict, success(7.0))) as (caller, server):
        assert caller.mutation_once(STORE, {}) == 7.0
    assert len(server.seen) == ATTEMPTS


def test_a_conflict_at_every_attempt_is_told_from_an_unknown_outcome() -> None:
    conflict = Answer(503, {"code": "OptimisticConcurrencyControlFailure", "message": "..."})
    with calling(lambda _seen: conflict) as (caller, server), pytest.raises(Contended):
        caller.mutation_once(STORE, {})
    assert len(server.seen) == ATTEMPTS
