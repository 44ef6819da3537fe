"""SubRip as editors, recognisers and converters write it."""

from __future__ import annotations

from typing import Final

from tests.formats.inputs.made import A, Input, srt

SRT: Final = "tests of the library srt"
PYSRT: Final = "tests of the library pysrt"
EDITORS: Final = "subtitle editors"
T1: Final = "00:00:01.000 --> 00:00:02.000"

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
        "a cue without times",
        "tests of the library webvtt-py",
        f"1\n{T1}\nUser: a\n\n2\nUser: b\n\n3\n{T1}\nUser: c\n",
        A,
        ("user", "c", 1000.0),
        refused=("no line with times",),
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
