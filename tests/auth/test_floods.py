"""Strangers cannot hold up members, nor use up the quota at Clerk."""

from __future__ import annotations

import threading
from typing import Any

import anyio
import pytest

from lib.auth.blocking import ANONYMOUS_CALLS, MAX_ANONYMOUS_THREADS
from lib.auth.rate_limiter import network_of
from lib.auth.sockets import serve_socket
from tests.auth.harness import Stage, stage

pytestmark = pytest.mark.anyio

PAYLOAD = ("GET", "/v1/clients/handshake_payload")
STATE = "A" * 22


def made_up(number: int) -> tuple[str, str]:
    """Return path and cookies of a handshake that Clerk never began."""
    path = f"/?__earshot_state={STATE}&__clerk_handshake_nonce=n{number}"
    return path, f"__Host-earshot_trip={STATE}"


async def test_made_up_handshakes_do_not_hold_up_a_session_check(production: Stage) -> None:
    release = threading.Event()

    def slow(_: dict[str, Any]) -> tuple[int, Any]:
        release.wait(60)
        return 404, {"errors": []}

    production.server.replies[PAYLOAD] = slow
    try:
        async with anyio.create_task_group() as tasks:
            for number in range(40):
                tasks.start_soon(production.document, *made_up(number))
            with anyio.fail_after(60):
                while production.server.count(*PAYLOAD) < MAX_ANONYMOUS_THREADS:
                    await anyio.lowlevel.checkpoint()
                # A token of this age needs a check of the session, and so a thread.
                cookies = production.cookies(production.token(age=55))
                answer = await production.get("/media/a", cookies)
            assert answer.status_code == 200
            assert production.server.count(*PAYLOAD) == MAX_ANONYMOUS_THREADS
            release.set()
    finally:
        release.set()


async def test_one_client_causes_few_calls_to_clerk_and_others_their_own() -> None:
    with stage(EARSHOT_TRUSTED_PROXIES="127.0.0.1") as built:
        for number in range(ANONYMOUS_CALLS + 20):
            answer = await built.document(*made_up(number), x_forwarded_for="203.0.113.7")
            assert answer.status_code == 307
        assert built.server.count(*PAYLOAD) == ANONYMOUS_CALLS
        await built.document(*made_up(0), x_forwarded_for="203.0.113.8")
        assert built.server.count(*PAYLOAD) == ANONYMOUS_CALLS + 1


async def test_refreshes_with_a_made_up_token_have_the_same_budget(production: Stage) -> None:
    suffix = production.authenticator.instance.cookie_names.suffix
    cookies = production.cookies(production.token(age=400), **{f"__refresh_{suffix}": "made-up"})
    for _ in range(ANONYMOUS_CALLS + 20):
        assert (await production.get("/media/a", cookies)).status_code == 401
    calls = production.server.count("POST", "/v1/sessions/sess_1/refresh")
    assert calls == ANONYMOUS_CALLS


async def test_member_beyond_the_budget_stays_signed_in(production: Stage) -> None:
    for number in range(ANONYMOUS_CALLS + 1):
        await production.document(*made_up(number))
    path, trip = made_up(0)
    answer = await production.document(path, f"{production.cookies()}; {trip}")
    assert answer.status_code == 307
    assert answer.headers["location"].startswith("https://app.example.com/")
    assert (await production.document("/", production.cookies())).status_code == 200


async def test_socket_whose_check_gets_no_answer_is_closed() -> None:
    sent: list[dict[str, Any]] = []
    gone = anyio.Event()
    answers = iter([True])

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await gone.wait()

    async def receive() -> Any:
        await anyio.sleep_forever()

    async def send(message: Any) -> None:
        sent.append(message)
        gone.set()

    async def still_admitted() -> bool:
        for answer in answers:
            return answer
        await anyio.sleep_forever()
        raise AssertionError

    with anyio.fail_after(60):
        await serve_socket(app, {}, receive, send, still_admitted, 0.01, 0.05)
    assert [(m["type"], m["code"]) for m in sent] == [("websocket.close", 1008)]


async def test_clerk_that_hangs_is_waited_for_once_during_the_grace(production: Stage) -> None:
    await production.document("/", production.cookies(production.token(age=10)))
    production.server.reply("GET", "/v1/sessions/sess_1", 503, {})
    cookies = production.cookies(production.token(age=70), **production.app_session())
    assert (await production.get("/media/a", cookies)).status_code == 200
    assert production.server.count("POST", "/v1/sessions/sess_1/tokens") == 0


@pytest.mark.parametrize(
    ("path", "cookie", "status"),
    [
        ("/?" + "a&" * 9000, "", 414),
        ("/" + "a" * 17_000, "", 414),
        ("/", "a=" + "b" * 33_000, 431),
        ("/", "a=b;" * 9000, 431),
        ("/api/v1/live", "a=b;" * 9000, 431),
    ],
    ids=["query", "path", "cookie", "cookies", "public"],
)
async def test_request_that_takes_long_to_read_is_not_read(
    path: str, cookie: str, status: int, production: Stage
) -> None:
    answer = await production.get(path, cookie)
    assert (answer.status_code, answer.json()["detail"]) == (status, "request-too-large")
    assert answer.headers["x-request-id"] == answer.json()["requestId"]


async def test_repeated_headers_count_together(production: Stage) -> None:
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    scope = {
        "type": "websocket",
        "scheme": "wss",
        "path": "/_stcore/stream",
        "query_string": b"",
        "headers": [(b"cookie", b"a=b")] * 4000,
        "extensions": {"websocket.http.response": {}},
    }
    await production.gate(scope, receive, send)
    assert sent[0]["status"] == 431


def test_addresses_of_one_ipv6_network_are_one_client() -> None:
    assert network_of("2001:db8:1:2::1") == network_of("2001:db8:1:2:ffff::9")
    assert network_of("2001:db8:1:2::1") != network_of("2001:db8:1:3::1")
    assert network_of("203.0.113.7") != network_of("203.0.113.8")
    assert network_of("unknown") == "unknown"
