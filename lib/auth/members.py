"""Who a request is from: a team member, or nobody for a reason."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lib.auth.backend_api import ApiRefusedError, ApiUnavailableError, BackendApi
from lib.auth.roles import Role
from lib.product.texts import sanitized

FRESH_SECONDS = 600.0
_MAX_PROFILES = 1_000


@dataclass(frozen=True, slots=True)
class Member:
    """A signed-in team member.

    Attributes:
        user_id: Clerk user id.
        clerk_session_id: Clerk session id, `sid`.
        role: role in the team.
        name: display name, empty if the token does not carry one.
        email: address, empty if the token does not carry one.
        image_url: picture, empty if the token does not carry one.
        impersonator: Clerk user id of whoever acts as this member, usually empty.
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
    """A request that is refused.

    Attributes:
        reason: a name from `lib.auth.reasons`, or Clerk's refresh error code after
            `session-token-expired-refresh-`.
        user_id: Clerk user id, if a verified token said so.
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
    """Return a text of a JSON object, made fit to store; empty if absent or something else."""
    value = claims.get(name)
    return sanitized(value) if isinstance(value, str) else ""


def primary_email(user: Mapping[str, Any]) -> str:
    """Return the primary e-mail address of a Clerk user record, empty if it has none."""
    wanted = user.get("primary_email_address_id")
    addresses = user.get("email_addresses")
    for address in addresses if isinstance(addresses, list) else []:
        if isinstance(address, Mapping) and address.get("id") == wanted:
            return text_in(address, "email_address")
    return ""


@dataclass(frozen=True, slots=True)
class _Profile:
    """What Clerk says of a user, and when it was read (monotonic seconds)."""

    name: str
    email: str
    image_url: str
    read_at: float


class Profiles:
    """Reads names, addresses and pictures that tokens lack, each user once in ten minutes."""

    def __init__(self, api: BackendApi, clock: Callable[[], float] = time.monotonic) -> None:
        """Hold nothing yet; `clock` is in monotonic seconds."""
        self._api = api
        self._clock = clock
        self._guard = threading.Lock()
        self._profiles: OrderedDict[str, _Profile] = OrderedDict()

    def completed(self, member: Member) -> Member:
        """Return the member with name, e-mail and picture, as far as Clerk has them. May block."""
        if member.name and member.email:
            return member
        profile = self._profile(member.user_id)
        return replace(
            member,
            name=member.name or profile.name,
            email=member.email or profile.email,
            image_url=member.image_url or profile.image_url,
        )

    def _profile(self, user_id: str) -> _Profile:
        with self._guard:
            known = self._profiles.get(user_id)
        if known is not None and self._clock() - known.read_at < FRESH_SECONDS:
            return known
        try:
            profile = self._read(self._api.user(user_id))
        except (ApiUnavailableError, ApiRefusedError):
            # Nobody is refused for lack of a name; it is asked for again in ten minutes.
            profile = known or _Profile("", "", "", self._clock())
        with self._guard:
            self._profiles[user_id] = replace(profile, read_at=self._clock())
            self._profiles.move_to_end(user_id)
            while len(self._profiles) > _MAX_PROFILES:
                self._profiles.popitem(last=False)
        return profile

    def _read(self, user: Mapping[str, Any]) -> _Profile:
        names = (text_in(user, "first_name"), text_in(user, "last_name"))
        name = " ".join(part for part in names if part) or text_in(user, "username")
        return _Profile(name, primary_email(user), text_in(user, "image_url"), self._clock())
