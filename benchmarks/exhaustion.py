"""What one member can make the app keep: memory under uploads, large messages and many sockets.

The attacker is signed in as a viewer and asks for more than any page does: 400 uploads of 1 MB into
an own session, 60 sockets at once, on each of them messages of 8 MiB whose text the session keeps,
and pages on 20 sockets for a minute without reading any. Memory is the app's resident memory after
each attack, while all sockets are still open.
"""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Origin, Subprotocol

from benchmarks.figures import Figure
from benchmarks.load import stack_to_load
from lib.auth.sockets import MOST_OF_MEMBER
from local.stack import Stack
from tests.support.sign_in import own_web, sign_in, team_members

UPLOADS: Final = 400
MB: Final = 1_000_000
SOCKETS: Final = 60
MESSAGE_BYTES: Final = 8 * 1024 * 1024
ANSWER_SECONDS: Final = 60.0
UNREAD_SECONDS: Final = 60


def measure() -> Iterator[Figure]:
    """Attack one stack and yield what the app has kept."""
    with stack_to_load() as running:
        stack, app = Stack.load(running.home), running.info["pids"]["app"]
        figures = asyncio.run(attack(stack, app))
    yield from figures


async def attack(stack: Stack, app: int) -> list[Figure]:
    """Return the figures of all attacks.

    Args:
        stack: that runs.
        app: process id of the app.
    """
    (member,) = team_members(stack, 1, "viewer", prefix="greedy")
    async with own_web() as web, contextlib.AsyncExitStack() as sockets:
        await sign_in(web, stack, member)
        first = await sockets.enter_async_context(opened(stack, web))
        session_id = await begun(first)
        before = resident_mib(app)
        accepted = await uploads(stack, web, session_id)
        after_uploads = resident_mib(app)
        held = [first]
        for _ in range(SOCKETS - 1):
            with contextlib.suppress(WebSocketException):
                held.append(await sockets.enter_async_context(opened(stack, web)))
        await asyncio.gather(*[begun(one) for one in held[1:]])
        after_sockets = resident_mib(app)
        kept = await asyncio.gather(*[large_message(one) for one in held])
        after_messages = resident_mib(app)
        await sockets.aclose()
        most_unread = await unread(stack, web, app)
    return [
        Figure("the app with one page open", before, "MiB"),
        Figure(f"{UPLOADS} uploads of 1 MB: accepted", accepted, "", at_most=0),
        Figure("the app after the uploads", after_uploads, "MiB", under=before + 50),
        Figure(f"{SOCKETS} sockets at once: open", len(held), "", at_most=20),
        Figure("the app with these sockets open", after_sockets, "MiB"),
        Figure("messages of 8 MiB: taken", sum(kept), "", at_most=0),
        Figure("the app after the messages", after_messages, "MiB", under=after_sockets + 150),
        Figure("the app with unread pages", most_unread, "MiB", under=after_messages + 150),
    ]


def opened(stack: Stack, web: httpx.AsyncClient) -> connect:
    """Return a socket to the dashboard with the member's cookies, to be entered."""
    return connect(
        stack.app_url.replace("http", "ws", 1) + "/_stcore/stream",
        origin=Origin(stack.app_url),
        subprotocols=[Subprotocol("streamlit")],
        additional_headers={"Cookie": web.build_request("GET", stack.app_url).headers["Cookie"]},
        max_size=None,
        proxy=None,
        compression=None,
        host="127.0.0.1",
        port=stack.app_port,
    )


async def begun(socket: ClientConnection) -> str:
    """Run the first page and return the id of the Streamlit session."""
    await socket.send(asked().SerializeToString())
    session_id = ""
    async with asyncio.timeout(ANSWER_SECONDS):
        while True:
            message = ForwardMsg.FromString(await socket.recv(decode=False))
            if message.WhichOneof("type") == "new_session":
                session_id = message.new_session.initialize.session_id
            if message.WhichOneof("type") == "script_finished":
                return session_id


async def uploads(stack: Stack, web: httpx.AsyncClient, session_id: str) -> int:
    """Upload to the member's own session; return how many uploads were accepted."""
    await web.get(stack.app_url + "/_stcore/health")
    guard = {"X-Xsrftoken": web.cookies.get("_streamlit_xsrf") or ""}
    accepted = 0
    for _ in range(UPLOADS):
        answer = await web.put(
            f"{stack.app_url}/_stcore/upload_file/{session_id}/{uuid.uuid4()}",
            files={"file": ("a.bin", b"x" * MB)},
            headers=guard,
        )
        accepted += answer.is_success
    return accepted


async def large_message(socket: ClientConnection) -> bool:
    """Send one large message; return whether the app took it and stayed."""
    ask = asked()
    ask.rerun_script.query_string = "q=" + "x" * MESSAGE_BYTES
    try:
        await socket.send(ask.SerializeToString())
        async with asyncio.timeout(ANSWER_SECONDS):
            while True:
                message = ForwardMsg.FromString(await socket.recv(decode=False))
                if message.WhichOneof("type") == "script_finished":
                    return True
    except (WebSocketException, TimeoutError):
        return False


async def unread(stack: Stack, web: httpx.AsyncClient, app: int) -> float:
    """Ask for pages and read nothing; return the most memory that the app had meanwhile."""
    most = 0.0
    async with contextlib.AsyncExitStack() as sockets:
        held = [
            await sockets.enter_async_context(opened(stack, web)) for _ in range(MOST_OF_MEMBER)
        ]
        for _ in range(UNREAD_SECONDS):
            for one in held:
                with contextlib.suppress(WebSocketException):
                    await one.send(asked().SerializeToString())
            await asyncio.sleep(1)
            most = max(most, resident_mib(app))
    return most


def asked() -> BackMsg:
    """Return a wish to see the first page."""
    ask = BackMsg()
    context = ask.rerun_script.context_info
    context.timezone, context.locale, context.color_scheme = "UTC", "en-GB", "light"
    return ask


def resident_mib(pid: int) -> float:
    """Return the resident memory of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS:")).split()[1]) / 1024
