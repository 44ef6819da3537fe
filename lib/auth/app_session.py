"""The app-session cookie `{sid, sub, iat}`: it keeps a browser signed in past 60 seconds.

It grants nothing alone. With it, an expired session token is accepted while the server's own check
says that the Clerk session (`sid`) is active.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import jwt

# A tab may stay open for a week; every page load restarts it.
MAX_AGE_SECONDS = 7 * 86_400
_MAX_CHARS = 1024
_SKEW_SECONDS = 60


@dataclass(frozen=True, slots=True)
class AppSession:
    """What the cookie holds: Clerk session and user, and when both were verified (Unix seconds)."""

    clerk_session_id: str
    user_id: str
    issued_at: int


class AppSessionCookie:
    """Writes and reads the cookie. The keys are shared by all replicas."""

    def __init__(self, keys: Sequence[str], *, secure: bool) -> None:
        """Set the keys.

        Args:
            keys: the first signs, all verify.
            secure: the app is served over https; the name then gets the `__Host-` prefix, so
                that no sibling domain can set the cookie.
        """
        self._keys = tuple(keys)
        self._secure = secure
        self.name = "__Host-earshot" if secure else "earshot_session"

    def issue(self, clerk_session_id: str, user_id: str, now: float) -> str:
        """Return the `Set-Cookie` line for a session that was verified just now."""
        claims = {"sid": clerk_session_id, "sub": user_id, "iat": int(now)}
        return self._line(jwt.encode(claims, self._keys[0], algorithm="HS256"))

    def clear(self) -> str:
        """Return the `Set-Cookie` line that deletes the cookie."""
        return self._line("") + "; Max-Age=0"

    def read(self, cookies: Mapping[str, str], now: float) -> AppSession | None:
        """Return what the cookie holds, None if it is absent, too old or not ours."""
        value = cookies.get(self.name, "")
        if not value or len(value) > _MAX_CHARS:
            return None
        for key in self._keys:
            try:
                claims = jwt.decode(
                    value,
                    key,
                    algorithms=["HS256"],
                    options={"require": ["sid", "sub", "iat"], "verify_iat": False},
                )
            except jwt.InvalidTokenError:
                continue
            clerk_session_id, issued_at = claims["sid"], claims["iat"]
            if not isinstance(clerk_session_id, str) or not isinstance(issued_at, int):
                return None
            age = now - issued_at
            if not -_SKEW_SECONDS <= age <= MAX_AGE_SECONDS:
                return None
            return AppSession(clerk_session_id, claims["sub"], issued_at)
        return None

    def _line(self, value: str) -> str:
        secure = "; Secure" if self._secure else ""
        return f"{self.name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}"
