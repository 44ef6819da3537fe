"""The sign-in page of the documents says what the code says."""

from __future__ import annotations

from pathlib import Path

from lib.auth import cookies
from lib.auth.clerk_redirects import COUNT_COOKIE, SECURE_STATE_COOKIE, STATE_COOKIE

PAGE = Path("docs/clerk.md").read_text()


def test_every_cookie_is_listed() -> None:
    table = PAGE.partition("## Cookies")[2].partition("\n## ")[0]
    for name in (
        cookies.SESSION,
        cookies.CLIENT_UAT,
        cookies.DEV_BROWSER,
        cookies.REFRESH,
        cookies.HANDSHAKE,
        cookies.HANDSHAKE_NONCE,
        cookies.REDIRECT_COUNT,
        STATE_COOKIE,
        SECURE_STATE_COOKIE,
        COUNT_COOKIE,
        "__Host-earshot",
        "earshot_session",
    ):
        assert f"`{name}" in table
