"""The messages that a span or its events hold -> pieces: what is said, calls of tools, results.

Where they stand, in this order:

    gen_ai.input.messages, .output.messages    OpenTelemetry's conventions since 1.37; JSON text or
                                               structured, on spans and on the event of details
    llm.input_messages.N.message.*             OpenInference, flattened
    gen_ai.prompt.N.*, gen_ai.completion.N.*   OpenLLMetry, flattened
    gen_ai.user.message, ..., gen_ai.choice    OpenTelemetry's events until 1.36
    input, output                              Pipecat
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from lib.data.fields import Speaker
from lib.formats.speakers import known_role
from lib.sources.otlp_wire import Event
from lib.sources.reading import Fields
from lib.sources.turns import as_text

_SYSTEM: Final = "gen_ai.system_instructions"
_LISTS: Final = (("gen_ai.input.messages", False), ("gen_ai.output.messages", True))
_FLAT: Final = (
    ("llm.input_messages.", "llm.output_messages."),
    ("gen_ai.prompt.", "gen_ai.completion."),
)
_EVENT: Final = re.compile(r"gen_ai\.(system|user|assistant|tool)\.message")
CHOICE: Final = "gen_ai.choice"
DETAILS: Final = "gen_ai.client.inference.operation.details"

_TEXTS: Final = frozenset({"text", "input_text", "output_text", "refusal"})
_CALLS: Final = frozenset({"tool_call", "tool_use", "function_call", "tool-call"})
_RESULTS: Final = frozenset(
    {"tool_call_response", "tool_result", "function_call_output", "tool-result"}
)
_KIND: Final = re.compile(r"[a-z][a-z_-]{0,39}")
_INDEX: Final = re.compile(r"([0-9]{1,6})\.(.+)")

Kind = Literal["said", "called", "answered", "skipped", "refused"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a message.

    Attributes:
        kind: `said` a text, `called` a tool, the tool `answered`; `skipped` and `refused` are no
            turns, for `reason`.
        path: where it stands.
        speaker: who says it.
        text: what is said.
        call_id: of a tool, empty if it has none.
        name: of a tool.
        value: arguments or result.
        reason: why it is no turn.
    """

    kind: Kind
    path: str
    speaker: Speaker = "system"
    text: str = ""
    call_id: str = ""
    name: str = ""
    value: Any = None
    reason: str = ""


@dataclass(slots=True)
class Messages:
    """What went into a call of a model, and what came out.

    Attributes:
        sent: pieces of the messages that were sent, without instructions.
        instructions: pieces of the system's instructions.
        came_back: pieces of the first answer.
    """

    sent: list[Piece] = field(default_factory=list)
    instructions: list[Piece] = field(default_factory=list)
    came_back: list[Piece] = field(default_factory=list)

    @property
    def asked_from(self) -> int:
        """Return the place, in `sent`, of the first piece that came since the model last spoke."""
        last = (
            index
            for index in reversed(range(len(self.sent)))
            if self.sent[index].speaker == "assistant" or self.sent[index].kind == "called"
        )
        return next(last, -1) + 1

    def add(self, found: Iterable[Piece], *, is_answer: bool = False) -> None:
        """Take the pieces of a message that was sent, or of the answer."""
        for piece in found:
            if is_answer:
                self.came_back.append(piece)
            elif piece.kind == "said" and piece.speaker == "system":
                self.instructions.append(piece)
            else:
                self.sent.append(piece)

    def __bool__(self) -> bool:
        return bool(self.sent or self.instructions or self.came_back)


def is_message_event(name: str) -> bool:
    """Tell whether an event is a message, as the conventions had them until 1.36."""
    return _EVENT.fullmatch(name) is not None


def messages_of(fields: Fields, events: Iterable[Event]) -> Messages:
    """Return the messages of a span or of an event that stands for one."""
    found = Messages()
    _add_instructions(found, fields)
    for name, is_answer in _LISTS:
        for path, message in _listed(fields, name):
            found.add(pieces(message, path), is_answer=is_answer)
    for sent, came_back in _FLAT:
        for prefix, is_answer in ((sent, False), (came_back, True)):
            for path, message in _unflattened(fields, prefix):
                found.add(pieces(message, path), is_answer=is_answer)
    for event in events:
        _add_event(found, event)
    return found


