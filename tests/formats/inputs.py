"""Inputs as programs write them, and what happens to each; `docs/import-inputs.md` is made of them.

Facts only: what a format's tests or documents say of it, in words of our own. Each input says what
is right; the table in the documentation says what happens, so that the two are compared twice.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lib.data.fields import Speaker
from lib.formats.conversation import Transcript, UnreadableError
from lib.formats.speakers import Speakers
from lib.formats.transcript_file import read_transcript

CASES: Final = Path(__file__).with_name("cases")

Expected = tuple[str, str, float]
"""Speaker, text and start (milliseconds) of a turn."""


@dataclass(frozen=True, slots=True)
class Input:
    """One file and what is right for it.

    Attributes:
        name: what is unusual about it.
        writer: who writes such files, or which tests know them.
        extension: of the file.
        data: the file.
        turns: what it becomes.
        merged: items that go into the turn before them.
        refused: a part of the reason of each item that is refused.
        left_out: a part of the reason of each item that is left out.
        whole: a part of the reason for which the file is refused as a whole.
        speaker: who speaks where nobody is named.
        named: names that stand for somebody.
    """

    name: str
    writer: str
    extension: str
    data: bytes
    turns: tuple[Expected, ...] = ()
    merged: int = 0
    refused: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    whole: str = ""
    speaker: Speaker | None = None
    named: tuple[tuple[str, Speaker], ...] = (("dana meier", "user"),)

    def read(self) -> Transcript:
        """Read it; raises `UnreadableError` like the reader."""
        speakers = Speakers(dict(self.named), self.speaker)
        return read_transcript(self.data, self.extension, speakers).transcript


def case(name: str, what: str, *turns: Expected, **more: Any) -> Input:
    """Return a file of the folder `cases`."""
    path = CASES / name
    return Input(f"`{name}`: {what}", "users", path.suffix, path.read_bytes(), turns, **more)


def vtt(name: str, writer: str, text: str, *turns: Expected, **more: Any) -> Input:
    """Return a WebVTT file; `text` comes after the signature and a blank line."""
    return Input(name, writer, ".vtt", f"WEBVTT\n\n{text}".encode(), turns, **more)


def srt(name: str, writer: str, text: str, *turns: Expected, **more: Any) -> Input:
    """Return a SubRip file."""
    return Input(name, writer, ".srt", text.encode(), turns, **more)


def table(name: str, writer: str, text: str | bytes, *turns: Expected, **more: Any) -> Input:
    """Return a CSV file."""
    data = text if isinstance(text, bytes) else text.encode()
    return Input(name, writer, ".csv", data, turns, **more)


def chat(name: str, writer: str, value: object, *turns: Expected, **more: Any) -> Input:
    """Return a JSON file."""
    return Input(name, writer, ".json", json.dumps(value).encode(), turns, **more)


W3C: Final = "W3C's tests of parsers"
SRT: Final = "tests of the library srt"
PYSRT: Final = "tests of the library pysrt"
EDITORS: Final = "subtitle editors"
OPENAI: Final = "OpenAI"
ANTHROPIC: Final = "Anthropic"
A: Final[Expected] = ("user", "a", 1000.0)
T1: Final = "00:00:01.000 --> 00:00:02.000"

GIVEN: Final = (
    case(
        "v2-hours.vtt",
        "hours of one digit and of three",
        ("user", "one digit", 3_737_167.0),
        ("user", "three digits", 1000.0),
        ("user", "zero hour", 3000.0),
    ),
    case(
        "v3-noblank.vtt",
        "arrow without blanks, form feeds",
        ("user", "arrow without blanks", 0.0),
        ("user", "one blank", 2000.0),
        ("user", "tabs", 4000.0),
        ("user", "form feeds", 6000.0),
    ),
    case(
        "s1-fraction.srt",
        "fractions of 0 to 3 digits",
        ("user", "two digits of hundredths", 1_767_460.0),
        ("assistant", "one digit", 1_770_500.0),
        ("user", "none", 1_772_000.0),
        ("user", "after an empty one", 1_776_000.0),
        left_out=("no text",),
    ),
    case(
        "s2-blank.srt",
        "an empty line within a cue",
        ("user", "I am stuck at the office,\n\nI shall be ten minutes late.", 10_440.0),
        ("assistant", "No problem.", 15_960.0),
        merged=1,
    ),
    case(
        "s3-noblank.srt",
        "no empty lines between cues",
        ("user", "first", 1000.0),
        ("user", "no blank line before this one", 3000.0),
        ("assistant", "nor this", 5000.0),
    ),
    case(
        "s4-ass.srt",
        "markup of ASS, and tags of WebVTT",
        ("user", "at the top", 1000.0),
        ("user", "slanted\nsecond line", 3000.0),
        ("user", "yellow x", 5000.0),
    ),
    case(
        "s6-whispercpp.srt",
        "speakers in parentheses, mapped by `--speaker`",
        ("user", "where is it", 1000.0),
        ("assistant", "at the depot", 3000.0),
        named=(("speaker 0", "user"), ("speaker 1", "assistant")),
    ),
    case(
        "s6-whispercpp.srt",
        "the same, not mapped",
        refused=("speaker 0=ROLE", "speaker 1=ROLE"),
    ),
    case(
        "c1-empty-content.json",
        "empty text beside a tool call",
        ("user", "Where is my parcel?", 0.0),
        ("assistant", 'track({"order": 7})', 0.0),
        ("system", "Berlin", 0.0),
        ("assistant", "In Berlin.", 0.0),
    ),
    case(
        "c2-object-args.json",
        "arguments of a tool as an object",
        ("user", "Weather?", 0.0),
        ("assistant", 'get_weather({"location":"Paris","unit":"celsius"})', 0.0),
        ("system", "18", 0.0),
    ),
    case(
        "c3-audio.json",
        "words in the transcript of a sound",
        ("assistant", "Your parcel arrives on Monday.", 0.0),
        left_out=("a sound without a transcript",),
    ),
    case(
        "c3b-realtime.json",
        "transcripts of parts",
        ("user", "Where is my parcel?", 0.0),
        ("assistant", "It arrives on Monday.", 0.0),
    ),
    case(
        "c5-function-call.json",
        "the older `function_call`",
        ("user", "Hi", 0.0),
        ("assistant", "track({})", 0.0),
        ("system", "Berlin", 0.0),
    ),
    case(
        "c6-responses.json",
        "`input_text` and `output_text`",
        ("user", "Where is my parcel?", 0.0),
        ("assistant", "In Berlin.", 0.0),
    ),
    case(
        "c6b-mixed.json",
        "an image beside text, `tool_use`",
        ("user", "What is wrong with this label?", 0.0),
        ("assistant", "It is torn.", 0.0),
        ("assistant", 'reprint({"n":1})', 0.0),
        left_out=("a part of the kind image_url",),
    ),
    case(
        "c9-whisper.json",
        "Whisper, nobody named",
        ("user", "Where is it?", 0.0),
        left_out=("taken for the user",),
    ),
    case(
        "e2-semicolon.csv",
        "semicolons, decimal comma",
        ("user", "Grüße; aus Köln", 0.0),
    ),
    case("e2-tab.csv", "UTF-16, tabs", ("user", "hello", 0.0)),
    case(
        "e2-excel-resave.csv",
        "exponents, an empty row at the end",
        ("user", "two\nlines", 0.0),
        ("assistant", "ok", 1500.0),
        left_out=("an empty row",),
    ),
    case(
        "order.json",
        "turns in the order of their arrival",
        ("assistant", "Hello, how can I help you", 0.0),
        ("assistant", "REPLY It arrives on Monday", 9000.0),
        ("user", "QUESTION Where is my parcel", 3000.0),
        ("user", "QUESTION2 And which time", 14_000.0),
        ("assistant", "REPLY2 At noon", 17_000.0),
    ),
)

WEBVTT: Final = (
    vtt("`NOTE` as the id of a cue", W3C, f"NOTE\n{T1}\nUser: a\n", A),
    vtt("`STYLE` as the id of a cue", W3C, f"STYLE\n{T1}\nUser: a\n", A),
    vtt("`REGION x` as the id of a cue", W3C, f"REGION x\n{T1}\nUser: a\n", A),
    vtt(
        "comments, style sheets and regions",
        W3C,
        f"NOTE one\n\nSTYLE\n::cue {{}}\n\nREGION\nid:r\n\n{T1}\nUser: a\n",
        A,
        left_out=("a comment", "a style sheet", "a region"),
    ),
    vtt(
        "a comment that an arrow ends",
        W3C,
        f"NOTE\nsaid aside\n{T1}\nUser: a\n",
        A,
        left_out=("a comment",),
    ),
    vtt(
        "a comment with an arrow in it",
        W3C,
        f"NOTE x --> y\n\n{T1}\nUser: a\n",
        A,
        left_out=("a comment",),
    ),
    vtt(
        "lines with arrows and no times",
        W3C,
        f"-->\n{T1}\nUser: a\nfoo-->\n{T1}\nUser: b\n--->\n{T1}\nUser: c\n",
        A,
        ("user", "b", 1000.0),
        ("user", "c", 1000.0),
        refused=("malformed",) * 3,
    ),
    vtt(
        "ids of blanks and dashes",
        W3C,
        f" \n{T1}\nUser: a\n\n-- >\n{T1}\nUser: b\n",
        A,
        ("user", "b", 1000.0),
    ),
    vtt(
        "NUL in what is said",
        W3C,
        f"{T1}\nUser: a\0b\n",
        ("user", "a\ufffdb", 1000.0),
    ),
    vtt(
        "NUL in a time",
        W3C,
        f"00:00:0\0.000 --> 00:00:01.000\nUser: x\n\n{T1}\nUser: a\n",
        A,
        refused=("malformed",),
    ),
    vtt(
        "all ways to end a line",
        W3C,
        f"1\r{T1}\rUser: a\r\r2\r\n{T1}\r\nUser: b\r\n",
        A,
        ("user", "b", 1000.0),
    ),
    vtt(
        "a vertical tab, which is no white space",
        W3C,
        f"\v{T1}\nUser: x\n\n{T1}\nUser: a\n",
        A,
        refused=("malformed",),
    ),
    vtt(
        "the end of a cue before its start",
        W3C,
        "00:00:01.000 --> 00:00:00.999\nUser: a\n",
        A,
        left_out=("before its start",),
    ),
    vtt("a cue of no length", W3C, "00:00:01.000 --> 00:00:01.000\nUser: a\n", A),
    vtt("seconds over 59", W3C, "00:00:60.000 --> 00:01:01.000\nUser: a\n", refused=("malformed",)),
    vtt("minutes of one digit, fractions of one", EDITORS, "0:1.0 --> 0:2.0\nUser: a\n", A),
    vtt(
        "nine digits of fraction",
        EDITORS,
        "00:00:01.000000000 --> 00:00:02.123456789\nUser: a\n",
        A,
    ),
    vtt(
        "comma for the fraction, settings after the times",
        EDITORS,
        "00:00:01,000 --> 00:00:02,000 align:start line:0\nUser: a\n",
        A,
    ),
    vtt(
        "90 minutes without hours",
        EDITORS,
        "90:00.000 --> 90:01.000\nUser: a\n",
        ("user", "a", 5_400_000.0),
    ),
    Input(
        "times at once after the signature", W3C, ".vtt", f"WEBVTT\n{T1}\nUser: a\n".encode(), (A,)
    ),
    Input(
        "header lines",
        "YouTube",
        ".vtt",
        f"WEBVTT\nKind: captions\nLanguage: en\n\n{T1}\nUser: a\n".encode(),
        (A,),
        left_out=("header",),
    ),
    Input(
        "byte order mark, title",
        W3C,
        ".vtt",
        f"\ufeffWEBVTT a title\n\n{T1}\nUser: a\n".encode(),
        (A,),
    ),
    Input("nothing but the signature", W3C, ".vtt", b"WEBVTT"),
    Input("no signature", W3C, ".vtt", f"WEBVTTX\n\n{T1}\nUser: a\n".encode(), whole="WEBVTT"),
    vtt("voices with classes", "Microsoft Teams", f"{T1}\n<v.loud Dana Meier>a</v>\n", A),
    vtt(
        "two voices in one cue",
        W3C,
        f"{T1}\n<v User>a <v Agent>b\n",
        refused=("more than one voice",),
    ),
    vtt(
        "references and tags",
        W3C,
        f"{T1}\nUser: <b>a</b> &amp; <i.x>b</i> <00:00:01.500>c&lrm;\n",
        ("user", "a & b c\u200e", 1000.0),
    ),
    vtt(
        "a blank line within a cue",
        EDITORS,
        f"{T1}\nUser: a\n\nb\n",
        ("user", "a\n\nb", 1000.0),
        merged=1,
    ),
)

SUBRIP: Final = (
    srt("arrow `- >`", SRT, "1\n00:00:01,000 - > 00:00:02,000\nUser: a\n", A),
    srt("a negative number", SRT, f"-1\n{T1}\nUser: a\n", A),
    srt("white space before the first cue", SRT, f"\n \t\n1\n{T1}\nUser: a\n", A),
    srt("no end of the last line", SRT, f"1\n{T1}\nUser: a", A),
    srt("no numbers", PYSRT, f"{T1}\nUser: a\n\n{T1}\nUser: b\n", A, ("user", "b", 1000.0)),
    srt(
        "a number alone at the end",
        "broken downloads",
        f"1\n{T1}\nUser: a\n\n2\n",
        A,
        left_out=("the number of a cue",),
    ),
    srt(
        "coordinates after the times", PYSRT, f"1\n{T1}  X1:000 X2:000 Y1:050 Y2:100\nUser: a\n", A
    ),
    srt("colon before the thousandths", PYSRT, "1\n00:00:01:000 --> 00:00:02:000\nUser: a\n", A),
    srt(
        "tags, and what only looks like one",
        PYSRT,
        f'1\n{T1}\nUser: <font color="red">a</font> 2<3,5>1\n',
        ("user", "a 2<3,5>1", 1000.0),
    ),
    srt(
        "hard blanks of ASS",
        PYSRT,
        f"1\n{T1}\n{{\\an3}}User: a\\hb\n",
        ("user", "a\u00a0b", 1000.0),
    ),
    srt(
        "a path that only looks like ASS",
        "users",
        f"1\n{T1}\nUser: C:\\New\n",
        ("user", "C:\\New", 1000.0),
    ),
    srt(
        "an arrow in what is said",
        "users",
        f"1\n{T1}\nUser: a\nthen go --> there\n",
        ("user", "a\nthen go --> there", 1000.0),
    ),
    srt(
        "an arrow that cannot be read",
        EDITORS,
        f"1\n{T1}\nUser: a\n\n2\n00:00:03,000 => 00:00:04,000\nUser: b\n",
        A,
        refused=("malformed",),
    ),
    srt(
        "names in brackets, after a dash",
        "whisperX",
        f"1\n{T1}\n[SPEAKER_00]: a\n\n2\n{T1}\n- Agent: b\n",
        A,
        ("assistant", "b", 1000.0),
        named=(("speaker_00", "user"),),
    ),
    srt(
        "nobody named, one default",
        "Whisper",
        f"1\n{T1}\nNote: this\n",
        ("user", "Note: this", 1000.0),
        speaker="user",
    ),
    srt("a voice of WebVTT", "converters", f"1\n{T1}\n<v Dana Meier>a</v>\n", A),
    srt("text that is no SubRip", PYSRT, "hello\nthere\n", whole="no cue"),
    Input(
        "Windows-1252",
        PYSRT,
        ".srt",
        f"1\n{T1}\nUser: Gr\u00fc\u00dfe\n".encode("cp1252"),
        whole="not UTF-8",
    ),
    Input("UTF-16 with a mark", EDITORS, ".srt", f"1\n{T1}\nUser: a\n".encode("utf-16"), (A,)),
)

USER: Final = {"role": "user", "content": "Hi"}
HI: Final[Expected] = ("user", "Hi", 0.0)

CHATS: Final = (
    chat(
        "input, function_call, function_call_output, reasoning",
        f"{OPENAI} Responses",
        {
            "input": [
                USER,
                {"type": "reasoning", "summary": []},
                {"type": "function_call", "call_id": "c", "name": "track", "arguments": '{"n":1}'},
                {"type": "function_call_output", "call_id": "c", "output": "Berlin"},
            ],
            "output": [
                {
                    "type": "message",
                    "role": "assistant",
                    "content": [{"type": "output_text", "text": "In Berlin", "annotations": []}],
                }
            ],
        },
        HI,
        ("assistant", 'track({"n":1})', 0.0),
        ("system", "Berlin", 0.0),
        ("assistant", "In Berlin", 0.0),
        left_out=("an item of the kind reasoning",),
    ),
    chat(
        "input as text, instructions",
        f"{OPENAI} Responses",
        {"instructions": "Be brief", "input": "Hi"},
        ("system", "Be brief", 0.0),
        HI,
    ),
    chat(
        "a refusal",
        f"{OPENAI} Responses",
        [{"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]}],
        ("assistant", "No.", 0.0),
    ),
    chat(
        "content null and a refusal",
        OPENAI,
        [{"role": "assistant", "content": None, "refusal": "No."}],
        ("assistant", "No.", 0.0),
    ),
    chat(
        "a custom tool",
        OPENAI,
        [
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"type": "custom", "custom": {"name": "run", "input": "ls"}}],
            }
        ],
        ("assistant", "run(ls)", 0.0),
    ),
    chat(
        "a tool call without a name",
        OPENAI,
        [USER, {"role": "assistant", "tool_calls": [{"function": {}}]}],
        HI,
        refused=("without a name",),
    ),
    chat(
        "two choices",
        OPENAI,
        {
            "choices": [
                {"message": {"role": "assistant", "content": "a"}},
                {"message": {"role": "assistant", "content": "b"}},
            ]
        },
        ("assistant", "a", 0.0),
        left_out=("an alternative",),
    ),
    chat(
        "items of a session, sound without words",
        f"{OPENAI} Realtime",
        {
            "items": [
                {
                    "type": "message",
                    "role": "user",
                    "content": [{"type": "input_audio", "transcript": None}],
                },
                {
                    "type": "message",
                    "role": "assistant",
                    "content": [{"type": "output_audio", "transcript": "Hello"}],
                },
            ]
        },
        ("assistant", "Hello", 0.0),
        left_out=("a sound without",),
    ),
    chat(
        "text with a value",
        f"{OPENAI} Assistants",
        [
            {
                "role": "user",
                "content": [{"type": "text", "text": {"value": "Hi", "annotations": []}}],
            }
        ],
        HI,
    ),
    chat(
        "system, tool_result, thinking",
        ANTHROPIC,
        {
            "system": [{"type": "text", "text": "Be brief"}],
            "messages": [
                {
                    "role": "assistant",
                    "content": [
                        {"type": "thinking", "thinking": "..."},
                        {"type": "tool_use", "id": "t", "name": "track", "input": {}},
                    ],
                },
                {
                    "role": "user",
                    "content": [
                        {
                            "type": "tool_result",
                            "tool_use_id": "t",
                            "content": [{"type": "text", "text": "Berlin"}],
                        },
                        {"type": "text", "text": "Hi"},
                    ],
                },
            ],
        },
        ("system", "Be brief", 0.0),
        ("assistant", "track({})", 0.0),
        ("system", "Berlin", 0.0),
        HI,
        left_out=("a part of the kind thinking",),
    ),
    chat(
        "a single message as the answer",
        ANTHROPIC,
        {
            "type": "message",
            "role": "assistant",
            "model": "m",
            "content": [{"type": "text", "text": "Hello"}],
        },
        ("assistant", "Hello", 0.0),
    ),
    chat(
        "contents, parts, model",
        "Gemini",
        {
            "contents": [
                {"role": "user", "parts": [{"text": "Hi"}]},
                {"role": "model", "parts": [{"functionCall": {"name": "track", "args": {"n": 1}}}]},
            ],
            "candidates": [{"content": {"role": "model", "parts": [{"text": "Hello"}]}}],
        },
        HI,
        ("assistant", 'track({"n":1})', 0.0),
        ("assistant", "Hello", 0.0),
    ),
    chat(
        "roles human and ai as types",
        "LangChain",
        [{"type": "human", "content": "Hi"}, {"type": "ai", "data": {"content": "Hello"}}],
        HI,
        ("assistant", "Hello", 0.0),
    ),
    chat(
        "tool-call and tool-result",
        "Vercel AI SDK",
        [
            {
                "role": "assistant",
                "content": [{"type": "tool-call", "toolName": "track", "args": {"n": 1}}],
            },
            {"role": "tool", "content": [{"type": "tool-result", "result": {"at": "Berlin"}}]},
        ],
        ("assistant", 'track({"n":1})', 0.0),
        ("system", '{"at":"Berlin"}', 0.0),
    ),
    chat(
        "from and value",
        "ShareGPT",
        {"conversations": [{"from": "human", "value": "Hi"}, {"from": "bot", "value": "Hello"}]},
        HI,
        ("assistant", "Hello", 0.0),
    ),
    chat(
        "a role that nobody knows",
        "users",
        [USER, {"role": "narrator", "content": "x"}],
        HI,
        refused=("role is not known",),
    ),
    chat(
        "messages with nothing in them",
        "users",
        [USER, {"role": "assistant", "content": "  "}, {"role": "user", "content": []}],
        HI,
        left_out=("no text", "no text"),
    ),
    chat(
        "NUL in what is said",
        "users",
        [USER, {"role": "user", "content": "a\0b"}],
        HI,
        refused=("NUL",),
    ),
    Input("UTF-16 with a mark", "PowerShell", ".json", json.dumps([USER]).encode("utf-16"), (HI,)),
)

SPEECH: Final = (
    chat(
        "speakers of diarisation",
        "whisperX",
        {
            "segments": [
                {"start": 1.0, "end": 2.0, "text": " a", "speaker": "SPEAKER_00", "words": []}
            ],
            "word_segments": [],
        },
        A,
        named=(("speaker_00", "user"),),
    ),
    chat(
        "segments in a list",
        "faster-whisper",
        [{"id": 1, "seek": 0, "start": 1.0, "end": 2.0, "text": " a", "words": None}],
        A,
        left_out=("taken for the user",),
    ),
    chat(
        "one segment without text, one without a start",
        "Whisper",
        {
            "segments": [
                {"start": 0, "end": 1, "text": " "},
                {"end": 2, "text": "x"},
                {"start": 1, "end": 2, "text": "a"},
            ]
        },
        A,
        left_out=("taken for the user", "no text"),
        refused=("valid number",),
    ),
    chat(
        "words only",
        f"{OPENAI} transcriptions",
        {"text": "a", "words": [{"word": "a", "start": 1.0, "end": 2.0}]},
        A,
        speaker="user",
    ),
    chat(
        "speakers A and B",
        f"{OPENAI} transcriptions",
        {
            "segments": [
                {"speaker": "A", "start": 1.0, "end": 2.0, "text": "a"},
                {"speaker": "B", "start": 2.0, "end": 3.0, "text": "b"},
            ]
        },
        A,
        refused=("B=ROLE",),
        named=(("speaker a", "user"),),
    ),
    chat(
        "offsets in milliseconds",
        "whisper.cpp",
        {
            "result": {"language": "en"},
            "transcription": [
                {
                    "timestamps": {"from": "00:00:01,000", "to": "00:00:02,000"},
                    "offsets": {"from": 1000, "to": 2000},
                    "text": " (speaker 0) a",
                }
            ],
        },
        A,
        named=(("speaker 0", "user"),),
    ),
    chat(
        "utterances",
        "Deepgram",
        {
            "metadata": {},
            "results": {
                "channels": [],
                "utterances": [
                    {"start": 1.0, "end": 2.0, "transcript": "a", "speaker": 0, "channel": 0}
                ],
            },
        },
        A,
        named=(("speaker 0", "user"),),
    ),
    chat(
        "paragraphs",
        "Deepgram",
        {
            "results": {
                "channels": [
                    {
                        "alternatives": [
                            {
                                "transcript": "a b",
                                "paragraphs": {
                                    "paragraphs": [
                                        {
                                            "start": 1.0,
                                            "end": 2.0,
                                            "speaker": 0,
                                            "sentences": [
                                                {"text": "a", "start": 1.0, "end": 1.5},
                                                {"text": "b", "start": 1.5, "end": 2.0},
                                            ],
                                        }
                                    ]
                                },
                            }
                        ]
                    }
                ]
            }
        },
        ("user", "a b", 1000.0),
        named=(("speaker 0", "user"),),
    ),
    chat(
        "words by speaker",
        "Deepgram",
        {
            "results": {
                "channels": [
                    {
                        "alternatives": [
                            {
                                "transcript": "a b",
                                "words": [
                                    {
                                        "word": "a",
                                        "punctuated_word": "A.",
                                        "start": 1.0,
                                        "end": 1.5,
                                        "speaker": 0,
                                    },
                                    {"word": "b", "start": 1.5, "end": 2.0, "speaker": 1},
                                ],
                            }
                        ]
                    }
                ]
            }
        },
        ("user", "A.", 1000.0),
        ("assistant", "b", 1500.0),
        named=(("speaker 0", "user"), ("speaker 1", "assistant")),
    ),
    chat(
        "channels that are people",
        "Deepgram",
        {
            "results": {
                "channels": [
                    {
                        "alternatives": [
                            {"transcript": "a", "words": [{"word": "a", "start": 1.0, "end": 1.5}]}
                        ]
                    },
                    {"alternatives": [{"transcript": ""}]},
                ]
            }
        },
        A,
        left_out=("no text",),
        named=(("channel 0", "user"),),
    ),
    chat(
        "utterances in milliseconds",
        "AssemblyAI",
        {
            "id": "i",
            "status": "completed",
            "text": "a b",
            "utterances": [
                {"speaker": "A", "start": 1000, "end": 2000, "text": "a", "words": []},
                {"speaker": "B", "start": 2000, "end": 3000, "text": "b"},
            ],
        },
        A,
        ("assistant", "b", 2000.0),
        named=(("speaker a", "user"), ("b", "assistant")),
    ),
    chat(
        "no utterances",
        "AssemblyAI",
        {
            "text": "a b",
            "utterances": None,
            "words": [
                {"text": "a", "start": 1000, "end": 1500},
                {"text": "b", "start": 1500, "end": 2000},
            ],
        },
        ("user", "a b", 1000.0),
        left_out=("taken for the user",),
    ),
    chat(
        "a recognition that failed",
        "AssemblyAI",
        {"status": "error", "error": "x", "text": None, "utterances": None, "words": None},
        left_out=("no text",),
    ),
)

HEAD: Final = "speaker,text,startedAtMs"

TABLES: Final = (
    table(
        "byte order mark, columns in another order and case",
        "spreadsheets",
        "\ufeffStartedAtMs,Text,Speaker\r\n1000,a,User\r\n",
        A,
    ),
    table(
        "`sep=;` in the first line",
        "Excel",
        "sep=;\r\nspeaker;text;startedAtMs\r\nuser;a;1000\r\n",
        A,
    ),
    table(
        "empty cells and rows at the end",
        "spreadsheets",
        f"{HEAD},,\r\nuser,a,1000,,\r\n,,,,\r\n",
        A,
        left_out=("an empty row",),
    ),
    table(
        "exponents with a decimal comma",
        "Excel",
        "speaker;text;startedAtMs\r\nuser;a;1,0E+03\r\n",
        A,
    ),
    table(
        "thousands or decimals?",
        "spreadsheets",
        f'{HEAD}\r\nuser,b,"1,000"\r\nuser,a,1000\r\n',
        A,
        refused=("number",),
    ),
    table(
        "a text with a comma, not quoted",
        "users",
        f"{HEAD}\r\nuser,a, b,1000\r\nuser,a,1000\r\n",
        A,
        refused=("more cells than columns",),
    ),
    table(
        "roles human, ai, model and bot",
        "users",
        f"{HEAD}\r\nhuman,a,1000\r\nAI,b,1\r\nmodel,c,2\r\nBot,d,3\r\n",
        A,
        ("assistant", "b", 1.0),
        ("assistant", "c", 2.0),
        ("assistant", "d", 3.0),
    ),
    table(
        "names that `--speaker` knows",
        "users",
        f"{HEAD}\r\nDana  Meier,a,1000\r\nEve,b,1\r\n",
        A,
        refused=("--speaker",),
    ),
    table(
        "formulas made harmless by the export",
        "Earshot",
        f"{HEAD}\r\nuser,'=1+1,1000\r\n",
        ("user", "=1+1", 1000.0),
    ),
    table(
        "columns that are missing",
        "users",
        "who,what\r\nuser,a\r\n",
        whole="the columns speaker, startedAtMs, text are missing",
    ),
    table(
        "not UTF-8",
        "Excel's plain CSV",
        f"{HEAD}\r\nuser,Gr\u00fc\u00dfe,1\r\n".encode("cp1252"),
        whole="not UTF-8",
    ),
    table("no rows", "spreadsheets", f"{HEAD}\r\n"),
)

GROUPS: Final = {
    "Files that failed": GIVEN,
    "WebVTT": WEBVTT,
    "SubRip": SUBRIP,
    "Chats": CHATS,
    "Speech recognition": SPEECH,
    "Tables": TABLES,
}


def page() -> str:
    """Return the page of the documentation."""
    count = sum(len(inputs) for inputs in GROUPS.values())
    head = (
        f"# What happens to {count} inputs\n\n"
        "Made by `python -m tests.formats.inputs` from what the readers do; a test compares. A file "
        "of which no\nturn can be read makes no session. Speakers are named as far as the input "
        "needs it.\n"
    )
    return head + "".join(_section(name, inputs) for name, inputs in GROUPS.items())


def _section(name: str, inputs: tuple[Input, ...]) -> str:
    rows = [f"| {item.name} | {item.writer} | {_result(item)} |\n" for item in inputs]
    return f"\n## {name}\n\n| input | written by | result |\n|---|---|---|\n{''.join(rows)}"


def _result(item: Input) -> str:
    try:
        found = item.read()
    except UnreadableError as error:
        return f"refused: {_cell(error.reason)}"
    parts = [f"{len(found.turns)} turn{'' if len(found.turns) == 1 else 's'}"]
    if found.merged:
        parts.append(f"{found.merged} merged")
    parts += [f"refused: {_cell(reason)}" for reason in _once(found.refusals)]
    parts += [f"left out: {_cell(reason)}" for reason in _once(found.notes)]
    if not found.turns:
        parts.append("no session")
    return "; ".join(parts)


def _once(found: tuple[Any, ...]) -> list[str]:
    return list(dict.fromkeys(item.reason for item in found))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201  # the page is what this is for
