"""The proxy's configuration, read as nginx reads it. A real run: `make proxy`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import crossplane
import pytest

from lib.api.bodies import MAX_BODY_BYTES
from lib.api.problems import LIMIT_EXCEEDED, MEDIA_TYPE, UNAVAILABLE, ProblemDetails, type_uri
from lib.auth.requests import MAX_TARGET_BYTES
from tests.deploy.dockerfile import ROOT

CONFIGURATION = ROOT / "deploy" / "nginx.conf"
MIB = 1024 * 1024


@pytest.fixture
def http(tmp_path: Path) -> list[dict[str, Any]]:
    main = tmp_path / "nginx.conf"
    main.write_text(f"events {{}}\nhttp {{ include {CONFIGURATION}; }}\n")
    read = crossplane.parse(str(main), combine=True)
    assert read["status"] == "ok", read["errors"]
    block = next(part for part in read["config"][0]["parsed"] if part["directive"] == "http")
    found: list[dict[str, Any]] = block["block"]
    return found


def walk(block: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for part in block:
        yield part
        yield from walk(part.get("block", []))


def values(block: list[dict[str, Any]], name: str) -> list[list[str]]:
    return [part["args"] for part in walk(block) if part["directive"] == name]


def server(http: list[dict[str, Any]], port: str) -> list[dict[str, Any]]:
    servers = [part["block"] for part in http if part["directive"] == "server"]
    return next(block for block in servers if values(block, "listen")[0][0] == port)


def test_no_log_holds_a_query(http: list[dict[str, Any]]) -> None:
    (written,) = values(http, "log_format")
    text = "".join(written)
    for variable in ("$request_uri", "$args", "$query_string", "$http_referer", '"$request"'):
        assert variable not in text
    assert all(log[1:] == ["earshot"] for log in values(http, "access_log"))
    assert values(server(http, "443"), "error_log") == [["/var/log/nginx/error.log", "crit"]]


def test_what_clients_claim_about_themselves_is_overwritten(http: list[dict[str, Any]]) -> None:
    headers = dict(values(server(http, "443"), "proxy_set_header"))
    assert headers["X-Forwarded-For"] == "$remote_addr"
    assert headers["X-Forwarded-Host"] == headers["Host"] == "$host"
    assert headers["X-Forwarded-Proto"] == "$scheme"
    assert headers["Forwarded"] == ""
    # A location with headers of its own would lose these.
    assert len(values(http, "proxy_set_header")) == len(headers)


def test_limits_leave_room_for_what_the_app_accepts(http: list[dict[str, Any]]) -> None:
    (size,) = values(server(http, "443"), "client_max_body_size")
    assert int(size[0].rstrip("m")) * MIB > MAX_BODY_BYTES
    (buffers,) = values(server(http, "443"), "large_client_header_buffers")
    assert int(buffers[1].rstrip("k")) * 1024 > MAX_TARGET_BYTES


def test_sockets_live_long_and_stick_to_their_replica(http: list[dict[str, Any]]) -> None:
    locations = {
        " ".join(part["args"]): part["block"]
        for part in server(http, "443")
        if part["directive"] == "location"
    }
    stream = locations["~ /_stcore/stream$"]
    assert values(stream, "proxy_read_timeout") == [["1h"]]
    assert values(stream, "proxy_buffering") == [["off"]]
    upstream = next(part["block"] for part in http if part["directive"] == "upstream")
    assert values(upstream, "hash") == [["$earshot_route", "consistent"]]


def test_only_current_tls_and_nothing_in_clear(http: list[dict[str, Any]]) -> None:
    assert values(server(http, "443"), "ssl_protocols") == [["TLSv1.2", "TLSv1.3"]]
    plain = server(http, "80")
    assert values(plain, "proxy_pass") == []
    assert sorted(values(plain, "return")) == [["308", "https://$host$request_uri"], ["403"]]


def test_replicas_are_looked_up_again(http: list[dict[str, Any]]) -> None:
    upstream = next(part["block"] for part in http if part["directive"] == "upstream")
    (server,) = values(upstream, "server")
    assert server[:2] == ["app:8501", "resolve"]
    # Without shared memory nginx refuses to look names up again.
    assert values(upstream, "zone")
    assert values(http, "resolver")[0][0] == "127.0.0.11"


def test_the_proxys_own_answers_at_the_api_are_problem_details(
    http: list[dict[str, Any]],
) -> None:
    locations = {
        " ".join(part["args"]): part["block"]
        for part in server(http, "443")
        if part["directive"] == "location"
    }
    pages = [args for block in (locations["/api/"],) for args in values(block, "error_page")]
    assert pages == [["413", "@too-large"], ["502", "504", "=503", "@unavailable"]]
    for name, kind in (("@too-large", LIMIT_EXCEEDED), ("@unavailable", UNAVAILABLE)):
        (status, body) = values(locations[name], "return")[0]
        told = ProblemDetails.model_validate_json(body)
        assert (told.type, told.title) == (type_uri(kind), kind.title)
        assert int(status) == told.status == kind.status
        assert values(locations[name], "default_type") == [[MEDIA_TYPE]]
