"""What one member can have downloaded at once, and for how long a download waits for its reader."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import suppress
from typing import Final

import anyio
from anyio.to_thread import run_sync
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lib.auth.members import Member
from lib.auth.slots import MemberSlots

MOST_DOWNLOADS: Final = 4
"""Maximum number of downloads of one member per process: each holds a connection and a buffer."""
STALL_SECONDS: Final = 60.0
"""A reader who takes nothing for so long is gone."""
_PIECE: Final = 256 * 1024


class LimitedDownloads:
    """ASGI middleware of the routes of files; behind the gate, which names the member.

    Args:
        app: the route's endpoint.
        slots: shared by the routes.
        stall_seconds: how long a reader may take for one piece.
    """

    def __init__(
        self, app: ASGIApp, slots: MemberSlots, stall_seconds: float = STALL_SECONDS
    ) -> None:
        self._app, self._slots, self._stall_seconds = app, slots, stall_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one download, or refuse it with 429."""
        member: Member = scope["state"]["member"]

        async def send_in_time(message: Message) -> None:
            with anyio.move_on_after(self._stall_seconds) as waiting:
                await send(message)
            if waiting.cancelled_caught:
                raise ClientDisconnect

        with self._slots.slot(member.user_id) as is_allowed:
            if is_allowed:
                with suppress(ClientDisconnect):
                    await self._app(scope, receive, send_in_time)
                return
        refusal = f"You have {MOST_DOWNLOADS} downloads running. Wait for one of them to end."
        await PlainTextResponse(refusal, 429)(scope, receive, send)


class Download(StreamingResponse):
    """Sends pieces one by one, and lets go of what they come from when the reader is gone.

    Args:
        pieces: the content; closed at the end.
        media_type: of the content.
        headers: of the response.
        background: runs when all pieces are sent, or the reader is gone.
    """

    def __init__(
        self,
        pieces: Generator[bytes, None, None],
        *,
        media_type: str,
        headers: Mapping[str, str],
        background: BackgroundTask | None = None,
    ) -> None:
        super().__init__(pieces, media_type=media_type, headers=headers, background=background)
        self._pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the pieces."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            with anyio.CancelScope(shield=True):
                await run_sync(self._pieces.close)


def in_pieces(data: bytes) -> Generator[bytes, None, None]:
    """Yield a content in pieces, so that no more of it is buffered than its reader takes."""
    for start in range(0, len(data), _PIECE):
        yield data[start : start + _PIECE]
