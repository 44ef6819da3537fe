"""Cookies as Clerk's own server code reads them, and the choice between suffixed and plain names.

Python's `SimpleCookie` drops a whole header at the first odd cookie and Starlette's parser keeps
the last duplicate; Clerk keeps the first and tolerates malformed ones, so the parser is our own.
"""

from __future__ import annotations

import base64
import hashlib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from lib.auth.tokens import Decoded, TokenError, decode

SESSION = "__session"
CLIENT_UAT = "__client_uat"
DEV_BROWSER = "__clerk_db_jwt"
REFRESH = "__refresh"
HANDSHAKE = "__clerk_handshake"
HANDSHAKE_NONCE = "__clerk_handshake_nonce"
REDIRECT_COUNT = "__clerk_redirect_count"

_MALFORMED_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_WHOLE_NUMBER = re.compile(r"\s*([0-9]{1,9})\s*")
_LEADING_INTEGER = re.compile(r"\s*([+-]?[0-9]+)")
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_CLERK_NAMES = (SESSION, CLIENT_UAT, "__clerk_", REFRESH)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def parse(header: str) -> dict[str, str]:
    """Return the cookies of a `Cookie` header: the first of a name wins, values percent-decoded."""
    cookies: dict[str, str] = {}
    for part in header.split(";"):
        name, separator, value = part.partition("=")
        if separator:
            cookies.setdefault(name.strip(" \t"), _percent_decoded(value.strip(" \t")))
    return cookies


def suffix(publishable_key: str) -> str:
    """Return the suffix of an instance's cookie names."""
    # Clerk defines the name by SHA-1; nothing depends on its strength.
    digest = hashlib.sha1(publishable_key.encode(), usedforsecurity=False).digest()
    return base64.urlsafe_b64encode(digest)[:8].decode()


@dataclass(frozen=True, slots=True)
class InstanceCookies:
    """The cookies of one instance in one request.

    Attributes:
        suffixed: whether the suffixed names were chosen; sent to Clerk as `suffixed_cookies`.
        session_token: None if absent or empty.
        client_uat: Unix time of the client's last sign-in change; 0 = signed out or unknown.
        dev_browser: id of the browser at a development instance.
        refresh_token: None if absent or empty.
    """

    suffixed: bool
    session_token: str | None
    client_uat: int
    dev_browser: str | None
    refresh_token: str | None


@dataclass(frozen=True, slots=True)
class CookieNames:
    """How an instance names its cookies, and how to choose between two sets of them.

    Attributes:
        suffix: see `suffix`.
        frontend_api_host: what `iss` must name for a plain cookie to be this instance's.
        production: kind of instance.
    """

    suffix: str
    frontend_api_host: str
    production: bool

    def suffixed(self, name: str) -> str:
        """Return the suffixed form of a cookie's name."""
        return f"{name}_{self.suffix}"

    def choose(self, cookies: Mapping[str, str], now: float) -> InstanceCookies:
        """Read the instance's cookies by Clerk's rules."""
        use_suffixed = self._use_suffixed(cookies, now)

        def pick(name: str) -> str | None:
            return cookies.get(self.suffixed(name) if use_suffixed else name) or None

        return InstanceCookies(
            suffixed=use_suffixed,
            session_token=pick(SESSION),
            client_uat=leading_integer(pick(CLIENT_UAT)),
            dev_browser=pick(DEV_BROWSER),
            refresh_token=cookies.get(self.suffixed(REFRESH)) or None,
        )

    def _use_suffixed(  # noqa: PLR0911  # one return per rule, in order
        self, cookies: Mapping[str, str], now: float
    ) -> bool:
        """Return which set to read. Nothing is verified here: the token that is read will be."""
        uat, token = cookies.get(CLIENT_UAT), _decoded(cookies.get(SESSION))
        own_uat = cookies.get(self.suffixed(CLIENT_UAT)) or None
        own_token_text = cookies.get(self.suffixed(SESSION))
        own_token = _decoded(own_token_text)
        if cookies.get(SESSION):
            issuer = token.payload.get("iss") if token else None
            if not issuer:
                return False
            if not isinstance(issuer, str) or _SCHEME.sub("", issuer) != self.frontend_api_host:
                return True
        if not own_uat and not own_token_text:
            return False
        newer_plain = _number(token, "iat") > _number(own_token, "iat")
        if own_uat != "0" and uat != "0" and newer_plain:
            return False
        if own_uat == "0":
            return uat == "0"
        if not self.production and uat == "0" and _expired(own_token, now):
            return False
        return bool(own_uat)


def clerk_cookie_lines(lines: Sequence[object]) -> list[str]:
    """Keep the `Set-Cookie` lines that set Clerk's cookies and hold no control character."""
    return [
        line
        for line in lines
        if isinstance(line, str) and line.startswith(_CLERK_NAMES) and not _CONTROL.search(line)
    ]


def session_token_in(lines: Sequence[str]) -> str:
    """Return the session token that `Set-Cookie` lines set, the last one if several do."""
    token = ""
    for line in lines:
        name, _, rest = line.partition(";")[0].partition("=")
        if name.startswith(SESSION):
            token = rest.partition("=")[0]
    return token


def expired_cookie(name: str, *, secure: bool) -> str:
    """Return the `Set-Cookie` line that deletes a host-only cookie of Clerk's."""
    return f"{name}=; Path=/; Max-Age=0; SameSite=Lax{'; Secure' if secure else ''}"


def leading_integer(text: str | None) -> int:
    """Read the integer at the start of a text, 0 if there is none (JavaScript's `parseInt`)."""
    match = _LEADING_INTEGER.match((text or "")[:32])
    return int(match[1]) if match else 0


def whole_number(text: str | None) -> int:
    """Read a text that is a whole number and nothing else, 0 for anything else."""
    match = _WHOLE_NUMBER.fullmatch(text or "")
    return int(match[1]) if match else 0


def _percent_decoded(value: str) -> str:
    """Decode percent escapes, or return the value as it is if they are malformed."""
    if "%" not in value or _MALFORMED_ESCAPE.search(value):
        return value
    try:
        return unquote_to_bytes(value).decode("utf-8")
    except UnicodeDecodeError:
        return value


def _decoded(token: str | None) -> Decoded | None:
    try:
        return decode(token or "")
    except TokenError:
        return None


def _number(token: Decoded | None, claim: str) -> float:
    """Return a claim for comparison: 0 if absent, not a number (never greater) if it is none."""
    value: Any = token.payload.get(claim) if token else None
    return value if isinstance(value, int | float) else math.nan if value else 0


def _expired(token: Decoded | None, now: float) -> bool:
    expires = token.payload.get("exp") if token else None
    return isinstance(expires, int | float) and expires <= math.floor(now)
