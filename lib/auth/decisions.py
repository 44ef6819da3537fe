"""What the state machine says of a request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from lib.auth.tokens import Claims

Status = Literal["signed-in", "signed-out", "handshake"]


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to a request, before roles and pages are asked.

    Attributes:
        status: Clerk's three states.
        reason: why it is not plainly signed in; empty if it is.
        location: where the browser must go (307), whatever the status; None = nowhere.
        set_cookies: `Set-Cookie` lines to send, in order.
        claims: verified claims of the session token, if signed in.
        token: the session token itself, if signed in; from a cookie or the header.
        looped: a handshake was due but the browser had just made three.
        by_handshake: Clerk itself said just now whose browser this is.
    """

    status: Status
    reason: str = ""
    location: str | None = None
    set_cookies: tuple[str, ...] = ()
    claims: Claims = field(default_factory=dict, repr=False)
    token: str = field(default="", repr=False)
    looped: bool = False
    by_handshake: bool = False
