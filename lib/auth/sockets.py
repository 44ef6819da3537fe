"""WebSockets: denied with a real status, and closed when what let them in has lapsed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import anyio

from lib.auth.answers import Answer

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# How often an open socket is asked about again; the answer itself is at most 50 s old.
WATCH_SECONDS = 4.0
# An answer that takes longer counts as a no. Together with the age of an answer and the interval
# this keeps the promise that an ended session receives nothing after 60 s.
ANSWER_SECONDS = 5.0
OWNER_HEADER = b"x-earshot-user"
# RFC 6455 section 7.4.1: the endpoint refuses to go on for a reason of policy.
CLOSE_CODE = 1008
# How long the app may take to notice that its socket is closed.
_LEAVE_SECONDS = 10.0


def owned_by(scope: Scope, user_id: str) -> Scope:
    """Return a socket's scope whose `x-earshot-user` header is the user, whatever the client sent.

    Streamlit hands a session out to whoever knows its id, unless the user differs
    (`server.trustedUserHeaders` in `.streamlit/config.toml`).
    """
    kept = [pair for pair in scope["headers"] if pair[0].lower() != OWNER_HEADER]
    return {**scope, "headers": [*kept, (OWNER_HEADER, user_id.encode())]}


async def deny_socket(scope: Scope, receive: Receive, send: Send, answer: Answer) -> None:
    """Refuse an upgrade: with the answer if the server can send one, else by closing."""
    await receive()
    if "websocket.http.response" in scope.get("extensions", {}):
        for message in answer.messages(websocket=True):
            await send(message)
    else:
        await send({"type": "websocket.close", "code": CLOSE_CODE})


async def serve_socket(
    app: App,
    scope: Scope,
    receive: Receive,
    send: Send,
    still_admitted: Callable[[], Awaitable[bool]],
    every: float = WATCH_SECONDS,
    deadline: float = ANSWER_SECONDS,
) -> None:
    """Run the app on a socket until it ends or is no longer admitted.

    Args:
        app: the application.
        scope: of the socket.
        receive: of the server.
        send: of the server.
        still_admitted: asked every `every` seconds; after a False nothing more is sent.
        every: seconds.
        deadline: seconds that an answer may take; then it is a no.
    """
    lapsed = False

    async def guarded_send(message: Message) -> None:
        if not lapsed:
            await send(message)

    async with anyio.create_task_group() as tasks:

        async def in_time() -> bool:
            # A task of its own, because a thread that waits for Clerk cannot be cancelled.
            answers: list[bool] = []
            answered = anyio.Event()

            async def ask() -> None:
                answers.append(await still_admitted())
                answered.set()

            tasks.start_soon(ask)
            with anyio.move_on_after(deadline):
                await answered.wait()
            return any(answers)

        async def watch() -> None:
            nonlocal lapsed
            while await in_time():  # noqa: ASYNC110  # a clock, not an event, ends this
                await anyio.sleep(every)
            lapsed = True
            await send({"type": "websocket.close", "code": CLOSE_CODE, "reason": "signed out"})
            # The server now tells the app that the socket is gone; an app that does not listen
            # is ended all the same.
            await anyio.sleep(_LEAVE_SECONDS)
            tasks.cancel_scope.cancel()

        tasks.start_soon(watch)
        await app(scope, receive, guarded_send)
        tasks.cancel_scope.cancel()
