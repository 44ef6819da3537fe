"""API keys: how they are made and recognised, and who calls with one.

A key is `esk_`, 16 hexadecimal digits by which it is found, 64 of its secret (256 random bits), and
8 of a checksum. Only the SHA-256 of the whole is stored: it is random, so it needs no slow hash.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from lib.auth.blocking import BlockingCall

PREFIX: Final = "esk_"
FRESH_SECONDS: Final = 30.0
"""How long a key goes on working here after it was revoked, and what was unknown stays so."""
TOKEN_SECONDS: Final = 300
_RENEW_SECONDS: Final = 90
_MOST_KEYS: Final = 1_000
_FORM: Final = re.compile(rf"{PREFIX}([0-9a-f]{{16}})[0-9a-f]{{64}}([0-9a-f]{{8}})", re.ASCII)


class StoredKey(Protocol):
    """What is stored of a key that works."""

    @property
    def id(self) -> str:
        """Of the record: the subject of the calls, whatever the secret is."""

    @property
    def scope(self) -> str:
        """`write`, `read`, `read-clear` or `scores`."""

    @property
    def hash(self) -> str:
        """SHA-256 of the key, hexadecimal."""

    @property
    def former_hash(self) -> str | None:
        """Of the key before a rotation, while that works."""


def new_key(public_id: str = "") -> str:
    """Return a new key.

    Args:
        public_id: of the key that gets another secret; default a new one.
    """
    body = f"{PREFIX}{public_id or secrets.token_hex(8)}{secrets.token_hex(32)}"
    return body + _checksum(body)


def public_id(key: str) -> str | None:
    """Return by what a key is found; None if it is malformed, which needs no call to know."""
    found = _FORM.fullmatch(key)
    if found is None or not hmac.compare_digest(found[2], _checksum(key[:-8])):
        return None
    return found[1]


def hash_of(key: str) -> str:
    """Return what is stored of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


def is_of(given: str, stored: StoredKey) -> bool:
    """Return whether a hash is that of a stored key, or of its former secret while that works."""
    is_present = hmac.compare_digest(given, stored.hash)
    is_former = hmac.compare_digest(given, stored.former_hash or "")
    return is_present or is_former


def role_of_scope(scope: str) -> str:
    """Return the role that calls with a key of this scope have."""
    return f"key-{scope}"


def _checksum(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:8]


@dataclass(slots=True)
class _Known:
    key: StoredKey | None
    until: float
    token: str = ""
    token_until: float = 0.0


class ApiKeys:
    """Checks keys; what is stored of one is asked for once in `FRESH_SECONDS`. Thread-safe.

    Args:
        find: returns the stored key of a public id, None if none works; takes the hash of the key
            that was sent too, to note a use of the right one. May block, and raises
            `ApiUnavailableError`.
        mint: returns a service token of a role and a subject, valid for `TOKEN_SECONDS`.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        find: Callable[[str, str], StoredKey | None],
        mint: Callable[[str, str], str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._find = find
        self._mint = mint
        self._clock = clock
        self._lock = threading.Lock()
        self._known: OrderedDict[str, _Known] = OrderedDict()

    async def check(self, key: str) -> tuple[StoredKey, str] | None:
        """Return what is stored of a key, and a token for Convex; None if the key does not work.

        Raises:
            ApiUnavailableError: it could not be asked for.
        """
        name = public_id(key)
        if name is None:
            return None
        given = hash_of(key)
        known = self._fresh(name)
        if known is None:
            # A made-up key costs a call to Convex, as a made-up session costs one to Clerk. A key
            # that worked here before is not made up, and does not wait behind those that are.
            is_new = not self._worked(name, given)
            known = await BlockingCall(lambda: self._ask(name, given), anonymous=is_new)
        stored = known.key
        if stored is None or not is_of(given, stored):
            return None
        return stored, self._token(known, stored)

    def _worked(self, name: str, given: str) -> bool:
        with self._lock:
            known = self._known.get(name)
        return known is not None and known.key is not None and is_of(given, known.key)

    def _fresh(self, name: str) -> _Known | None:
        with self._lock:
            known = self._known.get(name)
            return known if known is not None and self._clock() < known.until else None

    def _ask(self, name: str, given: str) -> _Known:
        stored = self._find(name, given)
        with self._lock:
            before = self._known.pop(name, None)
            known = _Known(stored, self._clock() + FRESH_SECONDS)
            if before is not None and before.key is not None and stored is not None:
                known.token, known.token_until = before.token, before.token_until
            self._known[name] = known
            while len(self._known) > _MOST_KEYS:
                self._known.popitem(last=False)
        return known

    def _token(self, known: _Known, stored: StoredKey) -> str:
        with self._lock:
            if self._clock() >= known.token_until:
                known.token = self._mint(role_of_scope(stored.scope), stored.id)
                known.token_until = self._clock() + TOKEN_SECONDS - _RENEW_SECONDS
            return known.token
