"""What a span stands for, by the conventions that are known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from lib.sources.otlp_wire import Span

SpanKind = Literal["model", "tool", "agent", "heard", "sounded", "turn", "conversation", "judged"]

_OPERATIONS: Final[Mapping[str, SpanKind]] = {
    "chat": "model",
    "generate_content": "model",
    "text_completion": "model",
    "execute_tool": "tool",
    "invoke_agent": "agent",
    "invoke_workflow": "agent",
    "create_agent": "agent",
    "stt": "heard",
    "tts": "sounded",
}
_OPEN_INFERENCE: Final[Mapping[str, SpanKind]] = {
    "LLM": "model",
    "TOOL": "tool",
    "AGENT": "agent",
    "CHAIN": "agent",
}
_MESSAGES: Final = (
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.prompt.",
    "gen_ai.completion.",
    "llm.input_messages.",
    "llm.output_messages.",
)


def kind_of(span: Span) -> SpanKind | None:
    """Return what a span stands for, None if it is no part of a conversation."""
    attributes = span.attributes
    operation = _OPERATIONS.get(_text(attributes, "gen_ai.operation.name"))
    named = _OPEN_INFERENCE.get(_text(attributes, "openinference.span.kind").upper())
    return operation or named or _by_its_fields(span)


def _by_its_fields(span: Span) -> SpanKind | None:
    attributes = span.attributes
    if "turn.number" in attributes:
        return "turn"
    if "conversation.id" in attributes and span.name == "conversation":
        return "conversation"
    if any(name.startswith(_MESSAGES) for name in attributes):
        return "model"
    is_judged = any(event.name.startswith("gen_ai.") for event in span.events)
    return "judged" if is_judged else None


def _text(attributes: Mapping[str, object], name: str) -> str:
    value = attributes.get(name)
    return value if isinstance(value, str) else ""
