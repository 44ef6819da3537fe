"""Characters of several code units or code points come through every reader and writer whole."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.data.records import Interaction
from lib.formats.conversation import Transcript
from lib.formats.csv_transcript import read_table
from lib.formats.speakers import Speakers
from lib.formats.transcript_export import FORMATS, JSON
from lib.formats.transcript_file import read_transcript
from tests.work.importing.samples import SESSION, turn

# Astral, combining (two of them), joined, with a variation selector, flags, a keycap, Hangul as
# jamo, Devanagari with a virama, letters of right-to-left scripts, and a blank between.
CLUSTERS = st.sampled_from(
    [
        *("\U0001f600", "\U00020000", "e\u0301\u0323", "\u2764\ufe0f", "\U0001f1e9\U0001f1ea"),
        *("\U0001f468\u200d\U0001f469\u200d\U0001f467", "1\ufe0f\u20e3", "\u1112\u1161\u11ab"),
        *(
            "\u0915\u094d\u0937\u093f",
            "\u05e9\u05dc",
            "\u0645\u0631",
            "\U0001f44d\U0001f3fd",
            " ",
            "a",
        ),
    ]
)
TEXTS = st.lists(CLUSTERS, min_size=1, max_size=60).map("".join).map(str.strip).filter(bool)
T1 = "00:00:01.000 --> 00:00:02.000"
NOBODY = Speakers()


def texts(found: Transcript) -> list[str]:
    assert found.refused == found.left_out == 0
    return [item.content["text"] for item in found.turns]


@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_every_reader_gives_every_character(said: list[str]) -> None:
    table = io.StringIO()
    csv.writer(table).writerows(
        [["speaker", "text", "startedAtMs"], *(["user", text, 0] for text in said)]
    )
    files = {
        ".vtt": "WEBVTT\n\n" + "".join(f"{T1}\n<v User>{text}\n\n" for text in said),
        ".srt": "".join(f"{T1}\nUser: {text}\n\n" for text in said),
        ".csv": table.getvalue(),
    }
    for extension, text in files.items():
        assert texts(read_transcript(text.encode(), extension, NOBODY).transcript) == said
    for value in (
        {"messages": [{"role": "user", "content": text} for text in said]},
        {"segments": [{"start": 0, "text": text} for text in said]},
        {"interactions": [{"speaker": "user", "text": text, "startedAtMs": 0} for text in said]},
    ):
        for data in (json.dumps(value), json.dumps(value, ensure_ascii=False)):
            found = read_transcript(data.encode(), ".json", Speakers(default="user")).transcript
            assert texts(found) == said


@given(st.lists(TEXTS, max_size=5))
def test_every_writer_gives_every_character(said: list[str]) -> None:
    turns = [turn(number, text) for number, text in enumerate(said)]
    # Markdown escapes, and closes up blanks; the others keep what was said as it is.
    for name in ("text", "vtt", "srt"):
        written = FORMATS[name].file(SESSION, turns).decode()
        assert all(text in written for text in said)
    markdown = FORMATS["markdown"].file(SESSION, turns).decode()
    assert all(" ".join(text.split()) in markdown for text in said)
    assert texts(read_table(FORMATS["csv"].file(SESSION, turns).decode("utf-8-sig"))) == said
    written = json.loads(JSON.file(SESSION, turns))
    assert [item["text"] for item in written["interactions"]] == said


@pytest.mark.parametrize("name", ["json", *FORMATS])
def test_half_of_a_character_breaks_no_file(name: str) -> None:
    turns: list[Interaction] = [turn(0, "a\ud83d"), turn(1, "b")]
    written = {"json": JSON, **FORMATS}[name].file(SESSION, turns).decode()
    assert any(half in written for half in ("a?", "a\\?", "a\\ud83d"))


@pytest.mark.parametrize("cluster", ["\U0001f468\u200d\U0001f469", "e\u0301", "\U0001f600"])
def test_a_name_in_a_refusal_is_whole_or_not_there(cluster: str) -> None:
    field = cluster * 60
    data = json.dumps({"interactions": [{field: 1}]}).encode()
    (refusal,) = read_transcript(data, ".json", NOBODY).transcript.refusals
    assert refusal.field.endswith((field, f"(a name of {len(field)} characters)", "speaker"))
