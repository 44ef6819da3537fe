"""Hostile bodies: whatever is sent, the answer is a documented refusal or success, never a 5xx.

300 with a fixed seed; `EARSHOT_FUZZ_BODIES` asks for more, then with a random seed that is printed.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from typing import Any

from tests.support.api import Api

BODIES = int(os.environ.get("EARSHOT_FUZZ_BODIES", "300"))
SEED = random.SystemRandom().randrange(2**32) if "EARSHOT_FUZZ_BODIES" in os.environ else 20260301
VALUES: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    1.5,
    10**400,
    -(2**53) - 1,
    1e308,
    "",
    " ",
    "x" * 40_000,
    "\x00",
    "\ud800",
    "\u202e",
    "=1+1",
    "'; DROP TABLE users; --",
    "../../etc/passwd",
    "<script>",
    "2026-02-30T00:00:00Z",
    "2026-01-01",
    "9999-12-31T23:59:59+14:00",
    [],
    [[]],
    {},
    {"$float": 1},
    {"__proto__": {}},
    {"\u00e9": 1},
    {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": 1}}}}}}}},
]
TURN = {"sequence": 0, "speaker": "user", "text": "x", "startedAtMs": 0}
SESSION = {
    "externalId": "e",
    "userId": "user_fuzz",
    "channel": "voice",
    "startedAt": "2026-03-01T12:00:00Z",
    "metadata": {},
}
AUDIO = {"contentType": "audio/wav", "bytes": 10, "sha256": "a" * 64}


def mutated(chance: random.Random, body: Any) -> Any:
    """Return a body with a few values, names or shapes replaced."""
    if not isinstance(body, dict) or chance.random() < 0.05:
        return chance.choice(VALUES)
    changed = dict(body)
    for _ in range(chance.randint(1, 3)):
        name = chance.choice([*changed, "surprise", "", "$where", "a" * 2000])
        match chance.randrange(4):
            case 0:
                changed[name] = chance.choice(VALUES)
            case 1:
                changed.pop(name, None)
            case 2:
                changed[name] = mutated(chance, changed.get(name))
            case _:
                changed[name] = [changed.get(name)] * chance.choice([1, 2, 600])
    return changed


def garbled(chance: random.Random, body: bytes) -> bytes:
    """Return bytes that are often no JSON any more."""
    cut = chance.randrange(len(body) + 1)
    noise = bytes(chance.randrange(256) for _ in range(chance.randrange(8)))
    return body[:cut] + noise + body[cut + chance.randrange(4) :]


def test_hostile_bodies_never_end_in_a_server_error(
    api: Api, record_property: Callable[[str, object], None]
) -> None:
    record_property("seed", SEED)
    record_property("hostile bodies", BODIES)
    chance = random.Random(SEED)  # noqa: S311  # repeatable on purpose
    session = api.new_session()
    targets = [
        ("POST", "/users", {"clerkId": "user_fuzz", "email": "a@example.com", "name": "A"}),
        ("POST", "/sessions", SESSION),
        ("PATCH", f"/sessions/{session}", {"title": "x", "labels": ["a"], "metadata": {}}),
        ("POST", f"/sessions/{session}/interactions", TURN),
        ("POST", f"/sessions/{session}/interactions", {"interactions": [TURN]}),
        ("POST", f"/sessions/{session}/audio", AUDIO),
    ]
    headers = {"Content-Type": "application/json"}
    for number in range(BODIES):
        if number % 100 == 0:
            headers["Authorization"] = f"Bearer {api.token('ingest')}"
        method, path, body = chance.choice(targets)
        sent = json.dumps(mutated(chance, body)).encode()
        if chance.random() < 0.3:
            sent = garbled(chance, sent)
        answer = api.call(method, path, None, content=sent, headers=headers)
        assert answer.status_code < 500, f"seed {SEED}, body {number}: {sent[:300]!r}"
        if answer.status_code >= 400:
            assert answer.headers["Content-Type"] == "application/problem+json"
