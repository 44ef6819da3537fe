"""The WebSocket sync protocol, through the PyPI client and by hand."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import textwrap
from typing import Any

import pytest
from convex.http_client import ConvexHttpClient
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect as blocking_connect

from .conftest import CUSTOM_ISSUER, CUSTOM_KEYS, Deployment, MakeDeployment

pytestmark = pytest.mark.anyio

TS_ZERO = "AAAAAAAAAAA="


def run_client(deployment: Deployment, script: str) -> Any:
    """Run a script with the PyPI client in a process of its own: it blocks and holds the GIL."""
    prelude = f"""
        import json, sys
        from convex import ConvexClient, ConvexError, ConvexInt64
        client = ConvexClient({deployment.url!r})
        answer = None
    """
    code = textwrap.dedent(prelude) + textwrap.dedent(script) + "\nprint(json.dumps(answer))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.strip().splitlines()[-1])


def test_queries_mutations_and_actions_work(deployment: Deployment) -> None:
    answer = run_client(
        deployment,
        """
        note = {"owner": "ws", "at": 1, "body": "over the socket"}
        made = client.mutation("notes:add", note)
        listed = client.query("notes:list", {"owner": "ws"})
        counted = client.action("actions:countNotes", {"owner": "ws"})
        answer = [made == listed[0]["_id"], listed[0]["body"], counted]
        """,
    )
    assert answer == [True, "over the socket", 1.0]


def test_failures_settle_with_and_without_data(deployment: Deployment) -> None:
    answer = run_client(
        deployment,
        """
        answer = []
        for coded in (True, False):
            try:
                args = {"owner": "ws-fail", "at": 1, "body": "", "coded": coded}
                client.mutation("notes:addThenFail", args)
            except ConvexError as error:
                answer.append(error.data["code"])
            except Exception as error:
                answer.append("plain failure" in str(error))
        for call, path in ((client.action, "actions:failWithData"), (client.query, "no:where")):
            try:
                call(path, {})
            except Exception as error:
                answer.append(getattr(error, "data", None) or "Could not find" in str(error))
        """,
    )
    assert answer == ["CONFLICT", True, {"code": "NOT_FOUND"}, True]


def test_a_subscription_hears_of_writes_by_others(deployment: Deployment) -> None:
    answer = run_client(
        deployment,
        f"""
        import subprocess
        subscription = client.subscribe("notes:list", {{"owner": "ws-live"}})
        answer = [len(next(subscription))]
        other = '''
        from convex.http_client import ConvexHttpClient
        client = ConvexHttpClient({deployment.url!r})
        client.mutation("notes:add", {{"owner": "ws-else", "at": 1, "body": "unseen"}})
        client.mutation("notes:add", {{"owner": "ws-live", "at": 1, "body": "seen"}})
        '''
        import textwrap
        subprocess.run([sys.executable, "-c", textwrap.dedent(other)], check=True)
        answer.append([note["body"] for note in next(subscription)])
        """,
    )
    assert answer == [0, ["seen"]]


def test_a_subscription_goes_on_over_a_restart(make_deployment: MakeDeployment) -> None:
    deployment = make_deployment()
    deployment.start()
    script = f"""
        from convex import ConvexClient
        client = ConvexClient({deployment.url!r})
        for notes in client.subscribe("notes:list", {{"owner": "ws-restart"}}):
            print(*[note["body"] for note in notes], flush=True)
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as subscriber:
        try:
            assert subscriber.stdout is not None
            assert subscriber.stdout.readline() == "\n"
            for body, end in [("a", deployment.stop), ("b", deployment.kill), ("c", None)]:
                note: dict[str, Any] = {"owner": "ws-restart", "at": 1, "body": body}
                ConvexHttpClient(deployment.url).mutation("notes:add", note)
                # After a reconnection the client may say again what it has said before.
                assert any(line.startswith(body) for line in subscriber.stdout)
                if end is not None:
                    end()
                    deployment.start()
        finally:
            subscriber.kill()


def test_setting_and_clearing_the_token_changes_who_asks(deployment: Deployment) -> None:
    token = CUSTOM_KEYS.sign(iss=CUSTOM_ISSUER, aud="earshot", sub="machine-7")
    answer = run_client(
        deployment,
        f"""
        answer = [client.query("misc:whoami", {{}})]
        client.set_auth({token!r})
        answer.append(client.query("misc:whoami", {{}})["subject"])
        client.clear_auth()
        answer.append(client.query("misc:whoami", {{}}))
        """,
    )
    assert answer == [None, "machine-7", None]


