"""What the spans of one conversation say of its session."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from lib.formats.shapes import SentSession
from lib.product.limits import FACET_CHARS, IDENTIFIER_CHARS
from lib.sources.mapped import SourceDefaults
from lib.sources.otlp_kinds import SpanKind
from lib.sources.otlp_wire import Event, Span, moment
from lib.sources.reading import Fields
from lib.sources.turns import without_gaps

PROVIDERS: Final = ("gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system")
MODELS: Final = (
    "gen_ai.response.model",
    "llm.response.model_name",
    "gen_ai.request.model",
    "llm.model_name",
    "llm.request.model_name",
)
_USERS: Final = ("user.id", "enduser.id", "user_id")
_AGENTS: Final = ("gen_ai.agent.id", "gen_ai.agent.name", "lk.agent_name", "agent.name")
_ENVIRONMENTS: Final = ("deployment.environment.name", "deployment.environment")


class SessionFacts:
    """Gathers what spans say; the first one that says a thing decides, before any resource.

    Args:
        external_id: of the session.
        defaults: of the source.
    """

    def __init__(self, external_id: str, defaults: SourceDefaults) -> None:
        self._external_id, self._defaults = external_id, defaults
        self._said: dict[str, Any] = {}
        self._of_resource: dict[str, Any] = {}
        self._ended_at: datetime | None = None
        self._is_voice = self._is_failed = False
        self.started_at: datetime | None = None
        self.traces: dict[str, None] = {}
        self.user: str | None = None
        self.is_over = False

    def note(self, span: Span, kind: SpanKind, fields: Fields, resource: Fields) -> None:
        """Take what a span and its resource say."""
        self._note_time(span.trace_id, span.start_ns)
        is_whole = kind in {"conversation", "agent"} or self._external_id == span.trace_id
        if not span.parent_id and is_whole:
            self.end(span)
        self._is_voice |= kind in {"heard", "sounded"} or (
            fields.raw("conversation.type") == "voice"
            or fields.raw("gen_ai.output.type") == "speech"
        )
        found = {
            "agentId": first_text(fields, _AGENTS, FACET_CHARS),
            "agentVersion": first_text(fields, ("gen_ai.agent.version",), FACET_CHARS),
        }
        of_resource = {
            "agentId": first_text(resource, ("lk.agent_name", "service.name"), FACET_CHARS),
            "agentVersion": first_text(resource, ("service.version",), FACET_CHARS),
            "environment": first_text(resource, _ENVIRONMENTS, FACET_CHARS),
        }
        if kind == "model":
            found["provider"] = first_text(fields, PROVIDERS)
            found["modelId"] = first_text(fields, MODELS)
        if kind == "heard":
            found["language"] = fields.language("language")
        for name, value in without_gaps(found).items():
            self._said.setdefault(name, value)
        for name, value in without_gaps(of_resource).items():
            self._of_resource.setdefault(name, value)
        self.user = self.user or first_text(fields, _USERS) or first_text(resource, _USERS)

    def note_event(self, event: Event) -> None:
        """Take the time of something that stands alone."""
        self._note_time(event.trace_id, event.at_ns)

    def end(self, span: Span) -> None:
        """Take the span that holds the whole conversation, which has ended."""
        self.is_over, self._is_failed = True, span.is_failed
        self._ended_at = moment(span.end_ns)

    def _note_time(self, trace_id: str, at_ns: int | None) -> None:
        at = moment(at_ns)
        if trace_id:
            self.traces.setdefault(trace_id)
        if at is not None and (self.started_at is None or at < self.started_at):
            self.started_at = at

    def sent(self) -> SentSession | None:
        """Return the session; None if nothing of it happened at a known time."""
        if self.started_at is None:
            return None
        ended_at = self._ended_at
        if ended_at is not None and ended_at < self.started_at:
            ended_at = None
        status = ("failed" if self._is_failed else "completed") if self.is_over else "active"
        fields = {
            "externalId": self._external_id,
            "channel": self._defaults.channel or ("voice" if self._is_voice else "chat"),
            "startedAt": self.started_at,
            "endedAt": ended_at,
            "status": status,
            **self._defaults.facets,
            **self._of_resource,
            **self._said,
        }
        return SentSession.model_validate(fields)


def first_text(fields: Fields, names: Iterable[str], most: int = IDENTIFIER_CHARS) -> str | None:
    """Return the first text of several fields; all of them count as read."""
    found = [fields.text(name, most) for name in names]
    return next((value for value in found if value), None)
