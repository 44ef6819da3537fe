"""Chromium, driven by Playwright, which is installed for development only.

Playwright's messages contain URLs with tickets, so they are never passed on.
"""

from __future__ import annotations

import os
import re
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt

from lib.smoke.checks import Failed, NotPossible, check
from lib.smoke.chromium import find_chromium, prefer_installed_node

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Response

INSTALL: Final = "Run `make setup-dev browser`, or name a Chromium in EARSHOT_CHROMIUM."
_TIMEOUT_MS: Final = 30_000
_FLAGS: Final = ("--disable-gpu", "--autoplay-policy=no-user-gesture-required")
_PARTIAL_CONTENT: Final = 206
_OK: Final = 200


class Browser:
    """One Chromium with one page.

    Attributes:
        absence: why it was not started, for the rows that would need it.
    """

    def __init__(self, app_url: str) -> None:
        """Remember the app's origin."""
        self._app_url = app_url
        self._open = ExitStack()
        self.absence = "No sign-in in the browser."
        self._context: BrowserContext | None = None
        self._page: Page | None = None

    def close(self) -> None:
        """End Chromium, if it was started."""
        self._open.close()
        self._context = self._page = None

    @property
    def is_open(self) -> bool:
        """Whether Chromium runs."""
        return self._page is not None

    def start(self) -> None:
        """Start Chromium.

        Raises:
            NotPossible: Playwright or Chromium is missing or does not start; says what to do.
        """
        try:
            from playwright.sync_api import (  # noqa: PLC0415  # not there in production
                Error,
                sync_playwright,
            )
        except ImportError:
            raise NotPossible(f"Playwright is not installed. {INSTALL}") from None
        prefer_installed_node()
        try:
            driver = self._open.enter_context(sync_playwright())
            path = find_chromium()
            if path is None:
                raise NotPossible(f"There is no Chromium. {INSTALL}")
            # Chromium refuses to start its sandbox as root.
            sandbox = () if os.geteuid() else ("--no-sandbox",)
            browser = driver.chromium.launch(executable_path=path, args=[*_FLAGS, *sandbox])
            self._open.callback(browser.close)
            self._context = browser.new_context(viewport={"width": 1280, "height": 900})
            self._context.set_default_timeout(_TIMEOUT_MS)
            self._page = self._context.new_page()
        except Error:
            raise NotPossible(f"Chromium does not start. {INSTALL}") from None

    def sign_in(self, ticket_url: str) -> str:
        """Open the app signed out, sign in with a ticket, return; return the Clerk session's id.

        Raises:
            Failed: the app did not redirect to sign-in, or did not accept the sign-in.
        """
        page = self._shown()
        self._go("/")
        away = not page.url.startswith(self._app_url)
        check(away, "The app did not redirect to the sign-in page.")
        # As the sign-in page would: from there, with the way back that the app gave to it.
        back = dict(parse_qsl(urlsplit(page.url).query)).get("redirect_url", self._app_url)
        target = f"{ticket_url}&{urlencode({'redirect_url': back})}"
        page.evaluate("url => { setTimeout(() => location.assign(url), 0) }", target)
        self._settle(lambda: page.wait_for_url(f"{self._app_url}/**"))
        self._go("/")
        check(self.is_let_in(), "The sign-in ticket was used, but the app did not sign in.")
        return self._clerk_session_id()

    def see(self, session_id: str, texts: list[str]) -> None:
        """Open a session's page and wait until its texts are there to read.

        Raises:
            Failed: a text does not appear.
        """
        page = self._shown()
        self._go(f"/session?id={session_id}")
        for text in texts:
            found = self._settle(lambda text=text: page.get_by_text(text).first.wait_for())
            check(found, f"The transcript does not appear within {_TIMEOUT_MS // 1000} s.")

    def hear(self, media_origin: str) -> int:
        """Press play and wait until two seconds have sounded; return the ranges that were fetched.

        Raises:
            Failed: the player's clock stands still, or the bucket did not answer ranges.
        """
        page, statuses = self._shown(), list[int]()

        def note(response: Response) -> None:
            if response.url.startswith(media_origin) and response.request.headers.get("range"):
                statuses.append(response.status)

        page.on("response", note)
        play = page.get_by_role("group", name="Player").get_by_role("button", name="Play")
        check(self._settle(play.click), "The player has no play button.")
        clock = page.locator(".clock").filter(has_text=re.compile(r"^\s*0:0[2-9]"))
        check(self._settle(clock.wait_for), "The player's clock does not reach 0:02.")
        check(statuses, "The browser fetched no range of the recording.")
        odd = sorted(set(statuses) - {_PARTIAL_CONTENT})
        check(not odd, f"The bucket answered ranges with {odd}, not 206.")
        return len(statuses)

    def is_let_in(self) -> bool:
        """Tell whether this browser is on a page of the app, and the app says it is signed in."""
        page = self._shown()
        if not page.url.startswith(self._app_url):
            return False
        # With the browser's cookies, but not by the page's script: the page that says "signed out"
        # may connect to nothing.
        answer = page.context.request.get(f"{self._app_url}/auth/state")
        return answer.status == _OK

    def is_shut_out(self, session_id: str) -> bool:
        """Tell whether a session's page sends this browser away."""
        self._go(f"/session?id={session_id}")
        transcript = self._shown().get_by_role("list", name="Transcript")
        return not self.is_let_in() and transcript.count() == 0

    def _clerk_session_id(self) -> str:
        cookies = self._context.cookies(self._app_url) if self._context else []
        token = next((one["value"] for one in cookies if one["name"] == "__session"), "")
        claims = jwt.decode(token, options={"verify_signature": False}) if token else {}
        check(claims.get("sid"), "The browser got no session cookie.")
        return str(claims["sid"])

    def _shown(self) -> Page:
        if self._page is None:
            raise NotPossible(self.absence)
        return self._page

    def _go(self, path: str) -> None:
        from playwright.sync_api import Error  # noqa: PLC0415  # not there in production

        try:
            self._shown().goto(self._app_url + path)
        except Error:
            raise Failed("The browser cannot open the app.") from None

    def _settle(self, wait: Any) -> bool:
        """Wait with Playwright; tell whether it came true in time."""
        from playwright.sync_api import Error  # noqa: PLC0415  # not there in production

        try:
            wait()
        except Error:
            return False
        return True
