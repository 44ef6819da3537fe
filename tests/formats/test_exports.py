"""Files that are exported: from nothing on, in an order that is told, and open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import fields

from lib.data.records import Interaction, ToolCall, UserSession
from lib.formats.csv_cells import write_rows
from lib.formats.record_export import (
    AUDIT_COLUMNS,
    REVIEW_COLUMNS,
    SESSION_COLUMNS,
    write_csv,
    write_json,
)
from lib.formats.tool_turns import joined
from lib.formats.transcript_export import FORMATS, JSON
from tests.work.importing.samples import SESSION, conversations, turn, with_tools

EMPTY = {
    "text": b"",
    "markdown": b"# ext\\-1\n\n",
    "vtt": b"WEBVTT\n\n",
    "srt": b"",
    "csv": b"\xef\xbb\xbfsequence,speaker,startedAtMs,durationMs,text,provider,modelId,tokensIn,"
    b"tokensOut,cost,ttftMs,latencyMs,requestId,toolCallId,toolName,toolArguments,toolResult,"
    b"toolIsError,toolLatencyMs,toolArgumentsCut,toolResultCut,interrupted,endOfTurnMs,"
    b"speechToTextMs,modelMs,textToSpeechMs,toolMs,timing,language\r\n",
}


@pytest.mark.parametrize("name", FORMATS)
def test_a_session_without_turns_is_a_proper_file(name: str) -> None:
    assert FORMATS[name].file(SESSION, []) == EMPTY[name]
    assert json.loads(JSON.file(SESSION, []))["interactions"] == []


@given(conversations(min_size=0))
def test_every_file_can_be_written_of_any_number_of_turns(turns: list[Interaction]) -> None:
    written = {name: kind.file(SESSION, turns).decode() for name, kind in FORMATS.items()}
    assert written["vtt"].count("-->") == written["srt"].count("-->") == len(turns)
    assert len(list(csv.reader(io.StringIO(written["csv"], newline="")))) == 1 + len(turns)


@given(conversations(min_size=0))
def test_what_people_read_is_in_the_order_of_time(turns: list[Interaction]) -> None:
    by_time = sorted(turns, key=lambda item: (item.started_at_ms, item.sequence))
    for name in ("text", "markdown", "vtt", "srt"):
        numbered = [
            turn(item.sequence, f"turn-{place}", started_at_ms=item.started_at_ms)
            for place, item in enumerate(by_time)
        ]
        shuffled = sorted(numbered, key=lambda item: item.sequence)
        written = FORMATS[name].file(SESSION, shuffled).decode().replace("\\", "")
        places = [written.index(f"turn-{place}\n") for place in range(len(turns))]
        assert all(before < after for before, after in pairwise(places))


@given(with_tools())
def test_every_word_of_a_tool_is_in_what_people_read(turns: list[Interaction]) -> None:
    written = FORMATS["text"].file(SESSION, turns).decode()
    for item in turns:
        if item.tool is not None:
            parts = (item.tool.arguments, item.tool.result)
            assert all(part in written for part in parts if part)


def test_a_call_of_a_tool_and_its_later_result_are_read_as_one() -> None:
    call = ToolCall(call_id="call_1", name="look_up", arguments='{"order":7}')
    result = ToolCall(call_id="call_1", result="sent", is_error=False, latency_ms=12.0)
    turns = [
        turn(0, "", speaker="tool", tool=call),
        turn(1, "One moment.", speaker="assistant", interrupted=True),
        turn(2, "", speaker="tool", tool=result),
    ]
    for ordered in (turns, [turns[2], turns[0], turns[1]]):
        assert FORMATS["text"].file(SESSION, ordered).decode() == (
            '[00:00:00] Tool: look_up({"order":7})\n    → sent\n'
            "[00:00:01] Assistant (interrupted): One moment.\n"
        )
    assert joined(turns).calls == {2: 0}
    assert [item["sequence"] for item in json.loads(JSON.file(SESSION, turns))["interactions"]] == [
        0,
        1,
        2,
    ]


def test_a_result_without_its_call_and_a_second_result_stay_turns() -> None:
    results = [
        turn(n, "", speaker="tool", tool=ToolCall(call_id="c", result=f"result {n}"))
        for n in range(3)
    ]
    assert joined(results).turns == results
    call = turn(9, "", speaker="tool", tool=ToolCall(call_id="c", name="ask"))
    found = joined([*results, call])
    assert [item.sequence for item in found.turns] == [1, 2, 9]
    assert found.calls == {0: 9}


def test_a_time_that_nobody_knows_is_not_written() -> None:
    turns = [
        turn(1, "worked out", timing="derived"),
        turn(2, "nobody knows", timing="none"),
        turn(3, "stated", timing="vendor"),
    ]
    assert FORMATS["text"].file(SESSION, turns).decode() == (
        "[~00:00:01] User: worked out\nUser: nobody knows\n[00:00:03] User: stated\n"
    )
    assert "**User**\n\n> nobody knows" in FORMATS["markdown"].file(SESSION, turns).decode()
    written = FORMATS["vtt"].file(SESSION, turns).decode()
    assert written.startswith("WEBVTT\n\nNOTE\nUser: nobody knows\n\n1\n")
    assert "nobody knows" not in FORMATS["srt"].file(SESSION, turns).decode()


def test_the_list_of_sessions_holds_every_field_and_keeps_its_first_columns() -> None:
    first = "id,externalId,title,userId,userName,userEmail,channel,status,startedAt,endedAt"
    assert ",".join(SESSION_COLUMNS).startswith(first)
    otherwise = {
        "user": "userName",
        "interactionCount": "turns",
        "audioCount": "recordings",
        "cost": "costUsd",
    }
    names = [field.encode_name for field in fields(UserSession)]
    assert {otherwise.get(name, name) for name in names} <= set(SESSION_COLUMNS)
    assert set(SESSION_COLUMNS).isdisjoint(otherwise)


@pytest.mark.parametrize("columns", [SESSION_COLUMNS, AUDIT_COLUMNS, REVIEW_COLUMNS])
def test_an_empty_list_is_a_proper_file(columns: Any) -> None:
    out = io.BytesIO()
    write_csv(out, lambda _rows, _bytes: None, columns, [])
    assert out.getvalue().decode("utf-8-sig") == ",".join(columns) + "\r\n"
    out = io.BytesIO()
    write_json(out, lambda _rows, _bytes: None, [])
    assert json.loads(out.getvalue()) == []


def test_a_table_opens_in_a_spreadsheet() -> None:
    turns = [turn(0, "=1+1"), turn(1, "Gr\u00fc\u00dfe,\nK\u00f6ln", duration_ms=1500.0)]
    data = FORMATS["csv"].file(SESSION, turns)
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == 3
    first, second = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert (first["text"], second["text"]) == ("'=1+1", "Gr\u00fc\u00dfe,\nK\u00f6ln")
    assert (second["startedAtMs"], second["durationMs"]) == ("1000", "1500")


@given(st.text(st.characters(codec="utf-8")))
def test_no_control_character_is_in_a_cell_or_hides_a_formula(text: str) -> None:
    out = io.BytesIO()
    write_rows(out, ["a"], [[f"\0{text}"]])
    (_, (cell,)) = list(csv.reader(io.StringIO(out.getvalue().decode("utf-8-sig"), newline="")))
    assert not any(char < " " and char not in "\t\r\n" for char in cell)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
