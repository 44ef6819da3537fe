"""WebVTT as browsers, editors and meeting programs write it."""

from __future__ import annotations

from typing import Final

from tests.formats.inputs.made import A, Input, vtt

W3C: Final = "W3C's tests of parsers"
EDITORS: Final = "subtitle editors"
T1: Final = "00:00:01.000 --> 00:00:02.000"

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
    vtt(
        "lines of blanks between comments and cues",
        "Netflix",
        f"NOTE one\nNOTE two\n\n   \n \n1\n{T1}  align:middle line:84.67% \nUser: a\n",
        A,
        left_out=("a comment",),
    ),
    vtt(
        "fields of one digit",
        "Microsoft Teams",
        "0:0:1.0 --> 0:0:1.570\n<v Dana Meier>a</v>\n",
        A,
    ),
    vtt(
        "times twice",
        "tests of the library webvtt-py",
        f"{T1}\n{T1}\nUser: a\n",
        A,
        left_out=("no text",),
    ),
    Input(
        "a style in the header, no blank line between cues",
        "YouTube",
        ".vtt",
        f"WEBVTT\nStyle:\n::cue(c.x) {{ color: red;\n }}\n##\n\n\n{T1} align:start position:0%\n"
        f"User: <c.x>a</c>\n{T1}\nUser: b<00:00:01.500><c> c</c>\n".encode(),
        (A, ("user", "b c", 1000.0)),
        left_out=("header",),
    ),
    vtt(
        "more than a day of hours",
        "HLS",
        f"1088:42:00.500 --> 1088:42:07.000\nUser: x\n\n{T1}\nUser: a\n",
        A,
        refused=("less than or equal",),
    ),
    vtt(
        "control characters in what is said",
        "users",
        f"{T1}\nUser: a\x1b[31mb\n",
        ("user", "a\ufffd[31mb", 1000.0),
    ),
)
