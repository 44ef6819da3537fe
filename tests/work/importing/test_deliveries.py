"""Files with what vendors send are imported by the mappers of deliveries."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

from lib.formats.speakers import Speakers
from lib.work.importing.deliveries import DeliveryFormat, DeliverySource
from lib.work.importing.files import Options
from lib.work.importing.run import Run
from lib.work.importing.writer import Writer
from tests.sources.otlp_spans import assistant, chat, span, traces, user
from tests.work.importing.desk import Desk

PAYLOADS = Path(__file__).parents[2] / "sources/payloads"


def run(desk: Desk, kind: DeliveryFormat, *paths: Path) -> dict[str, Any]:
    worker = desk.services.worker_caller
    source = DeliverySource(kind, Options(Speakers(), user=desk.user), worker)
    return Run(source, Writer(worker, desk.services.storage)).run(paths).wire()


def test_reports_of_vapi_become_sessions_and_what_is_not_mapped_is_counted(desk: Desk) -> None:
    name = uuid4().hex
    value = json.loads((PAYLOADS / "vapi-phone-call.json").read_text())
    value["message"]["call"]["id"] = name
    path = desk.lines(value, {"message": {"type": "status-update"}}, {"other": 1})
    report = run(desk, "vapi", path)
    assert (report["sessionsCreated"], report["turnsStored"]) == (1, 9)
    assert report["unmapped"]["message.artifact.logUrl"] == 1
    assert {item["line"] for item in report["refused"]} == {3}
    assert "a message of the type status-update" in {item["reason"] for item in report["leftOut"]}
    items = report["items"]
    assert items["read"] == items["turns"] + items["merged"] + items["refused"] + items["leftOut"]
    session, turns = desk.session(name), desk.turns(name)
    assert (session.agent_version, session.end_reason) == ("v3", "customer-ended-call")
    tool = turns[3].tool
    assert tool is not None
    assert (tool.name, tool.latency_ms) == ("find_parcel", 750)
    again = run(desk, "vapi", path)
    assert (again["turnsStored"], again["turnsPresent"]) == (0, 9)


def test_a_conversation_of_otlp_goes_on_in_the_next_file(desk: Desk) -> None:
    name = uuid4().hex
    said = [user("Late?"), assistant("Sure?"), user("yes"), assistant("Really?"), user("yes")]

    def call(number: int, sent: list[Any], answer: str) -> dict[str, Any]:
        values = chat(sent, [assistant(answer)]) | {"gen_ai.conversation.id": name}
        return traces(span(number, values, at=number))

    first = desk.lines(call(1, said[:1], "Sure?"), call(2, said[:3], "Really?"))
    second = desk.lines(call(3, said, "I look."))
    assert run(desk, "otlp", first)["turnsStored"] == 4
    assert run(desk, "otlp", second)["turnsStored"] == 2
    assert run(desk, "otlp", first)["turnsStored"] == 0
    turns = desk.turns(name)
    expected = ["Late?", "Sure?", "yes", "Really?", "yes", "I look."]
    assert [turn.text for turn in turns] == expected
    assert [turn.sequence for turn in turns] == list(range(6))
