"""Opens sockets of a gated Streamlit application and prints which session each got, as JSON.

A process of its own: one Streamlit application per process. Argument: a folder for the script.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from pathlib import Path
from typing import Any

import streamlit as st
import uvicorn
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from local.stack import free_ports
from tests.auth.clerk import APP_URL
from tests.auth.harness import stage


def session_of(
    url: str, origin: str, cookies: str, resumed: str = "", headers: dict[str, str] | None = None
) -> str:
    """Connect as the browser does, and return the id of the session that one is given."""
    known = [Subprotocol(resumed)] if resumed else []
    with connect(
        url,
        origin=Origin(origin),
        additional_headers={"Cookie": cookies, **(headers or {})},
        subprotocols=[Subprotocol("streamlit"), Subprotocol("x"), *known],
    ) as socket:
        rerun = BackMsg()
        rerun.rerun_script.SetInParent()
        socket.send(rerun.SerializeToString())
        while True:
            message = ForwardMsg.FromString(socket.recv(30, decode=False))
            if message.WhichOneof("type") == "new_session":
                return str(message.new_session.initialize.session_id)


def main() -> None:
    script = Path(sys.argv[1]) / "script.py"
    script.write_text("import streamlit as st\nst.text('private')\n")
    port = free_ports(1)[0]
    origin = f"http://127.0.0.1:{port}"
    parties = f"{origin},{APP_URL}"
    app: Any = st.App(str(script))
    with stage(app=app, EARSHOT_APP_URL=origin, CLERK_AUTHORIZED_PARTIES=parties) as built:
        started = threading.Event()

        class Server(uvicorn.Server):
            async def startup(self, *args: Any, **options: Any) -> None:
                await super().startup(*args, **options)
                started.set()

        server = Server(uvicorn.Config(built.gate, port=port, log_level="error"))
        thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
        thread.start()
        assert started.wait(60)
        try:
            url = f"ws://127.0.0.1:{port}/_stcore/stream"
            owner = built.cookies()
            other = built.cookies(built.token(sub="user_2", sid="sess_2"))
            first = session_of(url, origin, owner)
            forged = {"X-Earshot-User": "user_1"}
            found = {
                "first": first,
                "other": session_of(url, origin, other, first),
                "forged": session_of(url, origin, other, first, forged),
                "again": session_of(url, origin, owner, first),
            }
        finally:
            server.should_exit = True
            thread.join()
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
