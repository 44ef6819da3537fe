"""Every answer of the API begins at nothing: an empty deployment, a session without turns."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lib.api.app import schema_app
from lib.api.openapi import document
from tests.support.api import Api, served
from tests.support.convex import running_convex
from tests.support.s3 import Endpoint

WINDOW = {"from": "2026-03-01T00:00:00Z", "to": "2026-03-02T00:00:00Z"}
READ = [
    (path, operation["get"])
    for path, operation in document(schema_app())["paths"].items()
    if "get" in operation and "{" not in path and path not in {"/openapi.json", "/docs", "/ready"}
]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory, storage: Endpoint) -> Iterator[Api]:
    """An API whose deployment holds nothing at all."""
    with (
        running_convex(tmp_path_factory.mktemp("empty")) as convex,
        served(convex, storage) as running,
    ):
        yield running


def query(operation: dict[str, object]) -> dict[str, str]:
    """Return the parameters that an operation needs."""
    known = operation.get("parameters", [])
    assert isinstance(known, list)
    names = {item["name"] for item in known if item.get("required")}
    return {name: WINDOW.get(name, "nothing") for name in names}


def test_every_list_of_an_empty_deployment_is_empty(empty: Api) -> None:
    lists = 0
    for path, operation in READ:
        answer = empty.call("GET", path, "admin", params=query(operation))
        assert answer.status_code == 200, (path, answer.text)
        if "items" in answer.json():
            lists += 1
            # The call itself may be on record.
            assert path == "/audit" or answer.json()["items"] == [], path
            assert answer.json().get("nextCursor") is None
    assert lists >= 6


@pytest.mark.parametrize("role", ["admin", "viewer"])
def test_a_session_without_turns_can_be_read_in_every_way(empty: Api, role: str) -> None:
    session = empty.new_session(title=None, metadata={})
    for path in ("", "/interactions", "/summary", "/reviews"):
        answer = empty.call("GET", f"/sessions/{session}{path}", role)
        assert answer.status_code == 200, (path, answer.text)
    for kind in ("json", "text", "markdown", "csv"):
        answer = empty.call("GET", f"/sessions/{session}/transcript?format={kind}", role)
        assert answer.status_code == 200, (kind, answer.text)
