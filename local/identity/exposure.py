"""Access to the local Clerk instance: only from this machine."""

from __future__ import annotations

import ipaddress

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class LoopbackOnly:
    """Refuses callers of other machines: this instance signs anybody's tokens."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 403 to a caller that is not on this machine; pass everybody else on."""
        if scope["type"] == "lifespan" or _is_loopback(scope):
            await self._app(scope, receive, send)
            return
        await PlainTextResponse("loopback only\n", 403)(scope, receive, send)


def _is_loopback(scope: Scope) -> bool:
    client: tuple[str, int] | None = scope.get("client")
    return client is not None and ipaddress.ip_address(client[0]).is_loopback
