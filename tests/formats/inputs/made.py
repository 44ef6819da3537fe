"""What an input is, and short ways to make one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lib.data.fields import Speaker
from lib.formats.conversation import Transcript
from lib.formats.speakers import Speakers
from lib.formats.transcript_file import read_transcript

CASES: Final = Path(__file__).parents[1] / "cases"

Expected = tuple[str, str, float]
"""Speaker, text and start (milliseconds) of a turn; of a tool, the call or the result."""


def words_of(content: Mapping[str, Any]) -> str:
    """Return what a turn says; of a tool, `name(arguments) -> result`."""
    tool = content.get("tool")
    if tool is None:
        return str(content["text"])
    asked = f"{tool['name']}({tool.get('arguments', '')})" if "name" in tool else ""
    answered = f"-> {tool['result']}" if "result" in tool else ""
    return f"{asked} {answered}".strip()


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


A: Final[Expected] = ("user", "a", 1000.0)
