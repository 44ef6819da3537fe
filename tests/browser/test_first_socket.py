"""The first socket of a fresh process gets pages only through the dashboard script.

With a `pages/` folder beside its script, Streamlit would run a page script directly for the first
sockets of a process, without the script that asks who is there.
"""

from __future__ import annotations

import hashlib
import os
import signal

import httpx
import pytest
from playwright.sync_api import Browser
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from lib.ui.shell.navigation import ROUTES, Route
from tests.support.browser import new_context, sign_in
from tests.support.stack import RunningStack, wait_until

FORBIDDEN_TO_A_VIEWER = ("/audit", "/storage")


@pytest.fixture(scope="module")
def viewer_cookies(browser: Browser, stack: RunningStack) -> str:
    context = new_context(browser)
    sign_in(context.new_page(), stack, "viewer")
    found = context.cookies(stack.app_url)
    context.close()
    return "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in found)


def restart_app(stack: RunningStack) -> None:
    """Kill the app; the supervisor starts a fresh process, which no socket has reached yet."""
    pid = stack.refresh()["pids"]["app"]
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: stack.refresh()["pids"].get("app") not in {None, pid}, 30)
    wait_until(lambda: _is_live(stack), 60)


def _is_live(stack: RunningStack) -> bool:
    try:
        return stack.get("/api/v1/live").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def run_page(stack: RunningStack, route: Route, cookies: str) -> list[ForwardMsg]:
    """Ask for a page script the way a legacy multipage client does, by the hash of its path."""
    ask = BackMsg()
    ask.rerun_script.page_script_hash = hashlib.md5(
        str(route.script).encode(), usedforsecurity=False
    ).hexdigest()
    messages: list[ForwardMsg] = []
    with connect(
        f"ws://localhost:{stack.port}/_stcore/stream",
        origin=Origin(stack.app_url),
        subprotocols=[Subprotocol("streamlit")],
        additional_headers={"Cookie": cookies} if cookies else {},
        max_size=None,
        proxy=None,
    ) as socket:
        socket.send(ask.SerializeToString())
        while not messages or messages[-1].WhichOneof("type") != "script_finished":
            data = socket.recv(timeout=60)
            assert isinstance(data, bytes)
            messages.append(ForwardMsg.FromString(data))
    return messages


def test_a_stranger_gets_no_page_from_a_fresh_process(stack: RunningStack) -> None:
    restart_app(stack)
    for route in ROUTES:
        with pytest.raises(InvalidStatus) as refused:
            run_page(stack, route, "")
        assert refused.value.response.status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        FORBIDDEN_TO_A_VIEWER[0],
        *(pytest.param(path, marks=pytest.mark.long) for path in FORBIDDEN_TO_A_VIEWER[1:]),
    ],
)
def test_a_viewer_cannot_make_a_page_run_without_the_dashboard_script(
    path: str, stack: RunningStack, viewer_cookies: str
) -> None:
    restart_app(stack)
    route = next(route for route in ROUTES if route.path == path)
    messages = run_page(stack, route, viewer_cookies)
    kinds = [message.WhichOneof("type") for message in messages]
    assert "navigation" in kinds, "the dashboard script did not run"
    main_script = next(m.new_session for m in messages if m.WhichOneof("type") == "new_session")
    assert main_script.main_script_path.endswith("lib/ui/shell/dashboard.py")
    drawn = b"".join(m.delta.SerializeToString() for m in messages if m.HasField("delta"))
    assert drawn
    assert route.title.encode() not in drawn
