"""A dashboard user without a browser: page loads, and Streamlit's protocol over its WebSocket."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Origin, Subprotocol

from tests.support.kept_messages import KeptMessages
from tests.support.sign_in import NAVIGATION

VIEW_SECONDS = 30.0
# What Chromium asks for with a page load, beside the document and the code, which it keeps.
_WITH_A_LOAD: Final = (
    "/auth/watch.js",
    "/auth/state",
    "/_stcore/health",
    "/_stcore/host-config",
)
# What the product's views say when something went wrong (`lib/ui/shell`).
_FAILURES: Final = (
    "Could not ",
    "This page failed to load",
    "Your session has ended",
    "You don't have access to",
    "not found",
)


class PageError(Exception):
    """A page that was not shown; the message says which, and what it said."""


@dataclass(slots=True)
class View:
    """One page that was shown.

    Attributes:
        path: of the page.
        way: `load` (document and a new socket) or `click` (within the open socket).
        seconds: from asking to the end of the script.
        components: ids of the product's components on it, by the key in the code.
    """

    path: str
    way: str
    seconds: float = 0.0
    received: int = 0
    components: dict[str, str] = field(default_factory=dict)


class Visitor:
    """A tab of a signed-in member. Not safe for more than one task.

    Args:
        app_url: origin of the app.
        web: whose cookies are those of a sign-in (`tests/support/sign_in.py`).
        address: client address of the socket (127.x.y.z).
    """

    def __init__(self, app_url: str, web: httpx.AsyncClient, address: str = "127.0.0.1") -> None:
        self._app_url = app_url
        self._web = web
        self._address = address
        self._socket: ClientConnection | None = None
        self._pages: dict[str, str] = {}  # path -> page script hash
        self._hash = ""
        self._query = ""
        self._kept = KeptMessages()
        self.view = View("", "")

    @property
    def is_open(self) -> bool:
        """Whether a page is open to click in."""
        return self._socket is not None

    async def load(self, path: str, query: str = "") -> View:
        """Load a page as from the address bar.

        Raises:
            PageError: a request was not answered well, or the page told of a failure.
        """
        await self.close()
        self._kept = KeptMessages()
        self.view = View(path, "load")
        started = time.perf_counter()
        self._query = query
        address = path + (f"?{query}" if query else "")
        await self._get(address, NAVIGATION)
        await asyncio.gather(*[self._get(each, {}) for each in _WITH_A_LOAD])
        try:
            self._socket = await connect(
                self._app_url.replace("http", "ws", 1) + "/_stcore/stream",
                origin=Origin(self._app_url),
                subprotocols=[Subprotocol("streamlit")],
                additional_headers={"Cookie": self._cookies()},
                max_size=None,
                proxy=None,
                compression=None,
                host="127.0.0.1",
                port=httpx.URL(self._app_url).port,
                local_addr=(self._address, 0),
            )
        except (OSError, WebSocketException) as error:
            raise PageError(f"{path}: no socket ({error!r})") from error
        ask = self._ask(path)
        ask.rerun_script.page_name = path.strip("/")
        await self._show(ask)
        self.view.seconds = time.perf_counter() - started
        return self.view

    async def click(self, path: str, query: str = "") -> View:
        """Open a page from the menu, or from a link in the page, which goes by the history.

        Raises:
            PageError: as `load`.
        """
        self.view = View(path, "click")
        started = time.perf_counter()
        self._query = query
        ask = self._ask(path)
        ask.rerun_script.page_script_hash = self._pages[path]
        ask.rerun_script.is_history_navigation = bool(query)
        await self._show(ask)
        self.view.seconds = time.perf_counter() - started
        return self.view

    async def watch(self) -> None:
        """Ask whether the session is still good, as an open page does every 20 s.

        Raises:
            PageError: it is not.
        """
        await self._get("/auth/state", {})

    async def close(self) -> None:
        """Close the socket, as leaving the page does."""
        socket, self._socket = self._socket, None
        if socket is not None:
            await socket.close()

    async def _get(self, address: str, headers: dict[str, str]) -> None:
        path = address.partition("?")[0]
        try:
            # A token of more than a minute's age takes a document to Clerk and back.
            answer = await self._web.get(
                self._app_url + address, headers=headers, follow_redirects=bool(headers)
            )
        except httpx.HTTPError as error:
            raise PageError(f"{path}: {error!r}") from error
        if answer.status_code != httpx.codes.OK:
            raise PageError(f"{path}: answered {answer.status_code}")
        if not str(answer.url).startswith(self._app_url):
            raise PageError(f"{path}: led out of the app")

    def _cookies(self) -> str:
        return str(self._web.build_request("GET", self._app_url).headers.get("Cookie", ""))

    def _ask(self, path: str) -> BackMsg:
        ask = BackMsg()
        ask.rerun_script.query_string = self._query
        ask.rerun_script.cached_message_hashes.extend(self._kept.hashes)
        context = ask.rerun_script.context_info
        context.timezone, context.locale = "UTC", "en-GB"
        context.url = self._app_url + path
        context.color_scheme = "light"
        return ask

    async def _show(self, ask: BackMsg) -> None:
        """Send a wish and receive until the script of the wanted page has ended."""
        view = self.view
        socket = self._socket
        if socket is None:
            raise PageError(f"{view.path}: the socket is closed")
        try:
            async with asyncio.timeout(VIEW_SECONDS):
                await socket.send(ask.SerializeToString())
                while not self._take(await socket.recv(decode=False)):
                    pass
        except TimeoutError as error:
            raise PageError(f"{view.path}: not shown within {VIEW_SECONDS:.0f} s") from error
        except WebSocketException as error:
            raise PageError(f"{view.path}: the socket broke ({error!r})") from error
        if self._pages.get(view.path) != self._hash:
            raise PageError(f"{view.path}: another page was shown")
        if not view.components:
            raise PageError(f"{view.path}: nothing was drawn")

    def _take(self, data: bytes) -> bool:
        """Take one message; tell whether it ends the page's run."""
        self.view.received += len(data)
        message = self._kept.whole(ForwardMsg.FromString(data))
        take: Callable[[Any], None] | None = {
            "new_session": self._begin,
            "navigation": self._navigate,
            "delta": self._draw,
        }.get(message.WhichOneof("type") or "")
        if take is not None:
            take(getattr(message, message.WhichOneof("type") or ""))
        if message.WhichOneof("type") != "script_finished":
            return False
        if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            self._kept.end_run()
        if message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
            raise PageError(f"{self.view.path}: the script does not compile")
        return bool(message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY)

    def _begin(self, session: Any) -> None:
        self._kept.max_runs = session.config.max_cached_message_age
        self._hash = session.page_script_hash

    def _navigate(self, navigation: Any) -> None:
        self._hash = navigation.page_script_hash
        self._pages = {
            "/" + page.url_pathname: page.page_script_hash for page in navigation.app_pages
        }

    def _draw(self, delta: Any) -> None:
        kind = delta.new_element.WhichOneof("type")
        if kind == "exception":
            raise PageError(f"{self.view.path}: {delta.new_element.exception.type}")
        if kind == "heading" and any(
            words in delta.new_element.heading.body for words in _FAILURES
        ):
            raise PageError(f"{self.view.path}: says '{delta.new_element.heading.body}'")
        identity = delta.new_element.bidi_component.id
        if identity:
            # $$ID-<32 digits>-<key>
            self.view.components[identity.split("-", 2)[-1]] = identity
