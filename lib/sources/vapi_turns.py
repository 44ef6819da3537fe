"""The messages of a call of Vapi -> turns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from lib.data.fields import Speaker
from lib.formats.chat import read_chat
from lib.formats.collector import Collector
from lib.formats.conversation import UnreadableError
from lib.formats.speakers import Speakers, UnknownSpeakerError
from lib.sources.reading import Fields, Notes
from lib.sources.turns import tool, without_gaps

_ROLES: Final[Mapping[str, Speaker]] = {
    "user": "user",
    "bot": "assistant",
    "assistant": "assistant",
    "system": "system",
}
_CALLS: Final = frozenset({"tool_calls", "tool-calls", "tool_call"})
_RESULTS: Final = frozenset({"tool_call_result", "tool-call-result", "tool"})
_SPEAKERS: Final = Speakers()
_STAGES: Final = {
    "endOfTurnMs": "endpointingLatency",
    "speechToTextMs": "transcriberLatency",
    "modelMs": "modelLatency",
    "textToSpeechMs": "voiceLatency",
}


@dataclass(slots=True)
class Found:
    """What was read.

    Attributes:
        collected: the turns.
        began_at: start of the call, by its first message that tells.
        latency: what is known of the call as a whole, in ms.
    """

    collected: Collector = field(default_factory=Collector)
    began_at: datetime | None = None
    latency: dict[str, Any] = field(default_factory=dict)


def read_turns(artifact: Fields, call: Fields, notes: Notes) -> Found:
    """Return the turns of a call: its messages, else its transcript, which tells no times.

    Raises:
        UnreadableError: there are too many.
    """
    messages = _Messages(notes)
    for holder in (artifact, call):
        items = list(holder.children("messages"))
        if items:
            for path, item in items:
                messages.read(path, item)
            artifact.ignore("messagesOpenAIFormatted", "transcript")
            break
    else:
        messages.read_without_times(artifact)
    latency = messages.measure(artifact.child("performanceMetrics"))
    return Found(messages.collected(), messages.began_at, latency)


@dataclass(slots=True)
class _Item:
    """A turn in the making, or why there is none."""

    path: str
    turn: dict[str, Any] | None
    reason: str = ""
    is_refused: bool = False


class _Messages:
    """Gathers the messages of one call."""

    def __init__(self, notes: Notes) -> None:
        self.began_at: datetime | None = None
        self._notes = notes
        self._items: list[_Item] = []
        self._calls: dict[str, tuple[dict[str, Any], float | None]] = {}
        self._merged = 0

    def read(self, path: str, message: object) -> None:
        """Take a message of `artifact.messages`."""
        if not isinstance(message, Mapping):
            self._items.append(_Item(path, None, "not an object", is_refused=True))
            return
        fields = Fields(message, self._notes, path)
        role = fields.text("role") or ""
        began_ms = fields.milliseconds("secondsFromStart", 1000)
        sent_at = fields.epoch_ms("time")
        if self.began_at is None and sent_at is not None and began_ms is not None:
            self.began_at = sent_at - timedelta(milliseconds=began_ms)
        # The unit of `duration` is not sure: some payloads have seconds, some milliseconds.
        fields.ignore("duration", "originalMessage")
        timing = {
            "startedAtMs": began_ms or 0.0,
            "timing": "none" if began_ms is None else "vendor",
        }
        if role in _CALLS:
            fields.ignore("message")
            self._read_calls(fields, timing)
        elif role in _RESULTS:
            self._read_result(fields, timing)
        elif role in _ROLES:
            ended_at = fields.epoch_ms("endTime")
            if sent_at is not None and ended_at is not None and ended_at >= sent_at:
                timing["durationMs"] = _milliseconds(ended_at - sent_at)
            self._say(fields, _ROLES[role], timing)
        else:
            self._items.append(_Item(fields.at("role"), None, "the role is not known", True))
        fields.close()

    def _say(self, fields: Fields, speaker: Speaker, timing: dict[str, Any]) -> None:
        text = fields.words("message")
        if text is None or not text.strip():
            self._items.append(_Item(fields.path, None, "no text in it"))
            return
        self._items.append(_Item(fields.path, {"speaker": speaker, "text": text, **timing}))

    def _read_calls(self, fields: Fields, timing: dict[str, Any]) -> None:
        calls = list(fields.children("toolCalls"))
        if not calls:
            self._items.append(_Item(fields.path, None, "a tool call without a name", True))
        for path, item in calls:
            call = Fields(item, self._notes, path)
            function = call.child("function") or call
            made = tool(
                call_id=call.raw("id"),
                name=function.raw("name"),
                arguments=function.raw("arguments"),
            )
            if made is None:
                self._items.append(_Item(path, None, "a tool call without a name", True))
                continue
            turn = {"speaker": "tool", "text": "", "tool": made, **timing}
            self._items.append(_Item(path, turn))
            self._calls.setdefault(made["callId"], (turn, timing["startedAtMs"]))
            call.ignore("type")
            call.close()

    def _read_result(self, fields: Fields, timing: dict[str, Any]) -> None:
        result = fields.raw("result")
        made = tool(
            call_id=fields.raw("toolCallId"),
            name=fields.raw("name"),
            result="" if result is None else result,
        )
        if made is None:
            self._items.append(_Item(fields.path, None, "a result without a tool", True))
            return
        called = self._calls.pop(made["callId"], None)
        if called is None:
            turn = {"speaker": "tool", "text": "", "tool": made, **timing}
            self._items.append(_Item(fields.path, turn))
            return
        turn, called_ms = called
        turn["tool"]["result"] = made["result"]
        if timing["timing"] == turn["timing"] == "vendor" and called_ms is not None:
            turn["tool"]["latencyMs"] = max(0.0, timing["startedAtMs"] - called_ms)
        self._merged += 1

    def read_without_times(self, artifact: Fields) -> None:
        """Take the messages in OpenAI's form, else the lines of the transcript."""
        messages = artifact.raw("messagesOpenAIFormatted")
        transcript = artifact.words("transcript")
        if isinstance(messages, list) and messages:
            self._read_chat(artifact, messages)
        elif transcript:
            self._read_lines(artifact.at("transcript"), transcript)

    def _read_chat(self, artifact: Fields, messages: list[object]) -> None:
        try:
            read = read_chat(messages).transcript
        except UnreadableError as error:
            artifact.refuse("messagesOpenAIFormatted", error.reason)
            return
        path = artifact.at("messagesOpenAIFormatted")
        for turn in read.turns:
            content = turn.content
            said = {"speaker": content["speaker"], "text": content["text"], **_NO_TIME}
            self._items.append(_Item(path, said))
        for refusals, is_refused in ((read.refusals, True), (read.notes, False)):
            for item in refusals:
                where = f"{path}.{item.field.removeprefix('messages.')}"
                self._items.append(_Item(where, None, item.reason, is_refused))

    def _read_lines(self, path: str, transcript: str) -> None:
        for index, line in enumerate(transcript.splitlines()):
            if not line.strip():
                continue
            try:
                speaker, text = _SPEAKERS.split(line)
            except UnknownSpeakerError:
                last = self._items[-1].turn if self._items else None
                if last is None:
                    self._items.append(_Item(f"{path}.{index}", None, "no speaker", True))
                else:
                    last["text"] += f"\n{line}"
                    self._merged += 1
                continue
            turn = {"speaker": speaker, "text": text.strip(), **_NO_TIME}
            self._items.append(_Item(f"{path}.{index}", turn))

    def measure(self, metrics: Fields) -> dict[str, Any]:
        """Give the answers their latencies if there are as many; return those of the call."""
        answers, is_awaited = [], False
        for item in self._items:
            speaker = item.turn["speaker"] if item.turn else ""
            if speaker == "assistant" and is_awaited and item.turn is not None:
                answers.append(item.turn)
            if speaker in {"user", "assistant"}:
                is_awaited = speaker == "user"
        latencies = list(metrics.children("turnLatencies"))
        if len(latencies) == len(answers):
            for answer, (path, latency) in zip(answers, latencies, strict=True):
                fields = Fields(latency, self._notes, path)
                stages = {name: fields.milliseconds(given) for name, given in _STAGES.items()}
                measured = {
                    "stages": without_gaps(stages) or None,
                    "ttftMs": stages["modelMs"],
                    "latencyMs": fields.milliseconds("turnLatency"),
                }
                answer.update(without_gaps(measured))
                fields.close()
        elif latencies:
            reason = f"{len(latencies)} latencies for {len(answers)} answers: not sure whose"
            metrics.refuse("turnLatencies", reason)
        names = [f"{name}LatencyAverage" for name in ("turn", "model", "voice", "transcriber")]
        names += ["endpointingLatencyAverage", "numUserInterrupted", "numAssistantInterrupted"]
        return without_gaps({name: metrics.number(name) for name in names})

    def collected(self) -> Collector:
        """Return the turns, in the order of the messages."""
        turns = Collector()
        turns.found(len(self._items) + self._merged)
        for _ in range(self._merged):
            turns.merge()
        for item in self._items:
            if item.turn is not None:
                turns.add(1, item.turn, item.path)
                continue
            turns.keep_place()
            if item.is_refused:
                turns.refuse(1, item.reason, item.path)
            else:
                turns.leave_out(1, item.reason, item.path)
        return turns


_NO_TIME: Final = {"startedAtMs": 0.0, "timing": "none"}


def _milliseconds(span: timedelta) -> float:
    return span / timedelta(milliseconds=1)
