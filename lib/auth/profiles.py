"""Names, addresses and pictures of members, for tokens that do not carry them."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lib.auth.backend_api import ApiRefusedError, ApiUnavailableError, BackendApi
from lib.auth.members import Member, text_in

FRESH_SECONDS = 600.0
_MAX_PROFILES = 1_000


@dataclass(frozen=True, slots=True)
class _Profile:
    name: str
    email: str
    image_url: str
    read_at: float


class Profiles:
    """Completes members from Clerk's user records, each asked for once in ten minutes."""

    def __init__(self, api: BackendApi, clock: Callable[[], float] = time.monotonic) -> None:
        """Remember where to ask."""
        self._api = api
        self._clock = clock
        self._guard = threading.Lock()
        self._known: OrderedDict[str, _Profile] = OrderedDict()

    def completed(self, member: Member) -> Member:
        """Return the member with name, e-mail and picture as far as they can be had."""
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
            known = self._known.get(user_id)
        if known is not None and self._clock() - known.read_at < FRESH_SECONDS:
            return known
        try:
            profile = self._read(self._api.user(user_id))
        except (ApiUnavailableError, ApiRefusedError):
            # Nobody is kept out for want of a name; it is asked for again in ten minutes.
            profile = known or _Profile("", "", "", self._clock())
        with self._guard:
            self._known[user_id] = replace(profile, read_at=self._clock())
            self._known.move_to_end(user_id)
            while len(self._known) > _MAX_PROFILES:
                self._known.popitem(last=False)
        return profile

    def _read(self, user: Mapping[str, Any]) -> _Profile:
        names = (text_in(user, "first_name"), text_in(user, "last_name"))
        name = " ".join(part for part in names if part) or text_in(user, "username")
        return _Profile(name, primary_email(user), text_in(user, "image_url"), self._clock())


def primary_email(user: Mapping[str, Any]) -> str:
    """Return the primary e-mail address of a Clerk user record, empty if it has none."""
    wanted = user.get("primary_email_address_id")
    addresses = user.get("email_addresses")
    for address in addresses if isinstance(addresses, list) else []:
        if isinstance(address, Mapping) and address.get("id") == wanted:
            return text_in(address, "email_address")
    return ""
