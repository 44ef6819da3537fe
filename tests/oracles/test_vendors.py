"""The vendors' own packages accept our payloads, and what they send is read."""

from __future__ import annotations

import gzip
import json
import subprocess
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from lib.formats.conversation import Conversation
from lib.sources import otlp
from lib.sources.mapped import NO_DEFAULTS

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PYTHON = ROOT / ".venv/oracles/bin/python"
PAYLOADS = ROOT / "tests/sources/payloads"


@dataclass
class Told:
    """What the vendors' packages said and sent."""

    payloads: dict[str, Any] = field(default_factory=dict)
    sent: list[tuple[str, str, str, bytes]] = field(default_factory=list)

    def conversation(self, path: str) -> Conversation:
        """Return what was sent to a path: one conversation."""
        made = [
            otlp.map_delivery(body, content_type, at, NO_DEFAULTS)
            for at, content_type, _, body in self.sent
            if at == path
        ]
        (found,) = [conversation for each in made for conversation in each.conversations]
        assert not any(each.left_out for each in made)
        return found


@pytest.fixture(scope="module")
def told() -> Told:
    """Run the vendors' packages once, in the environment that `make test` builds."""
    if not PYTHON.exists():
        pytest.fail("The oracles' environment is not there: run make .venv/.oracles")
    made = Told()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            encoding = self.headers.get("content-encoding", "")
            plain = gzip.decompress(body) if encoding == "gzip" else body
            made.sent.append((self.path, self.headers["content-type"], encoding, plain))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_port}"
            command = [str(PYTHON), str(HERE / "vendors.py"), str(PAYLOADS), url]
            done = subprocess.run(command, capture_output=True, check=False, timeout=240)
        finally:
            server.shutdown()
            thread.join()
    assert done.returncode == 0, done.stderr.decode()
    made.payloads = json.loads(done.stdout)
    return made


def test_vapis_models_accept_our_reports_and_know_every_field(told: Told) -> None:
    names = {path.name for path in PAYLOADS.glob("vapi-*.json")}
    expected: dict[str, list[str]] = {name: [] for name in names}
    expected["vapi-unknown-fields.json"] = ["quantumMood"]
    assert told.payloads == expected


def test_what_opentelemetrys_exporter_sends_is_read(told: Told) -> None:
    found = told.conversation("/v1/traces")
    turns = [turn.content for turn in found.transcript.turns]
    assert [(turn["speaker"], turn["text"]) for turn in turns if turn["text"]] == [
        ("user", "Where is it?"),
        ("assistant", "It is late."),
    ]
    tools = [turn["tool"] for turn in turns if turn.get("tool")]
    assert {(tool["call_id"], tool.get("result")) for tool in tools if tool} == {
        ("c1", None),
        ("c1", "late"),
    }
    assert (found.session.external_id, found.session.agent_id) == ("conv-sdk", "Parcels")
    assert (found.session.agent_version, found.session.status) == ("7", "completed")
    assert {sent[2] for sent in told.sent if sent[0] == "/v1/traces"} == {"gzip"}


def test_an_evaluation_that_is_a_log_record_is_read(told: Told) -> None:
    found = told.conversation("/v1/logs")
    (score,) = found.judgements
    assert (score.name, score.value, score.evaluator) == ("tone", 0.5, "judge")
    assert found.session.external_id == "conv-sdk"
