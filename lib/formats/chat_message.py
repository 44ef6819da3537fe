"""One message, or item, of a chat API -> what is said in it, tool calls, and what is neither.

Shapes: OpenAI Chat Completions, Responses and Realtime, Anthropic Messages, Gemini, LangChain, the
Vercel AI SDK, ShareGPT. Field names only; nobody's types are needed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lib.data.fields import Speaker
from lib.formats.speakers import known_role

_CALLS: Final = frozenset(
    {"function_call", "custom_tool_call", "mcp_call", "tool_call", "tool-call", "tool_use"}
    | {"server_tool_use", "mcp_tool_use", "function", "custom"}
)
_RESULTS: Final = frozenset(
    {"function_call_output", "custom_tool_call_output", "tool_result", "tool-result"}
    | {"mcp_tool_result", "web_search_tool_result"}
)
_THOUGHTS: Final = frozenset({"reasoning", "thinking", "redacted_thinking"})
_KIND: Final = re.compile(r"[a-z][a-z_-]{0,39}")
_NAMES: Final = ("name", "toolName", "tool_name")
# Where an item has an id of its own besides, the first of these is that of the call.
_IDS: Final = ("call_id", "tool_call_id", "toolCallId", "tool_use_id", "id")
_FAILED: Final = ("is_error", "isError")
_ARGUMENTS: Final = ("arguments", "args", "input", "parameters")
_OUTPUTS: Final = ("output", "content", "result", "response")
_NOTHING: Final = "no text in it"


@dataclass(frozen=True, slots=True)
class TurnPiece:
    """A turn in the making.

    Attributes:
        speaker: who.
        text: what they say; empty for calls and results of tools.
        path: where it stands.
        tool: the call or the result, named as in the API, its `callId` only if it has one.
    """

    speaker: Speaker
    text: str
    path: str
    tool: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class SkippedPiece:
    """A piece that becomes no turn: refused if it ought to be one."""

    reason: str
    path: str
    is_refused: bool = False


Piece = TurnPiece | SkippedPiece


def pieces(message: object, path: str) -> list[Piece]:
    """Return the pieces of a message, at least one: results of tools, its text, calls of tools.

    Args:
        message: one of the shapes above.
        path: where it stands, for the paths of its pieces.
    """
    if not isinstance(message, Mapping):
        return [SkippedPiece("not a message", path, is_refused=True)]
    named = message.get("role", message.get("from"))
    if named is None and isinstance(message.get("type"), str):
        if known_role(message["type"]) is None or message["type"] == "function":
            return _item(message, message["type"], path)
        named = message["type"]
    inner = message.get("data")
    speaker = known_role(named) if isinstance(named, str) else None
    if speaker is None:
        return [SkippedPiece("the role is not known", f"{path}.role", is_refused=True)]
    whole = {**message, **inner} if isinstance(inner, Mapping) else message
    found = _Pieces(speaker, path)
    found.read(whole)
    return found.all()


def _item(item: Mapping[str, Any], kind: str, path: str) -> list[Piece]:
    """Return the pieces of an item without a role, as the Responses API has them."""
    if kind in _CALLS:
        return [_call(item, path)]
    if kind in _RESULTS:
        return [_result(item, path)]
    return [SkippedPiece(_another(kind, "an item"), path)]


class _Pieces:
    """Gathers the pieces of one message."""

    def __init__(self, speaker: Speaker, path: str) -> None:
        self._speaker = speaker
        self._path = path
        self._texts: list[str] = []
        self._results: list[Piece] = []
        self._calls: list[Piece] = []
        self._others: list[Piece] = []
        self._message: Mapping[str, Any] = {}

    def read(self, message: Mapping[str, Any]) -> None:
        """Take everything that the fields of a message hold."""
        self._message = message
        for name in ("content", "parts", "value", "text", "transcript", "refusal"):
            self._content(message.get(name), f"{self._path}.{name}")
        if isinstance(audio := message.get("audio"), Mapping):
            self._part({"type": "audio", **audio}, f"{self._path}.audio")
        for name in ("tool_calls", "toolCalls"):
            for index, call in enumerate(_list(message.get(name))):
                self._call(call, f"{self._path}.{name}.{index}")
        if (call := message.get("function_call")) is not None:
            self._call(call, f"{self._path}.function_call")

    def all(self) -> list[Piece]:
        """Return the pieces in the order in which they happened."""
        text: list[Piece] = []
        if self._texts:
            text = [self._said("\n".join(self._texts))]
        found = [*self._results, *text, *self._calls, *self._others]
        return found or [SkippedPiece(_NOTHING, self._path)]

    def _said(self, text: str) -> Piece:
        if self._speaker != "tool":
            return TurnPiece(self._speaker, text, self._path)
        return _result({**self._message, "content": text}, self._path)

    def _content(self, content: object, path: str) -> None:
        match content:
            case None:
                return
            case str():
                self._text(content)
            case list():
                for index, part in enumerate(content):
                    self._part(part, f"{path}.{index}")
            case Mapping():
                self._part(content, path)
            case _:
                reason = "neither text nor a list of parts"
                self._others.append(SkippedPiece(reason, path, is_refused=True))

    def _part(self, part: object, path: str) -> None:
        if isinstance(part, str):
            self._text(part)
            return
        if not isinstance(part, Mapping):
            self._others.append(SkippedPiece("not a part of a message", path, is_refused=True))
            return
        kind = part.get("type") if isinstance(part.get("type"), str) else ""
        if kind in _CALLS or "functionCall" in part:
            self._call(part.get("functionCall", part), path)
        elif kind in _RESULTS or "functionResponse" in part:
            self._results.append(_result(part.get("functionResponse", part), path))
        elif kind not in _THOUGHTS and (words := list(_words(part))):
            for text in words:
                self._text(text)
        elif isinstance(part.get("parts"), list):
            self._content(part["parts"], f"{path}.parts")
        else:
            self._others.append(SkippedPiece(_another(kind or "", "a part"), path))

    def _text(self, text: str) -> None:
        # What stands in two places (a text and the transcript of its sound) is said once.
        if text.strip() and text not in self._texts:
            self._texts.append(text)

    def _call(self, call: object, path: str) -> None:
        self._calls.append(_call(call, path))


def _words(part: Mapping[str, Any]) -> Iterator[str]:
    """Yield the texts of a part, empty ones too: a part with a text is no other kind of part."""
    for name in ("text", "transcript", "refusal"):
        value = part.get(name)
        if isinstance(value, Mapping):
            value = value.get("value")
        if isinstance(value, str):
            yield value


def _call(call: object, path: str) -> Piece:
    """Return a call of a tool, with its result if it stands beside it."""
    if not isinstance(call, Mapping):
        return SkippedPiece("not a tool call", path, is_refused=True)
    inner = call.get("function", call.get("custom"))
    function = inner if isinstance(inner, Mapping) else call
    name = _first(function, _NAMES)
    if not isinstance(name, str) or not name:
        return SkippedPiece("a tool call without a name", path, is_refused=True)
    arguments = _first(function, _ARGUMENTS)
    output, error = call.get("output"), call.get("error")
    result = error if output is None else output
    found = {
        "callId": _id(call),
        "name": name,
        "arguments": None if arguments is None else _as_text(arguments),
        "result": None if result is None else _as_text(result),
        "isError": True if output is None and error is not None else None,
    }
    return _tool(found, path)


def _result(result: object, path: str) -> Piece:
    """Return what a tool answered."""
    whole = result if isinstance(result, Mapping) else {}
    output = _first(whole, _OUTPUTS) if whole else result
    text = _as_text(output)
    if not text.strip():
        return SkippedPiece(_NOTHING, path)
    name, failed = _first(whole, _NAMES), _first(whole, _FAILED)
    found = {
        "callId": _id(whole),
        "name": name if isinstance(name, str) and name else None,
        "result": text,
        "isError": failed if isinstance(failed, bool) else None,
    }
    return _tool(found, path)


def _tool(found: Mapping[str, Any], path: str) -> Piece:
    known = {name: value for name, value in found.items() if value is not None}
    return TurnPiece("tool", "", path, known)


def _id(record: Mapping[str, Any]) -> str | None:
    found = _first(record, _IDS)
    return str(found) if isinstance(found, str | int) and str(found).strip() else None


def _as_text(value: object) -> str:
    """Return text as it is, the texts of parts, and any other value as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        texts = [[*_words(part)] if isinstance(part, Mapping) else [] for part in value]
        if texts and all(texts):
            return "\n".join(text for words in texts for text in words)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _first(record: Mapping[str, Any], names: tuple[str, ...]) -> object:
    return next((record[name] for name in names if record.get(name) is not None), None)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _another(kind: str, what: str) -> str:
    """Name a kind as the API calls it; no other text of a file stands in a reason."""
    if kind in {"audio", "input_audio", "output_audio"}:
        return "a sound without a transcript"
    return f"{what} of the kind {kind}" if _KIND.fullmatch(kind) else f"{what} of an unknown kind"
