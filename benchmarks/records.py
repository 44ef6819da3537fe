"""What form records have: 50 sessions from Convex's answer to records, and on to the API's JSON.

Structures are those of `lib/data/records.py`, written by msgspec. Beside them, for comparison,
frozen dataclasses which are made field by field from parsed JSON and written by the API's pydantic
models. Each figure is the median of five runs' medians.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import make_dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from benchmarks.figures import Figure
from benchmarks.sampling import latencies, median_of
from lib.api.routes.sessions import Session, SessionPage
from lib.data.functions import instant
from lib.data.records import USER_SESSIONS_LIST, SessionUser, UserSession

SESSIONS = 50
CALLS = 200
MOMENTS = {"started_at", "ended_at", "assessed_at", "created_at"}
WHOLE = {"interaction_count", "audio_count", "tokens_in", "tokens_out"}


def measure() -> Iterator[Figure]:
    """Yield milliseconds of each way and each form, and how much faster structures are."""
    body = answer()
    read_class = class_reader()
    classes, structures = read_class(body), USER_SESSIONS_LIST.decode(body)
    forms: dict[str, dict[str, Callable[[], object]]] = {
        "structures": {
            "read": lambda: USER_SESSIONS_LIST.decode(body),
            "written": lambda: msgspec.json.encode(structures),
        },
        "classes": {"read": lambda: read_class(body), "written": lambda: api_json(classes)},
    }
    rounds = {}
    for form, ways in forms.items():
        rounds[form] = 0.0
        for way, call in ways.items():
            p50, _ = median_of(lambda call=call: latencies(call, CALLS))  # type: ignore[misc]
            rounds[form] += p50
            yield Figure(f"{SESSIONS} sessions {way} as {form}, p50", p50, "ms")
    yield Figure(
        "reading and writing classes / structures",
        rounds["classes"] / rounds["structures"],
        "times",
        at_least=3,
    )


def answer() -> bytes:
    """Return a page of sessions as Convex sends it."""
    start = datetime(2026, 3, 1, tzinfo=UTC).timestamp() * 1000
    items = [
        {
            "id": f"k57f8vz0w1x2y3abcd4efgh5{n:02}",
            "userId": "j57f8vz0w1x2y3abcd4efgh5jk",
            "user": {"clerkId": "user_2b9XkQ", "name": "Ada", "email": "ada@example.org"},
            "externalId": f"call-{n}",
            "title": "Negotiating the salary",
            "channel": "voice",
            "status": "completed",
            "startedAt": start + n,
            "endedAt": start + 300_000.5,
            "durationMs": 300_000.5,
            "interactionCount": 42,
            "audioCount": 40,
            "provider": "openai",
            "modelId": "gpt-4o-realtime",
            "tokensIn": 12_000,
            "tokensOut": 8000,
            "cost": 0.1234,
            "worstLatencyMs": 2100.5,
            "worstTtftMs": 700.25,
            "assessmentMs": 4000.5,
            "assessedAt": start + 400_000,
            "reviewStatus": "reviewed",
            "score": 4,
            "labels": ["billing", "calm"],
            "legalHold": False,
            "source": "api",
            "metadata": {"ticket": "T-1", "tries": 3},
            "createdAt": start + 200,
        }
        for n in range(SESSIONS)
    ]
    return json.dumps({"items": items, "nextCursor": "next"}).encode()


def class_reader() -> Callable[[bytes], list[Any]]:
    """Return what reads a page into dataclasses with the fields of the structures."""
    fields = msgspec.structs.fields(UserSession)
    made = make_dataclass("Session", [item.name for item in fields], frozen=True, slots=True)
    users = msgspec.structs.fields(SessionUser)
    user = make_dataclass("User", [item.name for item in users], frozen=True, slots=True)
    expressions = ", ".join(_read(item.name, item.encode_name) for item in fields)
    inner = ", ".join(f"wire.get({item.encode_name!r})" for item in users)
    owner = eval(f"lambda wire: user({inner})", {"user": user})  # noqa: S307  # our own text
    names = {"made": made, "user": owner, "instant": instant}
    read = eval(f"lambda wire: made({expressions})", names)  # noqa: S307  # our own text
    return lambda body: [read(wire) for wire in json.loads(body, parse_int=float)["items"]]


def _read(name: str, wire: str) -> str:
    """Return the expression that reads one field."""
    value = f"wire.get({wire!r})"
    if name == "user":
        return f"user({value})"
    if name == "labels":
        return f"tuple({value})"
    if name in MOMENTS:
        return f"None if (_ := {value}) is None else instant(_)"
    return f"int({value})" if name in WHOLE else value


def api_json(sessions: list[Any]) -> bytes:
    """Return a page as the API writes it with its models."""
    items = [Session.model_validate(session) for session in sessions]
    return SessionPage(items=items, next_cursor=None).model_dump_json(by_alias=True).encode()
