"""Sockets behind the gate, on a real server with a real client."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
import uvicorn
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from lib.auth.blocking import run_here
from lib.auth.sockets import MESSAGE_BYTES, MOST_OF_MEMBER
from tests.auth.clerk import APP_URL
from tests.auth.harness import Stage, stage
from tests.support.stack import wait_until


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Send back what comes in; note when the socket is gone."""
    assert scope["type"] == "websocket"
    assert (await receive())["type"] == "websocket.connect"
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        member = scope["state"]["member"]
        await send({"type": "websocket.send", "text": f"{member.user_id}: {message['text']}"})


@contextmanager
def served(stage_: Stage) -> Iterator[str]:
    config = uvicorn.Config(
        stage_.gate, port=0, lifespan="off", log_level="error", ws="websockets-sansio"
    )
    server = uvicorn.Server(config)
    started = threading.Event()
    notify = server.startup

    async def startup(*args: Any, **options: Any) -> None:
        await notify(*args, **options)
        started.set()

    server.startup = startup  # type: ignore[method-assign]
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    try:
        assert started.wait(20)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"ws://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def socket_stage() -> Iterator[tuple[Stage, str]]:
    with stage(app=echo) as built, served(built) as url:
        yield built, url


def open_socket(url: str, cookies: str, origin: str | None = APP_URL) -> ClientConnection:
    headers = {"Cookie": cookies} if cookies else {}
    return connect(f"{url}/_stcore/stream", additional_headers=headers, origin=origin)  # type: ignore[arg-type]


def refusal(url: str, cookies: str, origin: str | None = APP_URL) -> tuple[int, str]:
    with pytest.raises(InvalidStatus) as refused, open_socket(url, cookies, origin):
        pass
    response = refused.value.response
    return response.status_code, json.loads(response.body or b"{}")["detail"]


def test_member_talks_to_the_app(socket_stage: tuple[Stage, str]) -> None:
    built, url = socket_stage
    with open_socket(url, built.cookies()) as socket:
        socket.send("hello")
        assert socket.recv(10) == "user_1: hello"


def test_stranger_is_denied_with_a_status_and_a_reason(socket_stage: tuple[Stage, str]) -> None:
    built, url = socket_stage
    assert refusal(url, "") == (401, "session-token-and-uat-missing")
    assert refusal(url, built.cookies("a.b.c")) == (401, "token-invalid")
    assert refusal(url, built.cookies(built.token(role=None))) == (403, "role-missing")


@pytest.mark.parametrize("origin", ["https://evil.example.com", "https://other.example.com", None])
def test_page_of_another_site_cannot_open_a_socket(
    origin: str | None, socket_stage: tuple[Stage, str]
) -> None:
    built, url = socket_stage
    assert refusal(url, built.cookies(), origin) == (403, "cross-origin")


def test_idle_socket_closes_soon_after_the_session_ends(socket_stage: tuple[Stage, str]) -> None:
    built, url = socket_stage
    with open_socket(url, built.cookies()) as socket, open_socket(url, built.cookies()) as other:
        socket.send("one")
        assert socket.recv(10) == "user_1: one"
        run_here(built.authenticator.sign_out("sess_1"))
        for each in (socket, other):
            with pytest.raises(ConnectionClosed) as closed:
                each.recv(30)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1008
    assert built.events[-1].reason == "signed-out-here"


def test_socket_that_outlives_its_token_stays_open_while_clerk_says_active(
    socket_stage: tuple[Stage, str],
) -> None:
    built, url = socket_stage
    cookies = built.cookies(built.token(age=400), **built.app_session())
    with open_socket(url, cookies) as socket:
        socket.send("still here")
        assert socket.recv(10) == "user_1: still here"
    assert built.server.count("GET", "/v1/sessions/sess_1") == 1


def test_a_member_has_so_many_sockets_and_others_have_theirs(
    socket_stage: tuple[Stage, str],
) -> None:
    built, url = socket_stage
    other = built.cookies(built.token(sub="user_2", sid="sess_2"))
    with ExitStack() as sockets:
        held = [
            sockets.enter_context(open_socket(url, built.cookies())) for _ in range(MOST_OF_MEMBER)
        ]
        assert refusal(url, built.cookies()) == (429, "too-many-sockets")
        assert built.events[-1].reason == "too-many-sockets"
        sockets.enter_context(open_socket(url, other))
        held[0].close()
        wait_until(lambda: opens(url, built.cookies()), 10)


def opens(url: str, cookies: str) -> bool:
    try:
        with open_socket(url, cookies):
            return True
    except InvalidStatus:
        return False


@pytest.mark.parametrize("message", ["x" * (MESSAGE_BYTES + 1), b"x" * (MESSAGE_BYTES + 1)])
def test_a_message_that_is_too_large_never_reaches_the_app(
    message: str | bytes, socket_stage: tuple[Stage, str]
) -> None:
    built, url = socket_stage
    with open_socket(url, built.cookies()) as socket:
        socket.send("x" * MESSAGE_BYTES)
        assert len(socket.recv(10)) > MESSAGE_BYTES
        socket.send(message)
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(10)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009


@pytest.mark.parametrize(
    "path", ["/media/a", "/_stcore/host-config", "/session/_stcore/stream", "/_stcore/other"]
)
def test_only_the_dashboards_own_socket_can_be_opened(
    path: str, socket_stage: tuple[Stage, str]
) -> None:
    built, url = socket_stage
    headers = {"Cookie": built.cookies()}
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(url + path, additional_headers=headers, origin=Origin(APP_URL)),
    ):
        pass
    assert refused.value.response.status_code == 404
