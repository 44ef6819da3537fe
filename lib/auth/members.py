"""Who may be in front of the app: a team member, or nobody for a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lib.auth.roles import Role


@dataclass(frozen=True, slots=True)
class Member:
    """A signed-in team member.

    Attributes:
        user_id: Clerk user id.
        clerk_session_id: Clerk session id, `sid`.
        role: recognised role.
        name: display name, empty if the token does not carry one.
        email: address, empty if the token does not carry one.
        image_url: picture, empty if the token does not carry one.
        impersonator: Clerk user id of whoever acts as this member, empty normally.
    """

    user_id: str
    clerk_session_id: str
    role: Role
    name: str = ""
    email: str = field(default="", repr=False)
    image_url: str = field(default="", repr=False)
    impersonator: str = ""


@dataclass(frozen=True, slots=True)
class Denial:
    """Nobody.

    Attributes:
        reason: a name from `lib.auth.reasons`, or Clerk's refresh error code after
            `session-token-expired-refresh-`.
        user_id: who it would have been, if a verified token said so.
    """

    reason: str
    user_id: str = ""


def member_of(claims: Mapping[str, Any], role: Role) -> Member:
    """Return the member that verified session claims describe."""
    actor = claims.get("act")
    return Member(
        user_id=claims["sub"],
        clerk_session_id=claims["sid"],
        role=role,
        name=text_in(claims, "name"),
        email=text_in(claims, "email"),
        image_url=text_in(claims, "image_url") or text_in(claims, "picture"),
        impersonator=text_in(actor, "sub") if isinstance(actor, Mapping) else "",
    )


def text_in(claims: Mapping[str, Any], name: str) -> str:
    """Return a text of a JSON object, empty if it is absent or something else."""
    value = claims.get(name)
    return value if isinstance(value, str) else ""
