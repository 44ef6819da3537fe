"""What the parsers make of files by other programs, and how they say what they refuse."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lib.formats.chat import read_chat
from lib.formats.conversation import Conversation, Transcript, UnreadableError
from lib.formats.csv_transcript import read_table
from lib.formats.cues import read_subrip, read_webvtt
from lib.formats.speakers import Speakers
from lib.work.importing.files import Options, Source, Unreadable
from tests.formats.inputs.made import words_of
from tests.work.importing.samples import NOW

BOB = Speakers({"bob smith": "user"})
OPTIONS = Options(BOB, user="user_1", started_at=NOW)
LINE = {"externalId": "a", "userId": "u", "channel": "chat", "startedAt": "2026-01-31T12:00:00Z"}


def said(found: Transcript) -> list[tuple[int, str, str]]:
    return [
        (turn.content["sequence"], turn.content["speaker"], words_of(turn.content))
        for turn in found.turns
    ]


def refused(found: Transcript) -> list[tuple[int, str]]:
    return [(item.line, item.reason) for item in found.refusals]


def items(
    path: Path, *lines: object, options: Options = OPTIONS
) -> list[Conversation | Unreadable]:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return [item.found for item in Source(options).items(path)]


def test_webvtt_of_others_is_read() -> None:
    text = (
        "\ufeffWEBVTT - Call\r\nKind: captions\r\n\r\nNOTE a comment\r\nover lines\r\n\r\n"
        "STYLE\r\n::cue(v) {}\r\n\r\n00:01.500 --> 00:02.000 align:start\r\n"
        "<v.loud Bob  Smith>Where is <b>my</b> <00:00:01.700>parcel?</v>\r\nHm &amp; so\r\n\r\n"
        "intro\r\n01:00:00.000 --> 01:00:01.000\r\nAgent: On its way\r\n"
    )
    found = read_webvtt(text.removeprefix("\ufeff"), BOB)
    assert said(found) == [
        (0, "user", "Where is my parcel?\nHm & so"),
        (1, "assistant", "On its way"),
    ]
    first = found.turns[0]
    assert (first.line, first.content["started_at_ms"]) == (10, 1500.0)
    assert first.content["duration_ms"] == 500.0


def test_a_bad_cue_is_refused_by_its_line_and_keeps_its_place() -> None:
    text = (
        "WEBVTT\n\n00:01.000 ~> 00:02.000\n<v Bob Smith>a\n\n00:02:99.000 --> 00:01.000\n"
        "<v Bob Smith>b\n\n00:03.000 --> 00:04.000\n<v Eve>c\n\n00:03.000 --> 00:04.000\nd\n\n"
        "00:05.000 --> 00:06.000\n<v Bob Smith>e\n\n00:07.000 --> 00:08.000\n<v Bob Smith></v>\n\n"
        "00:13.000 --> 00:14.000\n<v Bob Smith>h <v Agent>i\n\n"
        "30:00:00.000 --> 30:00:01.000\nUser: j"
    )
    found = read_webvtt(text, BOB)
    assert said(found) == [(3, "user", "e")]
    assert [line for line, _ in refused(found)] == [3, 6, 9, 12, 21, 24]
    reasons = " | ".join(reason for _, reason in refused(found))
    for word in ("malformed", "--speaker", "one voice", "less than or equal"):
        assert word in reasons
    assert "Eve" not in reasons
    assert [(note.line, note.reason) for note in found.notes] == [(18, "no text")]


def test_an_end_before_its_start_is_left_out_and_the_words_are_kept() -> None:
    found = read_webvtt("WEBVTT\n\n00:02.000 --> 00:01.000\nUser: a", BOB)
    assert said(found) == [(0, "user", "a")]
    assert "duration_ms" not in found.turns[0].content
    assert ["end" in note.reason for note in found.notes] == [True]


def test_cue_ids_are_sequences_only_if_all_of_them_are_numbers() -> None:
    cues = "{}\n00:01.000 --> 00:02.000\nUser: a\n\n{}\n00:02.000 --> 00:03.000\nUser: b\n\n"
    for ids, expected in ((("7", "3"), [7, 3]), (("1", "x"), [0, 1]), (("1", "1"), [0, 1])):
        found = read_webvtt("WEBVTT\n\n" + cues.format(*ids), BOB)
        assert [sequence for sequence, _, _ in said(found)] == expected


def test_subrip_of_others_is_read() -> None:
    text = (
        "1\r\n0:00:01,000 --> 0:00:02,500\r\n<i>Bob Smith:</i> Hello\r\n \r\n"
        "2\r\n00:00:03.000 --> 00:00:04.000\r\nNote: this\r\nis said"
    )
    found = read_subrip(text, Speakers(BOB.named, "assistant"))
    assert said(found) == [(0, "user", "Hello"), (1, "assistant", "Note: this\nis said")]
    (only,) = read_subrip(text, BOB).refusals
    assert (only.line, "--default-speaker" in only.reason) == (5, True)


def test_what_is_no_transcript_is_refused_as_a_whole() -> None:
    for read, text in ((read_webvtt, "WEBVTTX\n"), (read_webvtt, ""), (read_subrip, "hello")):
        with pytest.raises(UnreadableError):
            read(text, BOB)


def test_csv_cells_are_refused_by_their_line() -> None:
    found = read_table(
        'speaker,text,startedAtMs,tokensIn\r\nuser,"two\r\nlines",0,3\r\nuser,x\r\n'
        "nobody,x,1,\r\nuser,'=1,2,1.5\r\nuser,'=1,2,\r\n"
    )
    assert said(found) == [(0, "user", "two\r\nlines"), (4, "user", "=1")]
    assert [(item.line, item.field) for item in found.refusals] == [
        (4, "startedAtMs"),
        (5, "speaker"),
        (6, "tokensIn"),
    ]
    for header in ("speaker,text", "speaker,text,startedAtMs,x", "text,text,speaker,startedAtMs"):
        with pytest.raises(UnreadableError, match="column"):
            read_table(header)


def test_a_chat_completion_is_read_with_its_answer_and_tokens() -> None:
    call = {"type": "function", "function": {"name": "track", "arguments": '{"id":1}'}}
    value: dict[str, Any] = {
        "request": {
            "model": "m",
            "messages": [
                {"role": "developer", "content": "Be brief"},
                {"role": "user", "content": [{"type": "text", "text": "Where?"}]},
                {"role": "assistant", "content": None, "tool_calls": [call]},
                {"role": "tool", "content": "Berlin", "tool_call_id": "1"},
                {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]},
                {"role": "narrator", "content": "?"},
            ],
        },
        "response": {
            "created": 1_769_860_800,
            "model": "m-2026",
            "object": "chat.completion",
            "choices": [
                {"index": 0, "message": {"role": "assistant", "content": "In Berlin"}},
                {"index": 1, "message": {"role": "assistant", "content": "Berlin"}},
            ],
            "usage": {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15},
        },
    }
    chat = read_chat(value)
    assert said(chat.transcript) == [
        (0, "system", "Be brief"),
        (1, "user", "Where?"),
        (2, "tool", 'track({"id":1})'),
        (3, "tool", "-> Berlin"),
        (6, "assistant", "In Berlin"),
    ]
    assert [item.field for item in chat.transcript.refusals] == ["messages.5.role"]
    assert [item.field for item in chat.transcript.notes] == ["messages.4.content.0", "choices.1"]
    assert {item.content["timing"] for item in chat.transcript.turns} == {"none"}
    answer = chat.transcript.turns[-1].content
    assert (answer["model_id"], answer["tokens_in"], answer["tokens_out"]) == ("m-2026", 12, 3)
    assert chat.started_at == datetime(2026, 1, 31, 12, tzinfo=UTC)


CALL = {"name": "track", "arguments": "{}"}


@pytest.mark.parametrize(
    "messages",
    [
        [
            {"role": "assistant", "tool_calls": [{"id": "a", "function": CALL}]},
            {"role": "assistant", "tool_calls": [{"id": "b", "function": CALL}]},
            {"role": "tool", "tool_call_id": "b", "content": "second"},
            {"role": "tool", "tool_call_id": "a", "content": "first"},
        ],
        [
            {"type": "function_call", "id": "item_1", "call_id": "a", **CALL},
            {"type": "function_call", "id": "item_2", "call_id": "b", **CALL},
            {"type": "function_call_output", "call_id": "b", "output": "second"},
            {"type": "function_call_output", "call_id": "a", "output": "first"},
        ],
        [
            {"role": "model", "parts": [{"functionCall": {"name": "track", "args": {}}}]},
            {"role": "model", "parts": [{"functionCall": {"name": "other", "args": {}}}]},
            {
                "role": "user",
                "parts": [{"functionResponse": {"name": "other", "response": "second"}}],
            },
            {
                "role": "user",
                "parts": [{"functionResponse": {"name": "track", "response": "first"}}],
            },
        ],
        [
            {"role": "assistant", "function_call": CALL},
            {"role": "function", "name": "track", "content": "first"},
            {"role": "assistant", "function_call": CALL},
            {"role": "function", "name": "track", "content": "second"},
        ],
        [
            {"role": "assistant", "content": [{"type": "tool_use", "id": "a", "name": "track"}]},
            {"role": "assistant", "content": [{"type": "tool_use", "id": "b", "name": "track"}]},
            {
                "role": "user",
                "content": [{"type": "tool_result", "tool_use_id": "b", "content": "second"}],
            },
            {
                "role": "user",
                "content": [{"type": "tool_result", "tool_use_id": "a", "content": "first"}],
            },
        ],
    ],
    ids=["chat completions", "responses", "without ids", "older calls", "messages"],
)
def test_results_of_tools_have_the_ids_of_their_calls(messages: list[object]) -> None:
    read = [turn.content["tool"] for turn in read_chat({"messages": messages}).transcript.turns]
    tools = [item for item in read if item is not None]
    calls = [tool["call_id"] for tool in tools if tool.get("result") is None]
    answers = {tool["call_id"]: tool["result"] for tool in tools if tool.get("result")}
    assert [answers[call] for call in calls] == ["first", "second"]


def test_a_call_with_its_answer_beside_it_is_one_turn() -> None:
    call = {"type": "mcp_call", "id": "m", "name": "ask", "arguments": "{}"}
    for more, result, failed in (
        ({"output": "yes"}, "yes", None),
        ({"output": None, "error": "no such tool"}, "no such tool", True),
    ):
        (turn,) = read_chat({"output": [{**call, **more}]}).transcript.turns
        tool: Any = turn.content["tool"]
        assert (tool["result"], tool.get("is_error")) == (result, failed)


def test_a_line_is_a_session_or_a_turn_of_the_one_above(tmp_path: Path) -> None:
    spoken = {"speaker": "user", "text": "x", "startedAtMs": 0}
    whole = {
        **LINE,
        "interactions": [spoken, {**spoken, "speaker": "me"}, spoken],
        "audio": "a.wav",
    }
    follows = {"type": "interaction", "session": "b", **spoken, "audio": "b.wav"}
    found = items(
        tmp_path / "x.jsonl",
        whole,
        {**LINE, "type": "session", "externalId": "b"},
        follows,
        {**follows, "sequence": 9},
        {**follows, "session": "a"},
        {**LINE, "colour": "red"},
        follows,
    )
    whole_one, five, followed, six, seven = found
    assert isinstance(whole_one, Conversation)
    assert said(whole_one.transcript) == [(0, "user", "x"), (2, "user", "x")]
    assert [item.field for item in whole_one.transcript.refusals] == ["interactions.1.speaker"]
    assert [item.name for item in whole_one.transcript.recordings] == ["a.wav"]
    assert isinstance(followed, Conversation)
    assert said(followed.transcript) == [(0, "user", "x"), (9, "user", "x")]
    assert [(item.name, item.sequence) for item in followed.transcript.recordings] == [
        ("b.wav", 0),
        ("b.wav", 9),
    ]
    refusals = [
        (item.refusal.line, item.refusal.field)
        for item in (five, six, seven)
        if isinstance(item, Unreadable)
    ]
    assert refusals == [(5, "session"), (6, "colour"), (7, "session")]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"startedAt": "2026-01-31T12:00:00"}, "startedAt"),
        ({"startedAt": 5}, "startedAt"),
        ({"userId": None}, "userId"),
        ({"user": {"clerkId": "u"}}, "userId"),
        ({"endedAt": "2026-01-31T11:00:00Z"}, "endedAt"),
        ({"labels": ["a", "a"]}, "labels"),
        ({"metadata": {"$a": 1}}, "metadata"),
        ({"metadata": {"a": 2**60}}, "metadata"),
        ({"interactions": {}}, "interactions"),
        ({"score": 2.5}, "score"),
        ({"transcript": "x.vtt", "interactions": []}, "transcript"),
    ],
)
def test_a_bad_session_is_refused_by_its_field(
    tmp_path: Path, change: dict[str, object], field: str
) -> None:
    (found,) = items(tmp_path / "x.jsonl", {**LINE, **change})
    assert isinstance(found, Unreadable)
    assert (found.refusal.line, found.refusal.field) == (1, field)


def test_a_session_may_name_its_transcript_which_has_recordings_beside(tmp_path: Path) -> None:
    below = tmp_path / "calls"
    below.mkdir()
    (below / "one.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nUser: hi\n")
    for name in ("one.wav", "one.0.mp3", "one.x.wav", "two.wav"):
        (below / name).touch()
    (found,) = items(tmp_path / "x.jsonl", {**LINE, "transcript": "calls/one.srt"})
    assert isinstance(found, Conversation)
    assert said(found.transcript) == [(0, "user", "hi")]
    assert [(item.name, item.sequence) for item in found.transcript.recordings] == [
        ("calls/one.0.mp3", 0),
        ("calls/one.wav", None),
    ]


def test_a_transcript_needs_a_user_and_a_start(tmp_path: Path) -> None:
    path = tmp_path / "call-1.vtt"
    path.write_text("WEBVTT\n\n00:01.000 --> 00:02.000\nUser: hi\n")
    (item,) = Source(Options(BOB)).items(path)
    assert isinstance(item.found, Unreadable)
    (item,) = Source(OPTIONS).items(path)
    assert isinstance(item.found, Conversation)
    session = item.found.session
    assert (session.external_id, session.channel, session.started_at) == ("call-1", "voice", NOW)