def add_plain(found: Messages, fields: Fields) -> None:
    """Take what stands in the place of messages: Pipecat's `input`, OpenInference's `input.value`.

    An input is a list of messages in JSON, or what the user said; an output is what the model said.
    """
    for sent, came_back in (("input", "output"), ("input.value", "output.value")):
        value = _parsed(fields.raw(sent))
        if isinstance(value, Mapping):
            value = value.get("messages")
        if isinstance(value, list):
            for index, message in enumerate(value):
                found.add(pieces(message, f"{fields.at(sent)}.{index}"))
        elif isinstance(value, str) and value.strip():
            found.sent.append(Piece("said", fields.at(sent), "user", value))
        output = fields.raw(came_back)
        if isinstance(output, str) and output.strip() and isinstance(_parsed(output), str):
            found.came_back.append(Piece("said", fields.at(came_back), "assistant", output))


def _add_event(found: Messages, event: Event) -> None:
    """Take an event as the conventions had them until 1.36; its body may be an attribute."""
    match = _EVENT.fullmatch(event.name)
    if event.name != CHOICE and match is None:
        return
    body = event.body if event.body is not None else event.attributes.get("gen_ai.event.content")
    value = _parsed(body)
    more = value if isinstance(value, Mapping) else {"content": value} if value else {}
    content = {**event.attributes, **more}
    if event.name == CHOICE:
        if content.get("index") in {None, 0}:
            inner = _parsed(content.get("message"))
            message = inner if isinstance(inner, Mapping) else content
            found.add(pieces({"role": "assistant", **message}, event.path), is_answer=True)
    elif match is not None:
        found.add(pieces({"role": match[1], **content}, event.path))


def _add_instructions(found: Messages, fields: Fields) -> None:
    value = _parsed(fields.raw(_SYSTEM))
    if value is not None:
        parts = value if isinstance(value, list) else [value]
        found.add(pieces({"role": "system", "parts": parts}, fields.at(_SYSTEM)))


def _listed(fields: Fields, name: str) -> Iterator[tuple[str, object]]:
    """Yield the messages of a list, which may be written as JSON."""
    value = _parsed(fields.raw(name))
    if value is None or value == "":
        return
    if isinstance(value, Mapping):
        value = [value]
    if not isinstance(value, list):
        fields.refuse(name, "not a list of messages")
        return
    for index, message in enumerate(value):
        yield f"{fields.at(name)}.{index}", message


