"""The spans of one conversation in a delivery -> its turns, its session, its scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from lib.formats.collector import Collector
from lib.formats.conversation import Conversation, Judgement, Person, Standing
from lib.product.limits import LABEL_CHARS, TEXT_BYTES
from lib.product.texts import sanitized, shortened_to_bytes
from lib.sources.history import Saying, Thread
from lib.sources.mapped import SourceDefaults
from lib.sources.otlp_kinds import SpanKind
from lib.sources.otlp_messages import Piece, add_plain, is_message_event, messages_of
from lib.sources.otlp_session import MODELS, PROVIDERS, SessionFacts, first_text
from lib.sources.otlp_wire import Event, Span, moment
from lib.sources.reading import Fields, Notes
from lib.sources.turns import tool, without_gaps

EVALUATION: Final = "gen_ai.evaluation.result"
MAX_JUDGEMENTS: Final = 1000

_TOKENS_IN: Final = (
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.prompt_tokens",
    "llm.token_count.prompt",
)
_TOKENS_OUT: Final = (
    "gen_ai.usage.output_tokens",
    "gen_ai.usage.completion_tokens",
    "llm.token_count.completion",
)
_FIRST_BYTE: Final = ("gen_ai.response.time_to_first_chunk", "metrics.ttfb")
_SPEECH: Final = frozenset({"speechToTextMs", "textToSpeechMs"})
_READ_ELSEWHERE: Final = (
    "gen_ai.operation.name",
    "openinference.span.kind",
    "gen_ai.conversation.id",
    "session.id",
    "conversation.id",
    "room_id",
    "job_id",
    "conversation.type",
    "gen_ai.output.type",
    "turn.number",
    "turn.type",
    "event.name",
    "input.value",
    "output.value",
    "input.mime_type",
    "output.mime_type",
)


@dataclass(slots=True)
class _Draft:
    """A turn in the making."""

    sent: dict[str, Any]
    standing: Standing
    at: datetime | None
    path: str
    turn_span: str
    before: tuple[str, ...] = ()


class Assembly:
    """Gathers one conversation, span by span in the order of time.

    Args:
        external_id: of its session.
        defaults: of the source.
        notes: of the delivery.
    """

    def __init__(self, external_id: str, defaults: SourceDefaults, notes: Notes) -> None:
        self._external_id, self._defaults, self._notes = external_id, defaults, notes
        self._drafts: list[_Draft] = []
        self._skipped: list[Piece] = []
        self._repeated = 0
        self._judgements: list[Judgement] = []
        self._about: dict[str, str] = {}
        self._turn_facts: dict[str, dict[str, Any]] = {}
        self._stages: dict[str, dict[str, float]] = {}
        self._session = SessionFacts(external_id, defaults)

    def add(self, span: Span, kind: SpanKind) -> None:
        """Take a span."""
        fields = Fields(span.attributes, self._notes, f"{span.path}.attributes", "attributes")
        resource = Fields(span.resource, self._notes, span.path, "resource")
        self._session.note(span, kind, fields, resource)
        read = {
            "model": self._add_model,
            "agent": self._add_agent,
            "tool": self._add_tool,
            "heard": self._add_heard,
            "sounded": self._add_sounded,
            "turn": self._add_turn,
        }.get(kind)
        if read is not None:
            read(span, fields)
        for event in span.events:
            if event.name == EVALUATION:
                self.judge(event)
            elif not (is_message_event(event.name) or event.name == "gen_ai.choice"):
                self._notes.not_mapped("events")
        fields.ignore(*_READ_ELSEWHERE)
        fields.close()

    def _add_model(self, span: Span, fields: Fields) -> None:
        messages = messages_of(fields, span.events)
        if not messages:
            add_plain(messages, fields)
        if response := fields.text("gen_ai.response.id"):
            self._about[response] = f"{span.trace_id}-{span.span_id}"
        first_byte = _seconds(fields, _FIRST_BYTE)
        self._note_stage(span, "modelMs", first_byte)
        if not messages:
            self._notes.leave_out(span.path, "a call of a model without its messages")
            return
        began = moment(span.start_ns)
        for index, piece in enumerate(messages.instructions):
            self._draft(span, piece, f"s{index}", "history", began, {"timing": "none"})
        asked_from = messages.asked_from
        before = tuple(
            piece.text
            for piece in messages.sent[:asked_from]
            if piece.kind not in {"skipped", "refused"}
        )
        place = 0
        for index, piece in enumerate(messages.sent):
            is_asked = index >= asked_from
            if piece.kind in {"skipped", "refused"}:
                self._skip(piece, is_repeat=not is_asked)
                continue
            key = str(place) if is_asked else f"h{place}"
            timing = "derived" if is_asked and began else "none"
            standing: Standing = "asked" if is_asked else "history"
            self._draft(span, piece, key, standing, began, {"timing": timing}, before)
            place += 1
        answered = began + timedelta(milliseconds=first_byte or 0) if began else None
        more = self._facts_of_call(span, fields, first_byte)
        for piece in messages.came_back:
            if piece.kind in {"skipped", "refused"}:
                self._skip(piece)
                continue
            timing = "derived" if answered else "none"
            facts = {"timing": timing, **more}
            self._draft(span, piece, str(place), "answered", answered, facts)
            more = {}
            place += 1

    def _facts_of_call(
        self, span: Span, fields: Fields, first_byte: float | None
    ) -> dict[str, Any]:
        """Return what is known of the answer of a call."""
        return without_gaps(
            {
                "provider": first_text(fields, PROVIDERS),
                "modelId": first_text(fields, MODELS),
                "tokensIn": _tokens(fields, _TOKENS_IN),
                "tokensOut": _tokens(fields, _TOKENS_OUT),
                "ttftMs": first_byte,
                "latencyMs": _duration(span),
            }
        )

    def _add_agent(self, span: Span, fields: Fields) -> None:
        """Take what an agent was told and said, as far as its models' messages do not say it."""
        messages = messages_of(fields, span.events)
        began, ended = moment(span.start_ns), moment(span.end_ns)
        for name, found, at in (
            ("in", messages.sent[messages.asked_from :], began),
            ("out", messages.came_back, ended),
        ):
            for index, piece in enumerate(found):
                if piece.kind in {"skipped", "refused"}:
                    self._skip(piece)
                    continue
                timing = "derived" if at else "none"
                self._draft(span, piece, f"{name}{index}", "spoken", at, {"timing": timing})
        self._repeated += len(messages.sent[: messages.asked_from])

    def _add_tool(self, span: Span, fields: Fields) -> None:
        name = first_text(fields, ("gen_ai.tool.name", "tool.name")) or span.name
        call_id = first_text(fields, ("gen_ai.tool.call.id", "tool_call.id", "tool.id")) or ""
        values = [
            next((value for value in map(fields.raw, names) if value is not None), None)
            for names in (
                ("gen_ai.tool.call.arguments", "input.value", "tool_call.function.arguments"),
                ("gen_ai.tool.call.result", "output.value"),
            )
        ]
        result = values[1] if values[1] is not None else "" if span.end_ns else None
        made = tool(
            call_id=call_id or f"{span.trace_id}-{span.span_id}",
            name=name,
            arguments=values[0],
            result=result,
            is_error=True if span.is_failed else None,
            latency_ms=_duration(span),
        )
        began = moment(span.start_ns)
        if made is None:
            self._skip(Piece("refused", span.path, reason="a tool without a name"))
            return
        sent = {
            "speaker": "tool",
            "text": "",
            "tool": made,
            "requestId": f"{span.trace_id}-{span.span_id}-tool",
            "timing": "measured" if began else "none",
        }
        self._drafts.append(_Draft(sent, "called", began, span.path, span.parent_id))

    def _add_turn(self, span: Span, fields: Fields) -> None:
        self._turn_facts[span.span_id] = _facts_of_turn(fields)

    def _add_heard(self, span: Span, fields: Fields) -> None:
        if fields.flag("is_final") is False:
            fields.ignore("transcript")
            self._notes.leave_out(span.path, "words that were heard and not final")
            return
        self._note_stage(span, "speechToTextMs", _seconds(fields, _FIRST_BYTE))
        facts = without_gaps({"timing": "derived", "language": fields.language("language")})
        self._draft_words(span, fields, "transcript", "user", "heard", "called", facts)

    def _add_sounded(self, span: Span, fields: Fields) -> None:
        self._note_stage(span, "textToSpeechMs", _seconds(fields, _FIRST_BYTE))
        self._draft_words(
            span, fields, "text", "assistant", "sound", "spoken", {"timing": "derived"}
        )

    def _draft_words(
        self,
        span: Span,
        fields: Fields,
        name: str,
        speaker: Any,
        key: str,
        standing: Standing,
        facts: Mapping[str, Any],
    ) -> None:
        text = fields.words(name)
        if not text or not text.strip():
            self._skip(Piece("skipped", span.path, reason="no text in it"))
            return
        piece = Piece("said", fields.at(name), speaker, text)
        self._draft(span, piece, key, standing, moment(span.start_ns), facts)

    def _draft(
        self,
        span: Span,
        piece: Piece,
        key: str,
        standing: Standing,
        at: datetime | None,
        facts: Mapping[str, Any],
        before: tuple[str, ...] = (),
    ) -> None:
        """Make a turn of a piece."""
        whole = f"{span.trace_id}-{span.span_id}-{key}"
        sent = {"speaker": piece.speaker, "text": "", "requestId": whole, **facts}
        if at is None:
            sent["timing"] = "none"
        if piece.kind == "said":
            text = sanitized(piece.text)
            sent["text"] = shortened_to_bytes(text, TEXT_BYTES)
            if sent["text"] != text:
                self._notes.leave_out(piece.path, f"cut to {TEXT_BYTES} bytes")
        else:
            is_call = piece.kind == "called"
            value = "" if piece.value is None and not is_call else piece.value
            made = tool(
                call_id=piece.call_id or whole,
                name=piece.name,
                arguments=value if is_call else None,
                result=None if is_call else value,
            )
            if made is None:
                self._skip(Piece("refused", piece.path, reason="a tool call without a name"))
                return
            sent["tool"] = made
        self._drafts.append(_Draft(sent, standing, at, piece.path, span.parent_id, before))

    def _skip(self, piece: Piece, *, is_repeat: bool = False) -> None:
        if is_repeat:
            self._repeated += 1
        else:
            self._skipped.append(piece)

    def _note_stage(self, span: Span, name: str, milliseconds: float | None) -> None:
        """Keep a stage of the answer for the turn that a span is part of."""
        if milliseconds is not None and span.parent_id:
            self._stages.setdefault(span.parent_id, {}).setdefault(name, milliseconds)

    def judge(self, event: Event) -> None:
        """Take the result of an evaluation."""
        fields = Fields(event.attributes, self._notes, f"{event.path}.attributes", "evaluation")
        self._session.note_event(event)
        name = fields.text("gen_ai.evaluation.name", LABEL_CHARS)
        value = fields.number("gen_ai.evaluation.score.value")
        label = fields.text("gen_ai.evaluation.score.label", LABEL_CHARS)
        response = fields.text("gen_ai.response.id") or ""
        of_span = f"{event.trace_id}-{event.span_id}" if event.span_id else ""
        if name is None or (value is None and label is None):
            self._notes.leave_out(event.path, "an evaluation without a name, or without a result")
        elif len(self._judgements) >= MAX_JUDGEMENTS:
            self._notes.leave_out(event.path, f"more than {MAX_JUDGEMENTS} evaluations")
        else:
            self._judgements.append(
                Judgement(
                    name=name,
                    value=value,
                    label=label,
                    explanation=fields.words("gen_ai.evaluation.explanation"),
                    origin="machine",
                    evaluator=event.scope[:LABEL_CHARS] or "opentelemetry",
                    about=self._about.get(response, of_span),
                )
            )
        fields.ignore(*_READ_ELSEWHERE)
        fields.close()

    def end(self, root: Span) -> None:
        """Take the root of the trace that is the conversation, whatever kind of span it is."""
        self._session.end(root)

    def conversation(self) -> Conversation | None:
        """Return what was gathered; None if it is nothing, or happened at no known time."""
        turns = self._collected().transcript()
        session = self._session
        if not (turns.items or self._judgements or session.is_over):
            return None
        sent = session.sent()
        if sent is None:
            self._notes.leave_out("", "a conversation without any time")
            return None
        return Conversation(
            line=1,
            person=Person(external_id=session.user, may_create=True),
            session=sent,
            transcript=turns,
            judgements=tuple(self._judgements),
            is_over=session.is_over,
            traces=tuple(session.traces),
        )

    def _collected(self) -> Collector:
        """Return the turns, each once, with what their turn's span says of them."""
        self._finish_turns()
        start = self._session.started_at
        turns, thread = Collector(), Thread()
        turns.found(self._repeated)
        for _ in range(self._repeated):
            turns.merge()
        for draft in self._drafts:
            turns.found()
            if not thread.takes(_saying(draft)):
                turns.merge()
                continue
            began_ms = 0.0
            if draft.at is not None and start is not None:
                began_ms = (draft.at - start) / timedelta(milliseconds=1)
            sent = {**draft.sent, "startedAtMs": began_ms}
            turns.add(1, sent, draft.path, draft.standing, draft.at, draft.before)
        for piece in self._skipped:
            turns.found()
            if piece.kind == "refused":
                turns.refuse(1, piece.reason, piece.path)
            else:
                turns.leave_out(1, piece.reason, piece.path)
        return turns

    def _finish_turns(self) -> None:
        """Give the answers of each turn what its span, and those of its stages, say of them."""
        for turn_span in {**self._stages, **self._turn_facts}:
            answers = [
                draft
                for draft in self._drafts
                if draft.turn_span == turn_span and draft.sent["speaker"] == "assistant"
            ]
            written = [draft for draft in answers if draft.standing == "answered"] or answers
            stages = self._stages.get(turn_span, {})
            facts = dict(self._turn_facts.get(turn_span, {}))
            if not written or not (facts or stages.keys() & _SPEECH):
                continue
            interrupted = facts.pop("interrupted", None)
            written[0].sent.update({**facts, **({"stages": stages} if stages else {})})
            if interrupted is not None:
                written[-1].sent["interrupted"] = interrupted


