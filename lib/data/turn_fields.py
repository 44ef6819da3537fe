"""What a writer may say of a turn, once for the HTTP API and the importer.

Names and limits are those of `interactions:append`. What a tool was asked and answered is cut to
what can be stored, and said to be: a long answer of a tool is no reason to lose the turn.
"""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from lib.data.fields import (
    AnyText,
    Cost,
    Duration,
    Identifier,
    Language,
    Sent,
    Speaker,
    Text,
    Timing,
    Tokens,
)
from lib.product.limits import TOOL_BYTES
from lib.product.texts import shortened_to_bytes


class SentTool(Sent):
    """A call of a tool, its result, or both; the other half, a turn of its own, has the same id."""

    call_id: Identifier = Field(description="The same for a call and its result.")
    name: Identifier | None = Field(
        default=None, description="Of the tool; needed unless there is a result."
    )
    arguments: AnyText | None = Field(
        default=None,
        description="What the tool was asked, JSON mostly; more than 16 KiB is cut.",
        examples=['{"city":"Bern"}'],
    )
    result: AnyText | None = Field(
        default=None, description="What it answered; more than 16 KiB is cut."
    )
    is_error: bool | None = Field(default=None, description="Whether the tool failed.")
    latency_ms: Duration | None = Field(default=None, description="From the call to the result.")
    arguments_cut: bool | None = Field(
        default=None, description="Whether the arguments were longer."
    )
    result_cut: bool | None = Field(default=None, description="Whether the result was longer.")

    @model_validator(mode="after")
    def _is_either(self) -> Self:
        if self.name is None and self.result is None:
            raise ValueError("name is needed unless there is a result")
        return self

    @model_validator(mode="after")
    def _cut(self) -> Self:
        if self.arguments is not None:
            kept = shortened_to_bytes(self.arguments, TOOL_BYTES)
            if kept != self.arguments:
                self.arguments, self.arguments_cut = kept, True
        if self.result is not None:
            kept = shortened_to_bytes(self.result, TOOL_BYTES)
            if kept != self.result:
                self.result, self.result_cut = kept, True
        return self


class SentStages(Sent):
    """Parts of an answer's latency, milliseconds."""

    end_of_turn_ms: Duration | None = Field(
        default=None, description="Until it was clear that the user had finished."
    )
    speech_to_text_ms: Duration | None = None
    model_ms: Duration | None = None
    text_to_speech_ms: Duration | None = None
    tool_ms: Duration | None = None


class TurnFields(Sent):
    """A turn but for its place."""

    speaker: Speaker
    text: Text = Field(
        description="At most 32 KiB in UTF-8. It may be empty, as a tool says nothing.",
        examples=["Where is my parcel?"],
    )
    started_at_ms: Duration = Field(
        description="Milliseconds since the session's start; with the timing `none` only an order."
    )
    duration_ms: Duration | None = None
    request_id: Identifier | None = Field(default=None, description="Of the product's request.")
    provider: Identifier | None = None
    model_id: Identifier | None = None
    tokens_in: Tokens | None = None
    tokens_out: Tokens | None = None
    cost: Cost | None = Field(default=None, description="US dollars.")
    ttft_ms: Duration | None = Field(default=None, description="Time to the first token.")
    latency_ms: Duration | None = Field(default=None, description="Time of the full turn.")
    tool: SentTool | None = Field(default=None, description="Only of the speaker `tool`.")
    interrupted: bool | None = Field(
        default=None, description="Whether somebody began to speak before its end."
    )
    stages: SentStages | None = None
    timing: Timing | None = Field(
        default=None,
        description="Where the times come from: measured (also if left out), as a vendor states "
        "them, derived from others, or none: nobody knows.",
    )
    language: Language | None = None

    @property
    def characters(self) -> int:
        """Length of all that is read of it, in code points."""
        tool = self.tool
        parts = (tool.name, tool.arguments, tool.result) if tool else ()
        return len(self.text) + sum(len(part) for part in parts if part)

    @model_validator(mode="after")
    def _only_tools_have_one(self) -> Self:
        if self.tool is not None and self.speaker != "tool":
            raise ValueError("only the speaker tool has a tool")
        return self