def _unflattened(fields: Fields, prefix: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the messages that attributes such as `prefix0.message.role` make, in order."""
    found: dict[int, dict[str, Any]] = {}
    for name in fields.names():
        match = _INDEX.fullmatch(name.removeprefix(prefix)) if name.startswith(prefix) else None
        if match:
            rest = match[2].removeprefix("message.")
            _put(found.setdefault(int(match[1]), {}), rest.split("."), fields.raw(name))
    for index in sorted(found):
        yield fields.at(f"{prefix}{index}"), _tidy(found[index])


def _put(target: dict[str, Any], parts: list[str], value: Any) -> None:
    for part in parts[:-1]:
        inner = target.setdefault(part, {})
        if not isinstance(inner, dict):
            return
        target = inner
    target[parts[-1]] = value


def _tidy(message: dict[str, Any]) -> dict[str, Any]:
    """Return a message of OpenInference or OpenLLMetry as chat APIs have it."""
    contents = [
        item.get("message_content", item) if isinstance(item, dict) else item
        for item in _in_order(message.get("contents"))
    ]
    calls = [
        item.get("tool_call", item) if isinstance(item, dict) else item
        for item in _in_order(message.get("tool_calls"))
    ]
    kept = {
        name: value for name, value in message.items() if name not in {"contents", "tool_calls"}
    }
    if contents:
        kept["content"] = contents
    if calls:
        kept["tool_calls"] = calls
    return kept


def _in_order(value: object) -> list[Any]:
    if not isinstance(value, dict):
        return value if isinstance(value, list) else []
    numbered = sorted((int(key), item) for key, item in value.items() if key.isdecimal())
    return [item for _, item in sorted(numbered, key=lambda pair: pair[0])]


def _parsed(value: object) -> Any:
    """Return the value of JSON in a text; any other text as it is."""
    if not isinstance(value, str) or value.lstrip()[:1] not in {"[", "{"}:
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def pieces(message: object, path: str) -> list[Piece]:
    """Return the pieces of a message: results first, then its text, then calls of tools."""
    if not isinstance(message, Mapping):
        return [Piece("refused", path, reason="not a message")]
    role = message.get("role")
    speaker = known_role(role) if isinstance(role, str) else None
    if speaker is None:
        return [Piece("refused", path, reason="the role is not known")]
    reader = _Reader(speaker, path, message)
    reader.read()
    return reader.all()


class _Reader:
    """Gathers the pieces of one message."""

    def __init__(self, speaker: Speaker, path: str, message: Mapping[str, Any]) -> None:
        self._speaker, self._path, self._message = speaker, path, message
        self._texts: list[str] = []
        self._others: list[Piece] = []
        self._calls: list[Piece] = []
        self._results: list[Piece] = []

    def read(self) -> None:
        message = self._message
        content = message.get("parts", message.get("content"))
        if self._speaker == "tool" and not isinstance(content, list):
            self._result(message, self._path, content)
        else:
            self._content(content)
        calls = message.get("tool_calls")
        for index, call in enumerate(calls if isinstance(calls, list) else ()):
            self._call(call, f"{self._path}.tool_calls.{index}")

    def all(self) -> list[Piece]:
        said: list[Piece] = []
        if self._texts:
            speaker = "system" if self._speaker == "tool" else self._speaker
            said = [Piece("said", self._path, speaker, "\n".join(self._texts))]
        found = [*self._results, *said, *self._calls, *self._others]
        return found or [Piece("skipped", self._path, reason="no text in it")]

    def _content(self, content: object) -> None:
        if isinstance(content, str):
            self._text(content)
        elif isinstance(content, Mapping):
            self._part(content, self._path)
        elif isinstance(content, list):
            for index, part in enumerate(content):
                self._part(part, f"{self._path}.parts.{index}")
        elif content is not None:
            self._others.append(Piece("refused", self._path, reason="neither text nor parts"))

    def _part(self, part: object, path: str) -> None:
        if isinstance(part, str):
            self._text(part)
            return
        if not isinstance(part, Mapping):
            self._others.append(Piece("refused", path, reason="not a part of a message"))
            return
        kind = part.get("type")
        text = part.get("content", part.get("text"))
        if kind in _CALLS:
            self._call(part, path)
        elif kind in _RESULTS:
            self._result(part, path, None)
        elif (kind in _TEXTS or kind is None) and isinstance(text, str):
            if self._speaker == "tool":
                self._result(self._message, path, text)
            else:
                self._text(text)
        else:
            is_name = isinstance(kind, str) and _KIND.fullmatch(kind)
            what = f"a part of the kind {kind}" if is_name else "a part of an unknown kind"
            self._others.append(Piece("skipped", path, reason=what))

    def _text(self, text: str) -> None:
        if text.strip():
            self._texts.append(text)

    def _call(self, call: object, path: str) -> None:
        record = call if isinstance(call, Mapping) else {}
        inner = record.get("function")
        function = inner if isinstance(inner, Mapping) else record
        name = _first_text(function, ("name",))
        if not name:
            self._others.append(Piece("refused", path, reason="a tool call without a name"))
            return
        value = next(
            (function[key] for key in ("arguments", "input", "args") if key in function), None
        )
        call_id = _first_text(record, ("id", "call_id", "toolCallId"))
        self._calls.append(Piece("called", path, "tool", "", call_id, name, value))

    def _result(self, result: Mapping[str, Any], path: str, value: object) -> None:
        if value is None:
            names = ("response", "result", "output", "content")
            value = next((result[key] for key in names if result.get(key) is not None), "")
        call_id = _first_text(result, ("tool_call_id", "id", "tool_use_id", "call_id"))
        name = _first_text(result, ("name",))
        self._results.append(Piece("answered", path, "tool", "", call_id, name, _joined(value)))


def _joined(value: object) -> object:
    """Return the texts of a list of text parts as one text, any other value as it is."""
    if isinstance(value, list) and value:
        texts = [part.get("text") if isinstance(part, Mapping) else None for part in value]
        if all(isinstance(text, str) for text in texts):
            return "\n".join(as_text(text) for text in texts)
    return value


def _first_text(record: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((record[name] for name in names if isinstance(record.get(name), str)), "")
