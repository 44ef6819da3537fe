"""Chat-completion JSON -> turns: a request's `messages`, a response's `choices`, or both.

    {"messages": [...]}                       what was sent
    {"id", "created", "model", "choices"}     what came back; the first choice is the turn
    {"messages": [...], "choices": [...]}     both in one object
    {"request": {...}, "response": {...}}     both, as loggers keep them
    [...]                                     messages alone

Messages carry no times: every turn starts at 0, and their order is their sequence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from lib.data.fields import Speaker
from lib.formats.collector import Collector
from lib.formats.conversation import Transcript, UnreadableError

_ROLES: Final[dict[str, Speaker]] = {
    "user": "user",
    "assistant": "assistant",
    "system": "system",
    "developer": "system",
    "tool": "system",
    "function": "system",
}
_FIRST_SECONDS: Final = 946_684_800  # the year 2000
_LAST_SECONDS: Final = 7_258_118_400  # the year 2200


@dataclass(frozen=True, slots=True)
class Chat:
    """One conversation.

    Attributes:
        transcript: its turns.
        started_at: when the response was made, if it says so.
        model_id: the model, if named.
    """

    transcript: Transcript
    started_at: datetime | None
    model_id: str | None


def is_chat(value: object) -> bool:
    """Say whether a JSON value looks like one of the shapes above."""
    if isinstance(value, list):
        return True
    return isinstance(value, Mapping) and not {"messages", "choices", "request"}.isdisjoint(value)


def read_chat(value: object, line: int = 1) -> Chat:
    """Return the conversation of a JSON value.

    Args:
        value: the parsed JSON.
        line: where it begins.

    Raises:
        UnreadableError: it is none of the shapes, or too long.
    """
    request, response = _halves(value)
    messages, choices = request.get("messages", []), response.get("choices", [])
    if not isinstance(messages, list) or not isinstance(choices, list):
        raise UnreadableError(line, "messages and choices must be lists")
    if not messages and not choices:
        raise UnreadableError(line, "neither messages nor choices in it")
    turns = Collector()
    for index, message in enumerate(messages):
        _add(turns, line, f"messages.{index}", message, {})
    model = response.get("model", request.get("model"))
    for index, choice in enumerate(choices):
        path = f"choices.{index}"
        if index > 0:
            turns.note(line, "an alternative, not a turn", path)
        else:
            message = choice.get("message") if isinstance(choice, Mapping) else None
            _add(turns, line, path, message, _usage(response, model))
    return Chat(
        turns.transcript(),
        _moment(response.get("created")),
        model if isinstance(model, str) and model else None,
    )


def _halves(value: object) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    if isinstance(value, list):
        return {"messages": value}, {}
    if not isinstance(value, Mapping):
        return {}, {}
    request, response = value.get("request"), value.get("response")
    if isinstance(request, Mapping):
        return request, response if isinstance(response, Mapping) else {}
    return value, value


def _add(turns: Collector, line: int, path: str, message: object, more: dict[str, object]) -> None:
    if not isinstance(message, Mapping):
        turns.refuse(line, "not a message", path)
        return
    role = message.get("role")
    speaker = _ROLES.get(role) if isinstance(role, str) else None
    if speaker is None:
        turns.refuse(line, "the role is not known", f"{path}.role")
        return
    try:
        text = _text(message)
    except _NotTextError as error:
        turns.refuse(line, str(error), f"{path}.content")
        return
    turns.add(line, {"speaker": speaker, "text": text, "startedAtMs": 0.0, **more}, path)


class _NotTextError(Exception):
    """A message holds something else than text."""


def _text(message: Mapping[str, Any]) -> str:
    """Return what a message says: text, then a refusal, then `name(arguments)` per tool call."""
    parts = [*_content(message.get("content")), *_content(message.get("refusal"))]
    calls = message.get("tool_calls")
    parts += [_call(call) for call in (calls if isinstance(calls, list) else [])]
    if not parts:
        raise _NotTextError("no text")
    return "\n".join(parts)


def _content(content: object) -> list[str]:
    if content is None:
        return []
    if isinstance(content, str):
        return [content]
    if not isinstance(content, list):
        raise _NotTextError("neither text nor a list of parts")
    return [_part(part) for part in content]


def _part(part: object) -> str:
    text = None
    if isinstance(part, Mapping):
        text = part.get("text" if part.get("type") == "text" else "refusal")
    if not isinstance(text, str):
        raise _NotTextError("a part that is not text")
    return text


def _call(call: object) -> str:
    function = call.get("function") if isinstance(call, Mapping) else None
    if not isinstance(function, Mapping):
        raise _NotTextError("a tool call that is not a function's")
    name, arguments = function.get("name"), function.get("arguments")
    if not isinstance(name, str) or not isinstance(arguments, str):
        raise _NotTextError("a tool call without name or arguments")
    return f"{name}({arguments})"


def _usage(response: Mapping[str, Any], model: object) -> dict[str, object]:
    usage = response.get("usage")
    counts = usage if isinstance(usage, Mapping) else {}
    found = {
        "modelId": model,
        "tokensIn": counts.get("prompt_tokens"),
        "tokensOut": counts.get("completion_tokens"),
    }
    return {name: value for name, value in found.items() if value is not None}


def _moment(created: object) -> datetime | None:
    is_time = isinstance(created, int | float) and _FIRST_SECONDS <= created < _LAST_SECONDS
    return datetime.fromtimestamp(created, UTC) if is_time else None  # type: ignore[arg-type]
