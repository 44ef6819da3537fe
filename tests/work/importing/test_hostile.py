"""Whatever a file holds, parsers return or raise the one declared error."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.formats import conversation
from lib.formats.conversation import Conversation, Transcript, UnreadableError
from lib.formats.csv_transcript import read_table
from lib.formats.cues import read_subrip, read_webvtt
from lib.formats.json_text import parse_json
from lib.formats.session_records import read_session
from lib.formats.speakers import Speakers
from lib.formats.transcript_file import read_transcript
from lib.work.importing.files import Options, Source, Unreadable
from tests.work.importing.samples import NOW

SOMEBODY = Speakers({"bob": "user"}, "assistant")
OPTIONS = Options(SOMEBODY, user="user_1", started_at=NOW)
PIECES = st.sampled_from(
    [
        "WEBVTT",
        "\n",
        "\n\n",
        "\r",
        "\r\n",
        "-->",
        " --> ",
        "00:00:01.000",
        "00:00:02,000",
        "1",
        "<v Bob>",
        "<v",
        ">",
        "<",
        "</v>",
        "&lt;",
        "&#xD800;",
        "&#0;",
        "Bob: ",
        "NOTE",
        "STYLE",
        "\x00",
        "\ufeff",
        "99:99:99.999",
        '"',
        "'",
        ",",
        "=",
        "speaker,text,startedAtMs",
        "user",
        "\u2028",
        "1e999",
        "{",
        "}",
    ]
)
SOUP = st.lists(PIECES | st.text(max_size=5), max_size=30).map("".join)
NAMES = st.sampled_from(
    [
        "session",
        "interactions",
        "messages",
        "choices",
        "message",
        "role",
        "content",
        "text",
        "type",
        "externalId",
        "userId",
        "user",
        "clerkId",
        "channel",
        "startedAt",
        "sequence",
        "speaker",
        "usage",
        "startedAtMs",
        "tool_calls",
        "function",
        "name",
        "arguments",
        "created",
        "model",
        "request",
        "response",
        "audio",
        "metadata",
        "labels",
        "score",
        "transcript",
        "refusal",
        "input",
        "output",
        "parts",
        "arguments",
        "tool_use",
        "function_call",
        "segments",
        "utterances",
        "words",
        "results",
        "channels",
        "alternatives",
        "start",
        "end",
        "value",
        "from",
    ]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(
        [
            "user",
            "voice",
            "text",
            "tool_use",
            "function_call_output",
            "2026-01-01T00:00:00Z",
            "\ud800",
            "a" * 40_000,
        ]
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=8),
    max_leaves=25,
)


@pytest.mark.parametrize(
    "read",
    [
        lambda text: read_webvtt(f"WEBVTT\n\n{text}", SOMEBODY),
        lambda text: read_webvtt(text, SOMEBODY),
        lambda text: read_subrip(text, SOMEBODY),
        read_table,
        lambda text: read_table(f"speaker,text,startedAtMs\r\n{text}"),
    ],
)
@given(text=SOUP)
def test_any_text_is_read_or_refused(read: Callable[[str], Transcript], text: str) -> None:
    with contextlib.suppress(UnreadableError):
        found = read(text)
        last = len(text.splitlines()) + text.count("\r") + 4
        lines = [turn.line for turn in found.turns]
        lines += [item.line for item in (*found.refusals, *found.notes)]
        assert all(1 <= line <= last for line in lines)
        assert found.items == len(found.turns) + found.merged + found.refused + found.left_out


@given(VALUES)
def test_any_json_is_read_or_refused(value: Any) -> None:
    data = json.dumps(value).encode()
    with contextlib.suppress(UnreadableError):
        found = read_transcript(data, ".json", SOMEBODY).transcript
        assert found.items == len(found.turns) + found.merged + found.refused + found.left_out
    with contextlib.suppress(UnreadableError):
        read_session(value, 1)


@settings(max_examples=60)
@given(st.binary(max_size=200) | SOUP.map(str.encode) | VALUES.map(json.dumps).map(str.encode))
def test_any_file_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.getbasetemp()
    for suffix in ("jsonl", "vtt", "srt", "csv", "json", "txt"):
        path = folder / f"any.{suffix}"
        path.write_bytes(data)
        for item in Source(OPTIONS).items(path):
            assert isinstance(item.found, Conversation | Unreadable)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        '{"a":' * 200_000,
        "9" * 10_000,
        "NaN",
        '{"a": 1, "a": 2}',
        '{"a": Infinity}',
        "",
        "{",
        "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    ],
)
def test_json_that_readers_would_not_agree_on_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        read_session(parse_json(text.encode(), 7), 7)
    assert refused.value.line == 7


@pytest.mark.parametrize(
    "text",
    [
        "<" * 400_000,
        "<v" * 200_000,
        "<v." + "a." * 200_000,
        "<v " + "a " * 200_000,
        ":" * 400_000,
        "a\n" * 200_000,
        " " * 400_000,
        "-->\n" * 100_000,
        "<font " * 60_000,
        "'" + " " * 400_000,
    ],
)
def test_long_input_costs_time_in_proportion(text: str) -> None:
    # In quadratic time this would run into the time limit of a test.
    for read in (read_webvtt, read_subrip):
        with contextlib.suppress(UnreadableError):
            read(f"WEBVTT\n\n1\n00:00:01.000 --> 00:00:02.000\n{text}", SOMEBODY)
    with contextlib.suppress(UnreadableError):
        read_table(f"speaker,text,startedAtMs\r\nuser,{text},1")


def test_a_line_that_is_too_long_is_refused_and_the_next_one_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lib.work.importing.files.MAX_LINE_BYTES", 400)
    path = tmp_path / "a.jsonl"
    good = {
        "externalId": "x",
        "userId": "user_1",
        "channel": "chat",
        "startedAt": "2026-01-01T00:00:00Z",
    }
    path.write_text(f'{{"externalId": "{"a" * 2000}"}}\n{json.dumps(good)}\n')
    first, second = [item.found for item in Source(OPTIONS).items(path)]
    assert isinstance(first, Unreadable)
    assert (first.refusal.line, "bytes" in first.refusal.reason) == (1, True)
    assert isinstance(second, Conversation)
    assert (second.line, second.session.external_id) == (2, "x")


def test_a_session_has_a_limit_of_turns() -> None:
    cue = "00:00:01.000 --> 00:00:02.000\n<v Bob>x\n\n"
    with pytest.raises(UnreadableError, match="more than"):
        read_webvtt("WEBVTT\n\n" + cue * (conversation.MAX_TURNS + 1), SOMEBODY)