def _saying(draft: _Draft) -> Saying:
    made = draft.sent.get("tool") or {}
    return Saying(
        key=draft.sent["requestId"],
        speaker=draft.sent["speaker"],
        text=draft.sent["text"],
        standing=draft.standing,
        call_id=made.get("callId", ""),
        is_call=bool(made) and ("arguments" in made or "result" not in made),
        is_result="result" in made,
        before=draft.before,
    )


def _facts_of_turn(fields: Fields) -> dict[str, Any]:
    """Return what Pipecat's span of a turn says of the answer in it."""
    interrupted = fields.flag("turn.was_interrupted")
    if fields.flag("turn.ended_by_conversation_end"):
        interrupted = None
    fields.ignore("turn.duration_seconds")
    return without_gaps(
        {
            "interrupted": interrupted,
            "latencyMs": fields.milliseconds("turn.user_bot_latency_seconds", 1000),
        }
    )


def _tokens(fields: Fields, names: Iterable[str]) -> int | None:
    found = [fields.tokens(name) for name in names]
    return next((value for value in found if value is not None), None)


def _seconds(fields: Fields, names: Iterable[str]) -> float | None:
    found = [fields.milliseconds(name, 1000) for name in names]
    return next((value for value in found if value is not None), None)


def _duration(span: Span) -> float | None:
    if span.start_ns is None or span.end_ns is None:
        return None
    return min((span.end_ns - span.start_ns) / 1e6, 86_400_000.0)
