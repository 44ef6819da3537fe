"""Whatever a file holds is a turn, a part of one, refused, or left out: the sums agree.

Every item carries a word of its own, which must come back in a turn, or the item be named by its
line or path.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lib.formats.conversation import Transcript
from lib.formats.speakers import Speakers
from lib.formats.transcript_file import read_transcript
from tests.formats.inputs.made import words_of

NOBODY = Speakers()
T1 = "00:00:01.000 --> 00:00:02.000"
CUE_KINDS = ["cue", "numbered", "empty", "bad times", "nobody", "paragraph", "NOTE id"]


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a file: its word, and where it stands."""

    word: str
    place: str | int


def agrees(found: Transcript, items: list[Item], more: int = 0) -> None:
    """Check the counts and the words.

    Args:
        found: what was read.
        items: what was written.
        more: items that were written without a word.
    """
    assert found.items == len(items) + more
    assert found.items == len(found.turns) + found.merged + found.refused + found.left_out
    assert len(found.refusals) == found.refused
    assert len(found.notes) == found.left_out
    said = "\n".join(words_of(turn.content) for turn in found.turns).split()
    reported = [*found.refusals, *found.notes]
    for item in items:
        is_named = any(item.place in {entry.line, entry.field} for entry in reported)
        assert item.word in said or is_named, item
    # Nothing is there twice either.
    assert all(said.count(item.word) <= 1 for item in items)


def block(kind: str, word: str, number: int) -> str:
    return {
        "cue": f"{T1}\nUser: {word}",
        "numbered": f"{number}\n{T1}\nUser: {word}",
        "empty": T1,
        "bad times": f"00:00:99.000 --> 00:00:01.000\nUser: {word}",
        "nobody": f"{T1}\n{word}",
        "NOTE id": f"NOTE\n{T1}\nUser: {word}",
        "paragraph": f"{word}\n ",
    }.get(kind, f"{kind}\n{word}")


@given(st.lists(st.sampled_from([*CUE_KINDS, "NOTE", "STYLE", "REGION"])), st.sampled_from("\n\r"))
def test_every_block_of_webvtt_is_accounted_for(kinds: list[str], end: str) -> None:
    text, items = "WEBVTT", []
    for number, kind in enumerate(kinds):
        text += "\n\n"
        items.append(Item(f"w{number}", text.count("\n") + 1))
        text += block(kind, f"w{number}", number)
    data = (text + "\n").replace("\n", end).encode()
    agrees(read_transcript(data, ".vtt", NOBODY).transcript, items)


@given(st.lists(st.sampled_from(CUE_KINDS), min_size=1))
def test_every_block_of_subrip_is_accounted_for(kinds: list[str]) -> None:
    text, items = f"{T1}\nUser: first\n", [Item("first", 1)]
    for number, kind in enumerate(kinds):
        text += "\n"
        items.append(Item(f"w{number}", text.count("\n") + 1))
        text += block(kind, f"w{number}", number) + "\n"
    agrees(read_transcript(text.encode(), ".srt", NOBODY).transcript, items)


@given(
    st.lists(st.sampled_from(["good", "role", "number", "cells", "taken"])),
    st.integers(0, 3),
    st.sampled_from(",;\t|"),
)
def test_every_row_of_a_table_is_accounted_for(kinds: list[str], empty: int, mark: str) -> None:
    out = io.StringIO()
    rows = csv.writer(out, delimiter=mark, lineterminator="\r\n")
    rows.writerow(["sequence", "speaker", "text", "startedAtMs"])
    items = []
    for number, kind in enumerate(kinds):
        items.append(Item(f"w{number}", number + 2))
        row: list[object] = [number, "user", f"w{number}", 1000]
        match kind:
            case "role":
                row[1] = "narrator"
            case "number":
                row[3] = "soon"
            case "cells":
                row.append("more")
            case "taken":
                row[0] = 0
        rows.writerow(row)
    data = (out.getvalue() + f"{mark * 3}\r\n" * empty).encode()
    agrees(read_transcript(data, ".csv", NOBODY).transcript, items, empty)


