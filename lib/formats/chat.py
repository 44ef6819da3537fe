"""JSON of chat APIs -> turns: what was sent, what came back, or both.

    {"messages": [...]}                       sent (OpenAI, Anthropic); so are "input" (Responses),
                                              "contents" (Gemini), "items" (Realtime),
                                              "conversations" (ShareGPT)
    {"choices": [...]}                        came back: the first choice is the turn; so are
                                              "output" (Responses), "candidates" (Gemini) and a
                                              single message (Anthropic)
    {"request": {...}, "response": {...}}     both, as loggers keep them; or both in one object
    [...]                                     messages alone

Messages carry no times: every turn starts at 0 with the timing `none`, and their order is their
sequence. Calls of tools and their results are turns of their own, paired by id; where an API gives
none, by the order in which they came.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from lib.formats.chat_message import TurnPiece, pieces
from lib.formats.collector import Collector
from lib.formats.conversation import Transcript, UnreadableError

_SENT: Final = ("messages", "input", "contents", "items", "conversations")
_CAME_BACK: Final = ("choices", "output", "candidates")
_INSTRUCTIONS: Final = ("system", "instructions", "systemInstruction", "system_instruction")
_USAGE: Final = ("usage", "usageMetadata")
_TOKENS_IN: Final = ("prompt_tokens", "input_tokens", "promptTokenCount")
_TOKENS_OUT: Final = ("completion_tokens", "output_tokens", "candidatesTokenCount")
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
    return isinstance(value, Mapping) and (
        not {*_SENT, *_CAME_BACK, "request"}.isdisjoint(value) or _is_message(value)
    )


def read_chat(value: object, line: int = 1) -> Chat:
    """Return the conversation of a JSON value.

    Args:
        value: the parsed JSON.
        line: where it begins.

    Raises:
        UnreadableError: it is none of the shapes, or too long.
    """
    request, response = _halves(value)
    turns, ids = Collector(), CallIds()
    count = 0
    for path, message in _sent(request, line):
        _add(turns, ids, line, path, message, {})
        count += 1
    model = _first(response, ("model", "modelVersion")) or request.get("model")
    more = _usage(response, model)
    for path, message in _came_back(response, line):
        count += 1
        if message is _ALTERNATIVE:
            turns.found()
            turns.leave_out(line, "an alternative, not a turn", path)
        elif _add(turns, ids, line, path, message, more):
            more = {}
    if count == 0:
        raise UnreadableError(line, "neither messages nor choices in it")
    return Chat(
        turns.transcript(),
        _moment(_first(response, ("created", "created_at"))),
        model if isinstance(model, str) and model else None,
    )


_ALTERNATIVE: Final = object()
_UNTIMED: Final[Mapping[str, object]] = {"startedAtMs": 0.0, "timing": "none"}


class CallIds:
    """Gives calls of tools without an id their place as one, and their results the same."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._waiting: list[tuple[str, object]] = []

    def of(self, tool: Mapping[str, Any], path: str) -> str:
        """Return the id of a call or result.

        Args:
            tool: named as in the API.
            path: where it stands.
        """
        given, name = tool.get("callId"), tool.get("name")
        if "result" in tool and given not in self._known:
            for index, (waiting, called) in enumerate(self._waiting):
                if name in {None, called}:
                    del self._waiting[index]
                    return waiting
        if given is not None:
            self._known.add(given)
            return str(given)
        if "result" not in tool:
            self._waiting.append((path, name))
        return path


def _halves(value: object) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    if isinstance(value, list):
        return {"messages": value}, {}
    if not isinstance(value, Mapping):
        return {}, {}
    request, response = value.get("request"), value.get("response")
    if isinstance(request, Mapping):
        return request, response if isinstance(response, Mapping) else {}
    return value, value


def _sent(request: Mapping[str, Any], line: int) -> Iterator[tuple[str, object]]:
    """Yield the messages of a request with their paths, the instructions first."""
    name = next((name for name in _SENT if request.get(name) is not None), None)
    if name is None:
        return
    instructions = next((name for name in _INSTRUCTIONS if request.get(name)), None)
    if instructions:
        yield instructions, {"role": "system", "content": request[instructions]}
    messages = request[name]
    if isinstance(messages, str):
        yield name, {"role": "user", "content": messages}
        return
    for index, message in enumerate(_listed(messages, line)):
        yield f"{name}.{index}", message


def _came_back(response: Mapping[str, Any], line: int) -> Iterator[tuple[str, object]]:
    """Yield the messages of a response with their paths."""
    for index, item in enumerate(_listed(response.get("output"), line)):
        yield f"output.{index}", item
    for name, inner in (("choices", "message"), ("candidates", "content")):
        for index, choice in enumerate(_listed(response.get(name), line)):
            found = choice.get(inner) if isinstance(choice, Mapping) else None
            yield f"{name}.{index}", _ALTERNATIVE if index else found
    if _is_message(response):
        yield "response", response


def _listed(value: object, line: int) -> list[object]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise UnreadableError(line, "messages and choices must be lists")
    return value


def _is_message(value: Mapping[str, Any]) -> bool:
    return "role" in value and "content" in value


def _add(
    turns: Collector,
    ids: CallIds,
    line: int,
    path: str,
    message: object,
    more: dict[str, object],
) -> bool:
    """Take the pieces of a message; return whether there is a turn that `more` now belongs to."""
    found = pieces(message, path)
    said = [piece for piece in found if isinstance(piece, TurnPiece)]
    if not said:
        turns.keep_place()
    for piece in found:
        turns.found()
        if isinstance(piece, TurnPiece):
            fields = {**_UNTIMED, "speaker": piece.speaker, "text": piece.text}
            if piece.tool is not None:
                fields["tool"] = {**piece.tool, "callId": ids.of(piece.tool, piece.path)}
            turns.add(line, {**fields, **(more if piece is said[0] else {})}, piece.path)
        elif piece.is_refused:
            turns.refuse(line, piece.reason, piece.path)
        else:
            turns.leave_out(line, piece.reason, piece.path)
    return bool(said)


def _usage(response: Mapping[str, Any], model: object) -> dict[str, object]:
    usage = _first(response, _USAGE)
    counts = usage if isinstance(usage, Mapping) else {}
    found = {
        "modelId": model,
        "tokensIn": _first(counts, _TOKENS_IN),
        "tokensOut": _first(counts, _TOKENS_OUT),
    }
    return {name: value for name, value in found.items() if value is not None}


def _first(record: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((record[name] for name in names if record.get(name) is not None), None)


def _moment(created: object) -> datetime | None:
    is_time = isinstance(created, int | float) and _FIRST_SECONDS <= created < _LAST_SECONDS
    return datetime.fromtimestamp(created, UTC) if is_time else None  # type: ignore[arg-type]
