"""Nothing of the running application answers a stranger, except what is listed here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lib.auth.response_headers import SECURITY_HEADERS

ROOT = Path(__file__).parents[2]
PUBLIC = {
    "/_stcore/health",
    "/api/v1/docs",
    "/api/v1/live",
    "/api/v1/openapi.json",
    "/api/v1/ready",
    "/favicon.png",
}
PUBLIC_FOLDERS = ("/static/", "/api/v1/docs/", "/api/v1/webhooks/")
CLERK = "http://127.0.0.1:"


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.auth.walk_routes", str(tmp_path_factory.mktemp("stack"))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def answers(walked: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = walked["answers"]
    return found


def test_members_reach_the_listed_routes_and_nothing_else_of_streamlit(
    walked: dict[str, Any],
) -> None:
    routes = {
        path: kind
        for path, kind in walked["kinds"].items()
        if kind not in {"api", "public"} or path.startswith("/_stcore/")
    }
    # What is "auth" is answered by the gate. A route that is not here came with a new version of
    # Streamlit: it answers nobody until it is listed, here and in `lib/auth/path_kinds.py`, because
    # the dashboard needs it.
    assert routes == {
        "/": "document",
        "/_stcore/agent/interact": "refused",
        "/_stcore/agent/mcp": "refused",
        "/_stcore/agent/openapi.json": "refused",
        "/_stcore/bidi-components/x": "refused",
        "/_stcore/health": "public",
        "/_stcore/host-config": "resource",
        "/_stcore/metrics": "refused",
        "/_stcore/stream": "resource",
        "/_stcore/upload_file/x/x": "refused",
        "/auth/login": "auth",
        "/auth/logout": "auth",
        "/component/x": "refused",
        "/downloads/x": "resource",
        "/media/x": "resource",
        "/oauth2callback": "refused",
        "/session/recordings": "document",
        "/session/transcript": "document",
    }


def is_public(path: str) -> bool:
    return path in PUBLIC or path.startswith(PUBLIC_FOLDERS)


def test_a_stranger_gets_nothing_but_the_listed_paths(answers: list[dict[str, Any]]) -> None:
    open_to_all = [
        answer
        for answer in answers
        if not is_public(answer["path"]) and answer["status"] not in {307, 401, 404}
    ]
    assert open_to_all == []


def test_only_pages_are_redirected_and_only_to_clerk(answers: list[dict[str, Any]]) -> None:
    for answer in answers:
        if answer["status"] == 307:
            assert answer["kind"] == "page GET", answer
            assert not answer["path"].startswith(("/api", "/_stcore", "/media", "/component"))
            assert answer["headers"]["location"].startswith(CLERK)


def test_no_document_lies_among_the_public_files(answers: list[dict[str, Any]]) -> None:
    unknown = [answer for answer in answers if answer["path"] == "/static/no-such-file"]
    assert unknown
    assert {answer["status"] for answer in unknown} <= {404, 405}


def test_the_walk_has_seen_the_sockets_data_and_api(answers: list[dict[str, Any]]) -> None:
    seen = {answer["path"] for answer in answers}
    assert "/_stcore/stream" in seen
    assert any(path.startswith("/api/v1/sessions") for path in seen)
    assert any(path.startswith("/media/") for path in seen)
    assert len(seen) > 30
    sockets = [answer for answer in answers if answer["kind"] == "socket"]
    assert sockets
    assert all(answer["status"] == 401 for answer in sockets)


def test_every_response_of_every_route_has_the_security_headers(
    answers: list[dict[str, Any]],
) -> None:
    for answer in answers:
        headers = answer["headers"]
        assert {**headers, **dict(SECURITY_HEADERS)} == headers, answer
        assert "frame-ancestors 'none'" in headers["content-security-policy"], answer
        assert "object-src 'none'" in headers["content-security-policy"] or (
            "default-src 'none'" in headers["content-security-policy"]
        ), answer
        assert "unsafe-eval" not in headers["content-security-policy"], answer
        assert headers["x-request-id"], answer
        assert "access-control-allow-origin" not in headers, answer


def test_no_cache_keeps_anything_but_public_files(answers: list[dict[str, Any]]) -> None:
    for answer in answers:
        if not is_public(answer["path"]):
            assert answer["headers"]["cache-control"] == "no-store", answer


def test_bodies_name_their_type_and_encoding(answers: list[dict[str, Any]]) -> None:
    for answer in answers:
        length = int(answer["headers"].get("content-length", "0"))
        kind = answer["headers"].get("content-type", "")
        if length and answer["status"] != 304:
            assert kind, answer
            assert not kind.startswith("text/") or "charset=" in kind, answer