def message(kind: str, word: str, path: str) -> tuple[object, list[Item]]:
    """Return a message of a kind, and its items."""
    if kind == "parts":
        return mixed(word, path)
    made: object = {
        "text": {"role": "user", "content": word},
        "nobody": {"role": "narrator", "content": word},
        "no message": word,
        "nothing": {"role": "user", "content": ""},
        "output": {"type": "function_call_output", "output": word},
        "call": {"type": "function_call", "name": word, "arguments": " "},
        "reasoning": {"type": "reasoning", "summary": [word]},
    }[kind]
    said = f"{word}(" if kind == "call" else word
    return made, [Item(said, f"{path}.role" if kind == "nobody" else path)]


def mixed(word: str, path: str) -> tuple[object, list[Item]]:
    """Return a message of parts of many kinds, and its items."""
    parts = [
        {"type": "text", "text": word},
        {"type": "image_url", "image_url": {"url": f"{word}-image"}},
        {"type": "tool_use", "name": f"{word}-call", "input": " "},
        {"type": "tool_result", "content": f"{word}-result"},
        f"{word}-text",
        5,
    ]
    return {"role": "user", "content": parts, "tool_calls": [{}]}, [
        Item(word, path),
        Item(f"{word}-image", f"{path}.content.1"),
        Item(f"{word}-call(", f"{path}.content.2"),
        Item(f"{word}-result", f"{path}.content.3"),
        Item(f"{word}-number", f"{path}.content.5"),
        Item(f"{word}-tool", f"{path}.tool_calls.0"),
    ]


MESSAGES = st.sampled_from(
    ["text", "nobody", "no message", "nothing", "output", "call", "reasoning", "parts"]
)


@given(st.lists(MESSAGES, min_size=1), st.sampled_from(["messages", "input", "contents", "items"]))
def test_every_piece_of_a_chat_is_accounted_for(kinds: list[str], name: str) -> None:
    messages, items = [], []
    for number, kind in enumerate(kinds):
        made, its_items = message(kind, f"w{number}", f"{name}.{number}")
        messages.append(made)
        items += its_items
    data = json.dumps({name: messages}).encode()
    agrees(read_transcript(data, ".json", NOBODY).transcript, items)


@given(st.lists(st.sampled_from(["good", "named", "nobody", "empty", "no start", "no object"])))
def test_every_segment_of_speech_is_accounted_for(kinds: list[str]) -> None:
    segments: list[Any] = []
    items = []
    for number, kind in enumerate(kinds):
        word, path = f"w{number}", f"segments.{number}"
        segment = {"start": number, "end": number + 1, "text": f" User: {word}"}
        match kind:
            case "named":
                segment |= {"speaker": "SPEAKER_00", "text": word}
            case "nobody":
                segment |= {"text": word}
            case "empty":
                segment |= {"text": " "}
            case "no start":
                del segment["start"]
                path = f"{path}.startedAtMs"
        segments.append(word if kind == "no object" else segment)
        items.append(Item(word, path))
    data = json.dumps({"segments": segments}).encode()
    found = read_transcript(data, ".json", Speakers({"speaker_00": "assistant"}, "user")).transcript
    agrees(found, items)


@given(st.lists(st.sampled_from(["good", "role", "no object", "taken"])))
def test_every_interaction_is_accounted_for(kinds: list[str]) -> None:
    turns: list[Any] = []
    items = []
    for number, kind in enumerate(kinds):
        path = f"interactions.{number}"
        turn = {"sequence": number, "speaker": "user", "text": f"w{number}", "startedAtMs": 0}
        if kind == "role":
            turn["speaker"] = "narrator"
            path = f"{path}.speaker"
        if kind == "taken":
            turn["sequence"] = 0
        turns.append(5 if kind == "no object" else turn)
        items.append(Item(f"w{number}", path))
    data = json.dumps({"interactions": turns}).encode()
    agrees(read_transcript(data, ".json", NOBODY).transcript, items)
