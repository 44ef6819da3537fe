"""Generated frames: whatever a socket sends, the process stays and serves the others.

`EARSHOT_FUZZ_FRAMES` asks for more, then with a random seed that is printed.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections.abc import Callable
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from .conftest import Deployment

pytestmark = pytest.mark.anyio

FRAMES = int(os.environ.get("EARSHOT_FUZZ_FRAMES", "300"))
SEED = random.SystemRandom().randrange(2**32) if "EARSHOT_FUZZ_FRAMES" in os.environ else 20261124
KNOWN_ANSWERS = {
    "ActionResponse",
    "AuthError",
    "FatalError",
    "MutationResponse",
    "Ping",
    "Transition",
}
DEEP = "[" * 20_000 + "]" * 20_000
ARGUMENT = {"owner": "fuzz", "at": 1, "body": "x"}
VALUES: list[Any] = [
    None,
    True,
    -1,
    0.5,
    2**53,
    -(2**63),
    1e308,
    "",
    "x" * 5000,
    "\x00",
    "\ud800",
    "__proto__",
    "constructor",
    "toString",
    "../..",
    [],
    [[]],
    {},
    {"__proto__": {"isAdmin": True}},
    {"$integer": "AA=="},
    {"$integer": "!"},
    {"$bytes": 5},
    {"$float": "AAAA"},
    {"$set": []},
    {"$unknown": 1},
]
MESSAGES: list[dict[str, Any]] = [
    {"type": "Connect", "sessionId": "0", "connectionCount": 0, "lastCloseReason": None},
    {"type": "Authenticate", "tokenType": "User", "value": "a.b.c", "baseVersion": 0},
    {"type": "Authenticate", "tokenType": "Admin", "value": "x", "baseVersion": 0},
    {"type": "Authenticate", "tokenType": "None", "baseVersion": 0},
    {
        "type": "ModifyQuerySet",
        "baseVersion": 0,
        "newVersion": 1,
        "modifications": [
            {"type": "Add", "queryId": 0, "udfPath": "notes:list", "args": [{"owner": "fuzz"}]}
        ],
    },
    {"type": "Mutation", "requestId": 0, "udfPath": "notes:add", "args": [ARGUMENT]},
    {"type": "Action", "requestId": 0, "udfPath": "actions:countNotes", "args": [{"owner": "f"}]},
    {"type": "Event", "eventType": "x", "event": {}},
]


def mutated(chance: random.Random, value: Any) -> Any:
    """Return a value with a few places of another type, missing, repeated or surprising."""
    if chance.random() < 0.15:
        return chance.choice(VALUES)
    if isinstance(value, list):
        return [mutated(chance, item) for item in value] * chance.choice([1, 1, 1, 0, 50])
    if not isinstance(value, dict):
        return value
    changed = {name: mutated(chance, item) for name, item in value.items()}
    if changed and chance.random() < 0.2:
        changed.pop(chance.choice([*changed]), None)
    if chance.random() < 0.2:
        changed[chance.choice(["__proto__", "toJSON", "then", "", "length"])] = chance.choice(
            VALUES
        )
    return changed


def frame(chance: random.Random) -> str | bytes:
    message = dict(chance.choice(MESSAGES))
    kind = message["type"]
    message = mutated(chance, message)
    if isinstance(message, dict) and chance.random() < 0.8:
        message["type"] = kind
    text = json.dumps(message)
    match chance.randrange(12):
        case 0:
            cut = chance.randrange(len(text) + 1)
            return text[:cut] + chance.choice(["", "\x00", "}", '"', "\u2028"]) + text[cut + 1 :]
        case 1:
            return text.encode()
        case 2:
            return f'{{"type":"Mutation","requestId":1,"udfPath":"notes:add","args":{DEEP}}}'
    return text


async def send_all(deployment: Deployment, frames: list[str | bytes]) -> None:
    """Send frames over one connection until it is closed; every answer must be of the protocol."""
    address = f"ws://127.0.0.1:{deployment.port}/api/sync"
    async with connect(address, max_size=None) as socket:
        try:
            for item in frames:
                await socket.send(item)
            # A number that comes back says that everything before it was handled.
            await socket.send('{"type":"Action","requestId":777,"udfPath":"no:where","args":[]}')
            while True:
                message = json.loads(await asyncio.wait_for(socket.recv(), 30))
                assert message["type"] in KNOWN_ANSWERS, message
                if message.get("requestId") == 777:
                    break
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else None
        else:
            return
    assert code in {1002, 1007, 1008, 1009}, "the connection broke without a word"


async def test_generated_frames_end_at_most_their_own_connection(
    deployment: Deployment, record_property: Callable[[str, object], None]
) -> None:
    record_property("seed", SEED)
    chance = random.Random(SEED)  # noqa: S311  # repeatable on purpose
    process = deployment.process
    assert process is not None
    for _ in range(0, FRAMES, 3):
        frames = [frame(chance) for _ in range(chance.randint(1, 5))]
        await send_all(deployment, frames)
        assert process.poll() is None, f"seed {SEED}: " + deployment.log.read_text()[-3000:]
    await send_all(deployment, [])
    log = deployment.log.read_text()
    assert '"uncaught' not in log
    assert "a.b.c" not in log, "a token in the log"
