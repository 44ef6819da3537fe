"""Which turns of a delivery are new: calls of a model repeat the whole conversation before them.

A conversation arrives in many deliveries, in any order and some of them twice. A turn is known by
its key (`request_id`), which names the span that showed it first and its place in the
conversation:

    {trace}-{span}-{place}      sent to the model since it last spoke, or its answer
    {trace}-{span}-h{place}     said before, and seen in the history that the call repeats
    {trace}-{span}-NAME         of a span that is no call of a model, or instructions

The history is compared by place, not by text: "yes" said twice is two turns, and an answer that was
cut short afterwards, because somebody interrupted, is still the same turn. What came since the
model last spoke is new unless the same words stand at that place behind the same conversation; so a
call that is tried again adds nothing but its answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from lib.data.fields import Speaker
from lib.data.records import Interaction
from lib.formats.conversation import Standing, Turn

_KEY: Final = re.compile(r"(.*)-(h?)([0-9]{1,7})", re.DOTALL)
_TRACE_CHARS: Final = 32


@dataclass(frozen=True, slots=True)
class Saying:
    """What is needed of a turn to know it again.

    Attributes:
        key: its `request_id`.
        speaker: who said it.
        text: what was said.
        standing: of a turn that comes.
        call_id: of the call of a tool, empty if it has none of its own.
        is_call: whether it says what a tool was asked.
        is_result: whether it says what a tool answered.
        before: as of `Turn`.
    """

    key: str
    speaker: Speaker
    text: str
    standing: Standing = "placed"
    call_id: str = ""
    is_call: bool = False
    is_result: bool = False
    before: tuple[str, ...] = ()


def saying_of(turn: Turn) -> Saying:
    """Return a turn of a delivery as a saying."""
    content = turn.content
    tool = content.get("tool")
    return Saying(
        key=content.get("request_id") or "",
        speaker=content["speaker"],
        text=content["text"],
        standing=turn.standing,
        call_id=tool["call_id"] if tool else "",
        is_call=_is_call(tool.get("arguments"), tool.get("result")) if tool else False,
        is_result=tool is not None and tool.get("result") is not None,
        before=turn.before,
    )


def stored_saying(turn: Interaction) -> Saying:
    """Return a stored turn as a saying."""
    tool = turn.tool
    return Saying(
        key=turn.request_id or "",
        speaker=turn.speaker,
        text=turn.text,
        call_id=tool.call_id if tool else "",
        is_call=tool is not None and _is_call(tool.arguments, tool.result),
        is_result=tool is not None and tool.result is not None,
    )


def arrange(
    turns: Sequence[Turn], stored: Iterable[Interaction], started_at: datetime
) -> tuple[Turn, ...]:
    """Return the turns of a delivery that are not stored yet, placed behind those that are.

    Args:
        turns: of one conversation of a delivery, from a mapper.
        stored: all turns that its session has.
        started_at: start of the session as it is stored; times count from there. What was before
            has none, since a session does not begin again.
    """
    thread = Thread()
    place = 0
    for known in stored:
        thread.know(stored_saying(known))
        place = max(place, known.sequence + 1)
    found: list[Turn] = []
    for turn in turns:
        if turn.standing == "placed":
            found.append(turn)
        elif thread.takes(saying_of(turn)):
            found.append(_placed(turn, place, started_at))
            place += 1
    return tuple(found)


def _placed(turn: Turn, sequence: int, started_at: datetime) -> Turn:
    content = turn.content.copy()
    content["sequence"] = sequence
    if turn.at is not None:
        began_ms = (turn.at - started_at) / timedelta(milliseconds=1)
        content["started_at_ms"] = max(0.0, began_ms)
        if began_ms < 0:
            content["timing"] = "none"
    return replace(turn, content=content)


class Thread:
    """What is known of a conversation, turn by turn."""

    def __init__(self) -> None:
        self._keys: set[str] = set()
        self._calls: set[str] = set()
        self._results: set[str] = set()
        self._systems: set[str] = set()
        self._places: dict[int, list[tuple[Speaker, str, bool]]] = {}
        self._next = 0
        self._heard: list[str] = []
        self._texts: dict[tuple[str, Speaker], list[str]] = {}

    def takes(self, turn: Saying) -> bool:
        """Say whether a turn is new, and know it from now on."""
        is_new = turn.key not in self._keys and not self._is_known(turn)
        if is_new:
            self.know(turn)
        elif (match := _KEY.fullmatch(turn.key)) is not None:
            self._next = max(self._next, int(match[3]) + 1)
        return is_new

    def know(self, turn: Saying) -> None:
        """Take a turn that is there."""
        self._keys.add(turn.key)
        words = _words(turn.text)
        if turn.call_id and turn.is_call:
            self._calls.add(turn.call_id)
        if turn.call_id and turn.is_result:
            self._results.add(turn.call_id)
        if turn.speaker == "system":
            self._systems.add(words)
        match = _KEY.fullmatch(turn.key)
        if match is not None:
            place = int(match[3])
            self._next = max(self._next, place + 1)
            self._places.setdefault(place, []).append((turn.speaker, words, bool(match[2])))
        elif turn.speaker == "user":
            self._heard.append(words)
        self._texts.setdefault((_trace(turn.key), turn.speaker), []).append(words)

    def _is_known(self, turn: Saying) -> bool:
        if turn.speaker == "system":
            return _words(turn.text) in self._systems
        if turn.call_id and (turn.is_call or turn.is_result):
            is_called = not turn.is_call or turn.call_id in self._calls
            return is_called and (not turn.is_result or turn.call_id in self._results)
        match = _KEY.fullmatch(turn.key)
        place = int(match[3]) if match else -1
        is_known = {
            "history": lambda: place < self._next or self._was_heard(turn),
            "asked": lambda: self._is_at(place, turn) or self._was_heard(turn),
            "answered": lambda: self._was_repeated(place, turn),
            "spoken": lambda: self._is_within(turn),
        }.get(turn.standing)
        return is_known is not None and is_known()

    def _is_within(self, turn: Saying) -> bool:
        known = self._texts.get((_trace(turn.key), turn.speaker), ())
        return any(_words(turn.text) in text for text in known)

    def _is_at(self, place: int, turn: Saying) -> bool:
        """Say whether the same words stand at a place, behind the same conversation.

        A call may repeat the last few turns only; then its places are not those of the session.
        """
        return self._has(place, turn.speaker, _words(turn.text)) and all(
            not text or self._has(index, None, _words(text))
            for index, text in enumerate(turn.before)
            if index in self._places
        )

    def _has(self, place: int, speaker: Speaker | None, words: str) -> bool:
        """Say whether words stand at a place; those of an assistant may have been cut short."""
        return any(
            speaker in {None, known} and (text == words or _is_cut(known, text, words))
            for known, text, _ in self._places.get(place, ())
        )

    def _was_repeated(self, place: int, turn: Saying) -> bool:
        """Say whether a later call, which came first, has shown an answer, perhaps cut short."""
        return any(
            is_history and speaker == turn.speaker and text and _words(turn.text).startswith(text)
            for speaker, text, is_history in self._places.get(place, ())
        )

    def _was_heard(self, turn: Saying) -> bool:
        """Say whether words are those that speech recognition has heard, in one turn or several."""
        if turn.speaker != "user" or not self._heard:
            return False
        rest, used = _words(turn.text), []
        for index, words in enumerate(self._heard):
            if words and words in rest:
                rest = rest.replace(words, " ", 1)
                used.append(index)
        if not used or any(char.isalnum() for char in rest):
            return False
        self._heard = [words for index, words in enumerate(self._heard) if index not in used]
        return True


def _is_call(arguments: str | None, result: str | None) -> bool:
    return arguments is not None or result is None


def _is_cut(speaker: Speaker, text: str, words: str) -> bool:
    return speaker == "assistant" and bool(words) and text.startswith(words)


def _words(text: str) -> str:
    return " ".join(text.split())


def _trace(key: str) -> str:
    return key[:_TRACE_CHARS]
