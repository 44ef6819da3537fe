"""Downloads of one member are few at a time, and hold nothing once their reader is gone."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import AsyncExitStack
from typing import Any

import anyio
import pytest
from starlette.responses import Response

from lib.api.download_limits import MOST_DOWNLOADS, Download, LimitedDownloads, in_pieces
from lib.auth.members import Member
from lib.auth.roles import Role
from lib.auth.slots import MemberSlots

pytestmark = pytest.mark.anyio

NEVER = 3600.0


class Client:
    """Asks for a download and takes as many pieces as it is told to, then no more.

    Attributes:
        status: of the response.
        taken: pieces.
        is_over: the application is done with this client.
    """

    def __init__(self, takes: int) -> None:
        self.status, self.taken, self.is_over = 0, 0, False
        self._takes = takes
        self._full, self._gone = anyio.Event(), anyio.Event()

    async def ask(self, app: Any, user_id: str = "user_1") -> None:
        """Ask and wait until the application is done."""
        member = Member(user_id, "sess_1", Role.REVIEWER)
        scope = {"type": "http", "method": "GET", "asgi": {}, "state": {"member": member}}
        await app(scope, self._receive, self._send)
        self.is_over = True

    async def full(self) -> None:
        """Wait until it takes no more."""
        await self._full.wait()

    def leave(self) -> None:
        """Close the connection."""
        self._gone.set()

    async def _receive(self) -> Any:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif self.taken == self._takes:
            self._full.set()
            await anyio.sleep_forever()
        else:
            self.taken += 1


class Source:
    """Content without end that knows whether somebody still reads it."""

    def __init__(self) -> None:
        self.open = 0

    def pieces(self) -> Generator[bytes, None, None]:
        self.open += 1
        try:
            while True:
                yield b"x"
        finally:
            self.open -= 1

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        response: Response = Download(self.pieces(), media_type="text/plain", headers={})
        await response(scope, receive, send)


async def test_a_member_has_few_downloads_at_once_and_keeps_nobody_else_from_theirs() -> None:
    app = LimitedDownloads(Source(), MemberSlots(MOST_DOWNLOADS), NEVER)
    readers = [Client(takes=1) for _ in range(MOST_DOWNLOADS)]
    one_more, another, later = Client(takes=1), Client(takes=1), Client(takes=1)
    async with anyio.create_task_group() as tasks, AsyncExitStack() as leaving:
        for reader in readers:
            leaving.callback(reader.leave)
            tasks.start_soon(reader.ask, app)
            await reader.full()
        await one_more.ask(app)
        assert one_more.status == 429
        leaving.callback(another.leave)
        tasks.start_soon(another.ask, app, "user_2")
        await another.full()
        readers[0].leave()
        while not readers[0].is_over:
            await anyio.lowlevel.checkpoint()
        leaving.callback(later.leave)
        tasks.start_soon(later.ask, app)
        await later.full()
    assert [one.status for one in (*readers, another, later)] == [200] * (MOST_DOWNLOADS + 2)


async def test_a_download_lets_go_of_its_source_when_its_reader_leaves() -> None:
    source, reader = Source(), Client(takes=3)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(reader.ask, LimitedDownloads(source, MemberSlots(1), NEVER))
        await reader.full()
        assert source.open == 1
        reader.leave()
    assert source.open == 0


async def test_a_reader_who_takes_nothing_is_let_go() -> None:
    source, reader = Source(), Client(takes=3)
    await reader.ask(LimitedDownloads(source, MemberSlots(1), stall_seconds=0.05))
    assert (reader.taken, source.open) == (3, 0)


def test_a_file_in_pieces_is_the_file() -> None:
    content = bytes(range(256)) * 5000
    pieces = list(in_pieces(content))
    assert b"".join(pieces) == content
    assert max(map(len, pieces)) <= 256 * 1024
