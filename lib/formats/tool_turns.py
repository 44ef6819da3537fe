"""Calls of tools and their results: stored as they came, shown as one.

Turns never change. A result that comes after its call is a turn of its own with the same `callId`,
whose text may be empty as the call's. What people read shows it where the call is.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from msgspec.structs import replace

from lib.data.records import Interaction, ToolCall

_CUT: Final = " … (cut)"


@dataclass(frozen=True, slots=True)
class Joined:
    """Turns as people read them.

    Attributes:
        turns: in the order in which they were given, without the results that went to their calls.
        calls: sequence of the call by the sequence of its result, for these.
    """

    turns: Sequence[Interaction]
    calls: dict[int, int] = field(default_factory=dict)


def joined(turns: Sequence[Interaction]) -> Joined:
    """Return the turns with each result at its call, in whatever order the two came.

    A call without a result waits for the first result with its `callId`; a result that no call
    waits for stays a turn of its own.
    """
    waiting: defaultdict[str, deque[Interaction]] = defaultdict(deque)
    for turn in turns:
        if turn.tool is not None and turn.tool.result is None:
            waiting[turn.tool.call_id].append(turn)
    if not waiting:
        return Joined(turns)
    answers: dict[int, Interaction] = {}
    calls: dict[int, int] = {}
    for turn in turns:
        if turn.tool is not None and turn.tool.result is not None and waiting[turn.tool.call_id]:
            call = waiting[turn.tool.call_id].popleft()
            answers[call.sequence] = turn
            calls[turn.sequence] = call.sequence
    whole = [
        _whole(turn, answers[turn.sequence]) if turn.sequence in answers else turn
        for turn in turns
        if turn.sequence not in calls
    ]
    return Joined(whole, calls)


def _whole(call: Interaction, answer: Interaction) -> Interaction:
    asked, answered = call.tool, answer.tool
    if asked is None or answered is None:
        raise ValueError("not a call and its result")
    tool = replace(
        asked,
        name=asked.name or answered.name,
        arguments=answered.arguments if asked.arguments is None else asked.arguments,
        result=answered.result,
        result_cut=answered.result_cut,
        is_error=answered.is_error if asked.is_error is None else asked.is_error,
        latency_ms=answered.latency_ms if asked.latency_ms is None else asked.latency_ms,
    )
    text = "\n".join(part for part in (call.text, answer.text) if part)
    return replace(call, tool=tool, text=text)


def said(turn: Interaction) -> str:
    """Return what a turn says; of a tool, what it was asked and what it answered as well."""
    if turn.tool is None:
        return turn.text
    parts = (turn.text, _asked(turn.tool), _answered(turn.tool))
    return "\n".join(part for part in parts if part)


def _asked(tool: ToolCall) -> str:
    if tool.name is None:
        return ""
    return f"{tool.name}({tool.arguments or ''}{_CUT if tool.arguments_cut else ''})"


def _answered(tool: ToolCall) -> str:
    if tool.result is None:
        return "failed" if tool.is_error else ""
    return f"{'failed' if tool.is_error else '→'} {tool.result}{_CUT if tool.result_cut else ''}"
