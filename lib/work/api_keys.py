"""API keys: asked for, made, rotated and revoked in Convex."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from lib.auth.api_keys import hash_of, is_of, new_key, public_id
from lib.auth.backend_api import ApiUnavailableError
from lib.data import Caller, DataError, api_keys
from lib.data.records import ApiKey, UsableKey

Scope = Literal["write", "read", "read-clear", "scores"]
SCOPES: Final[dict[Scope, str]] = {
    "write": "Send users, sessions, turns and recordings; list and search nothing.",
    "read": "Read everything as a viewer sees it: e-mail addresses and numbers are masked.",
    "read-clear": "Read everything in clear.",
    "scores": "Send scores.",
}
"""What a key of each scope may do."""


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A key, which is shown this once, and its record."""

    record: ApiKey
    key: str


def create(caller: Caller, name: str, scope: Scope, expires_at: datetime | None = None) -> MadeKey:
    """Make a key.

    Args:
        caller: an admin or a worker.
        name: to tell it from others.
        scope: what it may do.
        expires_at: when it ends by itself.

    Raises:
        Refused: a field is not valid, or there are too many keys.
    """
    key = new_key()
    record = api_keys.create(
        caller,
        name=name,
        scope=scope,
        public_id=public_id(key) or "",
        hash=hash_of(key),
        expires_at=expires_at,
    )
    return MadeKey(record, key)


def rotate(caller: Caller, record: ApiKey, keep: timedelta = timedelta()) -> MadeKey:
    """Give a key another secret.

    Args:
        caller: an admin or a worker.
        record: of the key.
        keep: how long the former secret goes on working, a week at most.

    Raises:
        Refused: the key was revoked.
    """
    key = new_key(record.public_id)
    until = datetime.now(UTC) + keep if keep else None
    changed = api_keys.rotate(caller, id=record.id, hash=hash_of(key), keep_until=until)
    return MadeKey(changed, key)


def finder(caller: Callable[[], Caller]) -> Callable[[str, str], UsableKey | None]:
    """Return what asks for a key by its public id, and notes the use if the given hash is of it.

    Args:
        caller: makes a caller with the role worker.
    """

    def find(name: str, given: str) -> UsableKey | None:
        try:
            found = api_keys.find(caller(), name)
            if found is not None and is_of(given, found):
                api_keys.note_use(caller(), found.id)
        except (DataError, ValueError) as error:
            # A ValueError: there is no EARSHOT_SERVICE_KEY to ask with.
            raise ApiUnavailableError("Convex does not answer") from error
        return found

    return find
