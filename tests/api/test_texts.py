"""Whole characters through every route; texts that cannot be stored are refused by name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lib.api.app import schema_app
from lib.api.openapi import document
from tests.support.api import Api

UNFIT = ["\x00", "\x1b[2J", "\x7f", "\x9b", "\ud83d", "\ude00\ud83d"]
DOCUMENT: dict[str, Any] = document(schema_app())
OPERATIONS = [
    (method.upper(), path, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
    if "webhooks" not in path
]
BODIES = [(method, path) for method, path, operation in OPERATIONS if "requestBody" in operation]
QUERIES = [
    (method, path, parameter["name"])
    for method, path, operation in OPERATIONS
    for parameter in operation.get("parameters", ())
    if parameter["in"] == "query"
]
FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
SPOKEN = [
    "\U0001f600" * 59 + "x needle " + "\U0001f600" * 200,
    "e\u0301" * 70 + " needle " + FAMILY * 70,
    "\U0001d4b3" * 59 + "1 needle\u0301 " + "\U0001f1e9\U0001f1ea" * 99,
]


def at(path: str) -> str:
    """Return a path whose parameters are well-formed."""
    sequence = path.replace("{sequence}", "0").replace("{clerkId}", "user_1")
    return "/".join("k" * 32 if part.startswith("{") else part for part in sequence.split("/"))


def test_the_tests_see_bodies_and_queries() -> None:
    assert len(BODIES) >= 6
    assert len(QUERIES) > 50


@pytest.mark.parametrize(("method", "path"), BODIES)
def test_a_body_with_an_unfit_text_is_refused_by_the_field(
    api: Api, method: str, path: str
) -> None:
    for text in UNFIT:
        body = {"name": text, "more": [{"a": text, text: 1}], "fine": "tab\t\U0001f600\r\n"}
        answer = api.call(
            method,
            at(path),
            "ingest",
            content=json.dumps(body),
            headers={"Content-Type": "application/json"},
        )
        assert answer.status_code == 422, (text, answer.text)
        named = [item["field"] for item in answer.json()["errors"]]
        assert named == ["name", "more[0].a", "more[0]"]


@pytest.mark.parametrize(("method", "path", "name"), QUERIES)
def test_a_query_with_an_unfit_text_is_refused_by_its_parameter(
    api: Api, method: str, path: str, name: str
) -> None:
    for text in ["\x00", "a\x1b", "\x7f", "\x9b"]:
        answer = api.call(method, at(path), "admin", params={name: text})
        assert answer.status_code == 422, (text, answer.text)
        assert name in [item["field"] for item in answer.json()["errors"]]


def test_bytes_that_are_no_text_are_never_a_server_error(api: Api) -> None:
    for raw in ["%ED%A0%BD", "%FF", "%F0%9F%98"]:
        answer = api.call("GET", f"/search?q={raw}", "viewer")
        assert answer.status_code < 500
        assert api.call("GET", f"/users/{raw}", "viewer").status_code < 500


def test_what_was_said_in_any_characters_is_stored_found_and_exported(api: Api) -> None:
    session = api.new_session(
        title="\U0001f600" * 300, metadata={"number": 12345678, "half": 0.5, "who": FAMILY}
    )
    turns = [
        {"sequence": sequence, "speaker": "user", "text": text, "startedAtMs": sequence * 1000}
        for sequence, text in enumerate(SPOKEN)
    ]
    stored = api.call("POST", f"/sessions/{session}/interactions", json={"interactions": turns})
    assert stored.json() == {"accepted": 3, "duplicates": 0}
    found = api.call("GET", "/search", "admin", params={"q": "needle", "sessionId": session})
    assert found.status_code == 200, found.text
    pieces = {
        hit["interaction"]["sequence"]: [piece["text"] for piece in hit["highlight"]]
        for hit in found.json()["items"]
    }
    assert set(pieces) == {0, 1, 2}
    assert pieces[1][0] == "e\u0301" * 59 + " "
    assert all("".join(pieces[sequence]) in SPOKEN[sequence] for sequence in pieces)
    for kind in ("json", "text", "markdown", "vtt", "srt", "csv"):
        for role in ("admin", "viewer"):
            path = f"/sessions/{session}/transcript?format={kind}"
            assert api.call("GET", path, role).status_code == 200


def test_numbers_of_metadata_come_back_as_they_were_sent(api: Api) -> None:
    sent = {"whole": 12345678, "half": 0.5, "deep": [{"n": 123456}], "zero": 0, "minus": -3}
    session = api.new_session(metadata=sent)
    text = api.call("GET", f"/sessions/{session}", "admin").text
    assert '"whole":12345678,' in text.replace(" ", "")
    assert json.loads(text)["metadata"] == sent
    exported = api.call("GET", f"/sessions/{session}/transcript", "admin").text
    assert '"whole":12345678,' in exported
    assert '"deep":[{"n":123456}]' in exported
