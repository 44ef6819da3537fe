"""Files that users sent because they failed."""

from __future__ import annotations

from typing import Final

from tests.formats.inputs.made import case

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
        ("tool", 'track({"order": 7})', 0.0),
        ("tool", "-> Berlin", 0.0),
        ("assistant", "In Berlin.", 0.0),
    ),
    case(
        "c2-object-args.json",
        "arguments of a tool as an object",
        ("user", "Weather?", 0.0),
        ("tool", 'get_weather({"location":"Paris","unit":"celsius"})', 0.0),
        ("tool", "-> 18", 0.0),
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
        ("tool", "track({})", 0.0),
        ("tool", "track() -> Berlin", 0.0),
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
        ("tool", 'reprint({"n":1})', 0.0),
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
