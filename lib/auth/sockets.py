"""WebSockets: refused with an HTTP status, limited, and closed when their session has ended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# How often an open socket is checked again; the status of its session is at most 50 s old.
CHECK_SECONDS = 4.0
# A check that takes longer has failed. Together with the age of the status and the interval, this
# is why an ended session receives nothing after 60 s.
ANSWER_SECONDS = 5.0
# Each tab is one. Its Streamlit session stays in memory for as long as it is open.
MOST_OF_MEMBER = 20
# The state of a closed tab is kept for a while, so that a broken connection can be taken up again
# (`server.disconnectedSessionTTL` in `.streamlit/config.toml`, the same number). Whoever opens and
# closes tabs fills the memory with states.
MOST_STATES = 40
STATE_SECONDS = 30
# What a page sends is a few KB: where it is, and the state of its inputs, which the session keeps.
# The server is told the same limit (`--ws-max-size`), or it would buffer more before the gate sees.
MESSAGE_BYTES = 256 * 1024
OWNER_HEADER = b"x-earshot-user"
# RFC 6455 section 7.4.1: the endpoint refuses to go on for a reason of policy.
CLOSE_CODE = 1008
TOO_LARGE_CODE = 1009
# How long the app may take to notice that its socket is closed.
_LEAVE_SECONDS = 10.0


def with_owner_header(scope: Scope, user_id: str) -> Scope:
    """Return a socket's scope whose `x-earshot-user` header is the user, whatever the client sent.

    Streamlit lets whoever knows a session's id resume it, unless the user differs
    (`server.trustedUserHeaders` in `.streamlit/config.toml`).
    """
    kept = [pair for pair in scope["headers"] if pair[0].lower() != OWNER_HEADER]
    return {**scope, "headers": [*kept, (OWNER_HEADER, user_id.encode())]}


async def deny_socket(scope: Scope, receive: Receive, send: Send, response: Response) -> None:
    """Refuse an upgrade: with the response if the server can send one, else by closing."""
    await receive()
    if "websocket.http.response" in scope.get("extensions", {}):
        await response(scope, receive, send)
    else:
        await send({"type": "websocket.close", "code": CLOSE_CODE})


async def serve_socket(
    app: ASGIApp,
    scope: Scope,
    receive: Receive,
    send: Send,
    still_admitted: Callable[[], Awaitable[bool]],
    every: float = CHECK_SECONDS,
    deadline: float = ANSWER_SECONDS,
) -> None:
    """Run the app on a socket until it ends or is no longer admitted.

    Args:
        app: the application.
        scope: of the socket.
        receive: of the server; a message above `MESSAGE_BYTES` ends the socket.
        send: of the server.
        still_admitted: checks the socket; after a False nothing more is sent.
        every: seconds between checks.
        deadline: seconds that a check may take; after that it has failed.
    """
    is_closed = False

    async def send_while_open(message: Message) -> None:
        if not is_closed:
            await send(message)

    async def receive_small() -> Message:
        nonlocal is_closed
        message = await receive()
        content = message.get("bytes") or message.get("text") or ""
        if message["type"] != "websocket.receive" or len(content) <= MESSAGE_BYTES:
            return message
        is_closed = True
        await send({"type": "websocket.close", "code": TOO_LARGE_CODE, "reason": "too large"})
        return {"type": "websocket.disconnect", "code": TOO_LARGE_CODE}

    async with anyio.create_task_group() as tasks:

        async def admitted_in_time() -> bool:
            # A task of its own, because a thread that waits for Clerk cannot be cancelled.
            answers: list[bool] = []
            answered = anyio.Event()

            async def check() -> None:
                answers.append(await still_admitted())
                answered.set()

            tasks.start_soon(check)
            with anyio.move_on_after(deadline):
                await answered.wait()
            return any(answers)

        async def watch() -> None:
            nonlocal is_closed
            while await admitted_in_time():  # noqa: ASYNC110  # a clock, not an event, ends this
                await anyio.sleep(every)
            is_closed = True
            await send({"type": "websocket.close", "code": CLOSE_CODE, "reason": "signed out"})
            # The server now tells the app that the socket is closed; an app that does not receive
            # the message is cancelled.
            await anyio.sleep(_LEAVE_SECONDS)
            tasks.cancel_scope.cancel()

        tasks.start_soon(watch)
        await app(scope, receive_small, send_while_open)
        tasks.cancel_scope.cancel()