class Wire:
    """A hand-made client that checks that versions chain."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.version = {"querySet": 0, "identity": 0, "ts": TS_ZERO}

    async def send(self, **message: Any) -> None:
        await self.socket.send(json.dumps(message))

    async def receive(self) -> dict[str, Any]:
        while True:
            message: dict[str, Any] = json.loads(await asyncio.wait_for(self.socket.recv(), 30))
            if message["type"] == "Transition":
                assert message["startVersion"] == self.version
                self.version = message["endVersion"]
            if message["type"] != "Ping":
                return message

    async def hello(self) -> None:
        session = "00000000-0000-4000-8000-000000000000"
        hello = {"sessionId": session, "connectionCount": 0, "lastCloseReason": None}
        await self.send(type="Connect", clientTs=0, **hello)

    async def add(self, base: int, query_id: int, path: str, args: Any) -> dict[str, Any]:
        change = {"type": "Add", "queryId": query_id, "udfPath": path, "args": [args]}
        versions = {"baseVersion": base, "newVersion": base + 1}
        await self.send(type="ModifyQuerySet", modifications=[change], **versions)
        return await self.receive()


def connection(deployment: Deployment, path: str = "/api/sync") -> connect:
    return connect(f"ws://127.0.0.1:{deployment.port}{path}", max_size=None)


async def test_every_mutation_is_followed_by_a_transition(deployment: Deployment) -> None:
    async with connection(deployment, "/api/1.48.0/sync") as socket:
        wire = Wire(socket)
        await wire.hello()
        args = {"owner": "wire", "at": 1, "body": "x"}
        for request_id, (path, extra) in enumerate(
            [("notes:add", {}), ("notes:addThenFail", {"coded": True}), ("notes:none", {})]
        ):
            call = {"requestId": request_id, "udfPath": path, "args": [{**args, **extra}]}
            await wire.send(type="Mutation", **call)
            response = await wire.receive()
            assert (response["type"], response["requestId"]) == ("MutationResponse", request_id)
            assert response["success"] == (path == "notes:add")
            assert (await wire.receive())["type"] == "Transition"


async def test_only_queries_that_read_what_changed_run_again(deployment: Deployment) -> None:
    async with connection(deployment) as socket:
        wire = Wire(socket)
        await wire.hello()
        for base, owner in enumerate(["ranges-a", "ranges-b"]):
            await wire.add(base, base, "notes:list", {"owner": owner})
        note = {"owner": "ranges-b", "at": 1, "body": "x"}
        await wire.send(type="Mutation", requestId=1, udfPath="notes:add", args=[note])
        changed: list[dict[str, Any]] = []
        while not changed:
            changed = (await wire.receive()).get("modifications") or []
        assert [item["queryId"] for item in changed] == [1]


async def test_a_full_page_ignores_writes_beyond_its_end(deployment: Deployment) -> None:
    async with connection(deployment) as socket:
        wire = Wire(socket)
        await wire.hello()
        call = {"type": "Mutation", "udfPath": "notes:add"}
        for request_id, at in enumerate([5, 6, 7]):
            note = {"owner": "narrow", "at": at, "body": "x"}
            await wire.send(**call, requestId=request_id, args=[note])
            assert (await wire.receive())["success"]
            await wire.receive()
        await wire.add(0, 0, "notes:list", {"owner": "narrow", "limit": 2})
        below = {"owner": "narrow", "at": 1, "body": "x"}
        await wire.send(**call, requestId=9, args=[below])
        assert (await wire.receive())["success"]
        assert (await wire.receive())["modifications"] == []


async def test_a_bad_token_ends_only_its_connection(deployment: Deployment) -> None:
    async with connection(deployment) as socket:
        wire = Wire(socket)
        await wire.hello()
        bad = {"tokenType": "User", "value": "nonsense", "baseVersion": 0}
        await wire.send(type="Authenticate", **bad)
        answer = await wire.receive()
        assert (answer["type"], answer["authUpdateAttempted"]) == ("AuthError", True)
        with pytest.raises(ConnectionClosed):
            await wire.receive()


@pytest.mark.parametrize(
    "frame",
    [
        "not json",
        "null",
        "[]",
        '{"type":"Nonsense"}',
        '{"type":"constructor"}',
        '{"type":"Mutation"}',
        '{"type":"ModifyQuerySet","baseVersion":0,"newVersion":1,"modifications":[null]}',
        '{"type":"ModifyQuerySet","baseVersion":7,"newVersion":8,"modifications":[]}',
        '{"type":"Authenticate","tokenType":"User","baseVersion":0}',
        b"\x00\x01",
    ],
    ids=lambda frame: repr(frame[:40]),
)
async def test_a_malformed_frame_ends_only_its_connection(
    deployment: Deployment, frame: str | bytes
) -> None:
    async with connection(deployment) as socket:
        try:
            await socket.send(frame)
            while True:
                message = json.loads(await asyncio.wait_for(socket.recv(), 30))
                assert message["type"] == "FatalError"
        except ConnectionClosed:
            pass
    async with connection(deployment) as socket:
        wire = Wire(socket)
        await wire.hello()
        answer = await wire.add(0, 0, "misc:echo", {"value": 1})
        assert answer["modifications"][0]["value"] == 1


def test_an_oversized_message_ends_only_its_connection(deployment: Deployment) -> None:
    address = f"ws://127.0.0.1:{deployment.port}/api/sync"

    def send_too_much() -> None:
        with blocking_connect(address) as socket:
            socket.send("x" * (17 * 1024 * 1024))
            socket.recv(timeout=30)

    with pytest.raises(ConnectionClosed):
        send_too_much()
    assert run_client(deployment, 'answer = client.query("misc:echo", {"value": 1})') == 1


async def test_a_removed_query_hears_no_more(deployment: Deployment) -> None:
    async with connection(deployment) as socket:
        wire = Wire(socket)
        await wire.hello()
        await wire.add(0, 0, "notes:list", {"owner": "removed"})
        remove = [{"type": "Remove", "queryId": 0}]
        await wire.send(type="ModifyQuerySet", baseVersion=1, newVersion=2, modifications=remove)
        assert (await wire.receive())["modifications"] == [{"type": "QueryRemoved", "queryId": 0}]
        note = {"owner": "removed", "at": 1, "body": "x"}
        await wire.send(type="Mutation", requestId=1, udfPath="notes:add", args=[note])
        assert (await wire.receive())["success"]
        assert (await wire.receive())["modifications"] == []
